"""Pages that state who leads whom: a department's head, somebody's own line manager."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext

from kaoqin.core.pages import attempt
from kaoqin.org import lead_actions, lead_queries, place_queries, queries
from kaoqin.org.forms import LeaderForm
from kaoqin.org.words import MANAGE_PEOPLE, MANAGE_STRUCTURE
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy


def head(request: AskedBy, department_id: int) -> HttpResponse:
    """Who heads a department, since when, and from when on somebody else."""
    require(request.by, MANAGE_STRUCTURE, everywhere=True)
    found = place_queries.department(department_id)
    name = place_queries.department_names(request.today).get(department_id, found.code)
    form = LeaderForm(request.POST or None, initial={"on": request.today})

    def change(said: dict[str, Any]) -> bool:
        told = lead_actions.Heads(found, form.leading(), said["on"])
        lead_actions.state_heads([told], by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("{name}的负责人已登记。").format(name=name))
        return redirect("org:departments")
    rows = [(row.employee, row.begins_on, row.ends_on) for row in lead_queries.heads_of(found)]
    told = {"rows": rows, "back": "/departments/", "back_label": pgettext("list", "部门")}
    title = gettext("{name}的负责人").format(name=name)
    empty = gettext("还没有负责人;员工的申请由上级部门的负责人审批。")
    return _page(request, form, {**told, "title": title, "empty": empty})


def line_manager(request: AskedBy, employee_id: int) -> HttpResponse:
    """Whom somebody answers to, where it is not the head of the department."""
    found = queries.person(employee_id, MANAGE_PEOPLE, seen_by=request.by, on=request.today)
    form = LeaderForm(request.POST or None, initial={"on": request.today})

    def change(said: dict[str, Any]) -> bool:
        told = lead_actions.Answers(found, form.leading(), said["on"])
        lead_actions.state_managers([told], by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("{name}的直属主管已登记。").format(name=found.name))
        return redirect("org:person", found.pk)
    rows = [(row.manager, row.begins_on, row.ends_on) for row in lead_queries.line_managers_of(found)]
    told = {"rows": rows, "back": f"/people/{found.pk}/", "back_label": found.name}
    title = gettext("{name}的直属主管").format(name=found.name)
    empty = gettext("没有单独登记;由部门负责人(自己是负责人时由上级部门的)审批。")
    return _page(request, form, {**told, "title": title, "empty": empty})


def _page(request: AskedBy, form: LeaderForm, told: dict[str, Any]) -> HttpResponse:
    return render(request, "org/leader.html", {"form": form, **told}, status=422 if form.errors else 200)
