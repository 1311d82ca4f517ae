"""Changes around the ledger: attach a number to a person, add or void by a correction."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from kaoqin.core.outcomes import tell
from kaoqin.core.sentences import Sentence
from kaoqin.core.time import as_instant, load_wall_clock, store_wall_clock
from kaoqin.core.words import Refusal
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.punches.ledger import Press, Taken, Whose, content_key, take, tell_touched
from kaoqin.punches.models import Correction, PersonKey, Punch
from kaoqin.punches.words import CERTAIN, CORRECT_PUNCHES, IMPORT_PUNCHES, CorrectionKind, Trust
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

__all__ = [
    "Press",
    "Taken",
    "add_correction",
    "agree_correction",
    "attach",
    "content_key",
    "end_correction",
    "end_key",
    "take",
    "void",
    "withdraw_correction",
]


@transaction.atomic
def attach(
    person_key: str,
    origin: str,
    employee: Employee,
    begins_on: dt.date,
    *,
    by: Actor,
    at: dt.datetime,
    pin_group_id: int | None = None,
) -> int:
    """State that a number means an employee from a day on, in a source, a group of terminals, or (neither) anywhere;
    its punches since become theirs. Returns how many."""
    require(by, IMPORT_PUNCHES, everywhere=True)
    where: dict[str, Any] = {
        "person_key": person_key,
        "origin": origin,
        "pin_group_id": pin_group_id,
        "begins_on": begins_on,
    }
    key, _ = PersonKey.objects.update_or_create(**where, defaults={"employee": employee})
    tell("numbers.changed", employee_ids=[employee.pk])
    count = _give_anew(key)
    said = Sentence(
        "打卡编号 {person_key} 对应 {name}({number}),归入 {count} 条打卡",
        person_key=person_key,
        name=employee.name,
        number=employee.number,
        count=count,
    )
    record(by, "punches.attach", employee, said, at=at, origin=origin, begins_on=str(begins_on))
    return count


@transaction.atomic
def end_key(key: PersonKey, on: dt.date, *, by: Actor, at: dt.datetime) -> int:
    """State that a number no longer means its employee from a day on; its punches since are nobody's again.

    Returns how many. Refuses a day before the meaning began, and one on which another has taken over.
    """
    require(by, IMPORT_PUNCHES, everywhere=True)
    employee = key.employee
    if employee is None or on < key.begins_on:
        raise Refusal("punches.key_not_yet", gettext("不能早于对应开始的那天({day})。").format(day=key.begins_on), "on")
    where: dict[str, Any] = {"person_key": key.person_key, "origin": key.origin, "pin_group": key.pin_group}
    next_key = PersonKey.objects.filter(**where, begins_on__gt=key.begins_on).order_by("begins_on")
    taken_over = next_key.values_list("begins_on", flat=True).first()
    if taken_over and on >= taken_over:
        raise Refusal("punches.key_ended", gettext("这个对应到 {day} 已经结束。").format(day=taken_over), "on")
    ended, _ = PersonKey.objects.update_or_create(**where, begins_on=on, defaults={"employee": None})
    tell("numbers.changed", employee_ids=[employee.pk])
    count = _give_anew(ended)
    said = Sentence(
        "打卡编号 {person_key} 自 {on} 起不再是 {name}({number}),{count} 条打卡待认领",
        person_key=key.person_key,
        on=on,
        name=employee.name,
        number=employee.number,
        count=count,
    )
    record(by, "punches.end_key", employee, said, at=at, origin=key.origin)
    return count


def _give_anew(key: PersonKey) -> int:
    """Give the punches of a number since a day to whom they belong now; returns how many changed hands."""
    narrow = {"origin": key.origin} if key.origin else {}
    return _give([key.person_key], key.begins_on, narrow)


def on_grouped(serial: str, since: dt.date) -> None:
    """A terminal is in another group since a day: numbers that mean somebody in a group may mean another now."""
    keys = set(PersonKey.objects.filter(pin_group__isnull=False).values_list("person_key", flat=True))
    _give(sorted(keys), since, {"origin": serial})


def _give(keys: Sequence[str], since: dt.date, narrow: dict[str, str]) -> int:
    """Give punches of some numbers to whom they belong now. The days of who had them and of who gets them settle again."""
    first = store_wall_clock(dt.datetime.combine(since, dt.time()))
    whose = Whose(keys)
    _give_repaired(keys, first, narrow, whose)
    told = Punch.objects.filter(person_key__in=keys, device_time__gte=first, **narrow)
    punches = told.exclude(source__in=CERTAIN).select_for_update()
    given: dict[int | None, list[Punch]] = defaultdict(list)
    for punch in punches:
        now = whose.employee(punch.person_key, punch.origin, load_wall_clock(punch.device_time).date())
        if now != punch.employee_id:
            given[now].append(punch)
    for employee_id, theirs in given.items():
        counting = [punch for punch in theirs if punch.trust == Trust.COUNTS]
        tell_touched(
            (who, load_wall_clock(punch.device_time)) for punch in counting for who in (punch.employee_id, employee_id)
        )
        Punch.objects.filter(pk__in=[punch.pk for punch in theirs]).update(employee_id=employee_id)
    return sum(map(len, given.values()))


def _give_repaired(keys: Sequence[str], first: dt.datetime, narrow: dict[str, str], whose: Whose) -> None:
    """The same for punches whose clock was repaired: theirs by the true time."""
    of_punch = {f"punch__{name}": value for name, value in narrow.items()}
    wanted: dict[str, Any] = {"punch__person_key__in": keys, "local_time__gte": first, **of_punch}
    live = Correction.objects.filter(kind=CorrectionKind.CLOCK, withdrawn_at__isnull=True, **wanted)
    for made in live.select_for_update(of=("self",)).select_related("punch"):
        if made.punch and made.local_time:
            local, before = load_wall_clock(made.local_time), made.employee_id
            made.employee_id = whose.employee(made.punch.person_key, made.punch.origin, local)
            made.save(update_fields=["employee"])
            tell_touched([(before, local), (made.employee_id, local)])


@transaction.atomic
def add_correction(
    employee: Employee, local_time: dt.datetime, reason: str, *, by: Actor, at: dt.datetime, today: dt.date
) -> Correction:
    """A punch that was forgotten (补卡), as another fact: naive local time at the employee's site, and why."""
    _require_person(by, employee, today)
    return agree_correction(employee, local_time, reason, by=by, at=at)


@transaction.atomic
def agree_correction(
    employee: Employee,
    local_time: dt.datetime,
    reason: str,
    *,
    by: Actor,
    at: dt.datetime,
    request_id: int | None = None,
) -> Correction:
    """The same, agreed on by HR or by a request: whoever decided it was asked what they may there."""
    if not reason.strip():
        raise Refusal("punches.reason", gettext("请填写原因。"), "reason")
    zone = org.zones([employee.pk], local_time.date()).get(employee.pk)
    if zone is None:
        raise Refusal(
            "punches.no_zone",
            gettext("{name} 当天没有任职地点,无法确定时区。").format(name=employee.name),
            "local_time",
        )
    instant = as_instant(local_time, zone)
    if instant > at:
        raise Refusal("punches.in_future", gettext("不能补将来的卡。"), "local_time")
    made = Correction.objects.create(
        kind=CorrectionKind.ADD,
        employee=employee,
        local_time=store_wall_clock(local_time),
        at=instant,
        reason=reason.strip(),
        request_id=request_id,
        made_at=at,
        made_by_id=by.account_id,
    )
    record(
        by,
        "punches.correct",
        employee,
        Sentence("为 {name} 补卡 {at}", name=employee.name, at=f"{local_time:%Y-%m-%d %H:%M}"),
        at=at,
        reason=reason,
    )
    tell_touched([(employee.pk, local_time)])
    return made


def _require_person(by: Actor, employee: Employee, today: dt.date, code: str = CORRECT_PUNCHES) -> None:
    require(by, code)
    org.person(employee.pk, code, seen_by=by, on=today)


@transaction.atomic
def void(
    punch: Punch, reason: str, *, by: Actor, at: dt.datetime, today: dt.date, code: str = CORRECT_PUNCHES
) -> Correction:
    """State that a punch does not count (作废); the punch itself stays as it came. `code`: the permission it takes."""
    employee = punch.employee
    if employee is None:
        raise Refusal("punches.of_nobody", gettext("这条打卡还没有对应的员工。"))
    _require_person(by, employee, today, code)
    if not reason.strip():
        raise Refusal("punches.reason", gettext("请填写原因。"), "reason")
    try:
        with transaction.atomic():
            made = Correction.objects.create(
                kind=CorrectionKind.VOID,
                employee=employee,
                punch=punch,
                reason=reason.strip(),
                made_at=at,
                made_by_id=by.account_id,
            )
    except IntegrityError as twice:
        raise Refusal("punches.corrected_already", gettext("这条打卡已经作废,或者修复过时间。")) from twice
    local = load_wall_clock(punch.device_time)
    record(
        by,
        "punches.void",
        employee,
        Sentence("作废 {name} {at} 的打卡", name=employee.name, at=f"{local:%Y-%m-%d %H:%M}"),
        at=at,
        reason=reason,
    )
    tell_touched([(employee.pk, local)])
    return made


@transaction.atomic
def withdraw_correction(made: Correction, *, by: Actor, at: dt.datetime, today: dt.date) -> None:
    """Take a correction back: an added punch no longer counts, a voided one counts again."""
    if made.employee is None or made.kind == CorrectionKind.CLOCK:
        raise Refusal("punches.of_a_repair", gettext("时钟修复请在「时钟修复」页整段撤回。"))
    _require_person(by, made.employee, today)
    if made.request_id:
        raise Refusal("punches.of_a_request", gettext("这条补卡由申请产生,请在那个申请里撤销。"))
    _end(made, by, at)


@transaction.atomic
def end_correction(request_id: int, *, by: Actor, at: dt.datetime) -> None:
    """The punch that a request added counts no more: it was taken back."""
    for made in Correction.objects.select_related("employee").filter(request=request_id, withdrawn_at=None):
        _end(made, by, at)


def _end(made: Correction, by: Actor, at: dt.datetime) -> None:
    stored = made.punch.device_time if made.punch else made.local_time
    if made.withdrawn_at or stored is None or made.employee is None:
        raise Refusal("punches.withdrawn_already", gettext("这条更正已经撤回。"))
    local = load_wall_clock(stored)
    Correction.objects.filter(pk=made.pk).update(withdrawn_at=at)
    record(
        by,
        "punches.withdraw",
        made.employee,
        Sentence("撤回对 {name} {at} 的更正", name=made.employee.name, at=f"{local:%Y-%m-%d %H:%M}"),
        at=at,
    )
    tell_touched([(made.employee.pk, local)])
