"""The hour of a nursing mother, laid on workdays as absences, and the maternity leave that is proposed."""

import datetime as dt

import pytest
from balanced import keep

import make
from kaoqin.attendance.models import Absence
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.leave import actions, nursing, queries
from kaoqin.leave.nursing import pieces
from kaoqin.leave.words import Place
from kaoqin.org import facts
from kaoqin.org.facts import Delivery
from kaoqin.scheduling import roster
from kaoqin.scheduling.words import Cell


@pytest.fixture
def mother(there):
    facts.keep_birth(there.chen, Delivery(born_on=make.day("06-01"), babies=2), by=make.ROOT, at=make.NOW)
    return there


def laid(employee, date):
    rows = Absence.objects.filter(employee=employee, withdrawn_at=None, kind="nursing").order_by("start")
    return [(f"{row.start:%H:%M}", f"{row.end:%H:%M}") for row in rows if row.start.date() == make.day(date)]


def plan(there, place=Place.END, on="11-23"):
    return nursing.plan_nursing(there.chen, make.day(on), place, by=there.by("he"), at=make.NOW)


def test_an_hour_for_each_baby_on_workdays_until_the_child_is_one(mother):
    made = plan(mother)
    assert (made.minutes, made.ends_on) == (120, make.day("2027-05-31"))
    assert laid(mother.chen, "11-23") == [("16:00", "18:00")]
    assert laid(mother.chen, "11-28") == []
    nursing.lay(made, make.ROOT, make.NOW)
    assert laid(mother.chen, "11-23") == [("16:00", "18:00")]


def test_at_the_begin_or_half_and_half(mother):
    plan(mother, Place.START)
    assert laid(mother.chen, "11-23") == [("09:00", "11:00")]
    plan(mother, Place.BOTH, "11-24")
    assert laid(mother.chen, "11-23") == [("09:00", "11:00")]
    assert laid(mother.chen, "11-24") == [("09:00", "10:00"), ("17:00", "18:00")]


def test_the_roster_changes_and_the_hour_follows(mother):
    plan(mother)
    roster.paint([Cell(mother.chen.pk, make.day("11-23"), None)], by=make.ROOT, at=make.NOW, today=make.TODAY)
    assert laid(mother.chen, "11-23") == []


def test_it_ends_when_it_is_ended(mother):
    made = plan(mother)
    nursing.end_nursing(made, make.day("11-25"), by=mother.by("he"), at=make.NOW)
    assert laid(mother.chen, "11-24") == [("16:00", "18:00")]
    assert laid(mother.chen, "11-25") == []


def test_it_is_for_mothers_of_children_under_one(mother):
    for employee, on in ((mother.zhao, "11-23"), (mother.chen, "2027-06-01")):
        with pytest.raises(Refusal, match="没有登记未满 1 周岁的子女"):
            nursing.plan_nursing(employee, make.day(on), Place.END, by=mother.by("he"), at=make.NOW)
    with pytest.raises(NotAllowed):
        nursing.plan_nursing(mother.chen, make.day("11-23"), Place.END, by=mother.by("wang"), at=make.NOW)


def test_a_pause_inside_the_hour_does_not_count(mother):
    (day,) = queries.planned_days(mother.chen.pk, make.day("11-23"), make.day("11-23"))
    assert pieces(day, 240, Place.START) == [(make.at("11-23 09:00"), make.at("11-23 14:00"))]
    assert pieces(day, 200, Place.START) == [(make.at("11-23 09:00"), make.at("11-23 13:20"))]
    assert pieces(day, 320, Place.END) == [(make.at("11-23 11:40"), make.at("11-23 18:00"))]


def test_maternity_leave_is_proposed_and_granted_from_the_day_expected(there):
    facts.keep_birth(there.chen, Delivery(expected_on=make.day("2027-02-01")), by=make.ROOT, at=make.NOW)
    (one,) = queries.maternity_proposals(there.chen, make.TODAY)
    assert (one.begins_on, one.ends_on, one.days) == (make.day("2027-01-17"), make.day("2027-04-24"), 98)
    assert queries.explain(there.chen.pk, "maternity", make.day("2027-01-17")).left == 98 * 480
    there.site.province = "31"
    there.site.save()
    keep(there.chen)
    assert queries.explain(there.chen.pk, "maternity", make.day("2027-01-17")).left == 158 * 480
    assert queries.maternity_proposals(there.zhao, make.TODAY) == []


def test_the_medical_period_of_somebody_ill(there):
    start, end = queries.interval(there.chen.pk, make.day("11-23"), make.day("11-27"))
    actions.take(there.chen, "sick", start, end, by=make.ROOT, at=make.NOW, proof="病假条 1")
    found = queries.medical(there.chen, make.day("11-30"))
    # fourteen years of work, less than one here: six months within twelve
    assert (found.months, found.window_months, found.used_days) == (6, 12, 5)
    assert found.until == dt.date(2027, 11, 22)
