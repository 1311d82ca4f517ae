"""Pages of the people on terminals: who is on one and how far it is, whether the house keeps them, rules, cards."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_POST

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.devices import people_actions, people_queries, queries
from kaoqin.devices.models import Device, EmployeeCard, PersonOnDevice, Placement, TerminalAccess
from kaoqin.devices.people_forms import AccessForm, CardForm, KeepForm
from kaoqin.devices.words import (
    COMMAND_DEVICES,
    PLACE_PEOPLE,
    AccessKind,
    DeviceState,
    PlacementFault,
    PlacementState,
)
from kaoqin.org import place_queries
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy

TONES = {
    PlacementState.WAITING: "azure",
    PlacementState.SENT: "blue",
    PlacementState.SAME: "green",
    PlacementState.FAILED: "red",
    PlacementState.EXTRA: "yellow",
    PlacementState.STRANGER: "secondary",
}


def people(request: AskedBy, device_id: int) -> HttpResponseBase:
    """Who is on one terminal: with how far it is where the house keeps them, as it told them where it does not."""
    found = queries.device(device_id, seen_by=request.by)
    told = people_queries.summary(found, seen_by=request.by)
    more = {
        "device": found,
        "people": told,
        "approved": found.state == DeviceState.APPROVED,
        "may_place": may(request.by, PLACE_PEOPLE),
        "may_command": may(request.by, COMMAND_DEVICES),
    }
    page = _kept(request, found, more) if told.on else _told(request, found, more)
    return page.answer()


def _kept(request: AskedBy, device: Device, more: dict[str, Any]) -> ListPage[Any]:
    departments = people_queries.departments(device, request.today)
    dialect = people_queries.dialect(device, at=request.asked_at)
    places = more["may_place"]

    def remove(row: Placement) -> tuple[str, str] | None:
        listed = row.state in {PlacementState.EXTRA, PlacementState.STRANGER}
        removable = places and listed and row.fault != PlacementFault.ADMINISTRATOR and not row.ours
        return (gettext("从考勤机删除"), f"/devices/placements/{row.pk}/remove/") if removable else None

    return ListPage(
        request,
        people_queries.placements(device, seen_by=request.by),
        title=gettext("机内人员"),
        columns=[
            Column("pin", gettext("机内编号"), lambda p: p.pin, "pin"),
            Column("employee", gettext("员工"), _employee, "employee__name"),
            Column("department", gettext("部门"), lambda p: departments.get(p.employee_id, "")),
            Column("name", gettext("机内姓名"), lambda p: p.there_name, "there_name"),
            Column("card", gettext("卡号"), lambda p: p.there_card, "there_card"),
            Column(
                "state",
                gettext("状态"),
                lambda p: p.get_state_display(),
                "state",
                tone=lambda p: TONES[p.state],
            ),
            Column("reason", gettext("说明"), lambda p: people_queries.reason(p, dialect), button=remove),
        ],
        search=["pin", "employee__number", "employee__name", "there_name"],
        filters=[Filter("state", gettext("状态"), PlacementState.choices, "state")],
        empty=gettext("正在核对,一分钟内列出名单。"),
        template="devices/people.html",
        more=more,
    )


def _employee(row: Placement) -> str:
    return f"{row.employee.name}({row.employee.number})" if row.employee else ""


def _told(request: AskedBy, device: Device, more: dict[str, Any]) -> ListPage[Any]:
    whose = people_queries.whose(device, request.today)

    def employee(row: PersonOnDevice) -> str:
        known = whose.get(row.pin)
        return f"{known.name}({known.number})" if known else ""

    return ListPage(
        request,
        people_queries.on_terminal(device, seen_by=request.by),
        title=gettext("机内人员"),
        columns=[
            Column("pin", gettext("机内编号"), lambda p: p.pin, "pin"),
            Column("name", gettext("机内姓名"), lambda p: p.name, "name"),
            Column("employee", gettext("员工"), employee),
            Column("card", gettext("卡号"), lambda p: p.card, "card"),
            Column("rights", gettext("机内权限"), lambda p: _rights(p.privilege), "privilege"),
            Column("told", gettext("读取时间"), lambda p: p.told_at, "told_at"),
        ],
        search=["pin", "name", "card"],
        empty=gettext("还没有读到机内人员。点「立即核对」,考勤机下次联系时回答。"),
        template="devices/people.html",
        more=more,
    )


def _rights(privilege: str) -> str:
    return "" if privilege in {"", "0"} else gettext("机内管理员")


def keep(request: AskedBy, device_id: int) -> HttpResponse:
    """Switch on that the house keeps the people of a terminal, after seeing what that would do."""
    require(request.by, PLACE_PEOPLE, everywhere=True)
    found = queries.device(device_id, seen_by=request.by)
    form = KeepForm(request.POST if request.method == "POST" else None)

    def change(said: dict[str, Any]) -> bool:
        people_actions.keep_people(found, adopt=said["adopt"], by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("已开始管理此机人员,几分钟内陆续下发。"))
        return redirect("devices:people", device_id)
    context = {
        "form": form,
        "device": found,
        "forecast": people_actions.forecast(found, by=request.by, at=request.asked_at),
        "people": people_queries.summary(found, seen_by=request.by),
        "title": gettext("管理考勤机 {serial} 的人员").format(serial=found.serial),
    }
    return render(request, "devices/keep_people.html", context, status=422 if form.errors else 200)


@require_POST
def stop(request: AskedBy, device_id: int) -> HttpResponse:
    require(request.by, PLACE_PEOPLE, everywhere=True)
    people_actions.stop_keeping(queries.device(device_id, seen_by=request.by), by=request.by, at=request.asked_at)
    messages.success(request, gettext("已停止管理,机内人员保持现状。"))
    return redirect("devices:people", device_id)


@require_POST
def tell(request: AskedBy, device_id: int) -> HttpResponse:
    """Ask the terminal whom it knows."""
    require(request.by, COMMAND_DEVICES, everywhere=True)
    found = queries.device(device_id, seen_by=request.by)
    try:
        people_actions.tell_people(found, by=request.by, at=request.asked_at)
        messages.success(request, gettext("已下发读取,考勤机下次联系时回答。"))
    except NotAllowed:
        raise
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
    return redirect("devices:people", device_id)


@require_POST
def again(request: AskedBy, device_id: int) -> HttpResponse:
    require(request.by, PLACE_PEOPLE, everywhere=True)
    found = queries.device(device_id, seen_by=request.by)
    count = people_actions.try_again(found, by=request.by, at=request.asked_at)
    said = ngettext("将重试 {count} 人。", "将重试 {count} 人。", count)
    messages.success(request, said.format(count=count))
    return redirect("devices:people", device_id)


@require_POST
def remove_many(request: AskedBy, device_id: int) -> HttpResponse:
    """The removals that are held are right."""
    require(request.by, PLACE_PEOPLE, everywhere=True)
    found = queries.device(device_id, seen_by=request.by)
    people_actions.may_remove_many(found, by=request.by, at=request.asked_at)
    messages.success(request, gettext("已确认,几分钟内从考勤机删除。"))
    return redirect("devices:people", device_id)


@require_POST
def remove(request: AskedBy, placement_id: int) -> HttpResponse:
    """Somebody found on a terminal is to be removed from it."""
    require(request.by, PLACE_PEOPLE, everywhere=True)
    found = people_queries.placement(placement_id, seen_by=request.by)
    try:
        people_actions.may_remove(found, by=request.by, at=request.asked_at)
        messages.success(request, gettext("已记下,几分钟内从考勤机删除。"))
    except NotAllowed:
        raise
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
    return redirect("devices:people", found.device_id)


def access(request: AskedBy, device_id: int) -> HttpResponseBase:
    """Who belongs on a terminal: the rules, and a new one."""
    found = queries.device(device_id, seen_by=request.by)
    places, names = may(request.by, PLACE_PEOPLE), place_queries.department_names(request.today)
    form = AccessForm(request.POST or None, request.today)

    def change(said: dict[str, Any]) -> object:
        return people_actions.add_access(found, form.rule(), by=request.by, at=request.asked_at)

    if request.method == "POST":
        require(request.by, PLACE_PEOPLE, everywhere=True)
        if attempt(form, change):
            messages.success(request, gettext("规则已添加。"))
            return redirect("devices:access", device_id)

    def end(rule: TerminalAccess) -> tuple[str, str] | None:
        over = rule.ends_on is not None and rule.ends_on <= request.today
        return (
            None if over or not places else (gettext("今天结束"), f"/devices/access/{rule.pk}/end/?device={found.pk}")
        )

    page: ListPage[Any] = ListPage(
        request,
        people_queries.access(found, seen_by=request.by),
        title=gettext("谁可以用这台考勤机"),
        columns=[
            Column("kind", gettext("规则"), lambda r: r.get_kind_display()),
            Column("who", gettext("哪些人"), lambda r: _named(r, names)),
            Column("where", gettext("适用"), lambda r: gettext("这台") if r.device_id else gettext("本地点所有考勤机")),
            Column("begins_on", gettext("自"), lambda r: r.begins_on, "begins_on"),
            Column("ends_on", gettext("至"), lambda r: r.ends_on or gettext("一直"), "ends_on", button=end),
        ],
        empty=gettext("没有另外的规则:本地点当天的全体员工都在这台机上。"),
        template="devices/access.html",
        more={"device": found, "form": form if places else None},
    )
    response = page.answer()
    if form.errors:
        response.status_code = 422
    return response


def _named(rule: TerminalAccess, departments: dict[int, str]) -> str:
    if rule.kind == AccessKind.EMPLOYEE and rule.employee:
        return f"{rule.employee.name}({rule.employee.number})"
    if rule.kind == AccessKind.SITE and rule.site:
        return rule.site.name
    return departments.get(rule.department_id, "") if rule.department_id else ""


@require_POST
def end_access(request: AskedBy, rule_id: int) -> HttpResponse:
    require(request.by, PLACE_PEOPLE, everywhere=True)
    found = people_queries.rule(rule_id, seen_by=request.by)
    people_actions.end_access(found, request.today, by=request.by, at=request.asked_at)
    device = request.GET.get("device", "")
    return redirect("devices:access", int(device)) if device.isdecimal() and len(device) < 10 else redirect("/devices/")


def cards(request: AskedBy) -> HttpResponseBase:
    """Who carries which card."""
    page: ListPage[EmployeeCard] = ListPage(
        request,
        people_queries.cards(seen_by=request.by),
        title=pgettext("list", "工卡"),
        columns=[
            Column("number", gettext("工号"), lambda c: c.employee.number, "employee__number"),
            Column("name", gettext("姓名"), lambda c: c.employee.name, "employee__name"),
            Column("card", gettext("卡号"), lambda c: c.card or gettext("不再有卡"), "card"),
            Column("begins_on", gettext("自"), lambda c: c.begins_on, "begins_on"),
        ],
        search=["employee__number", "employee__name", "card"],
        empty=gettext_lazy("还没有登记工卡。登记后,卡号随人下发到考勤机;没有登记的人,机上原有的卡号不变。"),
        add=("/devices/cards/new/", gettext("登记工卡")) if may(request.by, PLACE_PEOPLE) else None,
    )
    return page.answer()


def new_card(request: AskedBy) -> HttpResponse:
    require(request.by, PLACE_PEOPLE, everywhere=True)
    form = CardForm(request.POST or None, initial={"begins_on": request.today})

    def change(said: dict[str, Any]) -> EmployeeCard:
        told = (form.employee(), said["card"], said["begins_on"])
        return people_actions.give_card(*told, by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("工卡已登记。"))
        return redirect("devices:cards")
    context = {"form": form, "title": gettext("登记工卡"), "back": "/devices/cards/"}
    context["back_label"] = pgettext("list", "工卡")
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)
