"""Pages of balances: one's own on the phone, everybody's for HR, one person's ledger with what HR may do to it."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kaoqin.core.pages import attempt
from kaoqin.core.sentences import tell
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.time import load_wall_clock
from kaoqin.core.words import read_number
from kaoqin.leave import asking, balance_actions, nursing, queries
from kaoqin.leave.entitling import number
from kaoqin.leave.forms import AdjustForm, BalanceForm, CarryForm, NursingForm
from kaoqin.leave.ledger import Kind
from kaoqin.leave.models import LeaveEntry, TakenLeave
from kaoqin.leave.queries import Balance, Explained
from kaoqin.leave.words import RECORD_LEAVE, SEE_BALANCES, SEE_OWN_LEAVE, Entry, Place, say_days
from kaoqin.org import place_queries
from kaoqin.org.models import Employee
from kaoqin.security.audit import record_access
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy
from kaoqin.security.words import Look

TONES = {
    Entry.GRANT: "green",
    Entry.ACCRUAL: "green",
    Entry.CARRY: "azure",
    Entry.ADJUSTMENT: "purple",
    Entry.USE: "blue",
    Entry.GIVE_BACK: "azure",
    Entry.EXPIRY: "secondary",
    Entry.PAYOUT: "orange",
}
SHOWN_AT_FIRST = ("annual", "company_annual", "parental")


def own(request: AskedBy) -> HttpResponse:
    """What I have, and why; what I took."""
    require(request.by, SEE_OWN_LEAVE)
    if request.by.employee_id is None:
        return render(request, "leave/no_employee.html", {"title": gettext("我的假期")})
    found = queries.person(request.by.employee_id, seen_by=request.by, on=request.today)
    return render(request, "leave/own.html", _person_context(request, found))


def _person_context(request: AskedBy, employee: Employee) -> dict[str, Any]:
    private = queries.sees_private(employee.pk, request.by)
    found = [one for one in queries.balances(employee.pk, request.today) if private or not one.kind.rules.private]
    why = queries.explain_all(employee.pk, [one.kind for one in found], request.today)
    asked = asking.pending(employee.pk)
    cards = [
        _card(one, why[one.kind.id], asked.get(one.kind.code, 0))
        for one in found
        if one.left or one.booked or why[one.kind.id].lines
    ]
    rows = queries.taken_by(employee, seen_by=request.by)[:30]
    by_day = queries.by_the_day(request.today)
    endable = queries.endable(employee, request.today)
    told = [{**_taken_row(one, by_day), "endable": one.pk in endable} for one in rows]
    return {"employee": employee, "cards": cards, "rows": told}


def _card(balance: Balance, why: Explained, asked: int) -> dict[str, Any]:
    minutes = balance.kind.rules.day_minutes
    lines = [
        (line, say_days(line.minutes, minutes), Entry(line.entry).label, TONES[Entry(line.entry)]) for line in why.lines
    ]
    told = {"left": balance.left, "booked": balance.booked, "coming": balance.coming, "asked": asked}
    said = {name: say_days(value, minutes) if value else "" for name, value in told.items()}
    said["left"] = say_days(balance.left, minutes)
    return {"kind": balance.kind.row, "ends_on": balance.ends_on, "lines": lines, **said}


def _taken_row(leave: TakenLeave, by_day: set[int]) -> dict[str, Any]:
    gone = queries.until(leave) <= load_wall_clock(leave.start)
    return {"leave": leave, "when": queries.say_when(leave, by_day), "gone": gone, "said": queries.say_taken(leave)}


def balances(request: AskedBy) -> HttpResponseBase:
    """Everybody and what they have of each kind."""
    require(request.by, SEE_BALANCES)
    department = read_number(request.GET.get("department", ""), 0) or None
    records = may(request.by, RECORD_LEAVE)
    page: ListPage[Any] = ListPage(
        request,
        queries.people(department, seen_by=request.by, on=request.today),
        title=gettext("假期余额"),
        columns=_columns(request),
        search=["number", "name"],
        filters=[
            Filter("department", gettext("部门"), _departments(request), ""),
            Filter("left", gettext("在职"), [("1", gettext("在职")), ("0", gettext("已离职"))], "left_on__isnull"),
        ],
        empty=gettext("还没有员工。先导入员工和他们的参加工作日期。"),
        add=("/leave/records/new/", gettext("登记请假")) if records else None,
        template="leave/balances.html",
        more={"records": records, "unknown": _unknown(request) if records else 0},
    )
    return page.answer()


def _unknown(request: AskedBy) -> int:
    return queries.without_facts(seen_by=request.by, on=request.today)


def _departments(request: AskedBy) -> list[tuple[str, str]]:
    return place_queries.department_choices(SEE_BALANCES, seen_by=request.by, on=request.today)


def _columns(request: AskedBy) -> list[Column[Any]]:
    names = place_queries.department_names(request.today)
    return [
        Column("number", gettext("工号"), lambda e: e.number, "number", link=lambda e: f"/leave/people/{e.pk}/"),
        Column("name", gettext("姓名"), lambda e: e.name, "name", link=lambda e: f"/leave/people/{e.pk}/"),
        Column("department", gettext("部门"), lambda e: names.get(e.department_id, "")),
        *(_left(kind) for kind in queries.shown_kinds(request.by, request.today)),
    ]


def _left(kind: Kind) -> Column[Any]:
    """Days as a number, so that a workbook can add them up; nothing where there is nothing."""
    name = f"left_{kind.id}"

    def say(employee: Any) -> float | None:
        return number(Fraction(getattr(employee, name), kind.rules.day_minutes)) or None

    label = gettext("{kind}(天)").format(kind=kind.row.name)
    return Column(kind.code, label, say, name, numeric=True, hidden=kind.code not in SHOWN_AT_FIRST)


def person(request: AskedBy, employee_id: int) -> HttpResponse:
    """One person's balances, ledger and leave; for HR with what may be done."""
    found = queries.person(employee_id, seen_by=request.by, on=request.today)
    records = may(request.by, RECORD_LEAVE)
    context = _person_context(request, found)
    context["entries"] = [_entry_row(row) for row in queries.entries(found, seen_by=request.by)[:200]]
    if records:
        record_access(request.by, [found.pk], Look.LEAVE, request.path, at=request.asked_at)
        context |= {
            "records": True,
            "medical": queries.medical(found, request.today),
            "proposals": queries.maternity_proposals(found, request.today),
            "plans": [(one, Place(one.place).label) for one in queries.nursing_plans(found)],
        }
    return render(request, "leave/person.html", context)


def _entry_row(row: LeaveEntry) -> dict[str, Any]:
    entry = Entry(row.entry)
    steps = [tell(step, "") for step in row.steps]
    return {
        "row": row,
        "label": entry.label,
        "tone": TONES[entry],
        "said": tell(row.said, ""),
        "steps": steps,
        "days": say_days(row.minutes, 480),
    }


def _balance_page(
    request: AskedBy,
    employee_id: int,
    make: Callable[[list[Kind]], BalanceForm],
    title: str,
    change: Callable[[Employee, Any, dict[str, Any]], None],
) -> HttpResponse:
    """A form about somebody's balance of a kind; what it did shows on the person's page."""
    require(request.by, RECORD_LEAVE)
    found = queries.person(employee_id, seen_by=request.by, on=request.today)
    form = make([one.kind for one in queries.balances(found.pk, request.today)])

    def done(said: dict[str, Any]) -> bool:
        change(found, form, said)
        return True

    back = f"/leave/people/{found.pk}/"
    if request.method == "POST" and attempt(form, done):
        messages.success(request, gettext("已保存。"))
        return redirect(back)
    context = {"form": form, "title": title, "back": back, "back_label": f"{found.name} {found.number}"}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def adjust(request: AskedBy, employee_id: int) -> HttpResponse:
    """HR gives or takes days, with a reason."""

    def change(employee: Employee, form: AdjustForm, said: dict[str, Any]) -> None:
        told = {"ends_on": said["ends_on"], "by": request.by, "at": request.asked_at}
        balance_actions.adjust(employee, said["kind"], form.minutes(), said["reason"], **told)

    chosen = {"kind": request.GET.get("kind", "")}
    return _balance_page(
        request,
        employee_id,
        lambda kinds: AdjustForm(request.POST or None, kinds=kinds, initial=chosen),
        gettext("调整余额"),
        change,
    )


def carry_over(request: AskedBy, employee_id: int) -> HttpResponse:
    """What would end this year may be taken next year, with the employee's consent."""

    def change(employee: Employee, form: CarryForm, said: dict[str, Any]) -> None:
        balance_actions.carry_over(employee, said["kind"], form.minutes(), by=request.by, at=request.asked_at)

    return _balance_page(
        request,
        employee_id,
        lambda kinds: CarryForm(request.POST or None, kinds=kinds),
        gettext("结转到下一年"),
        change,
    )


def plan_nursing(request: AskedBy, employee_id: int) -> HttpResponse:
    """The hour of a nursing mother, from a day on."""
    require(request.by, RECORD_LEAVE)
    found = queries.person(employee_id, seen_by=request.by, on=request.today)
    form = NursingForm(request.POST or None, initial={"begins_on": request.today})

    def change(said: dict[str, Any]) -> bool:
        place = Place(said["place"])
        nursing.plan_nursing(found, said["begins_on"], place, by=request.by, at=request.asked_at)
        return True

    back = f"/leave/people/{found.pk}/"
    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("已安排,到孩子满 1 周岁为止;每个工作日自动记哺乳时间。"))
        return redirect(back)
    context = {"form": form, "title": gettext("哺乳时间"), "back": back, "back_label": f"{found.name} {found.number}"}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


@require_POST
def end_nursing(request: AskedBy, plan_id: int) -> HttpResponse:
    require(request.by, RECORD_LEAVE)
    plan = nursing.find_plan(plan_id, seen_by=request.by, on=request.today)
    nursing.end_nursing(plan, request.today, by=request.by, at=request.asked_at)
    messages.success(request, gettext("哺乳时间自今天起结束。"))
    return redirect("leave:person", plan.employee_id)


@require_POST
def keep(request: AskedBy) -> HttpResponse:
    """Bring all balances up to today."""
    run = balance_actions.keep_balances(by=request.by, at=request.asked_at)
    return redirect("web:job", run.pk)


def payouts(request: AskedBy) -> HttpResponseBase:
    """Days that were not taken and are paid instead: for payroll."""
    years = sorted({request.today.year - n for n in range(4)}, reverse=True)
    page: ListPage[Any] = ListPage(
        request,
        queries.payouts(seen_by=request.by, on=request.today),
        title=gettext("未休折算"),
        columns=[
            Column("number", gettext("工号"), lambda e: e.employee.number, "employee__number"),
            Column(
                "name",
                gettext("姓名"),
                lambda e: e.employee.name,
                "employee__name",
                link=lambda e: f"/leave/people/{e.employee_id}/",
            ),
            Column("kind", gettext("假期"), lambda e: e.kind.name),
            Column("on", gettext("折算日"), lambda e: e.on, "on"),
            Column(
                "days",
                gettext("未休天数"),
                lambda e: number(Fraction(-e.minutes, e.day_minutes)),
                "minutes",
                numeric=True,
            ),
            Column("percent", gettext("另付日工资的 %"), lambda e: e.percent, "percent", numeric=True),
            Column("said", gettext("说明"), lambda e: tell(e.said, "")),
        ],
        search=["employee__number", "employee__name"],
        filters=[Filter("year", gettext("年份"), [(str(year), str(year)) for year in years], "on__year")],
        empty=gettext("还没有未休折算。年假到期或离职时,没休完的天数会出现在这里,供算工资。"),
    )
    return page.answer()
