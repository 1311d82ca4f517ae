"""Writing what was reckoned: by COPY into a stage, then only rows that changed, and never one of a closed day."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute
from django.db import connection

from kaoqin.attendance.models import SettlementFault, Totals
from kaoqin.attendance.spans import Gap
from kaoqin.core.arrays import any_of, array_of, copy_table

pc: Any = pyarrow.compute  # its stubs know neither texts nor numbers as arguments

DAY = dt.timedelta(days=1)
HUNDREDTHS: Any = pa.decimal128(9, 2)
MINUTES = tuple(field.name for field in Totals._meta.get_fields())
DAY_COLUMNS = (
    *("employee_id", "date", "shift", "day_kind", *MINUTES, "serious_late", "missing_in", "missing_out"),
    *("first_in", "last_out", "status", "provisional"),
)
MONTH_COLUMNS = (
    *("employee_id", "month", *MINUTES, "planned_days", "attended_days", "rest_days", "late_times"),
    *("serious_late_times", "early_times", "missing_in", "missing_out", "absent_days", "leave_by_kind"),
)


class Difference(NamedTuple):
    """A closed day as it is kept (none: it had no result) and as it would be now; `closed_id` is its closed month."""

    employee_id: int
    date: dt.date
    closed_id: int
    kept: dict[str, Any] | None
    now: dict[str, Any] | None


class Stored(NamedTuple):
    """How many rows changed, and what could not change because it is closed."""

    changed: int
    differences: list[Difference]


def store_days(
    days: pa.Table, employee_ids: Sequence[int], first: dt.date, last: dt.date, at: dt.datetime, *, provisional: bool
) -> Stored:
    """Keep the days of people in a range; rows that are no longer (left, moved) go. Closed days stay as they are."""
    stage = _stage_table(days, DAY_COLUMNS, {"provisional": provisional}) if days.num_columns > 1 else None
    return _replace("attendance_dayresult", "date", DAY_COLUMNS, stage, Scope(employee_ids, first, last, at))


def store_months(
    months: pa.Table, days: pa.Table, employee_ids: Sequence[int], first: dt.date, last: dt.date, at: dt.datetime
) -> int:
    """Keep the months of people; returns how many changed."""
    stage = _stage_table(_one_row_each(months, days), MONTH_COLUMNS, {}) if months.num_columns > 1 else None
    scope = Scope(employee_ids, first, last, at)
    changed = _replace("attendance_monthresult", "month", MONTH_COLUMNS, stage, scope).changed
    _sum_again(scope)
    return changed


def _stage_table(rows: pa.Table, columns: Sequence[str], constants: dict[str, bool]) -> pa.Table:
    told: dict[str, Any] = {"employee_id": rows["employee_no"]}
    if "month" in columns:
        told["month"] = pc.binary_join_element_wise(pc.cast(rows["month"], pa.string()), "01", "-")
        told["leave_by_kind"] = _leave(rows)
    told |= {name: pa.array([value] * len(rows), pa.bool_()) for name, value in constants.items()}
    return pa.table({name: told[name] if name in told else _filled(rows[name]) for name in columns})


def _filled(column: Any) -> Any:
    """Dictionaries as plain text, a missing text (no shift) as an empty one."""
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, pa.string())
    return pc.fill_null(column, "") if pa.types.is_string(column.type) else column


def _leave(rows: pa.Table) -> Any:
    """The columns `leave_<kind>_minutes` as a JSON object of those that are not nought."""
    kinds = [name for name in rows.column_names if name.startswith("leave_") and name != "leave_minutes"]
    said = pa.array([""] * len(rows), pa.string())
    for name in sorted(kinds):
        minutes = pc.fill_null(rows[name], 0)
        key = name.removeprefix("leave_").removesuffix("_minutes").replace("\\", "\\\\").replace('"', '\\"')
        one = pc.binary_join_element_wise(f'"{key}": ', pc.cast(minutes, pa.string()), "")
        comma = pc.if_else(pc.equal(said, ""), "", ", ")
        said = pc.if_else(pc.greater(minutes, 0), pc.binary_join_element_wise(said, comma, one, ""), said)
    return pc.binary_join_element_wise("{", said, "}", "")


def _one_row_each(months: pa.Table, days: pa.Table) -> pa.Table:
    """Months of people whose rules changed within one come in pieces: sum them, absent days from the days themselves."""
    keys = pa.table(
        {"employee_no": pc.cast(months["employee_no"], pa.string()), "month": pc.cast(months["month"], pa.string())}
    )
    if len(keys.group_by(["employee_no", "month"]).aggregate([])) == len(months):
        return months
    for name in keys.column_names:
        months = months.set_column(months.schema.get_field_index(name), name, keys[name])
    numbers = [name for name in months.column_names if name not in {"employee_no", "month", "absent_days"}]
    summed = months.group_by(["employee_no", "month"], use_threads=False).aggregate([(name, "sum") for name in numbers])
    summed = summed.rename_columns([name.removesuffix("_sum") for name in summed.column_names])
    absent = _absent_days(days)
    pairs: Any = zip(summed["employee_no"].to_pylist(), summed["month"].to_pylist(), strict=True)
    return summed.append_column(
        "absent_days", pa.array([absent.get(pair, Decimal("0.00")) for pair in pairs], HUNDREDTHS)
    )


def _absent_days(days: pa.Table) -> dict[tuple[str, str], Decimal]:
    """Σ absent / planned of the days, by (employee, month), half up to two places."""
    some = days.filter(pc.greater(days["absent_minutes"], 0)).select(
        ["employee_no", "date", "absent_minutes", "planned_minutes"]
    )
    found: dict[tuple[str, str], Decimal] = {}
    for row in some.to_pylist():
        key = (row["employee_no"], f"{row['date']:%Y-%m}")
        found[key] = found.get(key, Decimal(0)) + Decimal(row["absent_minutes"]) / Decimal(row["planned_minutes"])
    return {key: value.quantize(Decimal("0.01"), ROUND_HALF_UP) for key, value in found.items()}


@dataclass(frozen=True)
class Scope:
    """Whose rows of which days are written, and when."""

    employee_ids: Sequence[int]
    first: dt.date
    last: dt.date
    at: dt.datetime

    @property
    def told(self) -> dict[str, Any]:
        return {"ids": array_of(self.employee_ids), "first": self.first, "last": self.last, "at": self.at}


SUMS = {
    **{name: f"COALESCE(sum(d.{name}), 0)" for name in (*MINUTES, "missing_in", "missing_out")},
    "planned_days": "count(*) FILTER (WHERE d.shift <> '')",
    "attended_days": "count(*) FILTER (WHERE d.shift <> '' AND d.worked_minutes > 0)",
    "rest_days": "count(*) FILTER (WHERE d.shift = '')",
    "late_times": "count(*) FILTER (WHERE d.late_minutes > 0)",
    "serious_late_times": "count(*) FILTER (WHERE d.serious_late)",
    "early_times": "count(*) FILTER (WHERE d.early_minutes > 0)",
    "absent_days": "COALESCE(round(sum(d.absent_minutes::numeric / NULLIF(d.planned_minutes, 0)), 2), 0)",
}
"""The columns of a month as sums of its days `d`, as the engine sums them."""
_ANY = """
SELECT EXISTS (SELECT FROM {table} t WHERE employee_id = ANY(%(ids)s::bigint[]) AND {day} BETWEEN %(first)s AND %(last)s)
    OR EXISTS (SELECT FROM attendance_closedmonth c WHERE c.employee_id = ANY(%(ids)s::bigint[])
               AND c.first <= %(last)s AND c.last >= %(first)s AND c.reopened_at IS NULL)
"""
_STAGE = "DROP TABLE IF EXISTS stage; CREATE TEMP TABLE stage AS SELECT {names} FROM {table} WITH NO DATA"
# A day is closed with its cycle; a month's row where one closing holds all of it.
_CLOSED = {
    "date": "c.first <= {row}.date AND c.last >= {row}.date",
    "month": "c.first <= {row}.month AND c.last >= ({row}.month + interval '1 month' - interval '1 day')::date",
}
_OPEN = """NOT EXISTS (SELECT FROM attendance_closedmonth c
    WHERE c.employee_id = {row}.employee_id AND c.reopened_at IS NULL AND """
_GONE = """
DELETE FROM {table} t WHERE employee_id = ANY(%(ids)s::bigint[]) AND {day} BETWEEN %(first)s AND %(last)s
AND NOT EXISTS (SELECT FROM stage s WHERE s.employee_id = t.employee_id AND s.{day} = t.{day}) AND {old_open}
"""
# Rows that stay as they are must not even be locked, which ON CONFLICT would: hence the join first.
_CHANGED = """
INSERT INTO {table} ({names}) SELECT {staged} FROM stage s LEFT JOIN {table} t USING (employee_id, {day})
WHERE (t.employee_id IS NULL OR ({old}) IS DISTINCT FROM ({new})) AND {new_open}
ON CONFLICT (employee_id, {day}) DO UPDATE SET {excluded}
"""
_DIFFERENT = """
SELECT c.employee_id, COALESCE(s.date, t.date), c.id, to_jsonb(t), to_jsonb(s)
FROM stage s FULL JOIN (
    SELECT {names} FROM attendance_dayresult
    WHERE employee_id = ANY(%(ids)s::bigint[]) AND date BETWEEN %(first)s AND %(last)s) t USING (employee_id, date)
JOIN attendance_closedmonth c ON c.employee_id = COALESCE(s.employee_id, t.employee_id) AND c.reopened_at IS NULL
    AND COALESCE(s.date, t.date) BETWEEN c.first AND c.last
WHERE t.employee_id IS NULL OR s.employee_id IS NULL OR ({old}) IS DISTINCT FROM ({new})
    OR EXISTS (SELECT FROM attendance_adjustment a WHERE a.employee_id = c.employee_id AND a.date = s.date)
ORDER BY 1, 2
"""
# Of a month that is closed in part the open days may have changed: its row is the sum of the days as they are kept.
_CLOSED_IN_PART = """
SELECT DISTINCT employee_id FROM attendance_closedmonth WHERE employee_id = ANY(%(ids)s::bigint[])
AND reopened_at IS NULL AND first <= %(last)s AND last >= %(first)s
AND (date_part('day', first) <> 1 OR date_part('day', last + 1) <> 1)
"""
_SUM_AGAIN = f"""
UPDATE attendance_monthresult m SET {", ".join(f"{name} = n.{name}" for name in SUMS)}
FROM (
    SELECT d.employee_id, date_trunc('month', d.date)::date AS month,
        {", ".join(f"{total} AS {name}" for name, total in SUMS.items())}
    FROM attendance_dayresult d
    WHERE d.employee_id = ANY(%(ids)s::bigint[]) AND d.date BETWEEN %(first)s AND %(last)s AND NOT d.provisional
    GROUP BY 1, 2) n
WHERE m.employee_id = n.employee_id AND m.month = n.month
"""  # noqa: S608 - names of ours


def _sum_again(scope: Scope) -> None:
    """Months of the scope that are closed in part become the sums of their days."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED_IN_PART, scope.told)
        ids = [key for (key,) in cursor.fetchall()]
        if ids:
            cursor.execute(_SUM_AGAIN, {**scope.told, "ids": array_of(ids)})


def _loaded(told: str | None) -> dict[str, Any] | None:
    """A row as PostgreSQL says it in JSON; Django's connections leave that to us."""
    return None if told is None else json.loads(told)


def _open(row: str, day: str) -> str:
    """The condition that a row is of no closed day (or month)."""
    return f"{_OPEN}{_CLOSED[day]})".format(row=row)


def _replace(table: str, day: str, columns: Sequence[str], stage: pa.Table | None, scope: Scope) -> Stored:
    """Make the table's rows of the scope those of the stage, touching only rows that differ and none that are closed."""
    names = (*columns, "settled_at")
    values = [name for name in columns if name not in {"employee_id", day}]
    said = {
        "table": table,
        "day": day,
        "names": ", ".join(names),
        "staged": ", ".join(f"s.{name}" for name in names),
        "old": ", ".join(f"t.{name}" for name in values),
        "new": ", ".join(f"s.{name}" for name in values),
        "excluded": ", ".join(f"{name} = excluded.{name}" for name in (*values, "settled_at")),
        "old_open": _open("t", day),
        "new_open": _open("s", day),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ANY.format(**said), scope.told)
        if not cursor.fetchone()[0]:
            return Stored(_copy(table, stage, scope), [])
        cursor.execute(_STAGE.format(**said))
        _copy("stage", stage, scope)
        cursor.execute("ANALYZE stage")
        different: list[Difference] = []
        if day == "date":
            cursor.execute(_DIFFERENT.format(**said), scope.told)
            different = [Difference(*row[:3], *map(_loaded, row[3:])) for row in cursor.fetchall()]
        cursor.execute(_GONE.format(**said), scope.told)
        gone = cursor.rowcount
        cursor.execute(_CHANGED.format(**said))
        return Stored(int(gone + cursor.rowcount), different)


def _copy(table: str, rows: pa.Table | None, scope: Scope) -> int:
    """Rows into a table as they are; returns how many."""
    if rows is None:
        return 0
    return copy_table(table, rows.append_column("settled_at", pa.repeat(scope.at.isoformat(), len(rows))))


def store_gaps(
    gaps: Sequence[Gap], employee_ids: Sequence[int], first: dt.date, last: dt.date, at: dt.datetime
) -> None:
    """Keep why some days could not be settled, month by month as they are settled again; what was mended goes."""
    SettlementFault.objects.filter(any_of("employee_id", employee_ids), first__lte=last, last__gte=first).delete()
    SettlementFault.objects.bulk_create(
        [
            SettlementFault(employee_id=g.employee_id, first=begin, last=end, sentences=[g.sentence], found_at=at)
            for g in gaps
            for begin, end in _months_of(g.first, g.last)
        ],
        ignore_conflicts=True,
    )


def _months_of(first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """The days first to last, a piece for each month."""
    while first <= last:
        end = min(last, (first.replace(day=28) + 4 * DAY).replace(day=1) - DAY)
        yield first, end
        first = end + DAY
