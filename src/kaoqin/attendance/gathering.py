"""What a settlement reads: dated rows cut into spans of one rule version, and the engine's input tables, as Arrow.

Everything about a person is keyed by the employee id as text, so that a number that changes hands cannot mix people.
"""

import datetime as dt
import io
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from django.db import connection
from django.utils.translation import gettext, gettext_noop
from pyarrow import csv

from kaoqin.attendance.models import RuleVersion
from kaoqin.org import queries as org
from kaoqin.scheduling import queries as scheduling
from kaoqin.scheduling.queries import DatedShift
from kaoqin.scheduling.words import Segment, ShiftPlan

pc: Any = pyarrow.compute  # its stubs know neither texts nor numbers as arguments

DAY = dt.timedelta(days=1)
NO_GROUP = gettext_noop("不在任何考勤组")
NO_RULES = gettext_noop("所在考勤组当时还没有规则")
NO_PLAN = gettext_noop("所在考勤组当时还没有设置")
AROUND = 3 * DAY
"""How far beyond the range plans and punches are read: windows and night shifts reach over its edges."""


@dataclass(frozen=True)
class Span:
    """Days first to last of some employees who are each under one rule version all the while, on one calendar."""

    first: dt.date
    last: dt.date
    calendar_id: int
    rule_of: dict[int, int]


@dataclass(frozen=True)
class Gap:
    """Days of an employee without group or rules: they cannot be reckoned, and nobody guesses."""

    employee_id: int
    first: dt.date
    last: dt.date
    sentence: str


@dataclass(frozen=True)
class _Piece:
    first: dt.date
    last: dt.date
    rule_id: int
    calendar_id: int


def cut_spans(employee_ids: Sequence[int], first: dt.date, last: dt.date) -> tuple[list[Span], list[Gap]]:
    """Group employees by the spans they can be reckoned in; what nobody can reckon comes back as gaps."""
    memberships = scheduling.membership_spans(employee_ids, first, last)
    rules = _dated(RuleVersion.objects.order_by("begins_on").values_list("group_id", "begins_on", "pk"))
    calendars = scheduling.group_calendars()
    spans: dict[tuple[dt.date, dt.date, int], dict[int, int]] = defaultdict(dict)
    gaps: list[Gap] = []
    kept_since = scheduling.first_memberships(employee_ids)
    moves = org.zone_changes(employee_ids, first, last)
    for employee_id, hired_on, left_on in org.employment(employee_ids):
        # Attendance is kept from the day somebody first joins a group; before it there is nothing to reckon.
        begin, end = max(first, hired_on, kept_since.get(employee_id, first)), min(last, left_on or last)
        if begin > end:
            continue
        pieces, missing = _pieces(memberships.get(employee_id, []), rules, calendars, begin, end)
        pieces = _cut(pieces, moves.get(employee_id, []))
        gaps += [Gap(employee_id, a, b, said) for a, b, said in missing]
        for number, piece in enumerate(pieces):
            # Beyond employment there are no rows, so the edges may as well be those of everybody else.
            low = first if number == 0 and piece.first == hired_on else piece.first
            high = last if number == len(pieces) - 1 and piece.last == end else piece.last
            spans[low, high, piece.calendar_id][employee_id] = piece.rule_id
    return [Span(low, high, calendar, whom) for (low, high, calendar), whom in sorted(spans.items(), key=_key)], gaps


def _key(item: tuple[tuple[dt.date, dt.date, int], dict[int, int]]) -> tuple[dt.date, dt.date, int]:
    return item[0]


def _dated(rows: Iterable[tuple[int, dt.date, int]]) -> dict[int, list[tuple[dt.date, int]]]:
    found: dict[int, list[tuple[dt.date, int]]] = defaultdict(list)
    for key, begins_on, value in rows:
        found[key].append((begins_on, value))
    return found


def _pieces(
    memberships: list[tuple[int, dt.date, dt.date]],
    rules: dict[int, list[tuple[dt.date, int]]],
    calendars: dict[int, list[tuple[dt.date, int]]],
    begin: dt.date,
    end: dt.date,
) -> tuple[list[_Piece], list[tuple[dt.date, dt.date, str]]]:
    """Walk from begin to end; neighbours of the same rule and calendar are one piece."""
    pieces: list[_Piece] = []
    missing: list[tuple[dt.date, dt.date, str]] = []
    day = begin
    for group_id, joined, left in memberships:
        joins, leaves = max(joined, begin), min(left, end)
        if joins > day:
            missing.append((day, joins - DAY, NO_GROUP))
        edges = sorted(
            {joins, *(d for d, _ in rules.get(group_id, []) + calendars.get(group_id, []) if joins < d <= leaves)}
        )
        for number, low in enumerate(edges):
            high = edges[number + 1] - DAY if number + 1 < len(edges) else leaves
            rule, calendar = _in_force(rules.get(group_id, []), low), _in_force(calendars.get(group_id, []), low)
            if rule is None or calendar is None:
                missing.append((low, high, NO_RULES if calendar else NO_PLAN))
            elif pieces and (pieces[-1].rule_id, pieces[-1].calendar_id, pieces[-1].last + DAY) == (
                rule,
                calendar,
                low,
            ):
                pieces[-1] = _Piece(pieces[-1].first, high, rule, calendar)
            else:
                pieces.append(_Piece(low, high, rule, calendar))
        day = leaves + DAY
    if day <= end:
        missing.append((day, end, NO_GROUP))
    return pieces, missing


def _cut(pieces: list[_Piece], days: list[dt.date]) -> list[_Piece]:
    """The pieces cut before each of the days: a span is reckoned in one time zone."""
    for day in days:
        whole = next((piece for piece in pieces if piece.first < day <= piece.last), None)
        if whole:
            place = pieces.index(whole)
            halves = [replace(whole, last=day - DAY), replace(whole, first=day)]
            pieces = [*pieces[:place], *halves, *pieces[place + 1 :]]
    return pieces


def _in_force(dated: list[tuple[dt.date, int]], on: dt.date) -> int | None:
    found = [value for begins_on, value in dated if begins_on <= on]
    return found[-1] if found else None


@dataclass(frozen=True)
class Gathered:
    """The engine's input tables for a span, by name, and what a shift key means."""

    tables: dict[str, pa.Table]
    shift_codes: dict[str, str]


MOMENT = pa.timestamp("s")
# A row of an answer per employee, its facts as lines of one text: a driver that is handed millions of rows one by
# one takes longer than the database and the engine together.
_PUNCHES = """
SELECT employee_id, count(*), string_agg(floor(date_part('epoch', at))::bigint::text, E'\\n') FROM (
    SELECT employee_id, at FROM punches_punch p
    WHERE employee_id = ANY(%(ids)s) AND at >= %(first)s AND at < %(last)s AND trust = 'counts' AND NOT EXISTS (
        SELECT FROM punches_correction c WHERE c.punch_id = p.id AND c.withdrawn_at IS NULL)
    UNION ALL
    SELECT employee_id, at FROM punches_correction
    WHERE employee_id = ANY(%(ids)s) AND kind = 'add' AND withdrawn_at IS NULL AND at >= %(first)s AND at < %(last)s
) AS counted GROUP BY employee_id
"""
_ROSTER = """
SELECT employee_id, count(*), string_agg((date - '1970-01-01')::text || ',' || COALESCE(shift_id, 0)::text, E'\\n')
FROM scheduling_rosterday WHERE employee_id = ANY(%(ids)s) AND date >= %(first)s AND date < %(last)s GROUP BY employee_id
"""
_APPROVED = """
SELECT employee_id, {kind} start AT TIME ZONE 'UTC', "end" AT TIME ZONE 'UTC' FROM {table}
WHERE employee_id = ANY(%(ids)s) AND withdrawn_at IS NULL AND start < %(last)s AND "end" > %(first)s
"""
_ABSENCES = _APPROVED.format(kind="kind,", table="attendance_absence")
_OVERTIME = _APPROVED.format(kind="", table="attendance_agreedovertime")


def gather(span: Span) -> Gathered:
    """Read one span: rules and plans once, punches and approvals of its people around its days."""
    first, last = span.first - AROUND, span.last + AROUND
    ids = sorted(span.rule_of)
    zones = org.zones(ids, span.last)
    reader = _Reader(ids, first, last)
    roster = reader.lines(_ROSTER, {"date": pa.int32(), "shift": pa.int64()})
    roster = roster.set_column(1, "date", roster["date"].cast(pa.date32()))
    used = [key for key in pc.unique(roster["shift"]).to_pylist() if key]
    shifts = scheduling.shifts(used)
    keys = _ShiftKeys(shifts, first, last)
    rules = _name_rules(set(span.rule_of.values()))
    tables = {
        "employees": _employees(span, ids, zones, rules),
        "groups": _groups(rules),
        "shifts": _shifts(keys),
        "late_off_late_on": _late_off(keys),
        "roster": _name_shifts(roster, keys),
        "punches": _localise(reader.lines(_PUNCHES, {"at": pa.int64()}), zones),
        "absences": reader.rows(_ABSENCES, {"kind": pa.string(), "start": MOMENT, "end": MOMENT}),
        "overtime": reader.rows(_OVERTIME, {"start": MOMENT, "end": MOMENT}),
        "calendar": _calendar(span, first, last),
    }
    return Gathered(tables, keys.codes)


@dataclass(frozen=True)
class _Reader:
    """Reads facts about some people in a range into Arrow columns."""

    ids: list[int]
    first: dt.date
    last: dt.date

    def _answer(self, query: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(query, {"ids": self.ids, "first": self.first, "last": self.last + DAY})
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found

    def rows(self, query: str, columns: dict[str, pa.DataType]) -> pa.Table:
        """A table of an answer's rows; the first column is the employee."""
        told = list(zip(*self._answer(query), strict=True)) or [()] * (len(columns) + 1)
        who = pa.array([str(key) for key in told[0]], pa.string())
        facts = zip(columns.items(), told[1:], strict=True)
        return pa.table({"employee_no": who, **{name: pa.array(values, of) for (name, of), values in facts}})

    def lines(self, query: str, columns: dict[str, pa.DataType]) -> pa.Table:
        """A table of an answer with a row per employee: (id, number of lines, the lines as CSV)."""
        answer = self._answer(query)
        if not answer:
            return pa.table(
                {"employee_no": pa.array([], pa.string()), **{n: pa.array([], of) for n, of in columns.items()}}
            )
        facts = csv.read_csv(
            io.BytesIO("\n".join(text for _, _, text in answer).encode()),
            read_options=csv.ReadOptions(column_names=list(columns), block_size=16 << 20),
            convert_options=csv.ConvertOptions(column_types=columns),
        )
        codes: Any = np.repeat(np.arange(len(answer), dtype=np.int32), [count for _, count, _ in answer])
        people = pa.array([str(key) for key, _, _ in answer], pa.string())
        return facts.add_column(0, "employee_no", pa.DictionaryArray.from_arrays(codes, people))


def _localise(punches: pa.Table, zones: dict[int, str]) -> pa.Table:
    """Instants (seconds) as local wall clocks at each person's site."""
    at = punches["at"].cast(pa.timestamp("s", "UTC"))
    local = pa.nulls(len(at), MOMENT)
    for zone in sorted(set(zones.values())) or ["UTC"]:
        there = pc.local_timestamp(at.cast(pa.timestamp("s", zone)))
        if len(set(zones.values())) <= 1:
            local = there
            break
        people = pa.array([str(key) for key, its in zones.items() if its == zone], pa.string())
        local = pc.if_else(pc.is_in(punches["employee_no"].cast(pa.string()), people), there, local)
    return punches.set_column(1, "at", local)


class _ShiftKeys:
    """A key for each version of a shift in force in the range: its code, where there is only one."""

    def __init__(self, shifts: dict[int, DatedShift], first: dt.date, last: dt.date) -> None:
        self.codes: dict[str, str] = {}
        self.plans: dict[str, ShiftPlan] = {}
        self._keys: dict[int, list[tuple[dt.date, str]]] = defaultdict(list)
        for shift in shifts.values():
            begin = max(bisect_right(shift.begins, first) - 1, 0)
            versions = [n for n in range(begin, len(shift.begins)) if shift.begins[n] <= last] or [0]
            for number in versions:
                key = shift.code if len(versions) == 1 else f"{shift.code}@{shift.begins[number]}"
                self.codes[key], self.plans[key] = shift.code, shift.plans[number]
                self._keys[shift.id].append((shift.begins[number], key))

    def by_date(self, shift_id: int) -> list[tuple[dt.date, str]]:
        """The keys of a shift with the day each begins, in order."""
        return self._keys[shift_id]


def _name_shifts(roster: pa.Table, keys: _ShiftKeys) -> pa.Table:
    """The roster with shift keys for shift ids; 0 is a rest day."""
    ids, dates = roster["shift"], roster["date"]
    named = pa.array([""] * len(roster), pa.string())
    for shift_id in (key for key in pc.unique(ids).to_pylist() if key):
        for begins_on, key in keys.by_date(shift_id):
            chosen = pc.equal(ids, shift_id)
            if len(keys.by_date(shift_id)) > 1:
                chosen = pc.and_(chosen, pc.greater_equal(dates, pa.scalar(begins_on)))
            named = pc.if_else(chosen, key, named)
    return roster.set_column(roster.schema.get_field_index("shift"), "shift", named)


def _name_rules(rule_ids: set[int]) -> dict[str, RuleVersion]:
    """A name for each rule version in use, for the trace to be read: the group's, with its first day where needed."""
    rows = list(RuleVersion.objects.filter(pk__in=rule_ids).select_related("group").order_by("pk"))
    names = Counter(row.group.name for row in rows)
    return {row.group.name if names[row.group.name] == 1 else f"{row.group.name}@{row.pk}": row for row in rows}


def _employees(span: Span, ids: list[int], zones: dict[int, str], rules: dict[str, RuleVersion]) -> pa.Table:
    names = {row.pk: name for name, row in rules.items()}
    employment = {key: (hired, left) for key, hired, left in org.employment(ids)}
    return pa.table(
        {
            "employee_no": pa.array([str(key) for key in ids], pa.string()),
            "group": pa.array([names[span.rule_of[key]] for key in ids], pa.string()),
            "timezone": pa.array([zones.get(key, "UTC") for key in ids], pa.string()),
            "hired_on": pa.array([employment[key][0] for key in ids], pa.date32()),
            "left_on": pa.array([employment[key][1] for key in ids], pa.date32()),
        }
    )


_RULES = (
    *("system", "cycle", "overtime_basis", "overtime_after", "overtime_min", "overtime_step"),
    *("early_overtime", "missing_punch"),
)


def _groups(rules: dict[str, RuleVersion]) -> pa.Table:
    told = {name: [_plain(getattr(row, name)) for row in rules.values()] for name in _RULES}
    version = [gettext("自 {begins_on} 起").format(begins_on=row.begins_on) for row in rules.values()]
    return pa.table({"group": list(rules), **told, "version": pa.array(version, pa.string())})


def _plain(value: object) -> str:
    return str(int(value)) if isinstance(value, bool | int) else str(value)


_SEGMENT = tuple(Segment.__dataclass_fields__)
_CLOCKS = ("start", "end", "break_start", "break_end")


def _clock(minute: int | None) -> str:
    return "" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"


def _shifts(keys: _ShiftKeys) -> pa.Table:
    rows = [row for key, plan in keys.plans.items() for row in _shift_rows(key, plan)]
    names = ("shift", "segment", *_SEGMENT, "flex_early", "flex_late", "day_start", "required_minutes")
    return pa.table({name: pa.array([row.get(name, "") for row in rows], pa.string()) for name in names})


def _shift_rows(key: str, plan: ShiftPlan) -> list[dict[str, str]]:
    if plan.free:
        free = {"day_start": _clock(plan.day_start), "required_minutes": str(plan.required_minutes)}
        return [{"shift": key, "segment": "1", **free}]
    rows = []
    for number, segment in enumerate(plan.segments, start=1):
        told = {n: _clock(getattr(segment, n)) if n in _CLOCKS else _plain(getattr(segment, n)) for n in _SEGMENT}
        flex = {"flex_early": str(plan.flex_early), "flex_late": str(plan.flex_late)}
        rows.append({"shift": key, "segment": str(number), **told, **flex})
    return rows


def _late_off(keys: _ShiftKeys) -> pa.Table:
    rows = [(key, str(off), str(on)) for key, plan in keys.plans.items() for off, on in plan.late_off_late_on]
    names = ("shift", "off_after", "on_later")
    return pa.table({name: pa.array([row[n] for row in rows], pa.string()) for n, name in enumerate(names)})


def _calendar(span: Span, first: dt.date, last: dt.date) -> pa.Table:
    """The calendar of the range, and of the days around it as far as it knows them."""
    days = scheduling.known_days(span.calendar_id, first, last, span.first, span.last)
    return pa.table(
        {
            "date": pa.array([day.date for day in days], pa.date32()),
            "kind": pa.array([str(day.kind) for day in days], pa.string()),
            "name": pa.array([day.name for day in days], pa.string()),
        }
    )
