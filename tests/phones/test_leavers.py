"""What becomes of what phones sent when its person has left: exact places and tracks go, keys end, the rest is restricted."""

import datetime as dt

import pytest

import make
from handset import Handset, agree, office, point
from kaoqin.consent import nightly
from kaoqin.field import visit_queries
from kaoqin.phones import leaving, queries
from kaoqin.phones.models import Phone, Record
from kaoqin.phones.words import Keeping, PhoneState
from kaoqin.security.models import AuditEntry
from travelling import Traveller, customer, kind

TOMORROW = make.TODAY + make.DAY
LAST_SEEN = make.TODAY + dt.timedelta(days=31)


@pytest.fixture
def chen(cast):
    """Chen punches by phone, and today is the last day."""
    office(("site_id", cast.site.pk))
    agree(cast.by("chen"))
    phone = Handset(cast.by("chen"))
    phone.send(phone.record(point=point()))
    make.leave(cast.chen, make.TODAY)
    return phone


def states(employee):
    return list(Phone.objects.filter(employee=employee).order_by("pk").values_list("state", flat=True))


def test_on_the_last_day_all_is_as_it_was(cast, chen):
    nightly.end_consents(0)
    leaving.end_of_leavers(make.TODAY, make.NOW)
    assert (states(cast.chen), Record.objects.get().keeping) == ([PhoneState.BOUND], Keeping.WHOLE)


def test_the_day_after_positions_are_coarse_and_phones_are_ended(cast, chen, clock):
    clock(make.NOW + make.DAY)
    nightly.end_consents(0)
    leaving.end_each_hour(0)
    assert (states(cast.chen), Record.objects.get().keeping) == ([PhoneState.REPLACED], Keeping.COARSE)
    assert AuditEntry.objects.get(action="phones.end_of_leavers").said == "陈大白 离职,停用手机「测试手机」"
    leaving.end_each_hour(0)
    assert AuditEntry.objects.filter(action="phones.end_of_leavers").count() == 1


def test_a_phone_that_waited_waits_no_more(cast, chen):
    Phone.objects.update(state=PhoneState.WAITING)
    assert leaving.end_of_leavers(TOMORROW, make.NOW) == 1
    assert states(cast.chen) == [PhoneState.REPLACED]


def test_phones_of_those_who_stay_are_left_alone(cast, chen):
    Handset(cast.by("lin"))
    leaving.end_of_leavers(TOMORROW, make.NOW)
    assert states(cast.lin) == [PhoneState.BOUND]


def test_what_the_key_signs_afterwards_counts_no_more(cast, chen):
    leaving.end_of_leavers(TOMORROW, make.NOW)
    later = make.NOW + make.DAY
    assert chen.send(chen.record(later, point=point(taken_at=later)), at=later)[0].state == "held"


@pytest.mark.parametrize(("on", "wang"), [(LAST_SEEN, 1), (LAST_SEEN + make.DAY, 0)])
def test_a_month_after_the_last_day_only_who_reaches_everybody_sees_the_evidence(cast, chen, on, wang):
    assert queries.records(seen_by=cast.by("wang"), on=on).count() == wang
    assert queries.records(seen_by=cast.by("he"), on=on).count() == 1


@pytest.mark.parametrize(("on", "wang"), [(LAST_SEEN, 1), (LAST_SEEN + make.DAY, 0)])
def test_and_the_visits_and_days_in_the_field(cast, on, wang, enter, clock):
    traveller = Traveller(cast.by("lin"))
    traveller.check_in(customer(cast.lin), kind())
    make.leave(cast.lin, make.TODAY)
    assert visit_queries.visits(seen_by=cast.by("wang"), on=on).count() == wang
    assert visit_queries.visits(seen_by=cast.by("he"), on=on).count() == 1
    clock(make.NOW + (on - make.TODAY))
    assert enter("wang").get(f"/field/days/{cast.lin.pk}/{make.TODAY}/").status_code == (200 if wang else 404)
    assert enter("he").get(f"/field/days/{cast.lin.pk}/{make.TODAY}/").status_code == 200
