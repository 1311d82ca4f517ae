"""Questions about the ledger."""

import datetime as dt
import zoneinfo
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from kaoqin.core.arrays import any_of
from kaoqin.core.time import load_wall_clock, store_wall_clock
from kaoqin.core.words import NotFound
from kaoqin.devices import queries as devices
from kaoqin.org import number_queries
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.punches.models import BadLine, Correction, ImportBatch, PersonKey, Punch
from kaoqin.punches.words import (
    CORRECT_PUNCHES,
    IMPORT_PUNCHES,
    SEE_OWN_PUNCHES,
    SEE_PUNCHES,
    CorrectionKind,
    LineState,
    Source,
    Trust,
)
from kaoqin.security.doors import may, require
from kaoqin.security.words import Actor


def punches(*, seen_by: Actor, on: dt.date) -> QuerySet[Punch]:
    """Punches of the people within reach; those of nobody yet for whoever may import."""
    code = SEE_PUNCHES if may(seen_by, SEE_PUNCHES) else SEE_OWN_PUNCHES
    reached = Punch.objects.filter(employee__in=org.people(code, seen_by=seen_by, on=on))
    if may(seen_by, IMPORT_PUNCHES):
        reached = reached | Punch.objects.filter(employee__isnull=True)
    corrected = Correction.objects.filter(punch=OuterRef("pk"), withdrawn_at__isnull=True).values("kind")[:1]
    return reached.select_related("employee").annotate(corrected=Subquery(corrected)).order_by("-at", "-pk")


def of_whom(asked: str) -> Q:
    """Punches of those whose number or name contains what was asked, and of nobody with such a number.

    The people are found first: the ledger is too long to be read for a word.
    """
    people = number_queries.ids_containing(asked)
    return Q(any_of("employee_id", people)) | Q(employee__isnull=True, person_key__icontains=asked)


def punch(punch_id: int, *, seen_by: Actor, on: dt.date) -> Punch:
    found = punches(seen_by=seen_by, on=on).filter(pk=punch_id).first()
    if found is None:
        raise NotFound("punches.no_punch", gettext("没有这条打卡记录,或者不在您的管理范围内。"))
    return found


@dataclass(frozen=True)
class UnknownKey:
    """A number nobody has, with what the ledger holds of it and who it may be."""

    person_key: str
    origin: str
    name: str
    count: int
    first: dt.datetime
    last: dt.datetime
    suggestions: tuple[Employee, ...]
    only: Employee | None
    group: str


@dataclass(frozen=True)
class Near:
    """Who a number may mean. `only`: the single one whose number differs by leading zeros, to be confirmed."""

    suggestions: tuple[Employee, ...]
    only: Employee | None


def unknown_keys(*, seen_by: Actor, at_most: int = 200) -> list[UnknownKey]:
    """Numbers in the ledger that are nobody's, most punches first, with suggestions to be confirmed by a person."""
    require(seen_by, IMPORT_PUNCHES, everywhere=True)
    rows = list(
        _nobodys()
        .values("person_key", "origin")
        .annotate(count=Count("pk"), first=Min("device_time"), last=Max("device_time"), name=Max("person_name"))
        .order_by("-count", "person_key")[:at_most]
    )
    near = _near([row["person_key"] for row in rows], [row["name"] for row in rows])
    groups, names = devices.pin_group_days(), devices.pin_group_names()

    def group(row: Mapping[str, Any]) -> str:
        begun = [key for begins_on, key in groups.get(row["origin"], ()) if begins_on <= row["last"].date()]
        return names.get(begun[-1] or 0, "") if begun else ""

    return [UnknownKey(**row, **vars(near(row["person_key"], row["name"])), group=group(row)) for row in rows]


def numbers_of_nobody(origins: Collection[str]) -> dict[str, set[str]]:
    """By source the numbers of its punches that are nobody's now. One question."""
    found: dict[str, set[str]] = defaultdict(set)
    rows = _nobodys().filter(origin__in=origins).values_list("origin", "person_key").distinct()
    for origin, number in rows:
        found[origin].add(number)
    return dict(found)


def _nobodys() -> QuerySet[Punch]:
    """Punches of nobody: neither by the number at its time, nor by the time a repair of the clock gave it."""
    found = Correction.objects.filter(punch=OuterRef("pk"), withdrawn_at__isnull=True, employee__isnull=False)
    return Punch.objects.filter(employee__isnull=True).exclude(Exists(found))


def _corrected() -> Exists:
    return Exists(Correction.objects.filter(punch=OuterRef("pk"), withdrawn_at__isnull=True))


def person_keys(*, seen_by: Actor) -> QuerySet[PersonKey]:
    """Which numbers mean whom, with `until`: the first day a meaning no longer holds, or nothing."""
    require(seen_by, IMPORT_PUNCHES, everywhere=True)
    group = Coalesce("pin_group_id", 0)
    same = {name: OuterRef(name) for name in ("person_key", "origin", "group_key")}
    later = PersonKey.objects.annotate(group_key=group).filter(**same, begins_on__gt=OuterRef("begins_on"))
    later = later.order_by("begins_on")
    told = PersonKey.objects.filter(employee__isnull=False).select_related("employee", "pin_group")
    told = told.annotate(group_key=group)
    return told.annotate(until=Subquery(later.values("begins_on")[:1])).order_by("person_key", "origin", "begins_on")


def person_key(key_id: int, *, seen_by: Actor) -> PersonKey:
    found = person_keys(seen_by=seen_by).filter(pk=key_id).first()
    if found is None:
        raise NotFound("punches.no_key", gettext("没有这个编号对应。"))
    return found


def _near(keys: list[str], names: list[str]) -> Callable[[str, str], Near]:
    """Employees whose number is the same without leading zeros, or who have the name: at most three."""
    by_bare: dict[str, list[Employee]] = defaultdict(list)
    by_name: dict[str, list[Employee]] = defaultdict(list)
    for employee in number_queries.resembling(keys, names):
        by_bare[employee.number.lstrip("0")].append(employee)
        by_name[employee.name].append(employee)

    def suggest(key: str, name: str) -> Near:
        bare = by_bare.get(key.lstrip("0"), []) if key.strip("0") else []
        found = {e.pk: e for e in (*bare, *by_name.get(name, ()))}
        return Near(tuple(found.values())[:3], bare[0] if len(bare) == 1 else None)

    return suggest


def batches(*, seen_by: Actor) -> QuerySet[ImportBatch]:
    require(seen_by, IMPORT_PUNCHES)
    return ImportBatch.objects.defer("content").select_related("uploaded_by").order_by("-uploaded_at")


def batch(batch_id: int, *, seen_by: Actor) -> ImportBatch:
    found = batches(seen_by=seen_by).filter(pk=batch_id).first()
    if found is None:
        raise NotFound("punches.no_batch", gettext("没有这次导入。"))
    return found


def bad_lines(*, seen_by: Actor) -> QuerySet[BadLine]:
    """Lines that wait for a person, over all batches."""
    require(seen_by, IMPORT_PUNCHES)
    return (
        BadLine.objects.filter(state=LineState.WAITING, batch__state="done")
        .select_related("batch")
        .order_by("batch_id", "line_no")
    )


def corrections(employee: Employee, *, seen_by: Actor) -> QuerySet[Correction]:
    require(seen_by, SEE_OWN_PUNCHES)
    return (
        employee.corrections.filter(withdrawn_at__isnull=True).select_related("made_by", "punch").order_by("-made_at")
    )


def correction(correction_id: int, *, seen_by: Actor) -> Correction:
    require(seen_by, CORRECT_PUNCHES)
    found = Correction.objects.select_related("employee", "punch").filter(pk=correction_id).first()
    if found is None:
        raise NotFound("punches.no_correction", gettext("没有这条更正。"))
    return found


@dataclass(frozen=True)
class Waiting:
    """What waits for a person in this room."""

    unknown: int
    held: int
    bad_lines: int


def waiting(*, seen_by: Actor) -> Waiting:
    """Counts for the home page."""
    require(seen_by, IMPORT_PUNCHES)
    return Waiting(
        _nobodys().values("person_key", "origin").distinct().count(),
        Punch.objects.filter(trust=Trust.HELD).exclude(_corrected()).count(),
        BadLine.objects.filter(state=LineState.WAITING).count(),
    )


@dataclass(frozen=True)
class LocalPunch:
    """A counting punch as a sheet shows it: local time at the employee's site."""

    employee_id: int
    at: dt.datetime
    place: str
    remark: str
    origin: str
    source: str


_LOCAL = """
SELECT employee_id, at AT TIME ZONE who.zone AS local, place, '', origin, source FROM punches_punch p
JOIN unnest(%(ids)s::bigint[], %(zones)s::text[]) AS who(id, zone) ON who.id = employee_id
WHERE at >= %(first)s AND at < %(last)s AND trust = 'counts' AND NOT EXISTS (
    SELECT FROM punches_correction c WHERE c.punch_id = p.id AND c.withdrawn_at IS NULL)
UNION ALL
SELECT employee_id, at AT TIME ZONE who.zone, '', reason, '', kind FROM punches_correction
JOIN unnest(%(ids)s::bigint[], %(zones)s::text[]) AS who(id, zone) ON who.id = employee_id
WHERE kind IN ('add', 'clock') AND withdrawn_at IS NULL AND at >= %(first)s AND at < %(last)s
ORDER BY employee_id, local
"""
_SOURCES = dict(Source.choices) | {kind: CorrectionKind(kind).label for kind in ("add", "clock")}


def local_times(ids: Sequence[int], first: dt.date, last: dt.date) -> list[LocalPunch]:
    """All counting punches and added corrections of people on dates of their own wall clocks, in order."""
    zones = org.zones(ids, last)
    told: dict[str, Any] = {
        "ids": list(ids),
        "zones": [zones.get(key, "UTC") for key in ids],
        "first": first - dt.timedelta(days=1),
        "last": last + dt.timedelta(days=2),
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOCAL, told)
        rows = [
            LocalPunch(who, at, place, remark, origin, str(_SOURCES.get(source, source)))
            for who, at, place, remark, origin, source in cursor.fetchall()
        ]
    return [row for row in rows if first <= row.at.date() <= last]


def came_since(employee_id: int, date: dt.date, since: dt.datetime) -> list[tuple[Promise, dt.datetime]]:
    """What came to the ledger, or was corrected in it, after a moment and touches a day or the night after it: what it
    was, and the local time it is about."""
    zone = zoneinfo.ZoneInfo(org.zones([employee_id], date).get(employee_id, "UTC"))
    low = dt.datetime.combine(date, dt.time(), zone)
    between = {"employee": employee_id, "at__range": (low, low + dt.timedelta(hours=36))}
    late = Punch.objects.filter(**between, received_at__gt=since).order_by("at")
    found: list[tuple[Promise, dt.datetime]] = [
        (gettext_lazy("补传打卡"), at) for at in late.values_list("at", flat=True)
    ]
    for row in Correction.objects.filter(employee=employee_id).filter(Q(made_at__gt=since) | Q(withdrawn_at__gt=since)):
        at = row.at or (row.punch.at if row.punch else None)
        if at and low <= at <= low + dt.timedelta(hours=36):
            taken_back = row.withdrawn_at is not None and row.made_at <= since
            added = row.kind != CorrectionKind.VOID
            what = (
                gettext_lazy("撤销补卡") if taken_back else gettext_lazy("补卡") if added else gettext_lazy("作废打卡")
            )
            found.append((what, at))
    return [(what, at.astimezone(zone).replace(tzinfo=None)) for what, at in found]


def added_corrections(ids: Sequence[int], first: dt.date, last: dt.date) -> dict[int, int]:
    """How many punches were added by correction (补卡) for each of the people."""
    low, high = (store_wall_clock(dt.datetime.combine(day, dt.time())) for day in (first, last + dt.timedelta(days=1)))
    rows = Correction.objects.filter(
        employee__in=ids,
        kind=CorrectionKind.ADD,
        withdrawn_at__isnull=True,
        local_time__gte=low,
        local_time__lt=high,
    )
    return dict(rows.values("employee").annotate(count=Count("pk")).values_list("employee", "count"))


def all_corrections(*, seen_by: Actor, on: dt.date) -> QuerySet[Correction]:
    """Corrections of the people within reach, the newest first."""
    whom = org.people(CORRECT_PUNCHES, seen_by=seen_by, on=on).filter(pk=OuterRef("employee_id"))
    return Correction.objects.filter(Exists(whom)).select_related("employee", "punch").order_by("-made_at", "-pk")


@dataclass(frozen=True)
class Pressed:
    """A punch at a terminal: whose, when (the instant and the terminal's wall clock), at which, and when it came."""

    employee_id: int
    at: dt.datetime
    local_time: dt.datetime
    origin: str
    received_at: dt.datetime


def pressed(employee_ids: Sequence[int], first: dt.datetime, last: dt.datetime) -> list[Pressed]:
    """Punches at terminals of some people between two instants that count, by time."""
    rows = Punch.objects.filter(
        any_of("employee_id", employee_ids), at__range=(first, last), source=Source.TERMINAL, trust=Trust.COUNTS
    ).exclude(_corrected())
    found = rows.order_by("at", "pk").values_list("employee_id", "at", "device_time", "origin", "received_at")
    return [Pressed(who, at, load_wall_clock(local), origin, came) for who, at, local, origin, came in found if who]


def times_of(employee_id: int, first: dt.datetime, last: dt.datetime) -> list[dt.datetime]:
    """When somebody punched between two instants, whatever brought it, by time; the caller has asked whether it may know."""
    rows = Punch.objects.filter(employee=employee_id, at__range=(first, last), trust=Trust.COUNTS)
    return list(rows.exclude(_corrected()).order_by("at").values_list("at", flat=True))


def count_of(employee_id: int, first: dt.datetime, before: dt.datetime) -> int:
    """How many punches somebody made from an instant on, before another, those voided among them; the caller has asked whether
    it may be seen."""
    return Punch.objects.filter(employee=employee_id, at__gte=first, at__lt=before).count()


def brought(source: Source, origin: str, at: dt.datetime) -> QuerySet[Punch]:
    """The punches of a moment that one origin brought, each with its employee."""
    return Punch.objects.filter(source=source, origin=origin, at=at).select_related("employee")


def voided(punch_ids: Iterable[int]) -> set[int]:
    """Those of some punches that do not count."""
    live = Correction.objects.filter(kind=CorrectionKind.VOID, punch__in=list(punch_ids), withdrawn_at__isnull=True)
    return {punch_id for punch_id in live.values_list("punch", flat=True) if punch_id}
