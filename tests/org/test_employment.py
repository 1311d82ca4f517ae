"""Hire, move, leave: dated rows with both sides of each edge, and what the database refuses."""

import pytest
from django.db import IntegrityError, connection, transaction

import make
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.org import actions, number_queries, queries
from kaoqin.org.models import Posting
from kaoqin.security.doors import actor_of
from kaoqin.security.words import Role, Scope, ScopeKind


@pytest.fixture
def two(db):
    """Two departments and a site."""
    return make.department("甲"), make.department("乙"), make.site()


def place(department, site):
    return actions.Place(department, site)


def move(employee, on, department, site, by=make.ROOT):
    return actions.move(employee, make.day(on), place(department, site), by=by, at=make.NOW)


def leave(employee, on):
    actions.leave(employee, make.day(on), by=make.ROOT, at=make.NOW)


def where(employee, *days):
    """The department's code on each day, or nothing."""
    names = {}
    for day in days:
        found = queries.with_posting(queries.by_ids([employee.pk]), make.day(day)).get().department_id
        names[day] = found
    return list(names.values())


def refusal(change, *args, **kwargs):
    with pytest.raises(Refusal) as refused:
        change(*args, **kwargs)
    return refused.value.code


def test_a_move_begins_on_its_day_and_the_day_before_is_the_old_place(two):
    first, second, site = two
    anna = make.employee(hired_on=make.day("03-01"), where=first, there=site)
    move(anna, "11-10", second, site)
    assert where(anna, "03-01", "11-09", "11-10", "12-31") == [first.pk, first.pk, second.pk, second.pk]


def test_a_move_on_the_day_of_hire_replaces_the_first_place(two):
    first, second, site = two
    anna = make.employee(hired_on=make.day("03-01"), where=first, there=site)
    move(anna, "03-01", second, site)
    assert list(anna.postings.values_list("department", flat=True)) == [second.pk]


def test_moves_are_refused_before_hire_after_leaving_and_before_a_later_move(two):
    first, second, site = two
    anna = make.employee(hired_on=make.day("03-01"), where=first, there=site)
    assert refusal(move, anna, "02-28", second, site) == "org.not_employed"
    move(anna, "06-01", second, site)
    assert refusal(move, anna, "05-31", first, site) == "org.later_posting"
    leave(anna, "10-31")
    assert refusal(move, anna, "11-01", first, site) == "org.not_employed"
    move(anna, "10-31", first, site)
    assert where(anna, "10-30", "10-31") == [second.pk, first.pk]


def test_the_last_day_is_worked_and_the_place_ends_with_it(two):
    first, _, site = two
    anna = make.employee(where=first, there=site)
    leave(anna, "11-10")
    assert Posting.objects.get().ends_on == make.day("11-10")
    employed = [queries.employed_ids(make.day(day), make.day(day)) for day in ("11-10", "11-11")]
    assert employed == [[anna.pk], []]


def test_a_last_day_may_be_put_off_or_brought_forward(two):
    first, second, site = two
    anna = make.employee(where=first, there=site)
    leave(anna, "10-31")
    leave(anna, "11-30")
    assert where(anna, "11-15") == [first.pk]
    move(anna, "11-20", second, site)
    leave(anna, "11-19")
    assert list(anna.postings.values_list("department", "ends_on")) == [(first.pk, make.day("11-19"))]


def test_a_move_of_somebody_who_will_leave_ends_with_the_last_day(two):
    first, second, site = two
    anna = make.employee(where=first, there=site)
    leave(anna, "12-31")
    assert move(anna, "12-01", second, site).ends_on == make.day("12-31")


def test_leaving_before_hire_is_refused_and_on_the_day_of_hire_allowed(two):
    anna = make.employee(hired_on=make.day("11-10"))
    assert refusal(leave, anna, "11-09") == "org.leaves_before_hire"
    leave(anna, "11-10")


def test_leading_zeros_make_another_number(two):
    one, other = make.employee("甲", no="001"), make.employee("乙", no="1")
    assert [number_queries.by_number(no).pk for no in ("001", "1")] == [one.pk, other.pk]
    assert refusal(number_queries.by_number, "01") == "org.unknown_number"
    assert refusal(make.employee, "丙", no=" 001 ") == "org.number_taken"


def test_the_database_refuses_two_places_on_one_day(two):
    first, second, site = two
    anna = make.employee(where=first, there=site)
    Posting.objects.filter(employee=anna).update(ends_on=make.day("11-10"))
    told = {"employee": anna, "department": second, "site": site}
    with pytest.raises(IntegrityError, match="posting_one_a_day"), transaction.atomic():
        Posting.objects.create(**told, begins_on=make.day("11-10"))
    Posting.objects.create(**told, begins_on=make.day("11-11"))


def test_the_database_refuses_a_position_without_datum(two):
    with (
        pytest.raises(IntegrityError, match="site_position_has_a_datum"),
        transaction.atomic(),
        connection.cursor() as c,
    ):
        c.execute("UPDATE org_site SET latitude = 31.2, longitude = 121.4")
    half = actions.SiteDetails("X", "x", "Asia/Shanghai", latitude=31)
    assert refusal(actions.keep_site, half, by=make.ROOT, at=make.NOW) == "org.position_incomplete"
    nowhere = actions.SiteDetails("X", "x", "Mars/Base")
    assert refusal(actions.keep_site, nowhere, by=make.ROOT, at=make.NOW) == "org.no_timezone"


def test_hr_of_one_department_changes_only_its_people_and_places_them_only_there(cast):
    part = make.account("part", (Role.HR, Scope(ScopeKind.DEPARTMENT, cast.sales.pk)))
    by = actor_of(part, make.TODAY)
    move(cast.chen, "11-20", cast.field, cast.site, by=by)
    for change in (
        lambda: move(cast.chen, "11-21", cast.plant, cast.site, by=by),
        lambda: move(cast.zhao, "11-21", cast.sales, cast.site, by=by),
        lambda: actions.leave(cast.zhao, make.TODAY, by=by, at=make.NOW),
        lambda: actions.change_details(cast.zhao, name="x", phone="", email="", by=by, at=make.NOW),
        lambda: actions.hire("9", "x", make.TODAY, place(cast.plant, cast.site), by=by, at=make.NOW),
    ):
        with pytest.raises(NotAllowed):
            change()


def test_an_account_for_an_employee_is_given_once(cast):
    anna = make.employee("安娜", no="A1")
    password = actions.give_account(anna, anna.number, by=cast.by("sun"), at=make.NOW)
    assert (anna.account.username, bool(password)) == ("A1", True)
    assert refusal(actions.give_account, anna, "A2", by=cast.by("sun"), at=make.NOW) == "org.has_account"


@pytest.mark.parametrize("day", ["10-11", "10-12", "10-19", "10-20", "10-25", "10-26"])
def test_where_somebody_stands_is_told_alike_before_they_come_and_after_they_left(two, day):
    """Hired on 12 October, moved on the 20th, gone after the 25th: a newcomer's first department, a leaver's last."""
    one, other, site = two
    anna = make.employee("Anna", make.day("10-12"), one, site)
    move(anna, "10-20", other, site)
    leave(anna, "10-25")
    told, known = queries.where_posted(anna.pk, make.day(day)), queries.where(anna.pk, make.day(day))
    assert told == queries.Posted((site.pk,), ((one if day < "10-20" else other).pk,))
    assert (known.site_id, known.department_ids) == (told.site_ids[0], set(told.departments))
