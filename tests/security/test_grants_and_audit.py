"""Grants are dated and end; what was done is remembered in the deed's own transaction and cannot be changed."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

import make
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.org import actions as org
from kaoqin.org.words import MANAGE_PEOPLE, SEE_PEOPLE
from kaoqin.security import actions, queries
from kaoqin.security.audit import record, record_access
from kaoqin.security.doors import actor_of, may, reach
from kaoqin.security.models import AccessRecord, AuditEntry
from kaoqin.security.words import Actor, Look, Role, Scope, ScopeKind

ALL = Scope(ScopeKind.ALL)


def grant(account, role=Role.HR, scope=ALL, begins_on=make.TODAY, by=make.ROOT):
    return actions.grant(account, role, scope, by=by, at=make.NOW, begins_on=begins_on)


def test_a_grant_holds_from_its_first_to_its_last_day(db):
    anna = make.account("anna")
    given = grant(anna, begins_on=make.day("11-01"))
    actions.end_grant(given, by=make.ROOT, at=make.NOW, today=make.TODAY)
    held = {day: may(actor_of(anna, make.day(day)), MANAGE_PEOPLE) for day in ("10-31", "11-01", "11-19", "11-20")}
    assert held == {"10-31": False, "11-01": True, "11-19": True, "11-20": False}


def test_an_ended_grant_is_not_ended_again(db):
    given = grant(make.account("anna"), begins_on=make.day("11-01"))
    actions.end_grant(given, by=make.ROOT, at=make.NOW, today=make.day("11-10"))
    given.refresh_from_db()
    with pytest.raises(Refusal, match="已经收回"):
        actions.end_grant(given, by=make.ROOT, at=make.NOW, today=make.TODAY)
    given.refresh_from_db()
    assert given.ends_on == make.day("11-09")


def test_a_grant_is_given_once_and_may_be_given_again_after_its_end(db):
    anna = make.account("anna")
    given = grant(anna, begins_on=make.day("11-01"))
    with pytest.raises(Refusal, match="已有同样的授权"):
        grant(anna)
    actions.end_grant(given, by=make.ROOT, at=make.NOW, today=make.TODAY)
    assert grant(anna).pk


def test_one_does_not_take_ones_own_administration_away(cast):
    own = cast.accounts["sun"].grants.get()
    with pytest.raises(Refusal, match="不能收回自己"):
        actions.end_grant(own, by=cast.by("sun"), at=make.NOW, today=make.TODAY)
    with pytest.raises(Refusal, match="不能停用自己"):
        actions.set_active(cast.accounts["sun"], False, by=cast.by("sun"), at=make.NOW)


def test_giving_accounts_takes_an_administrator_of_the_whole_company(cast):
    with pytest.raises(NotAllowed):
        grant(cast.accounts["chen"], by=cast.by("he"))
    half = make.account("half", (Role.ADMINISTRATOR, Scope(ScopeKind.DEPARTMENT, cast.sales.pk)))
    with pytest.raises(NotAllowed, match="全公司"):
        grant(cast.accounts["chen"], by=actor_of(half, make.TODAY))


def test_reach_is_the_sum_of_the_grants_that_hold_the_permission(db):
    anna = make.account(
        "anna",
        (Role.MANAGER, Scope(ScopeKind.DEPARTMENT, 3)),
        (Role.MANAGER, Scope(ScopeKind.SITE, 4)),
        (Role.HR, Scope(ScopeKind.DEPARTMENT, 5)),
    )
    found = reach(actor_of(anna, make.TODAY), SEE_PEOPLE)
    assert (found.everyone, found.department_ids, found.site_ids) == (False, {3, 5}, {4})
    assert reach(actor_of(anna, make.TODAY), MANAGE_PEOPLE).department_ids == {5}


def test_a_deed_and_its_entry_are_there_together_or_not_at_all(db):
    with transaction.atomic():
        make.account("anna")
        assert AuditEntry.objects.filter(action="security.open_account").exists()
        transaction.set_rollback(True)
    assert not AuditEntry.objects.filter(action="security.open_account").exists()


def test_a_refused_deed_leaves_no_entry(cast):
    before = AuditEntry.objects.count()
    with pytest.raises(Refusal):
        org.hire("12", "重号", make.TODAY, org.Place(cast.plant, cast.site), by=cast.by("he"), at=make.NOW)
    assert AuditEntry.objects.count() == before


def test_an_entry_says_who_what_when_and_to_whom(cast):
    org.leave(cast.chen, make.TODAY, by=cast.by("he"), at=make.NOW)
    entry = queries.audit_entries(seen_by=cast.by("qian"))[0]
    assert (entry.actor_name, entry.account, entry.at) == ("he", cast.accounts["he"], make.NOW)
    assert (entry.action, entry.subject, entry.subject_id) == ("org.leave", "org.employee", cast.chen.pk)
    assert entry.said == "陈大白(00013)离职,最后工作日 2026-11-20"


CHANGES = ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("table", "column"), [("security_auditentry", "said"), ("security_accessrecord", "page")])
def test_the_database_keeps_what_was_remembered(db, change, table, column):
    anna = make.account("anna")
    by = Actor(anna.pk, "anna")
    record(by, "x", "x", "did")
    record_access(by, [1], Look.VISIT, "/x/", at=make.NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table, column, column))
    assert (AuditEntry.objects.count(), AccessRecord.objects.count()) == (2, 1)


def test_reading_ones_own_is_no_access_to_others(db):
    by = Actor(make.account("anna").pk, "anna", employee_id=7)
    record_access(by, [7, 8], Look.VISIT, "/x/", at=make.NOW)
    assert list(AccessRecord.objects.values_list("employee_id", flat=True)) == [8]


def test_initial_passwords_are_read_aloud_without_doubt_and_differ():
    made = {actions.initial_password() for _ in range(50)}
    assert len(made) == 50
    assert not any(set("0O1lI") & set(password[:6]) for password in made)


def test_the_window_of_guessing_is_ten_minutes():
    assert dt.timedelta(minutes=10) == actions.THROTTLE_WINDOW
