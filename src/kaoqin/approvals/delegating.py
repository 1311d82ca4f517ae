"""Letting somebody decide in one's place while one is away."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.approvals.models import Delegation
from kaoqin.approvals.words import DECIDE, MANAGE_REQUESTS
from kaoqin.core.chains import Link, leads_back
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

LONGEST = dt.timedelta(days=366)


@transaction.atomic
def delegate(
    who: Employee, to: Employee, begins_on: dt.date, ends_on: dt.date, *, by: Actor, at: dt.datetime
) -> Delegation:
    """`to` decides in the place of `who` from a day to another: one's own, or as HR somebody's within reach.

    Refuses a circle, a second on the same day, and days that are over.
    """
    require(by, DECIDE)
    if who.pk != by.employee_id:
        org.person(who.pk, MANAGE_REQUESTS, seen_by=by, on=timezone.localdate(at))
    account, instead = _account(who, ""), _account(to, "to")
    _refuse_days(begins_on, ends_on, timezone.localdate(at))
    if leads_back(_links_of, Link(instead, begins_on, ends_on), account):
        said = gettext("{name} 这段时间的审批最终又会回到 {who},请换一个人。").format(name=to.name, who=who.name)
        raise Refusal("approvals.delegation_circle", said, "to")
    told = {"account_id": account, "to_id": instead, "begins_on": begins_on, "ends_on": ends_on}
    try:
        with transaction.atomic():
            made = Delegation.objects.create(**told, made_at=at, made_by_id=by.account_id)
    except IntegrityError as taken:
        said = gettext("这段时间里已经有委托,请先结束它。")
        raise Refusal("approvals.delegated_already", said, "begins_on") from taken
    said_so = Sentence(
        "{name} 的审批自 {begins_on} 至 {ends_on} 由 {to} 代办",
        name=who.name,
        to=to.name,
        begins_on=begins_on,
        ends_on=ends_on,
    )
    record(by, "approvals.delegate", made, said_so, at=at)
    return made


def _account(employee: Employee, field: str) -> int:
    account = org.accounts_of([employee.pk]).get(employee.pk)
    if account is None:
        said = gettext("{name} 没有账号,不能审批。").format(name=employee.name)
        raise Refusal("approvals.no_account", said, field)
    return account


def _refuse_days(begins_on: dt.date, ends_on: dt.date, today: dt.date) -> None:
    if ends_on < begins_on or ends_on < today:
        raise Refusal("approvals.delegation_days", gettext("结束日不能早于开始日和今天。"), "ends_on")
    if ends_on - begins_on > LONGEST:
        raise Refusal("approvals.delegation_long", gettext("一次委托最长一年。"), "ends_on")


def _links_of(account_id: int) -> list[Link]:
    rows = Delegation.objects.filter(account=account_id)
    return [Link(*row) for row in rows.values_list("to_id", "begins_on", "ends_on")]


@transaction.atomic
def end_delegation(delegation_id: int, *, by: Actor, at: dt.datetime) -> None:
    """A delegation is over from now on; one that has not begun is taken away. For whose it is, and for HR."""
    require(by, DECIDE)
    found = Delegation.objects.select_for_update().select_related("account", "to").filter(pk=delegation_id).first()
    today = timezone.localdate(at)
    if found is None:
        raise NotFound("approvals.no_delegation", gettext("没有这个委托。"))
    if found.account_id != by.account_id:
        _require_of(found, by, today)
    if found.ends_on < today:
        raise Refusal("approvals.delegation_over", gettext("这个委托已经结束。"))
    said = Sentence("结束 {name} 对 {to} 的审批委托", name=found.account.name, to=found.to.name)
    record(by, "approvals.end_delegation", found, said, at=at)
    if found.begins_on < today:
        found.ends_on = today - dt.timedelta(days=1)
        found.save(update_fields=["ends_on"])
    else:
        found.delete()


def _require_of(found: Delegation, by: Actor, today: dt.date) -> None:
    employee = org.employees_of([found.account_id]).get(found.account_id)
    if employee is None:
        raise NotAllowed("approvals.not_yours_to_end", gettext("只有本人和人事可以结束委托。"))
    org.person(employee.pk, MANAGE_REQUESTS, seen_by=by, on=today)
