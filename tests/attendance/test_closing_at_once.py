"""Closing, settling and punches that arrive, at the same moment in sessions of their own."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

import make
from kaoqin.attendance import closing, confirming, settling
from kaoqin.attendance.models import Adjustment, ClosedMonth, Confirmation, DayResult, Waiting
from kaoqin.attendance.reopening import reopen
from kaoqin.attendance.scopes import Scope, periods
from kaoqin.core.words import Refusal

OCTOBER = make.day("10-01")
HR = {"by": make.ROOT, "at": make.NOW}
SOON = 0.3
"""Seconds after which who waits is taken to wait."""


@pytest.fixture
def october(company):
    make.punch(company.chen, "10-12 09:00", "10-12 18:00", "10-13 09:20", "10-13 18:00")
    make.settle()
    return company


@pytest.fixture
def apart():
    """`apart(do)` does something in a session of its own while this one goes on; gives what it will be."""

    def run(do):
        try:
            return do()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        yield lambda do: pool.submit(run, do)


def close_all():
    return closing.close_people(list(ids()), OCTOBER, None, make.NOW)


def ids():
    return periods(Scope(OCTOBER), by=make.ROOT, on=make.TODAY)


def test_two_who_close_the_same_people_at_once_close_each_once(october, apart):
    first, second = closing.close(Scope(OCTOBER), **HR), closing.close(Scope(OCTOBER), **HR)
    for done in [apart(lambda run=run: make.work_off(run)) for run in (first, second)]:
        assert (done.result(30).state, done.result().result["said"]) == ("done", "已月结 5 人。")
    assert ClosedMonth.objects.count() == ClosedMonth.objects.values("employee").distinct().count() == 5


def test_settling_waits_for_closing_and_then_leaves_closed_days_alone(october, apart):
    before = list(DayResult.objects.filter(employee=october.chen).order_by("date").values())
    with transaction.atomic():
        close_all()
        make_punch = apart(lambda: make.punch(october.chen, "10-14 09:00", "10-14 18:00"))
        make_punch.result(30)  # a punch waits for nobody
        settled = apart(make.settle)
        with pytest.raises(TimeoutError):
            settled.result(SOON)
    settled.result(30)
    assert list(DayResult.objects.filter(employee=october.chen).order_by("date").values()) == before
    assert [one.date for one in Adjustment.objects.all()] == [make.day("10-14")]
    assert not Waiting.objects.exists()


def test_closing_waits_for_what_is_being_settled_and_closes_that(october, apart, monkeypatch):
    make.punch(october.chen, "10-14 09:00", "10-14 18:00")
    stored, go = threading.Event(), threading.Event()
    real = settling.settle_people

    def slowly(*args):
        changed = real(*args)
        stored.set()
        assert go.wait(30)
        return changed

    monkeypatch.setattr(settling, "settle_people", slowly)
    settled = apart(lambda: settling.drain(10))
    assert stored.wait(30)
    closed = apart(close_all)
    with pytest.raises(TimeoutError):
        closed.result(SOON)
    go.set()
    assert (settled.result(30), closed.result(30)) == (1, 5)
    assert DayResult.objects.get(employee=october.chen, date=make.day("10-14")).status == "normal"
    assert ClosedMonth.objects.get(employee=october.chen).attended_days == 3
    assert not Adjustment.objects.exists()


def test_a_punch_that_arrives_while_closing_is_in_the_month_or_an_adjustment_but_never_lost(
    october, apart, monkeypatch
):
    """It comes after what waited was settled, and before the sums are kept."""
    real = closing.frozen_rows

    def punched_meanwhile(*args):
        apart(lambda: make.punch(october.chen, "10-14 09:00", "10-14 18:00")).result(30)
        return real(*args)

    monkeypatch.setattr(closing, "frozen_rows", punched_meanwhile)
    close_all()
    make.settle()
    closed = ClosedMonth.objects.get(employee=october.chen)
    assert (closed.attended_days, Adjustment.objects.get().date) == (2, make.day("10-14"))


def test_an_objection_while_closing_is_refused_or_keeps_the_month_open(october, apart):
    make.work_off(confirming.ask_all(Scope(OCTOBER), 5, **HR))
    told = {"by": october.by("chen"), "at": make.NOW}
    with transaction.atomic():
        close_all()
        objected = apart(lambda: confirming.object_to(OCTOBER, "13 日没有迟到", **told))
        with pytest.raises(TimeoutError):
            objected.result(SOON)
    with pytest.raises(Refusal, match="已经月结"):
        objected.result(30)
    assert Confirmation.objects.get(employee=october.chen).state == "asked"


def test_closing_waits_for_an_objection_that_is_being_made(october, apart):
    make.work_off(confirming.ask_all(Scope(OCTOBER), 5, **HR))
    with transaction.atomic():
        confirming.object_to(OCTOBER, "13 日没有迟到", by=october.by("chen"), at=make.NOW)
        closed = apart(close_all)
        with pytest.raises(TimeoutError):
            closed.result(SOON)
    assert closed.result(30) == 4
    assert not ClosedMonth.objects.filter(employee=october.chen).exists()


def test_a_month_that_is_reopened_while_it_is_handed_over_is_one_of_both(october, apart):
    close_all()
    row = ClosedMonth.objects.get(employee=october.chen)
    with transaction.atomic():
        closing.hand_over(Scope(OCTOBER), **HR)
        opened = apart(lambda: reopen(row, "漏了", **HR))
        with pytest.raises(TimeoutError):
            opened.result(SOON)
    with pytest.raises(Refusal, match="已移交"):
        opened.result(30)
