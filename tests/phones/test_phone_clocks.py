"""Two clocks, the page's ticks and the server's last answer: which time counts, and what is said of it."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

import make
from kaoqin.phones.clocks import NEAR, Contact, Told, is_prompt, reckon
from kaoqin.phones.signing import is_contact
from kaoqin.phones.words import Flag

HOUR, SECOND = dt.timedelta(hours=1), dt.timedelta(seconds=1)


def told(pressed, shown=None, contact_at=make.NOW, boot="a", slept=dt.timedelta()):
    """A record of an instant: what the clock showed, when the server last answered, whether the page lives still."""
    contact = Contact(contact_at, 500, "a") if contact_at else None
    since = (pressed - (contact_at or make.NOW) - slept).total_seconds() * 1000
    return Told(shown or pressed, 500 + max(since, 0), boot, contact)


def test_at_once_the_two_clocks_agree():
    assert reckon(told(make.NOW), make.NOW + SECOND, 24) == (reckon(told(make.NOW), make.NOW, 24))
    assert reckon(told(make.NOW), make.NOW, 24).flags == frozenset()


def test_offline_the_page_proves_the_time():
    found = reckon(told(make.NOW + 3 * HOUR), make.NOW + 9 * HOUR, 24)
    assert (found.at, found.flags) == (make.NOW + 3 * HOUR, frozenset())


@pytest.mark.parametrize("back", [dt.timedelta(minutes=35), dt.timedelta(days=400)])
def test_a_clock_that_was_set_back_shows(back):
    """Late at 9:35, the clock set to 9:00: the page's ticks do not go back."""
    found = reckon(told(make.NOW + HOUR, make.NOW + HOUR - back), make.NOW + 2 * HOUR, 24)
    assert (found.at, found.flags) == (make.NOW + HOUR, {Flag.CLOCK_EDITED})


def test_a_clock_that_is_ahead_of_the_server_shows():
    found = reckon(told(make.NOW, make.NOW + 8 * HOUR), make.NOW + SECOND, 24)
    assert (found.at, found.flags) == (make.NOW, {Flag.CLOCK_EDITED})


def test_sixty_seconds_are_no_edit_and_sixty_one_are():
    later = make.NOW + 2 * HOUR
    just = reckon(told(later, later - NEAR), later + HOUR, 24)
    over = reckon(told(later, later - NEAR - SECOND), later + HOUR, 24)
    assert (just.flags, over.flags) == (frozenset(), {Flag.CLOCK_EDITED})


def test_ticks_stand_still_while_a_phone_sleeps_then_its_clock_counts_and_it_is_said():
    found = reckon(told(make.NOW + 5 * HOUR, slept=4 * HOUR), make.NOW + 8 * HOUR, 24)
    assert (found.at, found.flags) == (make.NOW + 5 * HOUR, {Flag.CLOCK_UNPROVEN})


def test_a_page_that_died_leaves_the_phones_clock_between_contact_and_now():
    found = reckon(told(make.NOW + HOUR, boot="b"), make.NOW + 2 * HOUR, 24)
    assert (found.at, found.flags) == (make.NOW + HOUR, {Flag.CLOCK_UNPROVEN})
    before = reckon(told(make.NOW + HOUR, make.NOW - HOUR, boot="b"), make.NOW + 2 * HOUR, 24)
    assert Flag.NO_TIME in before.flags


def test_without_any_contact_only_an_arrival_at_once_proves_it():
    alone = told(make.NOW, contact_at=None)
    assert reckon(alone, make.NOW + NEAR, 24).flags == frozenset()
    assert reckon(alone, make.NOW + NEAR + SECOND, 24).flags == {Flag.NO_TIME}


def test_later_than_the_limit_is_held():
    at = make.NOW + HOUR
    assert reckon(told(at), at + 24 * HOUR, 24).flags == frozenset()
    assert reckon(told(at), at + 24 * HOUR + SECOND, 24).flags == {Flag.LATE}


def test_only_what_comes_at_once_by_the_pages_own_clock_may_prove_an_address():
    assert is_prompt(told(make.NOW + HOUR), make.NOW + HOUR + NEAR)
    assert not is_prompt(told(make.NOW + HOUR), make.NOW + HOUR + NEAR + SECOND)
    assert not is_prompt(told(make.NOW + HOUR, boot="b"), make.NOW + HOUR)


spans = st.timedeltas(dt.timedelta(days=-3), dt.timedelta(days=3))


@given(pressed=spans, shown=spans, waited=spans, boot=st.sampled_from("ab"), known=st.booleans())
def test_the_time_that_counts_is_never_after_it_came_nor_before_a_contact_unless_held(
    pressed, shown, waited, boot, known
):
    pressed, arrival = make.NOW + abs(pressed), make.NOW + abs(pressed) + abs(waited)
    found = reckon(told(pressed, pressed + shown, make.NOW if known else None, boot), arrival, 24)
    assert found.at <= arrival
    if known:
        assert found.at >= make.NOW - NEAR
    if not found.flags & {Flag.NO_TIME, Flag.CLOCK_UNPROVEN, Flag.LATE} and known and boot == "a":
        assert abs(found.at - pressed) <= NEAR or abs(found.at - arrival) <= NEAR


def test_what_the_server_answers_by_a_real_clock_proves_its_time(cast, enter, clock):
    """Clocks have microseconds; the JSON of an answer has milliseconds."""
    clock(make.NOW + dt.timedelta(microseconds=529_987))
    answer = enter("lin").get("/api/v1/phone/time").json()
    at, whom = dt.datetime.fromisoformat(answer["server_time"]), cast.by("lin").account_id
    assert is_contact(whom, at, answer["proof"])
    assert not is_contact(whom, at - dt.timedelta(milliseconds=1), answer["proof"])
    assert not is_contact(whom + 1, at, answer["proof"])
