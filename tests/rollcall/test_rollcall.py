"""A roll-call bridges terminals that are out: ticks are punches, and what terminals send later is compared with them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

import make
from kaoqin.attendance.models import DayResult
from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.devices.models import Device, DeviceAlarm
from kaoqin.punches import actions as punches
from kaoqin.punches.models import Punch
from kaoqin.punches.queries import Pressed
from kaoqin.rollcall import actions, queries
from kaoqin.rollcall.comparing import compare
from kaoqin.rollcall.models import RollCall
from kaoqin.rollcall.words import Direction, Match

SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)
HALF_PAST_EIGHT = make.at("11-20 08:30")
TODAY = make.TODAY


def listed(cast, by, department=None):
    now = make.NOW.astimezone().replace(tzinfo=None)
    return queries.called(cast.site, department, seen_by=by, on=TODAY, now=now)


def call(cast, *people, who="wang", direction=Direction.IN, moment=HALF_PAST_EIGHT):
    by = cast.by(who)
    ticked = [one.pk for one in people]
    return actions.call_roll(cast.site, direction, moment, listed(cast, by), ticked, by=by, at=make.NOW)


@pytest.fixture
def there(cast):
    """Chen, Wang and Lin work at the site; Zhao elsewhere."""
    other = make.site("苏州")
    cast.zhao.postings.update(site=other)
    for one in (cast.chen, cast.wang, cast.lin):
        one.postings.update(site=cast.site)
    return cast


def test_who_is_ticked_has_a_punch_and_the_day_settles(there):
    made = call(there, there.chen)
    punch = Punch.objects.get()
    assert (punch.employee, punch.source, punch.person_key, punch.place) == (there.chen, "roll_call", "00013", "上海")
    assert punch.evidence == {"roll_call": made.pk, "called_by": "wang", "mark": "in"}
    assert made.ticks.get().punch == punch
    make.settle()
    assert DayResult.objects.get(employee=there.chen, date=TODAY).first_in is not None


def test_a_tick_is_of_the_person_and_not_of_the_number(there):
    punches.attach("00013", "", there.lin, make.day("11-01"), by=make.ROOT, at=make.NOW)
    call(there, there.chen)
    assert Punch.objects.get().employee == there.chen
    punches.attach("00013", "", there.wang, make.day("11-02"), by=make.ROOT, at=make.NOW)
    assert Punch.objects.get().employee == there.chen


def test_the_list_is_of_those_within_reach_at_the_site_the_expected_first(there):
    names = [row.employee.name for row in listed(there, there.by("wang"))]
    assert set(names) == {"王主管", "陈大白", "林小满"}
    everybody = {row.employee.name for row in listed(there, there.by("he"))}
    assert "赵夜班" not in everybody
    make.punch(there.chen, "11-20 08:20")
    make.settle()
    after = listed(there, there.by("wang"))
    assert [row.employee.name for row in after if row.expected] == ["王主管", "林小满"]
    assert after[-1].employee == there.chen


def test_somebody_who_is_not_on_the_list_cannot_be_ticked(there):
    with pytest.raises(Refusal) as nobody:
        call(there, there.zhao)
    assert nobody.value.code == "rollcall.nobody"
    assert not Punch.objects.exists()


@pytest.mark.parametrize(
    ("moment", "good"),
    [
        (make.at("11-20 10:00"), True),
        (make.at("11-20 10:00") + SECOND, False),
        (make.at("11-19 22:00"), True),
        (make.at("11-19 22:00") - SECOND, False),
    ],
)
def test_the_moment_is_within_twelve_hours(there, moment, good):
    if good:
        assert call(there, there.chen, moment=moment).ticks.count() == 1
    else:
        with pytest.raises(Refusal) as wrong:
            call(there, there.chen, moment=moment)
        assert wrong.value.code == "rollcall.moment"


def test_a_site_without_people_of_ones_own_is_no_site(there):
    with pytest.raises(NotFound):
        queries.site(make.site("空地点").pk, seen_by=there.by("wang"), on=TODAY)


def test_too_many_at_once_are_asked_by_department(there, monkeypatch):
    monkeypatch.setattr(queries, "MOST_AT_ONCE", 2)
    with pytest.raises(Refusal) as many:
        listed(there, there.by("wang"))
    assert many.value.code == "rollcall.too_many"
    assert len(listed(there, there.by("wang"), there.field.pk)) == 1


AT = dt.datetime(2026, 11, 20, 0, 30, tzinfo=dt.UTC)


def press(who, minutes):
    at = AT + minutes * MINUTE
    return Pressed(who, at, at.replace(tzinfo=None), "T1", at)


IN, OUT = Direction.IN, Direction.OUT
CASES = {
    "earlier agrees": (IN, {1: False}, [press(1, -20)], True, {1: Match.AGREES}),
    "five minutes later too": (IN, {1: False}, [press(1, 5)], True, {1: Match.AGREES}),
    "later differs": (IN, {1: False}, [press(1, 5.1)], True, {1: Match.DIFFERS}),
    "the first of an arrival tells": (IN, {1: False}, [press(1, -3), press(1, 90)], True, {1: Match.AGREES}),
    "going later agrees": (OUT, {1: False}, [press(1, 20)], True, {1: Match.AGREES}),
    "five minutes earlier too": (OUT, {1: False}, [press(1, -5)], True, {1: Match.AGREES}),
    "going earlier differs": (OUT, {1: False}, [press(1, -5.1)], True, {1: Match.DIFFERS}),
    "the last of a departure tells": (OUT, {1: False}, [press(1, -90), press(1, 3)], True, {1: Match.AGREES}),
    "no punch while terminals are out": (IN, {1: False}, [], False, {1: Match.WAITING}),
    "no punch when all is sent": (IN, {1: False}, [], True, {1: Match.MISSING}),
    "not ticked, but there": (IN, {}, [press(2, -1)], True, {2: Match.NOT_TICKED}),
    "not ticked and later is rightly so": (IN, {}, [press(2, 60)], True, {}),
    "void is void": (IN, {1: True}, [press(1, -1)], True, {1: Match.VOIDED}),
}


@pytest.mark.parametrize("case", CASES)
def test_how_a_tick_compares(case):
    direction, ticked, pressed, complete, expected = CASES[case]
    found = compare(AT, direction, ticked, pressed, complete=complete)
    assert {one.employee_id: one.match for one in found} == expected


people = st.integers(1, 4)


@given(
    st.sampled_from(Direction),
    st.dictionaries(people, st.booleans()),
    st.lists(st.tuples(people, st.integers(-240, 240)), max_size=12),
    st.booleans(),
)
def test_everybody_ticked_is_compared_once_and_nobody_absent_is_made_up(direction, ticked, told, complete):
    pressed = [press(who, minutes) for who, minutes in sorted(told, key=lambda one: one[1])]
    found = compare(AT, direction, ticked, pressed, complete=complete)
    assert sorted(one.employee_id for one in found if one.match != Match.NOT_TICKED) == sorted(ticked)
    others = [one.employee_id for one in found if one.match == Match.NOT_TICKED]
    assert len(others) == len(set(others))
    assert not set(others) & set(ticked)
    assert all(one.pressed for one in found if one.match in {Match.AGREES, Match.DIFFERS, Match.NOT_TICKED})


def matches(made, at=make.NOW):
    return {line.employee.name: line.compared.match for line in queries.lines(made, at=at)}


def silence(site, cleared_at=None):
    device = Device.objects.create(serial="0316144680031", state="approved", site=site, first_seen_at=make.NOW)
    return DeviceAlarm.objects.create(
        kind="silent", device=device, site=site, raised_at=make.NOW - 60 * MINUTE, cleared_at=cleared_at
    )


def test_a_buffer_that_comes_later_is_compared_with_the_ticks(there):
    alarm = silence(there.site)
    made = call(there, there.chen, there.lin)
    assert matches(made) == {"陈大白": Match.WAITING, "林小满": Match.WAITING}
    make.punch(there.chen, "11-20 08:25")
    make.punch(there.wang, "11-20 08:10")
    assert matches(made) == {"王主管": Match.NOT_TICKED, "陈大白": Match.AGREES, "林小满": Match.WAITING}
    alarm.cleared_at = make.NOW
    alarm.save()
    assert matches(made)["林小满"] == Match.WAITING
    assert matches(made, make.NOW + 10 * MINUTE)["林小满"] == Match.MISSING


def test_a_tick_that_was_wrong_is_taken_back_and_the_day_is_as_the_terminal_says(there):
    made = call(there, there.chen)
    make.punch(there.chen, "11-20 09:50")
    make.settle()
    assert matches(made)["陈大白"] == Match.DIFFERS
    (tick,) = made.ticks.all()
    told = {"by": there.by("wang"), "at": make.NOW, "today": TODAY}
    actions.take_back(tick, "点错了", **told)
    make.settle()
    assert matches(made)["陈大白"] == Match.VOIDED
    assert DayResult.objects.get(employee=there.chen, date=TODAY).first_in.hour == 9
    with pytest.raises(Refusal):
        actions.take_back(tick, "点错了", **told)


def test_only_who_called_and_hr_take_a_tick_back(there):
    made = call(there, there.chen, who="he")
    (tick,) = made.ticks.all()
    with pytest.raises(NotAllowed):
        actions.take_back(tick, "点错了", by=there.by("wang"), at=make.NOW, today=TODAY)


def test_a_roll_call_is_reviewed_once(there):
    made = call(there, there.chen)
    assert queries.to_review(seen_by=there.by("he"), at=make.NOW) == 1
    actions.review(made, by=there.by("he"), at=make.NOW)
    assert queries.to_review(seen_by=there.by("he"), at=make.NOW) == 0
    with pytest.raises(Refusal):
        actions.review(made, by=there.by("he"), at=make.NOW)


def test_a_roll_call_waits_for_review_only_when_the_terminals_are_back(there):
    silence(there.site)
    call(there, there.chen)
    assert queries.to_review(seen_by=there.by("he"), at=make.NOW) == 0


def test_the_pages_from_the_notice_to_the_comparison(there, enter):
    silence(there.site)
    page = enter("wang")
    assert "上海 的考勤机失联" in page.get("/").content.decode()
    assert "自 2026-11-20 09:00 失联" in page.get("/rollcall/").content.decode()
    address = f"/rollcall/sites/{there.site.pk}/"
    shown = page.get(address).content.decode()
    assert "陈大白" in shown
    refused = page.post(address, {"direction": "in", "moment": "2026-11-20T08:30"})
    assert refused.status_code == 422
    assert "还没有勾选任何人" in refused.content.decode()
    late = page.post(address, {"direction": "in", "moment": "2026-11-20T18:30", "who": [there.chen.pk]})
    assert f'value="{there.chen.pk}" data-expected checked' in late.content.decode()
    page.post(address, {"direction": "in", "moment": "2026-11-20T08:30", "who": [there.chen.pk]})
    made = RollCall.objects.get()
    compared = page.get(f"/rollcall/{made.pk}/").content.decode()
    assert "等待考勤机补传" in compared
    tick = made.ticks.get()
    page.post(f"/rollcall/{made.pk}/ticks/{tick.pk}/take-back/")
    assert "已作废" in page.get(f"/rollcall/{made.pk}/").content.decode()


def test_a_manager_sees_no_roll_call_of_others(there, enter):
    made = call(there, there.chen, who="he")
    assert enter("wang").get(f"/rollcall/{made.pk}/").status_code == 404
    assert enter("he").post(f"/rollcall/{made.pk}/review/").status_code == 302
