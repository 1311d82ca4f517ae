"""Pages of delegations: who decides in whose place, and when."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kaoqin.approvals import queries
from kaoqin.approvals.delegating import delegate, end_delegation
from kaoqin.approvals.forms import DelegationForm, people_meant
from kaoqin.approvals.models import Delegation
from kaoqin.approvals.words import DECIDE, MANAGE_REQUESTS
from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, ListPage
from kaoqin.core.words import Refusal
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy


def delegations(request: AskedBy) -> HttpResponseBase:
    """Mine and those to me; all of the company for HR."""
    manages = may(request.by, MANAGE_REQUESTS)

    def state(row: Delegation) -> str:
        if row.ends_on < request.today:
            return gettext("已结束")
        return gettext("未开始") if row.begins_on > request.today else gettext("进行中")

    def button(row: Delegation) -> tuple[str, str] | None:
        mine = manages or row.account_id == request.by.account_id
        ended = row.ends_on < request.today
        return None if ended or not mine else (gettext("结束"), f"/approvals/delegations/{row.pk}/end/")

    page: ListPage[Any] = ListPage(
        request,
        queries.delegations(seen_by=request.by),
        title=gettext("审批委托"),
        columns=[
            Column("who", gettext("谁的审批"), lambda d: d.account.name, "account__name"),
            Column("to", gettext("由谁代办"), lambda d: d.to.name, "to__name"),
            Column("begins_on", gettext("从"), lambda d: d.begins_on, "begins_on"),
            Column("ends_on", gettext("到"), lambda d: d.ends_on, "ends_on"),
            Column("state", gettext("状态"), state, "ends_on", button=button),
        ],
        search=["account__name", "to__name"],
        empty=gettext("还没有委托。休假或出差时,可以让同事代您审批。"),
        add=("/approvals/delegations/new/", gettext("新建委托")),
    )
    return page.answer()


def new_delegation(request: AskedBy) -> HttpResponse:
    """Somebody is to decide in my place, or as HR in somebody's."""
    require(request.by, DECIDE)
    manages = may(request.by, MANAGE_REQUESTS)
    initial = {"begins_on": request.today}
    form = DelegationForm(request.POST or None, for_others=manages, initial=initial)

    def change(said: dict[str, Any]) -> Delegation:
        who = _whose(request, said.get("who", ""))
        to = people_meant(said["to"].replace(" ", ""), request.today, "to")[0]
        return delegate(who, to, said["begins_on"], said["ends_on"], by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("委托已登记;对方会看到您的申请,并注明代您审批。"))
        return redirect("approvals:delegations")
    back = {"back": "/approvals/delegations/", "back_label": gettext("审批委托")}
    context = {"form": form, "title": gettext("新建委托"), **back}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def _whose(request: AskedBy, text: str) -> Employee:
    if text:
        return people_meant(text.replace(" ", ""), request.today, "who")[0]
    mine = org.by_ids([request.by.employee_id or 0]).first()
    if mine is None:
        raise Refusal("approvals.no_employee", gettext("这个账号没有对应的员工,请写明是谁的审批。"), "who")
    return mine


@require_POST
def end(request: AskedBy, delegation_id: int) -> HttpResponse:
    end_delegation(delegation_id, by=request.by, at=request.asked_at)
    messages.success(request, gettext("委托已结束。"))
    return redirect("approvals:delegations")
