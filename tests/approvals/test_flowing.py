"""From a flow and facts to who decides: conditions on both sides of every edge, and whom the organisation lacks."""

from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaoqin.approvals.flowing import (
    Facts,
    FlowPlan,
    Resolved,
    StepPlan,
    When,
    plan,
    read_amounts,
    read_step,
    read_when,
    resolve,
)
from kaoqin.approvals.words import CHOSEN, Found, Missing, Mode, Who

ME = 100


@dataclass
class Company:
    """The organisation of one applicant: line managers and heads upward (None: no account), holders of roles."""

    managers_: list = field(default_factory=list)
    heads_: list = field(default_factory=list)
    roles: dict = field(default_factory=dict)
    applicant: int | None = ME

    def managers(self):
        return self.managers_

    def heads(self):
        return self.heads_

    def holders(self, role):
        return self.roles.get(role, [])

    def accounts(self, employees):
        return [one for one in employees if one < 1000]


FULL = Company([1, 2, 3], [1, 3], {"hr": [8, 9], "manager": [1]})


def facts(kind="trip", departments=(), finer="", **amounts):
    return Facts(kind, frozenset(departments), read_amounts(amounts), finer)


@pytest.mark.parametrize(
    ("when", "asked", "holds"),
    [
        (When(), facts(), True),
        (When(over={"days": Decimal(3)}), facts(days=3), False),
        (When(over={"days": Decimal(3)}), facts(days="3.5"), True),
        (When(upto={"days": Decimal("0.5")}), facts(days="0.5"), True),
        (When(upto={"days": Decimal("0.5")}), facts(days="0.6"), False),
        (When(over={"amount": Decimal(1)}), facts(days=9), False),
        (When(upto={"amount": Decimal(1)}), facts(days=0), False),
        (When(upto={"days": Decimal(1)}), facts(days="viel"), False),
        (When(kinds=frozenset({"trip"})), facts("outing"), False),
        (When(kinds=frozenset({"trip"})), facts("trip"), True),
        (When(kinds=frozenset({"leave"})), facts("leave", finer="sick"), True),
        (When(kinds=frozenset({"leave:sick"})), facts("leave", finer="sick"), True),
        (When(kinds=frozenset({"leave:sick"})), facts("leave", finer="annual"), False),
        (When(kinds=frozenset({"leave:sick"})), facts("leave"), False),
        (When(departments=frozenset({5})), facts(departments=[4]), False),
        (When(departments=frozenset({5})), facts(departments=[4, 5]), True),
        (When(over={"days": Decimal(1)}, upto={"hours": Decimal(8)}), facts(days=2, hours=9), False),
    ],
)
def test_conditions(when, asked, holds):
    assert when.holds(asked) is holds


P = StepPlan
WHO = {
    "the line manager": (P(Who.MANAGER), FULL, [1], Found.PLANNED),
    "two up": (P(Who.MANAGER, levels=2), FULL, [2], Found.PLANNED),
    "above the top the topmost": (P(Who.MANAGER, levels=9), FULL, [3], Found.UP),
    "without account the next above": (P(Who.MANAGER), Company([None, 2]), [2], Found.UP),
    "the head": (P(Who.HEAD), FULL, [1], Found.PLANNED),
    "a head without account": (P(Who.HEAD), Company([7], [None, 3]), [3], Found.UP),
    "whoever holds a role": (P(Who.ROLE, role="hr"), FULL, [8, 9], Found.PLANNED),
    "a role nobody holds goes up": (P(Who.ROLE, role="auditor"), FULL, [1], Found.UP),
    "not oneself": (P(Who.ROLE, role="hr"), Company([1], roles={"hr": [ME, 9]}), [9], Found.PLANNED),
    "only oneself goes up": (P(Who.ROLE, role="hr"), Company([1], roles={"hr": [ME]}), [1], Found.UP),
    "people by name": (P(Who.PEOPLE, people=(5, 4)), FULL, [5, 4], Found.PLANNED),
    "in one's own place the manager": (P(Who.PEOPLE, people=(5, ME)), FULL, [5, 1], Found.PLANNED),
    "people who have no account": (P(Who.PEOPLE, people=(2000,)), FULL, [1], Found.UP),
    "others named": (P(Who.MANAGER, missing=Missing.PEOPLE, substitutes=(6,)), Company(), [6], Found.PEOPLE),
    "HR": (P(Who.MANAGER, missing=Missing.HR), Company(roles={"hr": [8]}), [8], Found.HR),
    "at last HR": (P(Who.MANAGER), Company(roles={"hr": [8]}), [8], Found.HR),
    "nobody": (P(Who.MANAGER), Company(), [], Found.NOBODY),
    "HR is oneself alone": (P(Who.MANAGER), Company(roles={"hr": [ME]}), [], Found.NOBODY),
}


@pytest.mark.parametrize("case", WHO)
def test_who_decides(case):
    step, company, deciders, found = WHO[case]
    assert resolve(step, company) == Resolved(tuple(deciders), found)


def test_steps_apply_by_their_conditions_in_order():
    flow = FlowPlan((P(Who.MANAGER), P(Who.HEAD, when=When(over={"days": Decimal(3)}))))
    assert [one.step.who for one in plan(flow, facts(days=3), FULL)] == [Who.MANAGER]
    assert [one.step.who for one in plan(flow, facts(days=4), FULL)] == [Who.MANAGER, Who.HEAD]


def test_where_no_step_applies_hr_decides():
    flow = FlowPlan((P(Who.MANAGER, when=When(over={"days": Decimal(3)})),))
    (only,) = plan(flow, facts(days=1), FULL)
    assert only.resolved == Resolved((8, 9))


def test_a_yes_by_itself_only_within_its_limits():
    flow = FlowPlan((P(Who.MANAGER),), When(upto={"days": Decimal("0.5")}))
    assert plan(flow, facts(days="0.5"), FULL) == []
    assert len(plan(flow, facts(days=1), FULL)) == 1
    assert len(plan(flow, facts(), FULL)) == 1


amounts = st.dictionaries(st.sampled_from(["days", "hours", "amount"]), st.decimals(0, 99, places=1), max_size=2)
whens = st.builds(
    When,
    st.frozensets(st.sampled_from(["trip", "outing"])),
    st.frozensets(st.integers(1, 3)),
    amounts,
    amounts,
)
some = st.lists(st.integers(1, 9) | st.just(ME), max_size=3)
plans = st.builds(
    StepPlan,
    who=st.sampled_from(CHOSEN),
    mode=st.sampled_from(Mode),
    levels=st.integers(1, 4),
    role=st.sampled_from(["hr", "manager"]),
    people=some.map(tuple),
    when=whens,
    missing=st.sampled_from(Missing),
    substitutes=some.map(tuple),
    remind_hours=st.integers(0, 72),
)
lines = st.lists(st.none() | st.integers(1, 9), max_size=3)
companies = st.builds(Company, lines, lines, st.dictionaries(st.sampled_from(["hr", "manager"]), some))


@given(plans)
def test_what_is_kept_is_read_again(step):
    assert read_step(step.keep()) == step
    assert read_when(step.when.keep()) == step.when


@given(st.lists(plans, max_size=4).map(tuple), companies, amounts)
def test_nobody_decides_ones_own_and_nothing_is_decided_by_nobody_unsaid(steps, company, told):
    found = plan(FlowPlan(steps), facts(**told), company)
    assert found
    for one in found:
        assert ME not in one.resolved.deciders
        assert bool(one.resolved.deciders) == (one.resolved.found != Found.NOBODY)
