"""Approved leave and overtime of many at once: as one by one, in few statements, all or none."""

import pytest

import make
from kaoqin.attendance import actions
from kaoqin.attendance.actions import Approved, Interval
from kaoqin.attendance.models import Absence, AgreedOvertime, Waiting
from kaoqin.core.words import NotFound, Refusal
from kaoqin.security.models import AuditEntry


def approved(employee, begin, end, kind=""):
    return Approved(employee, Interval(make.at(begin), make.at(end)), kind)


def test_each_is_kept_remembered_and_its_days_wait(cast):
    make.nobody_waits()
    made = actions.record_absences(
        [
            approved(cast.chen, "11-16 09:00", "11-16 18:00", "annual"),
            approved(cast.lin, "11-17 09:00", "11-17 12:00", "sick"),
            approved(cast.chen, "11-18 09:00", "11-18 18:00", "trip"),
        ],
        by=cast.by("he"),
        at=make.NOW,
    )
    assert [(one.employee, one.kind) for one in made] == [
        (cast.chen, "annual"),
        (cast.lin, "sick"),
        (cast.chen, "trip"),
    ]
    assert set(Waiting.objects.values_list("employee", "first", "last")) == {
        (cast.chen.pk, make.day("11-15"), make.day("11-19")),
        (cast.lin.pk, make.day("11-16"), make.day("11-18")),
    }
    entries = AuditEntry.objects.filter(action="attendance.record_absence").order_by("pk")
    assert list(entries.values_list("subject_id", flat=True)) == [cast.chen.pk, cast.lin.pk, cast.chen.pk]


def test_one_that_cannot_be_or_is_out_of_reach_keeps_all_out(cast):
    good, long = approved(cast.chen, "11-16 18:00", "11-16 20:00"), approved(cast.lin, "11-16 18:00", "11-17 18:01")
    with pytest.raises(Refusal, match="24 小时"):
        actions.record_all_overtime([good, long], by=cast.by("he"), at=make.NOW)
    with pytest.raises(NotFound):
        actions.record_all_overtime(
            [good, approved(make_stranger(), "11-16 18:00", "11-16 20:00")], by=cast.by("he"), at=make.NOW
        )
    assert not AgreedOvertime.objects.exists()
    actions.record_all_overtime([good, approved(cast.lin, "11-16 18:00", "11-17 18:00")], by=cast.by("he"), at=make.NOW)
    assert AgreedOvertime.objects.count() == 2


def make_stranger():
    gone = make.employee()
    key, gone.pk = gone.pk, 10**9
    assert key != gone.pk
    return gone


def test_the_number_of_statements_does_not_grow(cast, django_assert_max_num_queries):
    many = [approved(cast.chen, f"11-{day:02d} 09:00", f"11-{day:02d} 12:00", "annual") for day in range(1, 29)]
    with django_assert_max_num_queries(12):
        actions.record_absences(many, by=cast.by("he"), at=make.NOW)
    assert Absence.objects.count() == 28
