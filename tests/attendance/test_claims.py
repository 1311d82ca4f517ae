"""Many are settled side by side; who is touched meanwhile, or whose batch died, waits again."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

import make
from kaoqin.attendance import settling
from kaoqin.attendance.claims import claimed
from kaoqin.attendance.models import DayResult, Waiting
from kaoqin.attendance.settling import mark, settle_all, settle_forgotten

SPAN = (make.day("11-02"), make.day("11-19"))


def apart(do):
    """What something answers in a session of its own, while this one goes on."""

    def run():
        try:
            return do()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(30)


def claim(at_most=5):
    """The people of a batch that is settled at once."""
    with claimed(at_most) as waits:
        return [employee_id for employee_id, _, _ in waits]


def waiting():
    return list(Waiting.objects.order_by("employee_id").values_list("employee_id", flat=True))


@pytest.fixture
def two(company):
    """Chen and Zhao wait, and nobody else."""
    make.nobody_waits()
    two = sorted([company.chen.pk, company.zhao.pk])
    mark(dict.fromkeys(two, SPAN))
    return two


def test_what_is_claimed_is_nobody_elses_and_then_waits_no_more(two):
    with claimed(1) as first:
        assert apart(claim) == two[1:]
        assert apart(claim) == []
    assert first == [(two[0], *SPAN)]
    assert waiting() == []


def test_who_is_touched_while_the_batch_works_does_not_wait_for_it_and_is_settled_again(two):
    wider = (make.day("10-01"), make.day("11-20"))
    with claimed(5):
        apart(lambda: mark({two[0]: wider}))
    assert waiting() == two[:1]
    assert claim() == two[:1]


def test_who_is_queued_while_the_batch_works_is_settled_again(two):
    with claimed(5):
        apart(lambda: mark({two[0]: SPAN}))
        assert apart(claim) == []
    assert waiting() == two[:1]
    assert claim() == two[:1]


def test_two_who_touch_the_same_people_do_not_wait_for_each_other(two):
    def touch():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        mark(dict.fromkeys(two, SPAN))

    with transaction.atomic():
        mark(dict.fromkeys(two, SPAN))
        apart(touch)


def test_who_was_deleted_since_waits_no_more(two):
    mark({0: SPAN})
    assert claim() == two


def test_a_batch_that_fails_leaves_everybody_waiting(two):
    with pytest.raises(RuntimeError), claimed(5):
        raise RuntimeError
    assert claim() == two


def test_the_people_of_a_session_that_died_wait_again(two):
    def die():
        with connection.cursor() as cursor, claimed(5):
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(Exception, match="terminat"):
        apart(die)
    assert claim() == two


def test_much_is_settled_side_by_side(two, monkeypatch):
    monkeypatch.setattr(settling, "BATCH", 1)
    told = []
    assert settle_all(told.append) == 2
    assert (told, waiting()) == ([1, 2], [])
    assert set(DayResult.objects.values_list("employee_id", flat=True)) == set(two)


def test_the_worker_is_asked_once_the_marks_can_be_seen(two):
    asked = ProcrastinateJob.objects.filter(task_name="attendance.settle_waiting", status="todo")
    asked.delete()
    with transaction.atomic():
        mark({two[0]: SPAN})
        assert not asked.exists()
    assert asked.count() == 1
    mark({two[1]: SPAN})
    assert asked.count() == 1


def test_what_nobody_asked_for_is_settled_within_the_minute(two):
    settle_forgotten(0)
    assert waiting() == []


def test_a_few_days_do_not_wait_behind_whole_months(two):
    make.nobody_waits()
    mark({two[0]: SPAN})
    mark({two[1]: (make.day("11-13"), make.day("11-20"))}, make.NOW + make.DAY)
    assert claim(1) == two[1:]
    mark({two[1]: (make.day("11-12"), make.day("11-20"))}, make.NOW + make.DAY)
    assert claim(1) == two[:1]
