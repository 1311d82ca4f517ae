"""A month by the rules in force and by a draft, side by side: reckoned twice from the same facts, in columns; nothing is
kept of it here. What differs is the rule's doing and nobody else's."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from kaoqin.attendance import months
from kaoqin.attendance.cycles import Period, PersonPeriod, period_of
from kaoqin.attendance.drafts import Draft
from kaoqin.attendance.models import ClosedMonth
from kaoqin.attendance.monthly import Facts, Rule, judge
from kaoqin.attendance.reckoning import try_out
from kaoqin.attendance.spans import Gap
from kaoqin.attendance.storing import MINUTES
from kaoqin.core.arrays import any_of
from kaoqin.org import queries as org

pc: Any = pyarrow.compute  # its stubs know neither texts nor numbers as arguments
Ints = NDArray[np.int64]
EPOCH = dt.date(1970, 1, 1).toordinal()
NUMBERS = (*MINUTES, "serious_late", "missing_in", "missing_out")
SUMMED = (*MINUTES, "missing_in", "missing_out")
COUNTED = ("planned_days", "attended_days", "late_times", "early_times")


@dataclass(frozen=True)
class Compared:
    """A cycle of some people: a place in every column for each of `employee_ids`, which ascend.

    `before` and `after` hold sums of the days (minutes, counts), `absent_hundredths` and `late_absent_hundredths` of a day,
    and `full_months` (1: 全勤). `days` are the days that differ: employee_id, date, and as JSON the columns that do, before
    and after.
    """

    employee_ids: Ints
    before: dict[str, Ints]
    after: dict[str, Ints]
    compared_days: Ints
    changed_days: Ints
    closed: Ints
    days: pa.Table
    gaps: list[Gap]


def compare(employee_ids: Sequence[int], month: dt.date, draft: Draft) -> list[Compared]:
    """The cycles of some people that are called by a month (its first day), each kind of cycle by itself."""
    grouped: dict[tuple[dt.date, dt.date], dict[int, PersonPeriod]] = defaultdict(dict)
    for key, some in months.periods_in(employee_ids, month).items():
        for one in some:
            grouped[one.first, one.last][key] = one
    return [_compare(some, draft) for _, some in sorted(grouped.items())]


def cycle_of(group_id: int, month: dt.date) -> Period:
    """The cycle of a group that is called by a month (its first day); where its rhythm changed, the last one."""
    return period_of(months.rhythms().get(group_id, ()), month)


def _compare(people: Mapping[int, PersonPeriod], draft: Draft) -> Compared:
    """People whose cycles are the same days."""
    ids = np.array(sorted(people), np.int64)
    first, last = next((one.first, one.last) for one in people.values())
    pieces, gaps = try_out(ids.tolist(), first, last, draft)
    before, after = _Side(len(ids)), _Side(len(ids))
    compared, changed, days = np.zeros(len(ids), np.int64), np.zeros(len(ids), np.int64), []
    for one in pieces:
        told, tried = _Days(one.days, ids), _Days(one.draft_days, ids)
        before.add(told, one.months, ids)
        after.add(tried, one.draft_months, ids)
        rows = _changed(told, tried)
        compared += np.bincount(told.place, minlength=len(ids))
        changed += np.bincount(told.place[rows], minlength=len(ids))
        days.append(_differences(told, tried, rows, ids))
    rules = _rules(people, draft, last)
    facts = _Cycle(ids, [_whole(*told, first, last) for told in _employment(ids)], months.harmless_kinds(last))
    return Compared(
        ids,
        before.judged(facts, [own for own, _ in rules]),
        after.judged(facts, [tried for _, tried in rules]),
        compared,
        changed,
        np.isin(ids, _closed(ids, first)).astype(np.int64),
        pa.concat_tables(days) if days else _no_days(),
        gaps,
    )


def _employment(ids: Ints) -> list[tuple[dt.date, dt.date | None]]:
    return [(hired, left) for _, hired, left in org.employment(ids.tolist())]


def _whole(hired_on: dt.date, left_on: dt.date | None, first: dt.date, last: dt.date) -> bool:
    return months.is_whole(hired_on, left_on, PersonPeriod(0, first, last))


def _closed(ids: Ints, first: dt.date) -> list[int]:
    rows = ClosedMonth.objects.filter(any_of("employee_id", ids.tolist()), first=first, reopened_at=None)
    return list(rows.values_list("employee", flat=True))


def _rules(people: Mapping[int, PersonPeriod], draft: Draft, last: dt.date) -> list[tuple[Rule, Rule]]:
    """Each person's month rule as it was, and as the draft has it."""
    rows = months.rules_in_force({one.group_id for one in people.values()}, last)
    own = {one.group_id: months.rule_of(rows.get(one.group_id)) for one in people.values()}
    tried = {**own, draft.group_id: draft.month_rule}
    return [(own[group], tried[group]) for group in (people[key].group_id for key in sorted(people))]


class _Days:
    """The days of a reckoning as columns; `place` says whose each is."""

    def __init__(self, days: pa.Table, ids: Ints) -> None:
        self.place = _places(days["employee_no"], ids)
        self.date: Ints = days["date"].cast(pa.int32()).to_numpy().astype(np.int64)
        self.columns: dict[str, Ints] = {name: days[name].to_numpy().astype(np.int64) for name in NUMBERS}
        self.planned: NDArray[np.bool_] = days["shift"].is_valid().to_numpy()
        self.status = pc.cast(days["status"], pa.string())


def _places(column: Any, ids: Ints) -> Ints:
    """Whose row each is, as a place among the ids."""
    whole: Any = column.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0) if whole.num_chunks else pa.array([], column.type)
    known = np.searchsorted(ids, pc.cast(whole.dictionary, pa.int64()).to_numpy()).astype(np.int64)
    found: Ints = known[whole.indices.to_numpy()]
    return found


def _changed(told: _Days, tried: _Days) -> Ints:
    """The rows in which any column differs."""
    differs = pc.not_equal(told.status, tried.status).to_numpy()
    for name in NUMBERS:
        differs = differs | (told.columns[name] != tried.columns[name])
    return np.flatnonzero(differs)


def _no_days() -> pa.Table:
    return pa.table({name: pa.array([], of) for name, of in _DAYS.items()})


_DAYS = {"employee_id": pa.int64(), "date": pa.date32(), "before": pa.string(), "after": pa.string()}


def _differences(told: _Days, tried: _Days, rows: Ints, ids: Ints) -> pa.Table:
    """The days that differ, with the columns that do as JSON."""
    texts = [pa.array([""] * len(rows), pa.string()) for _ in range(2)]
    for name, pair in _different_columns(told, tried, rows):
        differs = pc.not_equal(*pair)
        for place, value in enumerate(pair):
            one = pc.binary_join_element_wise(f'"{name}": ', value, "")
            comma = pc.if_else(pc.equal(texts[place], ""), "", ", ")
            longer = pc.binary_join_element_wise(texts[place], comma, one, "")
            texts[place] = pc.if_else(differs, longer, texts[place])
    before, after = (pc.binary_join_element_wise("{", text, "}", "") for text in texts)
    dates = pa.array(told.date[rows].astype(np.int32)).cast(pa.date32())
    whose = pa.array(ids[told.place[rows]])
    return pa.table({"employee_id": whose, "date": dates, "before": before, "after": after})


def _different_columns(told: _Days, tried: _Days, rows: Ints) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """The columns that differ in any of some rows, with their values before and after as JSON."""
    for name in NUMBERS:
        a, b = told.columns[name][rows], tried.columns[name][rows]
        if (a != b).any():
            of = pa.bool_() if name == "serious_late" else pa.int64()
            yield name, (pa.array(a).cast(of).cast(pa.string()), pa.array(b).cast(of).cast(pa.string()))
    statuses = [pc.binary_join_element_wise('"', one.status.take(pa.array(rows)), '"', "") for one in (told, tried)]
    if len(rows) and pc.any(pc.not_equal(*statuses)).as_py():
        yield "status", (_flat(statuses[0]), _flat(statuses[1]))


def _flat(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


@dataclass(frozen=True)
class _Cycle:
    """Whose cycle, whether each was employed all of it, and the kinds of leave that break nothing."""

    ids: Ints
    whole: list[bool]
    harmless: frozenset[str]


class _Side:
    """What one of the two ways gives: sums of days a person, lates, kinds of leave."""

    def __init__(self, people: int) -> None:
        self.people = people
        self.sums: dict[str, Ints] = {name: np.zeros(people, np.int64) for name in (*SUMMED, *COUNTED)}
        self._absent = np.zeros(people)
        self._lates: list[tuple[Ints, Ints, Ints]] = []
        self._kinds: dict[int, set[str]] = defaultdict(set)

    def add(self, days: _Days, leave: pa.Table, ids: Ints) -> None:
        """The days and months of one piece."""
        said = days.columns
        for name in SUMMED:
            self.sums[name] += self._sum(days.place, said[name]).astype(np.int64)
        late, absent = said["late_minutes"] > 0, said["absent_minutes"] > 0
        counted = {
            "planned_days": days.planned,
            "attended_days": days.planned & (said["worked_minutes"] > 0),
            "late_times": late,
            "early_times": said["early_minutes"] > 0,
        }
        for name, rows in counted.items():
            self.sums[name] += np.bincount(days.place[rows], minlength=self.people)
        share = said["absent_minutes"][absent] / said["planned_minutes"][absent]
        self._absent += self._sum(days.place[absent], share)
        self._lates.append((days.place[late], days.date[late], said["late_minutes"][late]))
        self._note_leave(leave, ids)

    def _sum(self, places: Ints, values: NDArray[Any]) -> NDArray[np.float64]:
        return np.bincount(places, values, minlength=self.people).astype(np.float64)

    def _note_leave(self, leave: pa.Table, ids: Ints) -> None:
        places = _places(leave["employee_no"], ids)
        for name in leave.column_names:
            if name.startswith("leave_") and name != "leave_minutes":
                taken = pc.fill_null(leave[name], 0).to_numpy() > 0
                for place in places[taken].tolist():
                    self._kinds[place].add(name.removeprefix("leave_").removesuffix("_minutes"))

    def judged(self, cycle: _Cycle, rules: Sequence[Rule]) -> dict[str, Ints]:
        """The sums, and what the month's rule makes of them."""
        lates, halves, full = self._lates_of_each(), [], []
        missing, times = self.sums["missing_in"] + self.sums["missing_out"], self.sums
        facts = zip(lates, *(times[name].tolist() for name in ("planned_days", "early_times")), strict=True)
        rest = zip(missing.tolist(), times["absent_minutes"].tolist(), cycle.whole, rules, strict=True)
        for place, ((late, planned, early), (gone, absent, whole, rule)) in enumerate(zip(facts, rest, strict=True)):
            kinds = frozenset(self._kinds.get(place, ()))
            verdict = judge(Facts(late, planned, early, gone, absent, kinds, whole), rule, cycle.harmless)
            halves.append(int(verdict.absent_days * 100))
            full.append(int(verdict.full))
        # As the database rounds: half up. The sum of shares is exact to far beyond the second place.
        hundredths = np.floor(self._absent * 100 + 0.5 + 1e-7).astype(np.int64)
        told = {"absent_hundredths": hundredths, "late_absent_hundredths": np.array(halves, np.int64)}
        return {**self.sums, **told, "missing_times": missing, "full_months": np.array(full, np.int64)}

    def _lates_of_each(self) -> list[list[tuple[dt.date, int]]]:
        """Each person's lates as (day, minutes), in order of days."""
        told = [np.concatenate(column) for column in zip(*self._lates, strict=True)] if self._lates else [_NONE] * 3
        place, date, minutes = (column[np.lexsort((told[1], told[0]))] for column in told)
        edges = np.searchsorted(place, np.arange(self.people + 1)).tolist()
        days = [dt.date.fromordinal(EPOCH + day) for day in date.tolist()]
        pairs = list(zip(days, minutes.tolist(), strict=True))
        return [pairs[low:high] for low, high in pairwise(edges)]


_NONE = np.zeros(0, np.int64)
