"""Kinds of leave and the parameters of the regions: kept from a day on, and seeded from the law."""

import datetime as dt
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.leave.entitling import plain
from kaoqin.leave.models import LeaveKind, LeaveKindVersion, RegionParameter
from kaoqin.leave.words import (
    KIND_NAMES,
    MANAGE_KINDS,
    Confidence,
    Rules,
)
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

LAW = Path(__file__).with_name("law")
SEEDED_FROM = dt.date(2008, 1, 1)


@transaction.atomic
def keep_kind(
    code: str, begins_on: dt.date, rules: Rules, *, by: Actor, at: dt.datetime, law: str = "", new: bool = False
) -> LeaveKindVersion:
    """A kind's rules from a day on; what follows for balances, the next run brings."""
    require(by, MANAGE_KINDS, everywhere=True)
    code = code.strip()
    if not code or (new and LeaveKind.objects.filter(code=code).exists()):
        raise Refusal("leave.code_taken", gettext("名称不能为空,也不能与已有的假期重名。"), "code")
    if new and code in {str(name) for name in KIND_NAMES.values()}:
        raise Refusal("leave.code_taken", gettext("「{code}」已经有了。").format(code=code), "code")
    if not 1 <= rules.step_minutes <= 480 or not 60 <= rules.day_minutes <= 1440:
        raise Refusal("leave.step", gettext("最小单位应为 1 至 480 分钟,一天应为 60 至 1440 分钟。"), "step_minutes")
    kind, _ = LeaveKind.objects.get_or_create(code=code)
    version, _ = LeaveKindVersion.objects.update_or_create(
        kind=kind,
        begins_on=begins_on,
        defaults={**vars(rules), "law": law.strip(), "confidence": Confidence.COMPANY},
    )
    told = {"kind": kind.name, "begins_on": begins_on}
    record(by, "leave.keep_kind", kind, Sentence("{kind}自 {begins_on} 的规则", **told), at=at, rules=_plain(rules))
    return version


def _plain(rules: Rules) -> dict[str, Any]:
    return {
        name: value if isinstance(value, bool | int) or value is None else str(value)
        for name, value in vars(rules).items()
    }


@dataclass(frozen=True)
class Told:
    """A parameter of a region as somebody knows it: from a day on, with where it stands."""

    region: str
    name: str
    begins_on: dt.date
    value: Decimal
    source: str


@transaction.atomic
def keep_parameter(told: Told, *, by: Actor, at: dt.datetime) -> RegionParameter:
    """What a region's law gives from a day on; entered again, it is looked at anew."""
    require(by, MANAGE_KINDS, everywhere=True)
    if told.value < 0:
        raise Refusal("leave.value", gettext("数值不能为负。"), "value")
    if not told.source.strip():
        raise Refusal("leave.source", gettext("请写明依据,如文件名和条款。"), "source")
    kept, _ = RegionParameter.objects.update_or_create(
        region=told.region,
        name=told.name,
        begins_on=told.begins_on,
        defaults={
            "value": told.value,
            "source": told.source.strip(),
            "confidence": Confidence.COMPANY,
            "checked_on": timezone.localdate(at),
        },
    )
    what = {"region": kept.get_region_display() or "—", "name": kept.get_name_display(), "value": plain(told.value)}
    record(by, "leave.keep_parameter", kept, Sentence("地方参数:{region} {name} {value}", **what), at=at)
    return kept


def seed() -> None:
    """The kinds of the law and what is known of the provinces; kept as people have edited them."""
    if LeaveKind.objects.exists():
        return
    for position, (code, told) in enumerate(tomllib.loads((LAW / "kinds.toml").read_text()).items(), start=1):
        law, confidence = told.pop("law"), told.pop("confidence")
        kind = LeaveKind.objects.create(code=code, position=position)
        rules = Rules(**{**told, "most_days_each": Decimal(told.get("most_days_each", 0))})
        LeaveKindVersion.objects.create(kind=kind, begins_on=SEEDED_FROM, law=law, confidence=confidence, **vars(rules))
    said = tomllib.loads((LAW / "regions.toml").read_text())
    RegionParameter.objects.bulk_create(
        RegionParameter(
            region=one["region"],
            name=name,
            begins_on=one["begins_on"],
            value=value,
            source=one["source"],
            confidence=one["confidence"],
            checked_on=said["checked_on"],
        )
        for one in said["parameter"]
        for name, value in one["values"].items()
    )
