"""The work of a run: batch by batch compared and kept, two side by side; what a process that died had kept is kept."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import get_language, gettext
from numpy.typing import NDArray

from kaoqin.attendance.trying import Compared, compare, cycle_of
from kaoqin.core.arrays import copy_table
from kaoqin.core.jobs import Progress, work
from kaoqin.core.words import Refusal
from kaoqin.org import queries as org
from kaoqin.trials.models import TrialRun
from kaoqin.trials.terms import Terms
from kaoqin.trials.words import MEASURES

BATCH = 2_500
"""People compared and kept in one transaction."""
SIDE_BY_SIDE = 2
"""Batches at the same time: while the database reads or writes one, the other is reckoned."""
Ints = NDArray[np.int64]
_HOLD = "SELECT done FROM trials_trialrun WHERE id = %s FOR KEY SHARE"
_DONE = "UPDATE trials_trialrun SET done = array_append(done, %s) WHERE id = %s"


@work("trials.run", resumes=True)
def run_with_progress(progress: Progress, trial_run: int) -> dict[str, Any]:
    """Compare everybody of a run who is not compared yet."""
    run = TrialRun.objects.select_related("trial").filter(pk=trial_run).first()
    if run is None:
        raise Refusal("trials.no_run", gettext("没有这次试算,或者它已随草稿删除。"))
    progress.expect(len(run.employee_ids))
    try_all(run, progress.advance)
    said = gettext("已试算 {count} 人。").format(count=len(run.employee_ids))
    return {"said": said, "address": f"/trials/runs/{run.pk}/"}


def try_all(run: TrialRun, tell: Callable[[int], None] | None = None) -> None:
    """Compare whom no batch has compared yet, and end the run; tells how many people are done."""
    ids = run.employee_ids
    open_ = [place for place in range(0, len(ids), BATCH) if place not in run.done]
    done = len(ids) - sum(len(ids[place : place + BATCH]) for place in open_)
    for some in _each(run, open_):
        done += some
        if tell:
            tell(done)
    TrialRun.objects.filter(pk=run.pk).update(ended_at=timezone.now())


def _each(run: TrialRun, places: Sequence[int]) -> Iterator[int]:
    """How many people each batch compared."""
    if len(places) <= 1:
        yield from (try_batch(run, place) for place in places)
        return
    language = get_language() or ""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        yield from pool.map(lambda place: _apart(run, place, language), places)


def _apart(run: TrialRun, place: int, language: str) -> int:
    try:
        with translation.override(language):
            return try_batch(run, place)
    finally:
        connection.close()  # each thread has its own


@transaction.atomic
def try_batch(run: TrialRun, place: int) -> int:
    """Compare the people from a place on and keep what came of it, once; returns how many people it was."""
    ids = run.employee_ids[place : place + BATCH]
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [run.pk])  # whoever deletes the run waits for us
        kept = cursor.fetchone()
        if kept is None:
            raise Refusal("trials.no_run", gettext("没有这次试算,或者它已随草稿删除。"))
        if place in kept[0]:
            return len(ids)
    _keep(run, ids)
    with connection.cursor() as cursor:
        cursor.execute(_DONE, [place, run.pk])
    return len(ids)


def _keep(run: TrialRun, ids: Sequence[int]) -> None:
    draft = Terms.load(run.after).draft(run.trial.group_id, Terms.load(run.before))
    sums = _Sums(sorted(ids))
    for month in run.months:
        for one in compare(ids, month, draft):
            sums.add(one)
            _copy(run, "trials_trialday", one.days)
    last = max(cycle_of(draft.group_id, month).last for month in run.months)
    _copy(run, "trials_trialperson", sums.rows(last))


def _copy(run: TrialRun, table: str, rows: pa.Table) -> None:
    copy_table(table, rows.append_column("run_id", pa.array([run.pk] * len(rows), pa.int64())))


class _Sums:
    """What all months of a run make of each of some people."""

    def __init__(self, ids: Sequence[int]) -> None:
        self._ids = np.array(ids, np.int64)
        self._was = {one.name: self._zeros() for one in MEASURES}
        self._change = {one.name: self._zeros() for one in MEASURES}
        self._days = {name: self._zeros() for name in ("compared_days", "changed_days", "unknown_days")}
        self._closed = self._zeros()

    def _zeros(self) -> Ints:
        return np.zeros(len(self._ids), np.int64)

    def add(self, one: Compared) -> None:
        """A cycle of some of them."""
        place = np.searchsorted(self._ids, one.employee_ids)
        for name in self._was:
            self._was[name][place] += one.before[name]
            self._change[name][place] += one.after[name] - one.before[name]
        self._days["compared_days"][place] += one.compared_days
        self._days["changed_days"][place] += one.changed_days
        for gap in one.gaps:
            self._days["unknown_days"][np.searchsorted(self._ids, gap.employee_id)] += (gap.last - gap.first).days + 1
        self._closed[place] |= one.closed

    def rows(self, last: dt.date) -> pa.Table:
        """A row for everybody who had a day to compare, or one that could not be."""
        there = np.flatnonzero(self._days["compared_days"] + self._days["unknown_days"] > 0)
        ids = self._ids[there]
        where = org.department_of_each(ids.tolist(), last)
        said = {one.name: self._change[one.name][there] for one in MEASURES}
        gains = np.any([said[one.name] * one.sense > 0 for one in MEASURES], axis=0)
        loses = np.any([said[one.name] * one.sense < 0 for one in MEASURES], axis=0)
        touched = np.any([change != 0 for change in said.values()], axis=0)
        days = {name: values[there] for name, values in self._days.items()}
        columns: dict[str, Any] = {
            "employee_id": ids,
            "department_id": pa.array([where.get(key) for key in ids.tolist()], pa.int64()),
            "closed": self._closed[there] > 0,
            **days,
            "touched": touched | (days["changed_days"] > 0),
            "gains": gains,
            "loses": loses,
            **{f"was_{name}": self._was[name][there] for name in said},
            **said,
        }
        return pa.table(columns)
