"""Whom the law spares overtime and night work, both sides of every edge."""

import pytest

import make
from kaoqin.core.words import Refusal
from kaoqin.org import facts
from kaoqin.org.facts import Delivery, Facts
from kaoqin.org.protecting import Child, protection
from kaoqin.org.words import Protection


def of(child, on, gender="female", born_on=None):
    return protection(gender, born_on, [child] if child else [], make.day(on))


@pytest.mark.parametrize(
    ("on", "told"),
    [("2026-10-07", None), ("2026-10-08", "pregnant"), ("2026-12-30", "pregnant"), ("2026-12-31", "nursing")],
)
def test_from_seven_months_on(on, told):
    """Expected on 31 December: 28 weeks are complete on 8 October."""
    assert of(Child(expected_on=make.day("2026-12-31")), on) == told


@pytest.mark.parametrize(("on", "told"), [("2026-11-19", "nursing"), ("2026-11-20", None)])
def test_until_the_child_is_one(on, told):
    assert of(Child(born_on=make.day("2025-11-20")), on) == told


def test_not_after_a_loss_and_not_the_father():
    assert of(Child(expected_on=make.day("12-31"), lost_on=make.day("11-01")), "2026-11-20") is None
    assert of(Child(born_on=make.day("10-01")), "2026-11-20", gender="male") is None
    assert of(Child(born_on=make.day("10-01")), "2026-11-20", gender="") == Protection.NURSING


@pytest.mark.parametrize(("born_on", "told"), [("2008-11-20", None), ("2008-11-21", "minor")])
def test_under_age(born_on, told):
    assert of(None, "2026-11-20", "male", make.day(born_on)) == told


def test_the_refusal_names_who_and_the_law(cast):
    facts.keep_facts(cast.chen, Facts("female"), by=make.ROOT, at=make.NOW)
    facts.keep_birth(cast.chen, Delivery(born_on=make.day("06-01")), by=make.ROOT, at=make.NOW)
    facts.refuse_protected([cast.lin.pk], make.TODAY, "加班")
    with pytest.raises(Refusal, match=r"陈大白.*第九条.*不得安排加班"):
        facts.refuse_protected([cast.lin.pk, cast.chen.pk], make.TODAY, "加班")
