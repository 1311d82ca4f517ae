"""Hire, change, move and leave of many: as the single actions, in few statements, all or none."""

import pytest

import make
from kaoqin.attendance.models import Waiting
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.org import actions
from kaoqin.org.actions import Details, Leaving, Move, Newcomer, Place
from kaoqin.org.models import Employee, Posting
from kaoqin.security.doors import actor_of
from kaoqin.security.models import AuditEntry
from kaoqin.security.words import Role, Scope, ScopeKind


@pytest.fixture
def part(cast):
    """HR of the sales department only."""
    account = make.account("part", (Role.HR, Scope(ScopeKind.DEPARTMENT, cast.sales.pk)))
    return actor_of(account, make.TODAY)


def newcomers(place, *numbers, on="11-02"):
    return [Newcomer(number, f"新{number}", make.day(on), place, phone="138") for number in numbers]


def hire(people, by=make.ROOT):
    return actions.hire_all(people, by=by, at=make.NOW)


def said(action):
    return list(AuditEntry.objects.filter(action=action).order_by("pk").values_list("subject_id", "said"))


def test_many_are_hired_in_their_order_with_a_posting_and_an_entry_each(cast):
    place = Place(cast.plant, cast.site, "操作工")
    made = hire(newcomers(place, "0103", "0101", "0102"))
    assert [one.number for one in made] == ["0103", "0101", "0102"]
    posted = Posting.objects.filter(employee__in=made).values_list("department", "site", "title", "begins_on")
    assert list(posted) == [(cast.plant.pk, cast.site.pk, "操作工", make.day("11-02"))] * 3
    assert said("org.hire")[-3:] == [(one.pk, f"{one.name}({one.number})入职") for one in made]
    assert {one.pk for one in made} <= set(Waiting.objects.values_list("employee", flat=True))


@pytest.mark.parametrize(
    ("numbers", "named"), [(("1", "2", "1"), "1"), (("3", "00012"), "00012"), ((" 00013", "3"), "00013")]
)
def test_a_number_taken_or_twice_refuses_all_and_is_named(cast, numbers, named):
    with pytest.raises(Refusal, match=f"工号 {named} 已被使用") as refused:
        hire(newcomers(Place(cast.plant, cast.site), *numbers))
    assert refused.value.code == "org.number_taken"
    assert not Employee.objects.filter(number__in=["1", "2", "3"]).exists()


def test_the_number_of_statements_does_not_grow_with_people(
    cast, django_assert_num_queries, django_assert_max_num_queries
):
    place, elsewhere = Place(cast.plant, cast.site), Place(cast.sales, cast.site)
    with django_assert_max_num_queries(25):
        made = hire(newcomers(place, *(f"0{n:03}" for n in range(300))))
    with django_assert_max_num_queries(25):
        actions.move_all([Move(one, make.TODAY, elsewhere) for one in made], by=make.ROOT, at=make.NOW)
    with django_assert_max_num_queries(25):
        actions.change_all_details([Details(one, "甲", "1", "") for one in made], by=make.ROOT, at=make.NOW)
    with django_assert_max_num_queries(25):
        actions.leave_all([Leaving(one, make.TODAY) for one in made], by=make.ROOT, at=make.NOW)
    assert Employee.objects.filter(name="甲", phone="1", left_on=make.TODAY).count() == 300
    assert Posting.objects.filter(employee__in=made, begins_on=make.TODAY, ends_on=make.TODAY).count() == 300


def test_each_moves_and_leaves_on_a_day_of_ones_own(cast):
    first, second = hire(newcomers(Place(cast.plant, cast.site), "1", "2"))
    there = Place(cast.field, cast.site)
    moves = [Move(first, make.day("11-20"), there), Move(second, make.day("11-10"), there)]
    actions.move_all(moves, by=make.ROOT, at=make.NOW)
    actions.leave_all(
        [Leaving(first, make.day("11-30")), Leaving(second, make.day("11-25"))], by=make.ROOT, at=make.NOW
    )
    spans = [list(one.postings.order_by("begins_on").values_list("begins_on", "ends_on")) for one in (first, second)]
    assert spans == [
        [(make.day("11-02"), make.day("11-19")), (make.day("11-20"), make.day("11-30"))],
        [(make.day("11-02"), make.day("11-09")), (make.day("11-10"), make.day("11-25"))],
    ]
    assert [key for key, _ in said("org.leave")[-2:]] == [second.pk, first.pk]


def test_one_who_cannot_keeps_all_where_they_are(cast):
    there = Place(cast.plant, cast.site)
    before = Posting.objects.count()
    with pytest.raises(Refusal) as refused:
        actions.move_all(
            [Move(cast.chen, make.TODAY, there), Move(cast.lin, make.day("2025-12-31"), there)],
            by=make.ROOT,
            at=make.NOW,
        )
    assert (refused.value.code, Posting.objects.count()) == ("org.not_employed", before)
    with pytest.raises(Refusal) as refused:
        actions.leave_all(
            [Leaving(cast.chen, make.TODAY), Leaving(cast.lin, make.day("2025-12-31"))], by=make.ROOT, at=make.NOW
        )
    assert (refused.value.code, Employee.objects.filter(left_on=None).count()) == ("org.leaves_before_hire", 5)


def test_many_are_asked_for_as_one_is(cast, part):
    here, there = Place(cast.field, cast.site), Place(cast.plant, cast.site)
    hire(newcomers(here, "1"), by=part)
    actions.move_all([Move(cast.chen, make.TODAY, here)], by=part, at=make.NOW)
    for change in (
        lambda: hire(newcomers(here, "2") + newcomers(there, "3"), by=part),
        lambda: hire(newcomers(here, "2"), by=cast.by("wang")),
        lambda: actions.move_all([Move(cast.lin, make.TODAY, there)], by=part, at=make.NOW),
        lambda: actions.move_all(
            [Move(cast.lin, make.TODAY, here), Move(cast.zhao, make.TODAY, here)], by=part, at=make.NOW
        ),
        lambda: actions.change_all_details([Details(cast.zhao, "x", "", "")], by=part, at=make.NOW),
        lambda: actions.leave_all(
            [Leaving(cast.lin, make.TODAY), Leaving(cast.zhao, make.TODAY)], by=part, at=make.NOW
        ),
    ):
        with pytest.raises(NotAllowed):
            change()


def test_nobody_at_all_is_no_fault(cast):
    for change in (actions.hire_all, actions.move_all, actions.change_all_details, actions.leave_all):
        assert not change([], by=make.ROOT, at=make.NOW)
