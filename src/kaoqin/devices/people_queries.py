"""Questions about the people on terminals. They show names, so who asks must see all terminals."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from kaoqin.core.words import NotFound
from kaoqin.devices import fleet, numbers
from kaoqin.devices.models import (
    Command,
    Device,
    EmployeeCard,
    PeopleKeeping,
    PersonOnDevice,
    Placement,
    TerminalAccess,
)
from kaoqin.devices.protocols import held_name, reason_of
from kaoqin.devices.wire import Dialect
from kaoqin.devices.words import SEE_DEVICES, CommandState, PlacementFault, PlacementState, Wish
from kaoqin.org import place_queries
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.doors import reach, require
from kaoqin.security.words import Actor


def may_see_people(by: Actor) -> bool:
    return reach(by, SEE_DEVICES).everyone


@dataclass(frozen=True)
class Summary:
    """A terminal's people in numbers: who belongs there, whom it told, and how far the house is with them."""

    on: bool
    told_at: dt.datetime | None
    there: int
    belongs: int = 0
    same: int = 0
    waiting: int = 0
    sent: int = 0
    failed: int = 0
    extra: int = 0
    strangers: int = 0
    held: int = 0
    asking: bool = False
    fault: str = ""

    @property
    def under_way(self) -> int:
        """Not yet as it should be, and not given up."""
        return self.waiting + self.sent


def summary(device: Device, *, seen_by: Actor) -> Summary:
    """Four questions, however many people."""
    require(seen_by, SEE_DEVICES, everywhere=True)
    keeping = PeopleKeeping.objects.select_related("telling").filter(device=device).first()
    asked = Command.objects.filter(device=device, wish=Wish.TELL_PEOPLE).order_by("-pk").first()
    states = {state: Count("pk", filter=Q(state=state)) for state in PlacementState.values}
    counts = Placement.objects.filter(device=device).aggregate(
        belongs=Count("pk", filter=Q(belongs=True)), held=Count("pk", filter=Q(fault=PlacementFault.HELD)), **states
    )
    failed = asked is not None and asked.state == CommandState.FAILED
    return Summary(
        on=bool(keeping and keeping.on),
        told_at=keeping.telling.ended_at if keeping and keeping.telling else None,
        there=PersonOnDevice.objects.filter(device=device).count(),
        belongs=counts["belongs"],
        same=counts[PlacementState.SAME],
        waiting=counts[PlacementState.WAITING],
        sent=counts[PlacementState.SENT],
        failed=counts[PlacementState.FAILED],
        extra=counts[PlacementState.EXTRA],
        strangers=counts[PlacementState.STRANGER],
        held=counts["held"],
        asking=asked is not None and asked.state in {CommandState.WAITING, CommandState.SENT},
        fault=_code(device, asked.result_code) if asked and failed else "",
    )


def _code(device: Device, code: int | None) -> str:
    return str(PlacementFault.UNANSWERED.label) if code is None else reason_of(device.protocol, code)


def placements(device: Device, *, seen_by: Actor) -> QuerySet[Placement]:
    """Everybody on a terminal or meant to be, with `there_name`, `there_card` and `privilege` as it told them."""
    require(seen_by, SEE_DEVICES, everywhere=True)
    there = PersonOnDevice.objects.filter(device=OuterRef("device"), pin=OuterRef("pin"))
    told = {f"there_{name}": Subquery(there.values(name)[:1]) for name in ("name", "card", "privilege")}
    rows = Placement.objects.filter(device=device).select_related("employee").annotate(**told)
    return rows.order_by("employee__number", "pin", "pk")


def dialect(device: Device, *, at: dt.datetime) -> Dialect:
    """How a terminal speaks."""
    known = fleet.terminal(device.serial, at)
    return known.dialect if known else Dialect(device.protocol)


def placement(placement_id: int, *, seen_by: Actor) -> Placement:
    require(seen_by, SEE_DEVICES, everywhere=True)
    found = Placement.objects.select_related("device").filter(pk=placement_id).first()
    if found is None:
        raise NotFound("devices.no_placement", gettext("没有这个人。"))
    return found


def reason(row: Placement, dialect: Dialect) -> str:
    """Why somebody is not as they should be on a terminal, and what happens next; empty where nothing is to be said."""
    if row.state == PlacementState.SAME:
        return _changed_name(row, dialect)
    if not row.fault:
        going = not row.belongs and row.state in {PlacementState.WAITING, PlacementState.SENT}
        return gettext("从考勤机删除") if going else ""
    said = str(PlacementFault(row.fault).label)
    if row.fault == PlacementFault.CODE and row.result_code is not None:
        said = f"{said}:{reason_of(dialect.protocol, row.result_code)}"
    if row.state == PlacementState.WAITING and row.next_try_at:
        time = date_format(localtime(row.next_try_at), "H:i")
        return gettext("{reason};已试 {count} 次,{time} 再试").format(reason=said, count=row.tries, time=time)
    return gettext("{reason};试了 {count} 次,已停止").format(reason=said, count=row.tries) if row.tries else said


def _changed_name(row: Placement, dialect: Dialect) -> str:
    """A name that the terminal cannot hold as it is; nothing of one that is new and not sent yet."""
    name = " ".join(row.employee.name.split()) if row.employee else ""
    if row.name in {"", name} or row.name != held_name(name, dialect):
        return ""
    return gettext("全名存不下,或有机内没有的字")


def departments(device: Device, on: dt.date) -> dict[int, str]:
    """The department of everybody on a terminal who has one on a day, by employee id. Two questions."""
    names = place_queries.department_names(on)
    ids = Placement.objects.filter(device=device, employee__isnull=False).values_list("employee_id", flat=True)
    return {one.employee_id: names.get(one.department_id, "") for one in org.placed(on, [key for key in ids if key])}


def on_terminal(device: Device, *, seen_by: Actor) -> QuerySet[PersonOnDevice]:
    """Whom a terminal told."""
    require(seen_by, SEE_DEVICES, everywhere=True)
    return PersonOnDevice.objects.filter(device=device).order_by("pin")


def whose(device: Device, on: dt.date) -> dict[str, Employee]:
    """The employee each number of a terminal means on a day."""
    pins = list(PersonOnDevice.objects.filter(device=device).values_list("pin", flat=True))
    known = numbers.known({}, pins, on)
    meant = {pin: employee_id for pin in pins if (employee_id := known.employee(pin, device.serial))}
    people = {employee.pk: employee for employee in org.by_ids(meant.values())}
    return {pin: people[employee_id] for pin, employee_id in meant.items() if employee_id in people}


def access(device: Device, *, seen_by: Actor) -> QuerySet[TerminalAccess]:
    """The rules of a terminal and those of all terminals of its site, those in force or to come first."""
    require(seen_by, SEE_DEVICES, everywhere=True)
    rows = TerminalAccess.objects.filter(Q(device=device) | Q(at_site__isnull=False, at_site=device.site))
    ordered = rows.order_by(F("ends_on").desc(nulls_first=True), "-begins_on", "pk")
    return ordered.select_related("site", "employee")


def rule(rule_id: int, *, seen_by: Actor) -> TerminalAccess:
    require(seen_by, SEE_DEVICES, everywhere=True)
    found = TerminalAccess.objects.filter(pk=rule_id).first()
    if found is None:
        raise NotFound("devices.no_rule", gettext("没有这条规则。"))
    return found


def cards(*, seen_by: Actor) -> QuerySet[EmployeeCard]:
    """Who carries which card since when."""
    require(seen_by, SEE_DEVICES, everywhere=True)
    return EmployeeCard.objects.select_related("employee").order_by("employee__number", "-begins_on")
