"""The bridge to the engine: rows → columns → rows. The only file of the house that imports `reckon`."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute
from django.utils.translation import gettext

from kaoqin.attendance.drafts import Draft
from kaoqin.attendance.gathering import Gathered, gather
from kaoqin.attendance.saying import say_fault
from kaoqin.attendance.spans import Gap, Span, cut_spans
from kaoqin.attendance.words import LEAVE
from kaoqin.core.words import Refusal
from reckon import attendance as engine
from reckon.dated import day_number, parameters

pc: Any = pyarrow.compute  # its stubs know neither texts nor numbers as arguments


@dataclass(frozen=True)
class Settled:
    """Days and months of some people as Arrow tables (employee_no is the employee id), and what could not be."""

    days: pa.Table
    months: pa.Table
    cycles: pa.Table
    gaps: list[Gap]


Made = TypeVar("Made")


def settle(employee_ids: Sequence[int], first: dt.date, last: dt.date) -> Settled:
    """Settle people over a range of whole months from what the database holds now."""
    made, gaps = _each(employee_ids, first, last, _settle_span)
    days, months, cycles = ([getattr(one, name) for one in made] for name in ("days", "months", "cycles"))
    return Settled(_join(days), _join(months), _join(cycles), gaps)


def _join(tables: list[pa.Table]) -> pa.Table:
    if not tables:
        return pa.table({"employee_no": pa.array([], pa.string())})
    return pa.concat_tables(tables, promote_options="permissive")


def _each(
    employee_ids: Sequence[int], first: dt.date, last: dt.date, reckon: Callable[[Span], Made]
) -> tuple[list[Made], list[Gap]]:
    """What is made of each span of a range, and what could not be."""
    spans, gaps = cut_spans(employee_ids, first, last)
    made: list[Made] = []
    for span in spans:
        some, faults = _sound(span, reckon)
        made += some
        gaps += faults
    return made, gaps


def _sound(span: Span, reckon: Callable[[Span], Made]) -> tuple[list[Made], list[Gap]]:
    """What is made of a span; where the engine finds a fault, the people are halved until it stands alone."""
    try:
        return [reckon(span)], []
    except Refusal as refusal:
        return [], [Gap(key, span.first, span.last, refusal.sentence) for key in span.rule_of]
    except engine.Faults as faults:
        if len(span.rule_of) == 1:
            said = ";".join(str(fault) for fault in faults.faults[:3])
            return [], [Gap(key, span.first, span.last, said) for key in span.rule_of]
    made: list[Made] = []
    gaps: list[Gap] = []
    people = sorted(span.rule_of.items())
    for half in (people[: len(people) // 2], people[len(people) // 2 :]):
        more, missing = _sound(Span(span.first, span.last, span.calendar_id, dict(half)), reckon)
        made += more
        gaps += missing
    return made, gaps


def _settle_span(span: Span) -> engine.Results:
    gathered = gather(span)
    return _named(engine.settle(_tables(gathered), span.first, span.last), gathered)


@dataclass(frozen=True)
class Tried:
    """Days and months of some people by the rules of those days, and by a draft from the same facts: tables of the same
    rows in the same order."""

    days: pa.Table
    months: pa.Table
    draft_days: pa.Table
    draft_months: pa.Table


def try_out(employee_ids: Sequence[int], first: dt.date, last: dt.date, draft: Draft) -> tuple[list[Tried], list[Gap]]:
    """Reckon people twice over a range, by the rules in force and by a draft; the facts are read once, nothing is kept.

    A piece for each span of one rule version, and what could not be reckoned by one or the other.
    """

    def both(span: Span) -> Tried:
        gathered = gather(span, draft)
        told = engine.settle(_tables(gathered), span.first, span.last)
        tried = engine.settle(_tables(gathered, tried=True), span.first, span.last)
        return Tried(told.days, told.months, tried.days, tried.months)

    return _each(employee_ids, first, last, both)


def _tables(gathered: Gathered, *, tried: bool = False) -> engine.Tables:
    tables: dict[str, Any] = {**gathered.tables, **(gathered.tried if tried else {})}
    return engine.Tables(**tables)


def _named(results: engine.Results, gathered: Gathered) -> engine.Results:
    """The results with shift codes for the keys of their versions."""
    days = results.days
    if any(key != code for key, code in gathered.shift_codes.items()):
        shift = pc.cast(days["shift"], pa.string())
        for key, code in gathered.shift_codes.items():
            shift = pc.if_else(pc.equal(shift, key), code, shift)
        days = days.set_column(days.schema.get_field_index("shift"), "shift", shift)
    return engine.Results(days, results.months, results.cycles, results.punch_use)


def _hide(tables: engine.Tables, hidden: Collection[str]) -> engine.Tables:
    """The tables with some kinds of absence told as leave and no more."""
    if tables.absences is None or not hidden:
        return tables
    kinds = tables.absences["kind"]
    told = pc.if_else(pc.is_in(kinds, pa.array(sorted(hidden), pa.string())), LEAVE, kinds)
    place = tables.absences.schema.get_field_index("kind")
    return replace(tables, absences=tables.absences.set_column(place, "kind", told))


def explain(employee_id: int, date: dt.date, hidden: Collection[str] = (), draft: Draft | None = None) -> engine.Trace:
    """Why a day came out as it did, or would by a draft, from what the database holds now; of the `hidden` kinds of
    absence only that they are leave. Refuses a day that cannot be reckoned."""
    spans, gaps = cut_spans([employee_id], date, date)
    if not spans:
        said = say_fault(gaps[0].sentence) if gaps else gettext("当天不在职")
        raise Refusal("attendance.not_reckoned", gettext("这一天无法核算:{why}").format(why=said))
    try:
        tables = _tables(gather(spans[0], draft), tried=draft is not None)
        return engine.explain(_hide(tables, hidden), str(employee_id), date)
    except engine.Faults as faults:
        said = ";".join(say_fault(str(fault)) for fault in faults.faults[:3])
        raise Refusal("attendance.not_reckoned", gettext("这一天无法核算:{why}").format(why=said)) from faults
    except engine.UnknownDayError as outside:
        raise Refusal("attendance.not_reckoned", gettext("这一天不在职,没有考勤。")) from outside


@dataclass(frozen=True)
class Point:
    """A punch that was taken as the on or off of a day's segment; `at` is local."""

    employee_id: int
    date: dt.date
    segment: int
    point: str
    at: dt.datetime


def points(employee_ids: Sequence[int], first: dt.date, last: dt.date) -> list[Point]:
    """The punches taken in a range, as the engine takes them: what a daily sheet shows as 上班1, 下班1 …

    Of people whose days cannot be reckoned there are none.
    """
    found: list[Point] = []
    uses, _ = _each(employee_ids, first, last, lambda span: (span, _settle_span(span).punch_use))
    for span, use in uses:
        taken = use.filter(pc.and_(pc.equal(use["use"], "used"), pc.is_in(use["date"], _dates(span))))
        columns = [taken[name].to_pylist() for name in ("employee_no", "date", "segment", "point", "at")]
        found += [
            Point(int(who), day, segment, point, at) for who, day, segment, point, at in zip(*columns, strict=True)
        ]
    return found


def leave_by_kind(employee_ids: Sequence[int], first: dt.date, last: dt.date) -> dict[int, dict[str, int]]:
    """Minutes of leave of some people by kind over any range, of what the database holds now."""
    found: dict[int, dict[str, int]] = {}
    for row in settle(employee_ids, first, last).months.to_pylist():
        told = found.setdefault(int(row["employee_no"]), {})
        for name, minutes in row.items():
            if name.startswith("leave_") and name != "leave_minutes" and minutes:
                kind = name.removeprefix("leave_").removesuffix("_minutes")
                told[kind] = told.get(kind, 0) + minutes
    return found


def standard_day_minutes(on: dt.date) -> int:
    """The minutes of a standard workday on a day."""
    number = day_number(on)
    return parameters("attendance")["standard_day_minutes"].constant(number, number)


def _dates(span: Span) -> Any:
    days = (span.last - span.first).days + 1
    return pa.array([span.first + dt.timedelta(days=n) for n in range(days)], pa.date32())
