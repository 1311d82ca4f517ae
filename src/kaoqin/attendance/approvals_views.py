"""Pages for what HR records by hand: approved absences, agreed overtime, the rules of a group."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kaoqin.attendance import actions, queries
from kaoqin.attendance.forms import AbsenceForm, OvertimeForm, RulesForm, WhoAndWhen
from kaoqin.attendance.models import Absence, AgreedOvertime
from kaoqin.attendance.words import MANAGE_ATTENDANCE_RULES, RECORD_APPROVALS, kind_label
from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, ListPage
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy


def _columns(address: str, kind: Column[Any] | None) -> list[Column[Any]]:
    return [
        Column("number", gettext("工号"), lambda row: row.employee.number, "employee__number"),
        Column("name", gettext("姓名"), lambda row: row.employee.name, "employee__name"),
        *([kind] if kind else []),
        Column("start", gettext("开始"), lambda row: f"{row.start:%Y-%m-%d %H:%M}", "start"),
        Column("end", gettext("结束"), lambda row: f"{row.end:%Y-%m-%d %H:%M}", "end"),
        Column("remark", gettext("备注"), lambda row: row.remark),
        Column(
            "state",
            gettext("状态"),
            lambda row: gettext("已撤销") if row.withdrawn_at else gettext("有效"),
            "withdrawn_at",
            button=lambda row: (
                None
                if row.withdrawn_at or getattr(row, "origin", None)
                else (gettext("撤销"), f"/{address}/{row.pk}/withdraw/")
            ),
        ),
    ]


def absences(request: AskedBy) -> HttpResponseBase:
    rows = queries.absences(seen_by=request.by, on=request.today)
    page = ListPage(
        request,
        rows,
        title=gettext("请假与外出"),
        columns=_columns("absences", Column("kind", gettext("类型"), lambda row: kind_label(row.kind), "kind")),
        search=["employee__number", "employee__name"],
        empty=gettext("还没有已批准的请假、出差或外出。"),
        add=("/absences/new/", gettext("登记")),
        template="attendance/approvals.html",
        more={"import_kind": "absences"},
    )
    return page.answer()


def overtime(request: AskedBy) -> HttpResponseBase:
    page = ListPage(
        request,
        queries.agreed_overtime(seen_by=request.by, on=request.today),
        title=gettext("加班"),
        columns=_columns("overtime", None),
        search=["employee__number", "employee__name"],
        empty=gettext("还没有已批准的加班。"),
        add=("/overtime/new/", gettext("登记")),
        template="attendance/approvals.html",
        more={"import_kind": "overtime"},
    )
    return page.answer()


def new_absence(request: AskedBy) -> HttpResponse:
    require(request.by, RECORD_APPROVALS)
    form = AbsenceForm(request.POST or None)

    def change(said: dict[str, Any]) -> Absence:
        details = {"remark": said["remark"], "by": request.by, "at": request.asked_at}
        return actions.record_absence(form.employee(), said["kind"], form.interval(), **details)

    return _recorded(request, form, change, gettext("登记请假或外出"), "/absences/")


def new_overtime(request: AskedBy) -> HttpResponse:
    require(request.by, RECORD_APPROVALS)
    form = OvertimeForm(request.POST or None)

    def change(said: dict[str, Any]) -> AgreedOvertime:
        details = {"remark": said["remark"], "by": request.by, "at": request.asked_at}
        return actions.record_overtime(form.employee(), form.interval(), **details)

    return _recorded(request, form, change, gettext("登记加班"), "/overtime/")


def _recorded(
    request: AskedBy, form: WhoAndWhen, change: Callable[[dict[str, Any]], object], title: str, back: str
) -> HttpResponse:
    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已登记,相关日期正在重新核算。"))
        return redirect(back)
    context = {"form": form, "title": title, "back": back, "back_label": gettext("返回")}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


@require_POST
def withdraw_absence(request: AskedBy, key: int) -> HttpResponse:
    found = queries.withdrawable(Absence, key, seen_by=request.by, on=request.today)
    actions.withdraw(found, by=request.by, at=request.asked_at)
    return redirect("attendance:absences")


@require_POST
def withdraw_overtime(request: AskedBy, key: int) -> HttpResponse:
    found = queries.withdrawable(AgreedOvertime, key, seen_by=request.by, on=request.today)
    actions.withdraw(found, by=request.by, at=request.asked_at)
    return redirect("attendance:overtime")


def rules(request: AskedBy, group_id: int) -> HttpResponse:
    """The dated rules of a group, and a form for the next version."""
    require(request.by, MANAGE_ATTENDANCE_RULES)
    group = scheduling.group(group_id)
    versions = list(queries.rule_versions(group_id))
    initial = (
        {name: getattr(versions[0], name) for name in actions.Rules.__dataclass_fields__}
        if versions
        else vars(actions.Rules())
    )
    form = RulesForm(request.POST or None, initial={**initial, "begins_on": request.today})
    kept = (
        attempt(
            form,
            lambda said: actions.keep_rules(group, said["begins_on"], form.rules(), by=request.by, at=request.asked_at),
        )
        if request.method == "POST"
        else None
    )
    if kept:
        messages.success(
            request, gettext("规则自 {begins_on} 起生效,相关日期正在重新核算。").format(begins_on=kept.begins_on)
        )
        return redirect("attendance:rules", group_id)
    context = {
        "group": group,
        "versions": versions,
        "form": form,
        "may_manage": may(request.by, MANAGE_ATTENDANCE_RULES),
    }
    return render(request, "attendance/rules.html", context, status=422 if form.errors else 200)
