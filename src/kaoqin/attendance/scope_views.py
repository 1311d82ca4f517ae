"""Pages that ask whose month: reminding, asking to confirm, closing, handing over; each says first whom it is about."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from kaoqin.attendance import checking, closing, confirming, reminding
from kaoqin.attendance.closing_forms import AskForm, CloseForm, ScopeForm
from kaoqin.attendance.closing_views import read_month
from kaoqin.attendance.scopes import Scope, periods, standing
from kaoqin.attendance.words import CLOSE_MONTHS
from kaoqin.core.pages import attempt
from kaoqin.core.words import Refusal, read_number
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy


def _scope_page(
    request: AskedBy, form_of: Callable[..., ScopeForm], change: Callable[[ScopeForm], Any], more: dict[str, Any]
) -> HttpResponse:
    """A form for whose month, with a preview of whom it is about."""
    require(request.by, CLOSE_MONTHS)
    begin = {"month": f"{read_month(request):%Y-%m}", "group": request.GET.get("group", "")}
    told = {"by": request.by, "on": request.today, "months": checking.months_to_close(request.today)}
    form = form_of(request.POST or None, initial=begin, **told)
    preview = bool(request.POST.get("preview"))
    made = attempt(form, lambda _: change(form)) if request.method == "POST" and not preview else None
    if made:
        return redirect(*made)
    context = {**more, **_whom(form, begin, request), "form": form, "back": "/closing/"}
    template = "attendance/_standing.html" if preview else "attendance/close.html"
    return render(request, template, context, status=422 if form.errors and not preview else 200)


def _whom(form: ScopeForm, begin: dict[str, str], request: AskedBy) -> dict[str, Any]:
    """Of the scope chosen so far: why each can or cannot be closed, and how many people have open exceptions."""
    scope = _scope(form, begin)
    if scope is None:
        return {}
    try:
        found = periods(scope, by=request.by, on=request.today)
    except Refusal as refusal:
        return {"refused": refusal.sentence}
    faults = bool(form.is_bound and form.cleaned_data.get("with_faults"))
    told: dict[str, Any] = {"standing": standing(found, request.today, with_faults=faults)}
    if request.path == reverse("attendance:push_exceptions"):
        told["open"] = len(reminding.open_days(found))
    return told


def _scope(form: ScopeForm, begin: dict[str, str]) -> Scope | None:
    """What is chosen; before anything was sent, what the form begins with; none where the month is none."""
    if not form.is_bound:
        return Scope(dt.date.fromisoformat(f"{begin['month']}-01"), read_number(begin["group"], 0) or None)
    form.is_valid()
    return form.scope() if "month" in form.cleaned_data else None


def close(request: AskedBy) -> HttpResponse:
    def change(form: ScopeForm) -> tuple[Any, ...]:
        faults = form.cleaned_data["with_faults"]
        run = closing.close(form.scope(), with_faults=faults, by=request.by, at=request.asked_at)
        return "web:job", run.pk

    more = {"title": gettext("月结"), "verb": gettext("月结这些人"), "says_faults": True}
    more["hint"] = gettext("月结后结果不再变化;之后的补卡、请假和补传打卡会成为差异,由您决定是否计入下个月。")
    return _scope_page(request, CloseForm, change, more)


def ask_to_confirm(request: AskedBy) -> HttpResponse:
    def change(form: ScopeForm) -> tuple[Any, ...]:
        days = form.cleaned_data["days_to_answer"]
        return "web:job", confirming.ask_all(form.scope(), days, by=request.by, at=request.asked_at).pk

    more = {"title": gettext("发起考勤确认"), "verb": gettext("通知这些人确认")}
    more["hint"] = gettext("每个人会收到通知,在手机上核对本月考勤,确认或提出异议。")
    return _scope_page(request, AskForm, change, more)


def push_exceptions(request: AskedBy) -> HttpResponse:
    def change(form: ScopeForm) -> tuple[Any, ...]:
        return "web:job", reminding.push(form.scope(), by=request.by, at=request.asked_at).pk

    more = {"title": gettext("提醒处理异常"), "verb": gettext("提醒这些人和主管"), "pushing": True}
    more["hint"] = gettext("周期内还有缺卡、迟到、早退、旷工的人会收到提醒,他们的主管收到一份汇总;一天只提醒一次。")
    return _scope_page(request, ScopeForm, change, more)


def hand_over(request: AskedBy) -> HttpResponse:
    def change(form: ScopeForm) -> tuple[Any, ...]:
        count = closing.hand_over(form.scope(), by=request.by, at=request.asked_at)
        messages.success(request, gettext("已移交 {count} 人的考勤。").format(count=count))
        return ("attendance:closing",)

    more = {"title": gettext("移交薪酬"), "verb": gettext("移交"), "handing": True}
    more["hint"] = gettext("移交后不能再重新打开,只能通过差异计入下个月。")
    return _scope_page(request, ScopeForm, change, more)
