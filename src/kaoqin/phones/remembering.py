"""What came before a punch, asked of the database: the four questions of `past.Past`, and what is on record as evidence."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from kaoqin.core.arrays import array_of, server_cursor
from kaoqin.core.places import Point
from kaoqin.phones.models import Record
from kaoqin.phones.past import FALSE, HONEST, TOGETHER, Earlier, Evidence, Past, Scores, Use
from kaoqin.phones.words import PUNCH_KIND, Flag, Keeping, RecordState

SPAN = dt.timedelta(days=60)
LAST_OF_ONE, LAST_NETWORKS, LAST_STATIONS = 120, 5_000, 1_000

COMPANIONS = """
SELECT mine.id, other.employee_id FROM phones_record mine
JOIN phones_record other ON other.spot = mine.spot AND other.spot <> ''
 AND other.at BETWEEN mine.at - %(together)s AND mine.at + %(together)s
 AND other.employee_id <> mine.employee_id AND other.device <> mine.device
WHERE mine.id = ANY(%(ids)s::bigint[]) AND mine.spot <> ''
"""
NOW_WITH = """
SELECT DISTINCT employee_id FROM phones_record
WHERE spot = %(spot)s AND spot <> '' AND at BETWEEN %(at)s - %(together)s AND %(at)s
 AND employee_id <> %(employee)s AND device <> %(device)s
"""
NETWORKS = """
SELECT network, count(DISTINCT employee_id) FROM (
 SELECT network, employee_id FROM phones_record
 WHERE spot = %(spot)s AND spot <> '' AND at >= %(since)s AND at < %(at)s ORDER BY at DESC LIMIT %(networks)s
) latest WHERE network <> '' AND employee_id <> %(employee)s GROUP BY network
"""
STATIONS = """
SELECT station, count(DISTINCT employee_id) FROM (
 SELECT stations, employee_id FROM phones_record
 WHERE spot = %(spot)s AND spot <> '' AND at >= %(since)s AND at < %(at)s ORDER BY at DESC LIMIT %(stations)s
) latest, unnest(stations) station WHERE employee_id <> %(employee)s GROUP BY station
"""
USES = """
SELECT employee_id, count(*) FILTER (WHERE at >= %(since)s), min(at), max(at) FROM phones_record
WHERE device = %(device)s AND at < %(at)s GROUP BY employee_id HAVING max(at) >= %(since)s ORDER BY employee_id
"""
"""Who used a phone within the span: how often in it, and when for the first time ever."""

FIELDS = (
    *("pk", "employee_id", "at", "device", "network", "region", "latitude", "longitude", "accuracy_m", "flags", "spot"),
    *("keeping", "repeated", "region_off_km"),
    *("off_m", "beyond_m", "zone_minutes", "provider", "mock", "emulator", "stations", "clock_off_s"),
    *("made_up", "other_hand", "decision__counts"),
)


def evidence_of(row: Any) -> Evidence:
    """What is known of a record (or of a row of its `FIELDS`), as weighing looks at it. A position of another time than the
    punch is none; of one that is coarse now, only how sure it was is known still."""
    told = row.latitude is not None and Flag.POINT_STALE not in row.flags
    point = Point(row.latitude, row.longitude) if told and row.keeping == Keeping.WHOLE else None
    return Evidence(
        *(row.employee_id, row.at, row.device, row.network, row.region),
        region_off_km=row.region_off_km,
        point=point,
        accuracy_m=row.accuracy_m if told else None,
        repeated=row.repeated,
        place=row.spot,
        off_m=row.off_m,
        beyond_m=row.beyond_m,
        zone_minutes=row.zone_minutes,
        provider=row.provider,
        mock=row.mock,
        emulator=row.emulator,
        stations=tuple(row.stations),
        clock_off_s=row.clock_off_s,
    )


def past_of(now: Evidence) -> Past:
    """What came before a punch, by its own time: what arrives late is weighed by what was before it, too."""
    rows = _own(now)
    companions = _companions(row.pk for row in rows)
    asked: dict[str, Any] = {"spot": now.place, "at": now.at, "since": now.at - SPAN, "employee": now.employee}
    asked |= {"device": now.phone, "together": TOGETHER, "networks": LAST_NETWORKS, "stations": LAST_STATIONS}
    at_place = bool(now.place)
    return Past(
        own=[Earlier(evidence_of(row), companions[row.pk], _scores(row)) for row in rows],
        on_phone=[Use(*row) for row in _ask(USES, asked)],
        now_with=frozenset(key for (key,) in _ask(NOW_WITH, asked)) if at_place else frozenset(),
        stations_here=dict(_ask(STATIONS, asked)) if at_place and now.stations else {},
        networks_here=dict(_ask(NETWORKS, asked)) if at_place and now.network else {},
    )


def _own(now: Evidence) -> list[Any]:
    """The `FIELDS` of the person's latest records before now, the oldest first."""
    rows = Record.objects.filter(employee=now.employee, kind=PUNCH_KIND, at__lt=now.at, at__gte=now.at - SPAN)
    rows = rows.exclude(state=RecordState.REFUSED).order_by("-at", "-pk")
    return list(rows.values_list(*FIELDS, named=True)[:LAST_OF_ONE])[::-1]


def _scores(row: Any) -> Scores:
    """Once somebody has looked, what they decided; else the scores it had by itself."""
    if row.decision__counts is not None:
        return HONEST if row.decision__counts else FALSE
    return Scores(row.made_up or 0.0, row.other_hand or 0.0)


def _companions(ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """For each of these records the others who punched there with other phones at about that time."""
    found: dict[int, set[int]] = defaultdict(set)
    for key, employee_id in _ask(COMPANIONS, {"ids": array_of(ids), "together": TOGETHER}):
        found[key].add(employee_id)
    return defaultdict(frozenset, {key: frozenset(people) for key, people in found.items()})


def _ask(question: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with server_cursor() as cursor:
        cursor.execute(question, values)
        return list(cursor.fetchall())
