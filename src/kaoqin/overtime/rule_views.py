"""Pages of the rules of overtime: all that were stated, and stating new ones."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, ListPage
from kaoqin.core.words import say_minutes
from kaoqin.overtime import actions, queries
from kaoqin.overtime.forms import RulesForm
from kaoqin.overtime.models import OvertimeRules
from kaoqin.overtime.words import MANAGE_BANK, Rules
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy


def rules(request: AskedBy) -> HttpResponseBase:
    """All rules, the newest first."""
    require(request.by, MANAGE_BANK)
    page: ListPage[OvertimeRules] = ListPage(
        request,
        queries.rules_rows(),
        title=gettext("加班规则"),
        columns=[
            Column("group", gettext("考勤组"), lambda r: r.group.name if r.group else gettext("全公司"), "group__name"),
            Column("begins_on", gettext("自"), lambda r: r.begins_on, "begins_on"),
            Column("workday", gettext("工作日"), lambda r: r.get_workday_display()),
            Column("rest", gettext("休息日"), lambda r: r.get_rest_display()),
            Column("day", gettext("每天最多"), lambda r: say_minutes(r.most_day_minutes), numeric=True),
            Column("month", gettext("每月最多"), lambda r: say_minutes(r.most_month_minutes), numeric=True),
            Column("valid", gettext("调休有效期(个月)"), lambda r: r.months_valid, numeric=True),
        ],
        search=["group__name"],
        empty=gettext(
            "还没有填写规则,现在按默认:工作日付加班费、休息日转调休(6 个月内休),每天 3 小时提醒,每月 36 小时封顶。"
        ),
        add=("/overtime/rules/new/", gettext("新增规则")),
    )
    return page.answer()


def new_rules(request: AskedBy) -> HttpResponse:
    """Rules of a group or the company from a day on; begins with those that hold."""
    require(request.by, MANAGE_BANK)
    initial = {**vars(Rules()), "begins_on": request.today}
    form = RulesForm(request.POST or None, groups=scheduling.group_choices(), initial=initial)

    def change(said: dict[str, Any]) -> bool:
        group = scheduling.group(int(said["group"])) if said["group"] else None
        actions.keep_rules(group, said["begins_on"], form.rules(), by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("已保存。"))
        return redirect("overtime:rules")
    context = {"form": form, "title": gettext("新增加班规则"), "back": "/overtime/rules/"}
    context["back_label"] = gettext("加班规则")
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)
