"""HR's month end: how far each group is, what is open, asking, closing, handing over, opening again, differences."""

import datetime as dt
from collections.abc import Callable, Collection
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kaoqin.attendance import adjusting, checking, closing, comprehensive, confirming, months
from kaoqin.attendance.closing import Scope
from kaoqin.attendance.closing_forms import AskForm, CloseForm, MonthRuleForm, ReasonForm, ReplyForm, ScopeForm
from kaoqin.attendance.models import Adjustment, ClosedMonth, Confirmation, MonthRule
from kaoqin.attendance.monthly import Rule
from kaoqin.attendance.saying import COLUMNS, say_changed
from kaoqin.attendance.sheet_views import BROKEN_BY, changes, say_causes
from kaoqin.attendance.views import month_choices
from kaoqin.attendance.words import (
    ANSWER_OBJECTIONS,
    CLOSE_MONTHS,
    MANAGE_ATTENDANCE_RULES,
    SEE_CLOSED,
    AdjustmentState,
    Answer,
    kind_label,
    told_kinds,
)
from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.time import read_month as month_named
from kaoqin.core.words import Refusal, read_number, say_list, say_minutes
from kaoqin.leave.queries import hidden_kinds
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy

DAY = dt.timedelta(days=1)
TONES = {Answer.ASKED: "secondary", Answer.CONFIRMED: "green", Answer.READ: "yellow", Answer.OBJECTED: "red"}


def read_month(request: AskedBy) -> dt.date:
    """The month asked for, else the one before this: that is the one to close."""
    return month_named(request.GET.get("month", ""), (request.today.replace(day=1) - DAY).replace(day=1))


def overview(request: AskedBy) -> HttpResponse:
    """A month: each group's progress, and what is still open."""
    require(request.by, CLOSE_MONTHS)
    month = read_month(request)
    rows = checking.group_months(month, seen_by=request.by, on=request.today)
    sums = {
        name: sum(getattr(row, name) for row in rows)
        for name in ("people", "asked", "confirmed", "closed", "handed_over")
    }
    context = {
        "month": month,
        "months": month_choices(request.today),
        "rows": rows,
        "sums": sums,
        "checks": checking.checks(Scope(month), seen_by=request.by, on=request.today),
        "running": month >= request.today.replace(day=1),
    }
    return render(request, "attendance/closing.html", context)


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
    shown, refused = None, ""
    try:
        shown = _standing(form, begin, request)
    except Refusal as refusal:
        refused = refusal.sentence
    context = {**more, "form": form, "standing": shown, "refused": refused, "back": "/closing/"}
    template = "attendance/_standing.html" if preview else "attendance/close.html"
    return render(request, template, context, status=422 if form.errors and not preview else 200)


def _standing(form: ScopeForm, begin: dict[str, str], request: AskedBy) -> closing.Standing | None:
    if form.is_bound and not form.is_valid() and "month" not in form.cleaned_data:
        return None
    scope = (
        form.scope()
        if form.is_bound
        else Scope(dt.date.fromisoformat(f"{begin['month']}-01"), read_number(begin["group"], 0) or None)
    )
    found = closing.periods(scope, by=request.by, on=request.today)
    return closing.standing(
        found, request.today, with_faults=bool(form.is_bound and form.cleaned_data.get("with_faults"))
    )


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


def hand_over(request: AskedBy) -> HttpResponse:
    def change(form: ScopeForm) -> tuple[Any, ...]:
        count = closing.hand_over(form.scope(), by=request.by, at=request.asked_at)
        messages.success(request, gettext("已移交 {count} 人的考勤。").format(count=count))
        return ("attendance:closing",)

    more = {"title": gettext("移交薪酬"), "verb": gettext("移交"), "handing": True}
    more["hint"] = gettext("移交后不能再重新打开,只能通过差异计入下个月。")
    return _scope_page(request, ScopeForm, change, more)


def _month_filter(request: AskedBy, lookup: str) -> Filter:
    months_ = [(value, label) for value, label in month_choices(request.today)]
    return Filter("month", gettext("月份"), months_, lookup)


def _who() -> list[Column[Any]]:
    return [
        Column("number", gettext("工号"), lambda row: row.employee.number, "employee__number"),
        Column("name", gettext("姓名"), lambda row: row.employee.name, "employee__name"),
    ]


def _minutes(name: str, *, hidden: bool = False) -> Column[Any]:
    return Column(
        name,
        COLUMNS[name],
        lambda row: say_minutes(getattr(row, name)) if getattr(row, name) else "",
        name,
        True,
        hidden=hidden,
    )


def _count(name: str, label: str, *, hidden: bool = False) -> Column[Any]:
    return Column(name, label, lambda row: getattr(row, name) or "", name, True, hidden=hidden)


def closed(request: AskedBy) -> HttpResponseBase:
    """Closed months, as they were frozen; the export is of these numbers."""
    hidden = hidden_kinds(None, seen_by=request.by)
    rows = months.closed_months(permission=SEE_CLOSED, seen_by=request.by, on=request.today)
    named = request.GET.get("month", "")
    rows = rows.filter(month=month_named(named, dt.date(2000, 1, 1))) if named else rows
    may_open = may(request.by, CLOSE_MONTHS)
    carried = months.carried_by_month(rows)
    page: ListPage[ClosedMonth] = ListPage(
        request,
        rows,
        title=gettext("已月结 {month}").format(month=named).strip(),
        columns=[
            *_who(),
            Column("group", gettext("考勤组"), lambda m: m.group.name, "group__name"),
            Column(
                "span",
                gettext("周期"),
                lambda m: f"{m.first:%m-%d} – {m.last:%m-%d}",
                "first",
                link=lambda m: f"/closing/people/{m.pk}/",
            ),
            _count("planned_days", gettext("应出勤天数")),
            _count("attended_days", gettext("出勤天数")),
            _minutes("worked_minutes"),
            _count("late_times", gettext("迟到次数")),
            _count("free_lates", gettext("免计迟到")),
            Column(
                "late_absent_days",
                gettext("迟到折算旷工"),
                lambda m: m.late_absent_days or "",
                "late_absent_days",
                True,
            ),
            Column("absent_days", gettext("旷工天数"), lambda m: m.absent_days or "", "absent_days", True),
            _count("early_times", gettext("早退次数"), hidden=True),
            _count("missing_in", gettext("上班缺卡"), hidden=True),
            _count("missing_out", gettext("下班缺卡"), hidden=True),
            Column("leave", gettext("请假明细"), lambda m: _say_leave(m, hidden)),
            _minutes("trip_minutes", hidden=True),
            _minutes("overtime_workday_minutes"),
            _minutes("overtime_rest_minutes"),
            _minutes("overtime_statutory_minutes"),
            _minutes("statutory_worked_minutes", hidden=True),
            _minutes("night_minutes", hidden=True),
            Column(
                "full",
                gettext("全勤"),
                lambda m: gettext("全勤") if m.full_attendance else "",
                "full_attendance",
                tone=lambda m: "green" if m.full_attendance else "",
            ),
            Column("carried", gettext("计入的差异"), lambda m: carried.get((m.employee_id, m.month), "")),
            Column(
                "answer",
                gettext("员工确认"),
                lambda m: m.get_answer_display(),
                "answer",
                tone=lambda m: TONES.get(Answer(m.answer), "azure") if m.answer else "",
            ),
            Column("state", gettext("状态"), _say_state, "handed_over_at"),
            Column("digest", gettext("内容摘要"), lambda m: m.digest, hidden=True),
        ],
        search=["employee__number", "employee__name"],
        filters=[
            _month_filter(request, ""),
            Filter("group", gettext("考勤组"), scheduling.group_choices(), "group"),
            Filter(
                "full", gettext("全勤"), [("True", gettext("全勤")), ("False", gettext("未全勤"))], "full_attendance"
            ),
        ],
        empty=gettext("还没有月结的月份。"),
        more={"may_open": may_open},
    )
    return page.answer()


def _say_leave(row: ClosedMonth, hidden: Collection[str]) -> str:
    told = sorted(told_kinds(row.leave_by_kind, hidden).items())
    return say_list(f"{kind_label(kind)} {say_minutes(minutes)}" for kind, minutes in told)


def _say_state(row: ClosedMonth) -> str:
    if row.reopened_at:
        return gettext("已重新打开")
    return gettext("已移交") if row.handed_over_at else gettext("已月结")


def closed_person(request: AskedBy, closed_id: int) -> HttpResponse:
    """A closed month: what it says, opening it again, and what changed since it was opened."""
    rows = months.closed_months(permission=SEE_CLOSED, seen_by=request.by, on=request.today)
    found = months.one_of(rows, closed_id)
    if request.method == "POST":
        require(request.by, CLOSE_MONTHS)
    form = ReasonForm(request.POST or None)

    def change(said: dict[str, Any]) -> ClosedMonth:
        return closing.reopen(found, said["reason"], by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已重新打开,正在重新核算;改好后请再次月结。"))
        return redirect("attendance:closed_person", closed_id)
    changed = closing.differences(found) if found.reopened_at else []
    context = {
        "closed": found,
        "state": _say_state(found),
        "form": form,
        "leave": _say_leave(found, hidden_kinds(found.employee_id, seen_by=request.by)),
        "broken_by": [BROKEN_BY[word] for word in found.full_broken_by],
        "changes": [
            (
                one.date,
                COLUMNS.get(one.column, one.column),
                say_changed(one.column, one.before),
                say_changed(one.column, one.after),
            )
            for one in changed
        ],
        "may_open": may(request.by, CLOSE_MONTHS) and not found.reopened_at and not found.handed_over_at,
    }
    return render(request, "attendance/closed_person.html", context, status=422 if form.errors else 200)


def confirmations(request: AskedBy) -> HttpResponseBase:
    """What people said of their months."""
    rows = months.confirmations(ANSWER_OBJECTIONS, seen_by=request.by, on=request.today)
    named = request.GET.get("month", "")
    if named:
        month = month_named(named, dt.date(2000, 1, 1))
        rows = rows.filter(last__gte=month, last__lt=(month + 31 * DAY).replace(day=1))
    page: ListPage[Confirmation] = ListPage(
        request,
        rows,
        title=gettext("考勤确认"),
        columns=[
            *_who(),
            Column(
                "span",
                gettext("周期"),
                lambda c: f"{c.first} – {c.last:%m-%d}",
                "first",
                link=lambda c: f"/closing/confirmations/{c.pk}/",
            ),
            Column(
                "state",
                gettext("状态"),
                lambda c: c.get_state_display(),
                "state",
                tone=lambda c: TONES.get(Answer(c.state), "azure"),
            ),
            Column("due_on", gettext("截止"), lambda c: c.due_on, "due_on"),
            Column("answered_at", gettext("答复时间"), lambda c: c.answered_at, "answered_at"),
            Column("reason", gettext("异议"), lambda c: c.reason),
            Column("reply", gettext("答复"), lambda c: c.reply, hidden=True),
            Column("digest", gettext("内容摘要"), lambda c: c.digest, hidden=True),
        ],
        search=["employee__number", "employee__name"],
        filters=[_month_filter(request, ""), Filter("state", gettext("状态"), Answer.choices, "state")],
        empty=gettext("还没有发起考勤确认。"),
    )
    return page.answer()


def confirmation(request: AskedBy, confirmation_id: int) -> HttpResponse:
    """What somebody said of a month; an objection is answered here."""
    found = confirming.objection(confirmation_id, by=request.by, on=request.today)
    form = ReplyForm(request.POST or None)

    def change(said: dict[str, Any]) -> Confirmation:
        return confirming.reply(confirmation_id, said["reply"], by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已答复,员工会再次确认。"))
        return redirect("attendance:confirmations")
    context = {"answer": found, "form": form, "tone": TONES.get(Answer(found.state), "azure")}
    context["open"] = found.state == Answer.OBJECTED and found.employee_id != request.by.employee_id
    return render(request, "attendance/confirmation.html", context, status=422 if form.errors else 200)


def adjustments(request: AskedBy) -> HttpResponseBase:
    """Differences of closed days, each with what caused it."""
    rows = months.adjustments(SEE_CLOSED, seen_by=request.by, on=request.today)
    page: ListPage[Adjustment] = ListPage(
        request,
        rows,
        title=gettext("月结差异"),
        columns=[
            *_who(),
            Column("date", gettext("日期"), lambda a: a.date, "date", link=lambda a: f"/closing/adjustments/{a.pk}/"),
            Column("changes", gettext("变化"), _say_changes, wraps=True),
            Column("causes", gettext("由来"), lambda a: say_list(say_causes(a))),
            Column(
                "state",
                gettext("状态"),
                lambda a: a.get_state_display(),
                "state",
                tone=lambda a: _STATE_TONES[AdjustmentState(a.state)],
            ),
            Column("into", gettext("计入月份"), lambda a: f"{a.into:%Y-%m}" if a.into else "", "into"),
            Column("found_at", gettext("发现时间"), lambda a: a.found_at, "found_at"),
            Column("reason", gettext("不调整的原因"), lambda a: a.reason, hidden=True),
        ],
        search=["employee__number", "employee__name"],
        filters=[Filter("state", gettext("状态"), AdjustmentState.choices, "state"), _into_filter(request)],
        empty=gettext("没有差异:月结后的日子都和月结时一样。"),
    )
    return page.answer()


_STATE_TONES = {
    AdjustmentState.PENDING: "orange",
    AdjustmentState.ACCEPTED: "green",
    AdjustmentState.DISMISSED: "secondary",
}


def _into_filter(request: AskedBy) -> Filter:
    choices = [(f"{value}-01", label) for value, label in month_choices(request.today)]
    return Filter("into", gettext("计入月份"), choices, "into")


def _say_changes(row: Adjustment) -> str:
    return gettext(";").join(f"{label} {before} → {after}" for label, before, after in changes(row.before, row.after))


def adjustment(request: AskedBy, adjustment_id: int) -> HttpResponse:
    """A difference: its columns, its causes; HR takes it into the next month or dismisses it with a reason."""
    rows = months.adjustments(SEE_CLOSED, seen_by=request.by, on=request.today)
    found = months.one_of(rows, adjustment_id)
    if request.method == "POST":
        require(request.by, CLOSE_MONTHS)
    form = ReasonForm(request.POST or None)

    def change(said: dict[str, Any]) -> Adjustment:
        return adjusting.dismiss(adjustment_id, said["reason"], by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已记为不调整。"))
        return redirect("attendance:adjustments")
    context = {
        "found": found,
        "changes": changes(found.before, found.after),
        "causes": say_causes(found),
        "form": form,
        "tone": _STATE_TONES[AdjustmentState(found.state)],
        "open": found.state == AdjustmentState.PENDING and may(request.by, CLOSE_MONTHS),
    }
    return render(request, "attendance/adjustment.html", context, status=422 if form.errors else 200)


@require_POST
def accept(request: AskedBy, adjustment_id: int) -> HttpResponse:
    made = adjusting.accept(adjustment_id, by=request.by, at=request.asked_at)
    messages.success(request, gettext("已计入 {month:%Y-%m}。").format(month=made.into))
    return redirect("attendance:adjustments")


def month_rules(request: AskedBy, group_id: int) -> HttpResponse:
    """The month of a group: its cycle and its rules, dated."""
    require(request.by, MANAGE_ATTENDANCE_RULES)
    group = scheduling.group(group_id)
    versions = list(MonthRule.objects.filter(group=group).order_by("-begins_on"))
    newest = versions[0] if versions else None
    begin = {"begins_on": request.today.replace(day=1), "first_day": newest.first_day if newest else 1}
    form = MonthRuleForm(request.POST or None, initial={**vars(months.rule_of(newest) if newest else Rule()), **begin})

    def change(said: dict[str, Any]) -> MonthRule:
        return closing.keep_month_rule(group, said["begins_on"], form.plan(), by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("月度规则自 {begins_on} 起生效。").format(begins_on=made.begins_on))
        return redirect("attendance:month_rules", group_id)
    context = {"group": group, "versions": versions, "form": form}
    return render(request, "attendance/month_rules.html", context, status=422 if form.errors else 200)


def comprehensive_hours(request: AskedBy) -> HttpResponse:
    """The ledger of comprehensive hours (综合工时): of a group's people, cycle by cycle."""
    require(request.by, SEE_CLOSED)
    day = min(month_named(request.GET.get("month", ""), request.today), request.today)
    found = comprehensive.ledger(day, seen_by=request.by, on=request.today)
    context = {
        "month": f"{day:%Y-%m}",
        "months": month_choices(request.today),
        "groups": comprehensive.by_group(found),
        "rows": found[:500],
        "more": max(len(found) - 500, 0),
        "title": gettext("综合工时台账"),
    }
    return render(request, "attendance/comprehensive.html", context)
