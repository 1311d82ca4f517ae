"""What a settlement reads: the engine's input tables for a span, as Arrow.

Everything about a person is keyed by the employee id as text, so that a number that changes hands cannot mix people.
"""

import datetime as dt
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from django.db import connection
from django.utils.translation import gettext
from numpy.typing import NDArray

from kaoqin.attendance.drafts import Draft
from kaoqin.attendance.models import RuleVersion
from kaoqin.attendance.spans import Span
from kaoqin.core.arrays import array_of, fetch_arrays
from kaoqin.org import queries as org
from kaoqin.scheduling import queries as scheduling
from kaoqin.scheduling.queries import DatedShift
from kaoqin.scheduling.words import Segment, ShiftPlan

pc: Any = pyarrow.compute  # its stubs know neither texts nor numbers as arguments

DAY = dt.timedelta(days=1)
AROUND = 3 * DAY
"""How far beyond the range plans and punches are read: windows and night shifts reach over its edges."""


@dataclass(frozen=True)
class Gathered:
    """The engine's input tables for a span, by name, and what a shift key means; `tried` are those that a draft changes."""

    tables: dict[str, pa.Table]
    shift_codes: dict[str, str]
    tried: dict[str, pa.Table] = field(default_factory=dict)


MOMENT = pa.timestamp("s")
# The punches lie in an index by employee and time, which a settlement reads from end to end without the table; a join
# with the few that were voided would cost more than all the rest.
_VOIDED = """
SELECT punch_id FROM punches_correction
WHERE employee_id = ANY(%(ids)s::bigint[]) AND kind = 'void' AND withdrawn_at IS NULL
"""
_PUNCHES = """
SELECT employee_id, array_agg(at) FROM punches_punch WHERE employee_id = ANY(%(ids)s::bigint[])
AND at >= %(first)s AND at < %(last)s AND trust = 'counts' AND NOT (id = ANY(%(voided)s::bigint[]))
GROUP BY employee_id
"""
_ADDED = """
SELECT employee_id, array_agg(at) FROM punches_correction WHERE employee_id = ANY(%(ids)s::bigint[])
AND kind IN ('add', 'clock') AND withdrawn_at IS NULL AND at >= %(first)s AND at < %(last)s GROUP BY employee_id
"""
_ROSTER = """
SELECT employee_id, array_agg(date), array_agg(COALESCE(shift_id, 0)) FROM scheduling_rosterday
WHERE employee_id = ANY(%(ids)s::bigint[]) AND date >= %(first)s AND date < %(last)s GROUP BY employee_id
"""
_APPROVED = """
SELECT employee_id, {kind} start AT TIME ZONE 'UTC', "end" AT TIME ZONE 'UTC' FROM {table}
WHERE employee_id = ANY(%(ids)s::bigint[]) AND withdrawn_at IS NULL AND start < %(last)s AND "end" > %(first)s
"""
_ABSENCES = _APPROVED.format(kind="kind,", table="attendance_absence")
_OVERTIME = _APPROVED.format(kind="", table="attendance_agreedovertime")


def gather(span: Span, draft: Draft | None = None) -> Gathered:
    """Read one span: rules and plans once, punches and approvals of its people around its days.

    With a draft, the tables of the rules as they would be by it, too.
    """
    first, last = span.first - AROUND, span.last + AROUND
    ids = sorted(span.rule_of)
    zones = org.zones(ids, span.last)
    reader = _Reader(ids, first, last)
    roster = reader.arrays(_ROSTER, {"date": "date[]", "shift": "int8[]"})
    used = [key for key in pc.unique(roster["shift"]).to_pylist() if key]
    shifts = scheduling.shifts(used)
    keys = _ShiftKeys(shifts, first, last)
    rules = _name_rules(set(span.rule_of.values()))
    tables = {
        "employees": _employees(span, ids, zones, rules),
        "groups": _groups(rules, None),
        "shifts": _shifts(keys.plans),
        "late_off_late_on": _late_off(keys),
        "roster": _name_shifts(roster, keys),
        "punches": _localise(reader.punches(), ids, zones),
        "absences": reader.rows(_ABSENCES, {"kind": pa.string(), "start": MOMENT, "end": MOMENT}),
        "overtime": reader.rows(_OVERTIME, {"start": MOMENT, "end": MOMENT}),
        "calendar": _calendar(span, first, last),
    }
    tried = {"groups": _groups(rules, draft), "shifts": _shifts(keys.tried(draft))} if draft else {}
    return Gathered(tables, keys.codes, tried)


class _Reader:
    """Reads facts about some people in a range into Arrow columns; the first says whose."""

    def __init__(self, ids: list[int], first: dt.date, last: dt.date) -> None:
        self._names = pa.array([str(key) for key in ids], pa.string())
        self._places = np.array(ids, np.int64)
        self._scope: dict[str, Any] = {"ids": array_of(ids), "first": first, "last": last + DAY}

    def rows(self, query: str, columns: dict[str, pa.DataType]) -> pa.Table:
        """A table of an answer's rows: (employee id, facts as they are)."""
        with connection.cursor() as cursor:
            cursor.execute(query, self._scope)
            told = list(zip(*cursor.fetchall(), strict=True)) or [()] * (len(columns) + 1)
        who = pa.array([str(key) for key in told[0]], pa.string())
        facts = zip(columns.items(), told[1:], strict=True)
        return pa.table({"employee_no": who, **{name: pa.array(values, of) for (name, of), values in facts}})

    def arrays(self, query: str, kinds: dict[str, str], **more: Any) -> pa.Table:
        """A table of an answer with a row per employee: (employee id, an array of each fact)."""
        ids, counts, columns = fetch_arrays(query, {**self._scope, **more}, kinds)
        codes = np.repeat(np.searchsorted(self._places, ids).astype(np.int32), counts)
        whose = pa.DictionaryArray.from_arrays(codes, self._names)
        return pa.table({"employee_no": whose, **{name: _typed(columns[name], kind) for name, kind in kinds.items()}})

    def punches(self) -> pa.Table:
        """The instants that count: the ledger's but for those voided, and those added by correction."""
        with connection.cursor() as cursor:
            cursor.execute(_VOIDED, self._scope)
            voided = array_of(key for (key,) in cursor.fetchall())
        at = {"at": "timestamptz[]"}
        return pa.concat_tables([self.arrays(_PUNCHES, at, voided=voided), self.arrays(_ADDED, at)])


def _typed(values: NDArray[np.int64], kind: str) -> Any:
    """Whole seconds and dates as the engine wants them."""
    if kind == "date[]":
        return pa.array(values.astype(np.int32), pa.int32()).cast(pa.date32())
    return (
        pa.array(values // 1_000_000, pa.int64()).cast(pa.timestamp("s", "UTC")) if "time" in kind else pa.array(values)
    )


def _localise(punches: pa.Table, ids: list[int], zones: dict[int, str]) -> pa.Table:
    """Instants as local wall clocks at each person's site."""
    whose: Any = punches["employee_no"]
    at, used = punches["at"], sorted(set(zones.values())) or ["UTC"]
    local = pc.local_timestamp(at.cast(pa.timestamp("s", used[0])))
    for zone in used[1:]:
        there = pa.array([zones.get(key) == zone for key in ids], pa.bool_())
        codes = pa.chunked_array([chunk.indices for chunk in whose.chunks], pa.int32())
        local = pc.if_else(pc.take(there, codes), pc.local_timestamp(at.cast(pa.timestamp("s", zone))), local)
    return punches.set_column(1, "at", local)


class _ShiftKeys:
    """A key for each version of a shift in force in the range: its code, where there is only one."""

    def __init__(self, shifts: dict[int, DatedShift], first: dt.date, last: dt.date) -> None:
        self.codes: dict[str, str] = {}
        self.plans: dict[str, ShiftPlan] = {}
        self._shifts: dict[str, int] = {}
        self._keys: dict[int, list[tuple[dt.date, str]]] = defaultdict(list)
        for shift in shifts.values():
            begin = max(bisect_right(shift.begins, first) - 1, 0)
            versions = [n for n in range(begin, len(shift.begins)) if shift.begins[n] <= last] or [0]
            for number in versions:
                key = shift.code if len(versions) == 1 else f"{shift.code}@{shift.begins[number]}"
                self.codes[key], self.plans[key], self._shifts[key] = shift.code, shift.plans[number], shift.id
                self._keys[shift.id].append((shift.begins[number], key))

    def by_date(self, shift_id: int) -> list[tuple[dt.date, str]]:
        """The keys of a shift with the day each begins, in order."""
        return self._keys[shift_id]

    def tried(self, draft: Draft) -> dict[str, ShiftPlan]:
        """The plans with the tolerances of a draft."""
        return {
            key: plan.tolerating(draft.shifts[self._shifts[key]]) if self._shifts[key] in draft.shifts else plan
            for key, plan in self.plans.items()
        }


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


def _groups(rules: dict[str, RuleVersion], draft: Draft | None) -> pa.Table:
    rows = [_rule(row, draft) for row in rules.values()]
    return pa.table({"group": list(rules), **{name: pa.array([row[name] for row in rows]) for name in rows[0]}})


def _rule(row: RuleVersion, draft: Draft | None) -> dict[str, str]:
    """The columns of a rule version, or those of the draft that is tried in its place."""
    if draft and draft.group_id == row.group_id:
        return {name: _plain(draft.rules[name]) for name in _RULES} | {"version": gettext("试算草稿")}
    told = {name: _plain(getattr(row, name)) for name in _RULES}
    return told | {"version": gettext("自 {begins_on} 起").format(begins_on=row.begins_on)}


def _plain(value: object) -> str:
    return str(int(value)) if isinstance(value, bool | int) else str(value)


_SEGMENT = tuple(Segment.__dataclass_fields__)
_CLOCKS = ("start", "end", "break_start", "break_end")


def _clock(minute: int | None) -> str:
    return "" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"


def _shifts(plans: dict[str, ShiftPlan]) -> pa.Table:
    rows = [row for key, plan in plans.items() for row in _shift_rows(key, plan)]
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
