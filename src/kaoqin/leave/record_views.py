"""Pages of leave that was agreed: the list, HR recording one with its cost before saving, and giving back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.time import load_wall_clock
from kaoqin.core.words import Refusal, say_minutes
from kaoqin.leave import actions, ledger, queries
from kaoqin.leave.forms import GiveBackForm, RecordForm
from kaoqin.leave.models import TakenLeave
from kaoqin.leave.words import RECORD_LEAVE, SEE_BALANCES, say_days
from kaoqin.org import number_queries
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy


def records(request: AskedBy) -> HttpResponseBase:
    """All agreed leave of the people within reach."""
    require(request.by, SEE_BALANCES)
    may_record = may(request.by, RECORD_LEAVE)
    kinds, by_day = queries.visible_kinds(request.by, request.today), queries.by_the_day(request.today)
    page: ListPage[Any] = ListPage(
        request,
        queries.taken(seen_by=request.by, on=request.today),
        title=gettext("请假记录"),
        columns=[
            Column("number", gettext("工号"), lambda t: t.employee.number, "employee__number"),
            Column(
                "name",
                gettext("姓名"),
                lambda t: t.employee.name,
                "employee__name",
                link=lambda t: f"/leave/people/{t.employee_id}/",
            ),
            Column("kind", gettext("假期"), lambda t: t.kind.name, "kind__position"),
            Column("when", gettext("时间"), lambda t: queries.say_when(t, by_day), "start"),
            Column("cost", gettext("扣"), queries.say_taken, "taken_minutes", numeric=True),
            Column(
                "state", gettext("状态"), _state, tone=lambda t: "secondary" if t.ended_from else "green", link=None
            ),
            Column("reason", gettext("事由"), lambda t: t.reason, hidden=True),
            *(
                [
                    Column(
                        "back",
                        "",
                        lambda t: gettext("销假") if _open(t) else "",
                        link=lambda t: f"/leave/records/{t.pk}/give-back/" if _open(t) else "",
                    )
                ]
                if may_record
                else []
            ),
        ],
        search=["employee__number", "employee__name", "reason"],
        filters=[
            Filter("kind", gettext("假期"), [(one.code, one.row.name) for one in kinds], "kind__code"),
        ],
        empty=gettext("还没有请假。"),
        add=("/leave/records/new/", gettext("登记请假")) if may_record else None,
    )
    return page.answer()


def _open(leave: TakenLeave) -> bool:
    """Whether something of it could still be given back."""
    return queries.until(leave) > load_wall_clock(leave.start)


def _state(leave: TakenLeave) -> str:
    if not leave.ended_from:
        return gettext("有效")
    return gettext("部分销假") if _open(leave) else gettext("已销假")


def record(request: AskedBy) -> HttpResponse:
    """HR records a leave; what it costs and what is left shows while it is typed."""
    require(request.by, RECORD_LEAVE)
    form = _form(request, request.POST or None, request.GET.dict())
    made = attempt(form, lambda said: _take(request, form, said)) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已登记,相关日期正在重新核算。"))
        return redirect("leave:person", made.employee_id)
    context = {"form": form, "preview": _preview(request, form) if request.method == "POST" else None}
    return render(request, "leave/record.html", context, status=422 if form.errors else 200)


def cost(request: AskedBy) -> HttpResponse:
    """The form as it stands with what it would cost: asked for at every change, nothing is kept."""
    require(request.by, RECORD_LEAVE)
    form = _form(request, request.GET or None, {})
    preview = _preview(request, form)
    wanted = {name: form.data.get(name, "") for name in form.fields}
    shown = _form(request, None, wanted)
    template = "leave/_record.html" if request.headers.get("HX-Request") else "leave/record.html"
    return render(request, template, {"form": shown, "preview": preview})


def _form(request: AskedBy, data: Any, initial: dict[str, Any]) -> RecordForm:
    kinds = ledger.kinds_on(request.today)
    chosen = kinds.get((data or initial).get("kind", ""))
    return RecordForm(data, kinds=kinds, chosen=chosen, initial=initial)


def _take(request: AskedBy, form: RecordForm, said: dict[str, Any]) -> TakenLeave:
    employee = number_queries.by_number(said["number"].strip())
    told = {"reason": said["reason"], "proof": said["proof"], "by": request.by, "at": request.asked_at}
    return actions.take(employee, said["kind"], *form.interval(employee.pk), **told)


def _preview(request: AskedBy, form: RecordForm) -> dict[str, Any] | None:
    """What the leave would cost and leave over; nothing while the form is not whole."""
    if not form.is_valid():
        return None
    said = form.cleaned_data
    try:
        employee = number_queries.by_number(said["number"].strip())
        told = {"proof": said["proof"], "by": request.by, "at": request.asked_at}
        tried = actions.rehearse(employee, said["kind"], *form.interval(employee.pk), **told)
    except Refusal as refusal:
        return {"refused": refusal.sentence}
    return {"employee": employee, **_said_cost(tried)}


def _said_cost(tried: actions.Rehearsal) -> dict[str, Any]:
    minutes = tried.cost.kind.rules.day_minutes
    days = [(day.date, say_minutes(day.minutes), say_days(day.taken_minutes, minutes)) for day in tried.cost.days]
    said: dict[str, Any] = {"cost": tried.cost, "days": days, "needs": say_days(tried.cost.taken_minutes, minutes)}
    if tried.before is not None and tried.after is not None:
        said |= {"before": say_days(tried.before, minutes), "after": say_days(tried.after, minutes)}
    return {**said, "why_not": tried.refused.sentence if tried.refused else ""}


def give_back(request: AskedBy, taken_id: int) -> HttpResponse:
    """The rest of a leave, or all of it, is cancelled."""
    found = queries.one_taken(taken_id, seen_by=request.by, on=request.today)
    form = GiveBackForm(request.POST or None, initial={"since": load_wall_clock(found.start)})

    def change(said: dict[str, Any]) -> tuple[int]:
        told = {"reason": said["reason"], "by": request.by, "at": request.asked_at}
        return (actions.give_back(found, form.moment(), **told),)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已销假,退回 {days}。").format(days=say_days(made[0], 480)))
        return redirect("leave:records")
    told = {"name": found.employee.name, "kind": found.kind.name}
    context = {"form": form, "title": gettext("销假:{name} 的{kind}").format(**told), "verb": gettext("销假")}
    context |= {"back": "/leave/records/", "back_label": gettext("请假记录")}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)
