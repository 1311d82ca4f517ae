"""A wrong clock set right afterwards: another fact for each held punch, which stays as it came."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from kaoqin.core.sentences import Sentence
from kaoqin.core.time import as_instant, load_wall_clock, store_wall_clock
from kaoqin.core.words import Refusal
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.punches.ledger import FIRST_YEAR, Whose, tell_touched
from kaoqin.punches.models import ClockRepair, Correction, Punch
from kaoqin.punches.stretches import Stretch, punches_of
from kaoqin.punches.words import CORRECT_PUNCHES, CorrectionKind
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor


@dataclass(frozen=True)
class Repaired:
    """What a held punch becomes: the time it shows, the true one (both naive), the instant, and whose it is then."""

    punch: Punch
    shown: dt.datetime
    local: dt.datetime
    at: dt.datetime
    employee_id: int | None


def _repaired(punches: Iterable[Punch], ahead: dt.timedelta) -> list[Repaired]:
    rows = list(punches)
    whose = Whose({punch.person_key for punch in rows})
    return [_one(punch, load_wall_clock(punch.device_time), ahead, whose) for punch in rows]


def _one(punch: Punch, shown: dt.datetime, ahead: dt.timedelta, whose: Whose) -> Repaired:
    local = shown + ahead
    employee_id = whose.employee(punch.person_key, punch.origin, local)
    return Repaired(punch, shown, local, as_instant(local, punch.zone), employee_id)


def _ahead(stretch: Stretch, first_true: dt.datetime, at: dt.datetime) -> dt.timedelta:
    """What is added to the times shown. Refuses what would put a punch before 2015 or into the future."""
    ahead = first_true - stretch.first_shown
    span = stretch.last_shown - stretch.first_shown
    if first_true.year < FIRST_YEAR:
        raise Refusal("punches.too_early", gettext("不能早于 {year} 年。").format(year=FIRST_YEAR), "first_true")
    if first_true.year >= dt.MAXYEAR or as_instant(first_true + span, stretch.zone) > at:
        said = gettext("这样最后一条会在 {last},还没有到。").format(last=f"{first_true + span:%Y-%m-%d %H:%M}")
        raise Refusal("punches.in_future", said, "first_true")
    return ahead


def preview(
    stretch: Stretch, first_true: dt.datetime, *, by: Actor, at: dt.datetime, at_most: int = 200
) -> list[tuple[Repaired, Employee | None]]:
    """What the punches of a stretch become, and whose they are then; nothing is kept. Refuses as `repair` does."""
    require(by, CORRECT_PUNCHES, everywhere=True)
    rows = _repaired(punches_of(stretch)[:at_most], _ahead(stretch, first_true, at))
    people = {one.pk: one for one in org.by_ids({row.employee_id for row in rows if row.employee_id})}
    return [(row, people.get(row.employee_id or 0)) for row in rows]


@transaction.atomic
def repair(stretch: Stretch, first_true: dt.datetime, reason: str, *, by: Actor, at: dt.datetime) -> ClockRepair:
    """Count the punches of a stretch at the true time: the first was pressed at `first_true` (naive, the terminal's
    zone), the others as long after it as they show. Their days settle again."""
    require(by, CORRECT_PUNCHES, everywhere=True)
    if not reason.strip():
        raise Refusal("punches.reason", gettext("请填写原因。"), "reason")
    ahead = _ahead(stretch, first_true, at)
    rows = _repaired(punches_of(stretch), ahead)
    made = ClockRepair.objects.create(
        origin=stretch.origin,
        ahead_seconds=round(ahead.total_seconds()),
        punch_count=len(rows),
        first_shown=store_wall_clock(stretch.first_shown),
        first_true=store_wall_clock(first_true),
        reason=reason.strip(),
        made_at=at,
        made_by_id=by.account_id,
    )
    _keep(made, rows)
    _remember(
        by,
        "punches.repair_clock",
        made,
        Sentence("修复 {origin} 的时钟:{count} 条打卡从 {shown} 改按 {true} 计", **_said(made)),
        at,
    )
    tell_touched((row.employee_id, row.local) for row in rows)
    return made


def _keep(made: ClockRepair, rows: Iterable[Repaired]) -> None:
    corrections = [
        Correction(
            kind=CorrectionKind.CLOCK,
            employee_id=row.employee_id,
            repair=made,
            punch=row.punch,
            local_time=store_wall_clock(row.local),
            at=row.at,
            reason=made.reason,
            made_at=made.made_at,
            made_by_id=made.made_by_id,
        )
        for row in rows
    ]
    try:
        with transaction.atomic():
            Correction.objects.bulk_create(corrections, batch_size=5_000)
    except IntegrityError as twice:
        raise Refusal("punches.repaired_already", gettext("其中的打卡刚刚被别人修复,请刷新。")) from twice


@transaction.atomic
def withdraw(made: ClockRepair, *, by: Actor, at: dt.datetime) -> None:
    """Take a repair back: its punches are held again, and their days settle without them."""
    require(by, CORRECT_PUNCHES, everywhere=True)
    if not ClockRepair.objects.filter(pk=made.pk, withdrawn_at__isnull=True).update(withdrawn_at=at):
        raise Refusal("punches.withdrawn_already", gettext("这次修复已经撤回。"))
    rows = Correction.objects.filter(repair=made, withdrawn_at__isnull=True)
    touched = [(one.employee_id, load_wall_clock(one.local_time)) for one in rows if one.local_time]
    rows.update(withdrawn_at=at)
    _remember(
        by,
        "punches.withdraw_repair",
        made,
        Sentence("撤回 {origin} 的时钟修复:{count} 条打卡({true} 起)重新待核对", **_said(made)),
        at,
    )
    tell_touched(touched)


def _said(made: ClockRepair) -> dict[str, str]:
    shown, true = (f"{load_wall_clock(when):%Y-%m-%d %H:%M}" for when in (made.first_shown, made.first_true))
    return {"origin": made.origin or "-", "count": str(made.punch_count), "shown": shown, "true": true}


def _remember(by: Actor, action: str, made: ClockRepair, said: Sentence, at: dt.datetime) -> None:
    record(by, action, made, said, at=at, reason=made.reason, ahead_seconds=made.ahead_seconds)
