"""Departments as a dated tree, and whom a grant in it reaches."""

import pytest

import make
from kaoqin.core.words import Refusal
from kaoqin.org import actions, place_queries, queries
from kaoqin.org.words import SEE_PEOPLE
from kaoqin.security.doors import actor_of
from kaoqin.security.words import Role, Scope, ScopeKind


def change(department, on, parent, name="改名", closed=False):
    told = {"name": name, "parent": parent, "closed": closed}
    return actions.change_department(department, make.day(on), **told, by=make.ROOT, at=make.NOW)


def refused(*args, **kwargs):
    with pytest.raises(Refusal) as refusal:
        change(*args, **kwargs)
    return refusal.value.code


def paths(on):
    return [node.path for node in place_queries.tree(make.day(on))]


@pytest.fixture
def tree(db):
    """总部 with 甲 and 乙 below it, 甲一 below 甲."""
    root = make.department("总部", code="1")
    one, two = make.department("甲", root, code="2"), make.department("乙", root, code="3")
    return root, one, two, make.department("甲一", one, code="4")


def test_a_day_has_the_tree_of_that_day(tree):
    _, _, two, below = tree
    change(below, "11-10", two, "乙一")
    assert paths("11-09") == ["总部", "总部/甲", "总部/甲/甲一", "总部/乙"]
    assert paths("11-10") == ["总部", "总部/甲", "总部/乙", "总部/乙/乙一"]
    assert place_queries.tree(make.day("2025-12-31")) == []


def test_somebody_stands_in_a_department_and_in_all_above_it_on_that_day(tree):
    root, one, two, below = (each.pk for each in tree)
    anna = make.employee(where=tree[3])
    change(tree[3], "11-10", tree[2], "乙一")
    assert queries.where_posted(anna.pk, make.day("11-09")).departments == (below, one, root)
    assert queries.where_posted(anna.pk, make.day("11-10")).departments == (below, two, root)
    assert queries.where_posted(0, make.day("11-10")) == queries.Posted()


def test_a_circle_is_refused_now_and_in_what_is_already_planned(tree):
    root, one, two, below = tree
    assert refused(one, "11-10", below) == "org.department_circle"
    assert refused(one, "11-10", one) == "org.department_circle"
    change(two, "12-01", one)
    assert refused(one, "11-10", two) == "org.department_circle"
    change(one, "12-01", root)
    change(one, "11-10", root)


def test_a_department_is_closed_when_nobody_and_nothing_is_left_in_it(tree):
    root, one, _, below = tree
    anna = make.employee(where=below)
    assert refused(below, "11-10", one, closed=True) == "org.department_not_empty"
    assert refused(one, "11-10", root, closed=True) == "org.department_has_below"
    actions.leave(anna, make.day("11-09"), by=make.ROOT, at=make.NOW)
    change(below, "11-10", one, closed=True)
    assert "总部/甲/甲一" in paths("11-09")
    assert "总部/甲/甲一" not in paths("11-10")


def test_a_code_is_taken_once(tree):
    with pytest.raises(Refusal, match="已被使用"):
        make.department("又", code="1")


def seen(scope, on="11-20"):
    account = make.account(make.number("u"), (Role.MANAGER, scope))
    by = actor_of(account, make.TODAY)
    return set(queries.people(SEE_PEOPLE, seen_by=by, on=make.day(on)).values_list("name", flat=True))


def test_a_department_grant_reaches_what_is_below_leavers_and_newcomers(tree):
    root, one, two, below = tree
    make.employee("在职", where=one)
    make.employee("下级", where=below)
    make.employee("别处", where=two)
    make.employee("将来", where=one, hired_on=make.day("12-01"))
    gone = make.employee("离职", where=one)
    actions.leave(gone, make.day("11-10"), by=make.ROOT, at=make.NOW)
    assert seen(Scope(ScopeKind.DEPARTMENT, one.pk)) == {"在职", "下级", "将来", "离职"}
    assert seen(Scope(ScopeKind.DEPARTMENT, root.pk)) == {"在职", "下级", "将来", "离职", "别处"}


def test_reach_moves_with_the_person_and_with_the_tree(tree):
    _, one, two, below = tree
    anna = make.employee("安娜", where=below)
    scope = Scope(ScopeKind.DEPARTMENT, one.pk)
    change(below, "11-10", two, "甲一")
    assert [seen(scope, day) for day in ("11-09", "11-10")] == [{"安娜"}, set()]
    actions.move(anna, make.day("11-20"), actions.Place(one, anna.postings.get().site), by=make.ROOT, at=make.NOW)
    assert [seen(scope, day) for day in ("11-19", "11-20")] == [set(), {"安娜"}]


def test_a_site_grant_reaches_the_people_of_the_site(tree):
    _, one, _, _ = tree
    here, there = make.site("这里"), make.site("那里")
    make.employee("这边", where=one, there=here)
    make.employee("那边", where=one, there=there)
    assert seen(Scope(ScopeKind.SITE, there.pk)) == {"那边"}


def test_head_counts_are_of_the_day(tree):
    _, one, two, _ = tree
    anna = make.employee(where=one)
    actions.move(anna, make.day("11-10"), actions.Place(two, anna.postings.get().site), by=make.ROOT, at=make.NOW)
    actions.leave(anna, make.day("11-20"), by=make.ROOT, at=make.NOW)
    counts = [queries.head_counts(make.day(day)) for day in ("11-09", "11-10", "11-20", "11-21")]
    assert counts == [{one.pk: 1}, {two.pk: 1}, {two.pk: 1}, {}]
