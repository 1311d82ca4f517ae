"""What the law's leave asks about people: gender, years of work, children. Only HR may see and change it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext

from kaoqin.core.arrays import any_of
from kaoqin.core.outcomes import tell
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import NotFound, Refusal
from kaoqin.org import queries
from kaoqin.org.models import Birth, Employee, PersonalFacts, Posting
from kaoqin.org.protecting import Child, protection
from kaoqin.org.words import MANAGE_FACTS, Protection
from kaoqin.security.audit import AT_ONCE, record_all
from kaoqin.security.words import Actor

EARLIEST = dt.date(1930, 1, 1)


@dataclass(frozen=True)
class Facts:
    """What is known of somebody; what is not known is None or empty."""

    gender: str = ""
    born_on: dt.date | None = None
    worked_since: dt.date | None = None
    married_on: dt.date | None = None
    only_child: bool = False

    def refuse_bad(self, today: dt.date) -> None:
        for name, day in (("born_on", self.born_on), ("worked_since", self.worked_since)):
            if day and not EARLIEST <= day <= today:
                raise Refusal("org.fact_date", gettext("日期应在 1930 年以后,且不晚于今天。"), name)
        if self.born_on and self.worked_since and self.worked_since <= self.born_on:
            raise Refusal("org.worked_before_birth", gettext("参加工作日期须晚于出生日期。"), "worked_since")


@dataclass(frozen=True)
class Delivery:
    """A child expected, born or lost."""

    expected_on: dt.date | None = None
    born_on: dt.date | None = None
    babies: int = 1
    difficult: bool = False
    lost_on: dt.date | None = None
    after_four_months: bool = False

    def refuse_bad(self) -> None:
        if not (self.expected_on or self.born_on or self.lost_on):
            raise Refusal("org.birth_date", gettext("预产期、出生日期、流产日期至少填一项。"), "expected_on")
        if self.born_on and self.lost_on:
            raise Refusal("org.birth_or_loss", gettext("出生日期与流产日期只能填一项。"), "lost_on")
        if not 1 <= self.babies <= 9:
            raise Refusal("org.babies", gettext("胎儿数应为 1 至 9。"), "babies")


def facts_of(employee: Employee, *, seen_by: Actor, on: dt.date) -> Facts:
    """What is known of somebody, for HR."""
    found = queries.person(employee.pk, MANAGE_FACTS, seen_by=seen_by, on=on)
    row = PersonalFacts.objects.filter(employee=found).first()
    return Facts(**{name: getattr(row, name) for name in Facts.__dataclass_fields__}) if row else Facts()


def births_of(employee: Employee, *, seen_by: Actor, on: dt.date) -> list[Birth]:
    """Somebody's children and expectations, for HR."""
    queries.person(employee.pk, MANAGE_FACTS, seen_by=seen_by, on=on)
    return list(Birth.objects.filter(employee=employee).order_by("pk"))


def birth(birth_id: int, *, seen_by: Actor, on: dt.date) -> Birth:
    found = Birth.objects.filter(pk=birth_id).select_related("employee").first()
    if found is None:
        raise NotFound("org.no_birth", gettext("没有这条生育记录。"))
    queries.person(found.employee_id, MANAGE_FACTS, seen_by=seen_by, on=on)
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """What leave is reckoned from, of one employee on a day; the caller shows only what the reader may see."""

    employee_id: int
    hired_on: dt.date
    left_on: dt.date | None
    province: str
    gender: str
    worked_since: dt.date | None
    married_on: dt.date | None
    only_child: bool


def standings(employee_ids: Iterable[int] | None, on: dt.date) -> list[Standing]:
    """What leave is reckoned from, of some people or (None) of all; one question."""
    here = Posting.objects.filter(queries.posted(on), employee=OuterRef("pk")).order_by("-begins_on")
    rows = Employee.objects.order_by("pk")
    if employee_ids is not None:
        rows = rows.filter(any_of("id", employee_ids))
    rows = rows.annotate(
        province=Subquery(here.values("site__province")[:1]),
        gender=F("facts__gender"),
        since=F("facts__worked_since"),
        married=F("facts__married_on"),
        only=F("facts__only_child"),
    )
    told = rows.values_list("pk", "hired_on", "left_on", "province", "gender", "since", "married", "only")
    return [
        Standing(key, hired, left, province or "", gender or "", since, married, bool(only))
        for key, hired, left, province, gender, since, married, only in told
    ]


def births(employee_ids: Iterable[int] | None) -> dict[int, list[Birth]]:
    """The children and expectations of some people or (None) of all, the eldest first."""
    rows = Birth.objects.order_by("employee_id", "pk")
    found: dict[int, list[Birth]] = {}
    for one in rows if employee_ids is None else rows.filter(any_of("employee_id", employee_ids)):
        found.setdefault(one.employee_id, []).append(one)
    for rows_of in found.values():
        rows_of.sort(key=lambda one: one.born_on or one.lost_on or one.expected_on or dt.date.max)
    return found


def protections(employee_ids: Iterable[int], on: dt.date) -> dict[int, Protection]:
    """Whom of some people the law spares overtime and night work on a day, and why; two questions."""
    ids = list(employee_ids)
    children = births(ids)
    rows = Employee.objects.filter(any_of("id", ids)).values_list("pk", "facts__gender", "facts__born_on")
    judged = (
        (key, protection(gender or "", born_on, [_child(one) for one in children.get(key, [])], on))
        for key, gender, born_on in rows
    )
    return {key: found for key, found in judged if found}


def _child(row: Birth) -> Child:
    return Child(row.expected_on, row.born_on, row.lost_on)


def refuse_protected(employee_ids: Iterable[int], on: dt.date, what: str | Promise, field: str = "") -> None:
    """Refuse to ask overtime or night work (`what`) of those whom the law spares it on a day, naming the law."""
    found = protections(employee_ids, on)
    if found:
        key = min(found)
        name = Employee.objects.values_list("name", flat=True).get(pk=key)
        said = gettext("{name}{why},依法不得安排{what}。").format(name=name, why=found[key].label, what=what)
        raise Refusal("org.protected", said, field)


def keep_facts(employee: Employee, facts: Facts, *, by: Actor, at: dt.datetime) -> None:
    """What is known of somebody from now on."""
    keep_all_facts([(employee, facts)], by=by, at=at)


@transaction.atomic
def keep_all_facts(told: Sequence[tuple[Employee, Facts]], *, by: Actor, at: dt.datetime) -> None:
    """What is known of people, each once. The audit remembers which facts changed, not their values."""
    _require_all([employee for employee, _ in told], by, at)
    before = PersonalFacts.objects.in_bulk([employee.pk for employee, _ in told])
    for _, facts in told:
        facts.refuse_bad(timezone.localdate(at))
    names = list(Facts.__dataclass_fields__)
    PersonalFacts.objects.bulk_create(
        (PersonalFacts(employee=employee, **vars(facts)) for employee, facts in told),
        update_conflicts=True,
        unique_fields=["employee"],
        update_fields=names,
        batch_size=AT_ONCE,
    )
    deeds = (
        (
            employee,
            Sentence("修改 {name}({number})的个人情况", name=employee.name, number=employee.number),
            {"changed": [n for n in names if getattr(before.get(employee.pk, Facts()), n) != getattr(facts, n)]},
        )
        for employee, facts in told
    )
    record_all(by, "org.keep_facts", deeds, at=at)
    tell("people.facts", employee_ids=[employee.pk for employee, _ in told], at=at)


def _require_all(employees: Sequence[Employee], by: Actor, at: dt.datetime) -> None:
    on, wanted = timezone.localdate(at), {employee.pk for employee in employees}
    reached = queries.people(MANAGE_FACTS, seen_by=by, on=on).filter(pk__in=wanted).values_list("pk", flat=True)
    for key in wanted - set(reached):
        queries.person(key, MANAGE_FACTS, seen_by=by, on=on)


@transaction.atomic
def keep_birth(
    employee: Employee, delivery: Delivery, *, by: Actor, at: dt.datetime, birth: Birth | None = None
) -> Birth:
    """A child of somebody that is expected, born or lost; or what is known of it now."""
    _require_all([employee], by, at)
    delivery.refuse_bad()
    kept = birth or Birth(employee=employee)
    for name, value in vars(delivery).items():
        setattr(kept, name, value)
    kept.save()
    facts: dict[str, Any] = {"birth": kept.pk}
    said = Sentence("登记 {name}({number})的生育情况", name=employee.name, number=employee.number)
    record_all(by, "org.keep_birth", [(employee, said, facts)], at=at)
    tell("people.facts", employee_ids=[employee.pk], at=at)
    return kept
