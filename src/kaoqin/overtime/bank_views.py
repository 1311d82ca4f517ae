"""Pages of comp time: one's own, everybody's, one person's with the ledger, what is paid out."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaoqin.core.pages import attempt
from kaoqin.core.sentences import tell
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.time import load_wall_clock
from kaoqin.core.words import read_number, say_minutes
from kaoqin.org import place_queries
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.overtime import actions, queries
from kaoqin.overtime.forms import AdjustForm
from kaoqin.overtime.models import BankEntry, Overtime
from kaoqin.overtime.words import MANAGE_BANK, SEE_BANK, SEE_OWN_BANK, Entry, Way
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy

TONES = {
    Entry.CREDIT: "green",
    Entry.OPENING: "green",
    Entry.ADJUSTMENT: "purple",
    Entry.USE: "blue",
    Entry.GIVE_BACK: "teal",
    Entry.PAYOUT: "orange",
}


def own(request: AskedBy) -> HttpResponse:
    """My comp time: what there is, why, and what was agreed."""
    require(request.by, SEE_OWN_BANK)
    found = org.by_ids([request.by.employee_id or 0]).first()
    if found is None:
        return render(request, "approvals/no_employee.html")
    return render(request, "overtime/own.html", _told(request, found))


def _told(request: AskedBy, employee: Employee) -> dict[str, Any]:
    balance = queries.balance(employee.pk, request.today)
    return {
        "employee": employee,
        "left": say_minutes(balance.left),
        "ends_on": balance.ends_on,
        "lines": [_line(row) for row in queries.explained(employee.pk, request.today)],
        "agreed": [_agreed(row) for row in queries.agreed_of(employee.pk)],
    }


def _line(row: BankEntry) -> dict[str, Any]:
    entry = Entry(row.entry)
    return {
        "row": row,
        "label": entry.label,
        "tone": TONES[entry],
        "said": tell(row.said, ""),
        "minutes": f"{'+' * (row.minutes > 0)}{say_minutes(row.minutes)}",
    }


def _agreed(row: Overtime) -> dict[str, Any]:
    start, end = load_wall_clock(row.start), load_wall_clock(row.end)
    return {
        "row": row,
        "when": f"{start:%Y-%m-%d %H:%M} – {end:%H:%M}",
        "way": Way(row.way).label,
        "length": say_minutes(queries.minutes_of(row)),
    }


def balances(request: AskedBy) -> HttpResponseBase:
    """Everybody and the comp time they have."""
    require(request.by, SEE_BANK)
    department = read_number(request.GET.get("department", ""), 0) or None
    names = place_queries.department_names(request.today)
    departments = place_queries.department_choices(SEE_BANK, seen_by=request.by, on=request.today)

    def link(employee: Any) -> str:
        return f"/bank/people/{employee.pk}/"

    page: ListPage[Any] = ListPage(
        request,
        queries.people(department, seen_by=request.by, on=request.today),
        title=gettext("调休余额"),
        columns=[
            Column("number", gettext("工号"), lambda e: e.number, "number", link=link),
            Column("name", gettext("姓名"), lambda e: e.name, "name", link=link),
            Column("department", gettext("部门"), lambda e: names.get(e.department_id, "")),
            Column("left", gettext("剩余(小时)"), lambda e: _hours(e.left_minutes), "left_minutes", numeric=True),
            Column("paid", gettext("已折算(小时)"), lambda e: _hours(e.paid_minutes), "paid_minutes", numeric=True),
        ],
        search=["number", "name"],
        filters=[Filter("department", gettext("部门"), departments, "")],
        empty=gettext("还没有员工。"),
        template="overtime/balances.html",
        more={"manages": may(request.by, MANAGE_BANK)},
    )
    return page.answer()


def _hours(minutes: int) -> float | None:
    """Hours as a number, so that a workbook can add them up; nothing where there is nothing."""
    return round(minutes / 60, 2) or None


def person(request: AskedBy, employee_id: int) -> HttpResponse:
    """One person's comp time with the whole ledger."""
    found = queries.person(employee_id, seen_by=request.by, on=request.today)
    context = _told(request, found)
    context["entries"] = [_line(row) for row in queries.entries(found.pk)]
    context["manages"] = may(request.by, MANAGE_BANK)
    return render(request, "overtime/person.html", context)


def adjust(request: AskedBy, employee_id: int) -> HttpResponse:
    """HR gives or takes hours, with a reason."""
    require(request.by, MANAGE_BANK)
    found = queries.person(employee_id, seen_by=request.by, on=request.today)
    form = AdjustForm(request.POST or None)

    def change(said: dict[str, Any]) -> bool:
        told: dict[str, Any] = {"ends_on": said["ends_on"], "by": request.by, "at": request.asked_at}
        actions.adjust(found, form.minutes(), said["reason"], **told)
        return True

    back = f"/bank/people/{found.pk}/"
    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("已保存。"))
        return redirect(back)
    context = {"form": form, "title": gettext("调整调休"), "back": back, "back_label": f"{found.name} {found.number}"}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def payouts(request: AskedBy) -> HttpResponseBase:
    """Comp time that was not taken and is paid instead: for payroll."""
    years = [(str(year), str(year)) for year in range(request.today.year, request.today.year - 4, -1)]
    page: ListPage[Any] = ListPage(
        request,
        queries.payouts(seen_by=request.by, on=request.today),
        title=gettext("调休折算"),
        columns=[
            Column("number", gettext("工号"), lambda e: e.employee.number, "employee__number"),
            Column(
                "name",
                gettext("姓名"),
                lambda e: e.employee.name,
                "employee__name",
                link=lambda e: f"/bank/people/{e.employee_id}/",
            ),
            Column("on", gettext("折算日"), lambda e: e.on, "on"),
            Column("minutes", gettext("未休分钟"), lambda e: -e.minutes, "minutes", numeric=True),
            Column("percent", gettext("按小时工资的 %"), lambda e: e.percent, "percent", numeric=True),
            Column("said", gettext("说明"), lambda e: tell(e.said, "")),
        ],
        search=["employee__number", "employee__name"],
        filters=[Filter("year", gettext("年份"), years, "on__year")],
        empty=gettext("还没有调休折算。调休到期或离职时,没休完的会出现在这里,供算工资。"),
    )
    return page.answer()
