"""How steps are decided: the invariants of the state machine, whoever clicks when."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaoqin.approvals.deciding import Course, Seat, Step
from kaoqin.approvals.words import Mode

ANY, ALL, IN_TURN = Mode.ANY, Mode.ALL, Mode.IN_TURN


def step(mode, *people):
    return Step(mode, tuple(Seat(one) for one in people))


def course(*steps, once=True):
    return Course(steps, once).settled()


def yes(course, *people):
    for one in people:
        course = course.agreed({one: None}).settled()
    return course


def answers(course, place):
    return [seat.answer.value for seat in course.steps[place].seats]


def test_one_yes_is_enough_where_any_may_decide_and_the_others_are_not_needed():
    done = yes(course(step(ANY, 1, 2, 3)), 2)
    assert done.approved
    assert answers(done, 0) == ["not_needed", "yes", "not_needed"]


def test_all_must_agree_where_all_must():
    begun = course(step(ALL, 1, 2))
    assert not yes(begun, 1).approved
    assert yes(begun, 1, 2).approved


def test_in_turn_nobody_is_asked_before_the_one_before():
    begun = course(step(IN_TURN, 1, 2))
    assert begun.steps[0].ready == (0,)
    assert yes(begun, 2) == begun
    assert yes(begun, 1, 2).approved


def test_who_agreed_in_the_step_before_is_not_asked_again():
    done = yes(course(step(ANY, 1), step(ALL, 1, 2), step(ANY, 2)), 1)
    assert answers(done, 1) == ["carried", ""]
    assert yes(done, 2).approved


def test_where_everybody_is_asked_again_nothing_is_carried():
    begun = course(step(ANY, 1), step(ANY, 1), once=False)
    assert not yes(begun, 1).approved
    assert yes(begun, 1, 1).approved


def test_a_consent_is_no_approval():
    consent = Step(ALL, (Seat(1),), binds=False)
    assert not yes(course(consent, step(ANY, 1)), 1).approved


def test_only_the_step_before_counts():
    done = yes(course(step(ANY, 1), step(ANY, 2), step(ANY, 1)), 1, 2)
    assert not done.approved


def test_a_delegate_who_agreed_is_not_asked_again_either():
    done = course(step(ANY, 1), step(ANY, 9)).agreed({1: 9}).settled()
    assert done.approved


def test_a_delegate_of_two_answers_for_both_but_not_in_the_next_step():
    begun = course(step(ANY, 1, 2), step(ANY, 2), once=False)
    after = begun.agreed({1: 9, 2: 9}).settled()
    assert after.open == 1


def test_a_step_without_seats_is_never_passed():
    assert not any(step(mode).passed for mode in Mode)


people = st.integers(1, 4)
steps = st.lists(st.builds(lambda mode, who: step(mode, *who), st.sampled_from(Mode), st.lists(people, max_size=4)))


@given(steps, st.booleans(), st.lists(people, max_size=25))
def test_never_approved_without_every_step_satisfied(some, once, clicks):
    end = yes(course(*some, once=once), *clicks)
    for one in end.steps:
        agreed = [seat for seat in one.seats if seat.agreed]
        satisfied = len(agreed) >= 1 if one.mode == ANY else bool(one.seats) and len(agreed) == len(one.seats)
        if end.approved:
            assert satisfied
    assert {seat.who for one in end.steps for seat in one.seats if seat.agreed} <= set(clicks)


@given(steps, st.booleans(), st.lists(people, max_size=25))
def test_no_step_is_answered_before_the_one_before_is_passed(some, once, clicks):
    end = yes(course(*some, once=once), *clicks)
    for before, after in itertools.pairwise(end.steps):
        if any(seat.agreed for seat in after.seats):
            assert before.passed


@given(st.lists(people, min_size=1, max_size=4, unique=True), st.permutations(range(4)), people)
def test_where_all_must_agree_the_order_of_clicks_is_nothing(who, order, next_one):
    begun = course(step(ALL, *who), step(ALL, next_one))
    clicks = [who[place] for place in order if place < len(who)]
    assert yes(begun, *clicks) == yes(begun, *who)


@given(st.lists(people, min_size=1, max_size=5), st.lists(people, max_size=20))
def test_in_turn_nobody_has_agreed_after_somebody_who_has_not(who, clicks):
    agreed = [seat.agreed for seat in yes(course(step(IN_TURN, *who)), *clicks).steps[0].seats]
    assert agreed == sorted(agreed, reverse=True)


@given(steps, st.lists(people, max_size=20))
def test_settling_twice_changes_nothing(some, clicks):
    end = yes(course(*some), *clicks)
    assert end.settled() == end


@pytest.mark.parametrize("mode", list(Mode))
def test_whoever_sits_twice_clicks_once(mode):
    assert yes(course(step(mode, 1, 1)), 1).approved
    assert "" not in answers(yes(course(step(mode, 1, 1)), 1), 0)
