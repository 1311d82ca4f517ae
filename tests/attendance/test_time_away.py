"""One is away for one reason at a time: a trip keeps leave away and leave a trip; the hour for nursing hinders nothing."""

import pytest

import make
from kaoqin.attendance import trip_actions
from kaoqin.attendance.actions import Interval
from kaoqin.attendance.models import Absence
from kaoqin.attendance.trips import Trip
from kaoqin.core.seeds import plant
from kaoqin.core.words import Refusal
from kaoqin.leave import actions as leave
from kaoqin.leave import nursing
from kaoqin.leave.models import TakenLeave
from kaoqin.leave.words import Place
from kaoqin.org import facts
from kaoqin.org.facts import Delivery, Facts

TRIP = ("11-23 09:00", "11-24 18:00")


@pytest.fixture
def there(cast):
    plant()
    return cast


def sick(there, begin, end):
    return leave.take(there.chen, "sick", make.at(begin), make.at(end), by=make.ROOT, at=make.NOW, proof="病假单")


def going(begin, end):
    return Trip(Interval(make.at(begin), make.at(end)), "苏州", "验收")


def test_leave_at_the_time_of_a_trip_is_refused_and_nothing_of_it_is_kept(there):
    make.absence(there.chen, "trip", *TRIP)
    with pytest.raises(Refusal, match="已有出差") as told:
        sick(there, "11-24 09:00", "11-25 18:00")
    assert told.value.code == "attendance.overlaps"
    assert not TakenLeave.objects.exists()
    sick(there, "11-25 00:00", "11-26 00:00")


def test_leave_where_a_trip_was_taken_back(there):
    made = make.absence(there.chen, "trip", *TRIP)
    Absence.objects.filter(pk=made.pk).update(withdrawn_at=make.NOW)
    sick(there, "11-23 00:00", "11-24 00:00")


def test_what_would_be_refused_is_said_before_it_is_asked_for(there):
    make.absence(there.chen, "trip", *TRIP)
    start, end = make.at("11-23 00:00"), make.at("11-24 00:00")
    tried = leave.rehearse(there.chen, "sick", start, end, by=make.ROOT, at=make.NOW)
    assert tried.refused.code == "attendance.overlaps"


def test_a_trip_at_the_time_of_leave_is_refused(there):
    sick(there, "11-24 00:00", "11-25 00:00")
    with pytest.raises(Refusal, match="时间不能重叠"):
        trip_actions.check(there.chen.pk, going(*TRIP))
    trip_actions.check(there.chen.pk, going("11-25 09:00", "11-25 18:00"))


def test_a_nursing_mother_travels_and_falls_ill(there):
    facts.keep_facts(there.chen, Facts(gender="female"), by=make.ROOT, at=make.NOW)
    facts.keep_birth(there.chen, Delivery(born_on=make.day("06-01")), by=make.ROOT, at=make.NOW)
    nursing.plan_nursing(there.chen, make.day("11-23"), Place.END, by=make.ROOT, at=make.NOW)
    trip_actions.check(there.chen.pk, going(*TRIP))
    sick(there, "11-25 00:00", "11-26 00:00")
    make.absence(there.chen, "trip", *TRIP)
    nursing.lay_all(make.NOW)
    assert Absence.objects.filter(employee=there.chen, kind="nursing", withdrawn_at=None).exists()
