"""Somebody decides in another's place: dated, shown, never one's own, never in a circle."""

import pytest
from asking import flow

import make
from kaoqin.approvals import deciding_actions, queries
from kaoqin.approvals.delegating import delegate, end_delegation
from kaoqin.approvals.flowing import StepPlan
from kaoqin.approvals.models import Delegation, RequestEntry
from kaoqin.approvals.words import Who
from kaoqin.core.words import NotAllowed, Refusal

FIRST, LAST = make.TODAY, make.day("11-25")


@pytest.fixture
def give(us):
    def given(who, to, first=FIRST, last=LAST, by=None):
        return delegate(getattr(us.cast, who), getattr(us.cast, to), first, last, **us.by(by or who))

    return given


def refused(change, *args, **kwargs):
    with pytest.raises(Refusal) as refusal:
        change(*args, **kwargs)
    return refusal.value.code


def test_a_delegate_decides_in_the_others_place_and_it_is_shown(us, give, heard):
    give("wang", "zhao")
    made = us.ask("chen")
    accounts = us.cast.accounts
    assert heard[0][1]["account_ids"] == [accounts["wang"].pk, accounts["zhao"].pk]
    assert queries.deciding_now([made], make.TODAY) == {made.pk: "zhao 代 wang"}
    assert us.waiting("zhao") == us.waiting("wang") == [made]
    us.yes(made, "zhao")
    entry = RequestEntry.objects.get(request=made, deed="yes")
    assert (entry.account, entry.other) == (accounts["zhao"], accounts["wang"])


def test_the_forecast_names_who_stands_in_while_they_do(us, give):
    give("wang", "zhao", make.day("11-21"), make.day("11-22"))

    def said(day):
        told = queries.who_would_decide("plea", us.cast.chen, {"days": 1}, on=make.day(day))
        return [step.names for step in told.steps]

    assert [said(day) for day in ("11-20", "11-21", "11-23")] == [[("wang",)], [("zhao 代 wang",)], [("wang",)]]


def test_only_from_its_first_to_its_last_day(us, give):
    give("wang", "zhao", make.day("11-21"), make.day("11-22"))
    made, zhao = us.ask("chen"), us.cast.by("zhao")
    seen = {day: bool(queries.waiting(seen_by=zhao, on=make.day(day))) for day in ("11-20", "11-21", "11-22", "11-23")}
    assert seen == {"11-20": False, "11-21": True, "11-22": True, "11-23": False}
    with pytest.raises(NotAllowed):
        us.yes(made, "zhao")


def test_whoever_stands_in_may_be_stood_in_for(us, give):
    give("wang", "zhao")
    give("zhao", "he")
    made = us.ask("chen")
    assert queries.deciding_now([made], make.TODAY) == {made.pk: "he 代 wang"}
    assert us.waiting("he") == [made]


def test_nobody_decides_ones_own_as_a_delegate(us, give):
    give("wang", "chen")
    made = us.ask("chen")
    assert us.waiting("chen") == []
    with pytest.raises(NotAllowed):
        us.yes(made, "chen")


def test_a_circle_is_refused_on_any_day_of_it(us, give):
    give("wang", "zhao", make.day("11-21"), make.day("11-22"))
    give("zhao", "he", make.day("11-22"), make.day("11-24"))
    assert refused(give, "he", "wang", make.day("11-22"), make.day("11-22")) == "approvals.delegation_circle"
    give("he", "wang", make.day("11-23"), make.day("11-24"))
    assert refused(give, "chen", "chen") == "approvals.delegation_circle"


def test_days_that_cannot_be(us, give):
    assert refused(give, "wang", "zhao", LAST, FIRST) == "approvals.delegation_days"
    assert refused(give, "wang", "zhao", make.day("11-18"), make.day("11-19")) == "approvals.delegation_days"
    assert refused(give, "wang", "zhao", FIRST, FIRST + 367 * make.DAY) == "approvals.delegation_long"
    give("wang", "zhao")
    assert refused(give, "wang", "he", LAST, LAST) == "approvals.delegated_already"


def test_only_to_people_with_an_account(us):
    nobody = make.employee("无账号")
    assert refused(delegate, us.cast.wang, nobody, FIRST, LAST, **us.by("wang")) == "approvals.no_account"


def test_hr_delegates_for_somebody_and_others_do_not(us, give):
    with pytest.raises(NotAllowed):
        give("wang", "zhao", by="chen")
    give("wang", "zhao", by="he")


def test_it_is_ended_by_oneself_or_hr(us, give):
    begun, to_come = give("wang", "zhao", make.day("11-18")), give("he", "zhao", make.day("11-22"))
    with pytest.raises(NotAllowed):
        end_delegation(begun.pk, **us.by("zhao"))
    end_delegation(begun.pk, **us.by("wang"))
    begun.refresh_from_db()
    assert begun.ends_on == make.day("11-19")
    assert refused(end_delegation, begun.pk, **us.by("wang")) == "approvals.delegation_over"
    end_delegation(to_come.pk, **us.by("he"))
    assert not Delegation.objects.filter(pk=to_come.pk).exists()


def test_a_delegate_who_is_asked_next_is_not_asked_twice(us, give):
    flow(StepPlan(Who.MANAGER), StepPlan(Who.PEOPLE, people=(us.cast.zhao.pk,)))
    give("wang", "zhao")
    made = us.ask("chen")
    assert deciding_actions.approve(made, **us.by("zhao")).state == "approved"
