"""Pages of tablets for HR, and everybody's own PIN."""

from typing import Any

import segno
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.time import as_wall_clock
from kaoqin.kiosk import actions, queries
from kaoqin.kiosk.actions import Made
from kaoqin.kiosk.forms import IssueForm, PinForm, TabletForm
from kaoqin.kiosk.models import KioskPunch, Tablet
from kaoqin.kiosk.words import MANAGE_TABLETS, OWN_PIN, PRESS_TONES, TABLET_TONES, Fault, PressState, TabletState
from kaoqin.org import place_queries
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy


def tablets(request: AskedBy) -> HttpResponseBase:
    """All tablets: where, whether in use, when last seen."""
    require(request.by, MANAGE_TABLETS)
    page: ListPage[Tablet] = ListPage(
        request,
        queries.tablets(seen_by=request.by),
        title=pgettext("list", "打卡平板"),
        columns=[
            Column("name", gettext("名称"), lambda t: t.name, "name", link=lambda t: f"/kiosks/{t.pk}/"),
            Column("site", gettext("地点"), lambda t: t.site.name, "site__name"),
            Column(
                "state", gettext("状态"), lambda t: t.get_state_display(), "state", tone=lambda t: TABLET_TONES[t.state]
            ),
            Column("seen", gettext("最近联系"), lambda t: t.last_seen_at, "last_seen_at"),
            Column("bound", gettext("启用时间"), lambda t: t.bound_at, "bound_at", hidden=True),
        ],
        search=["name", "site__name"],
        filters=[Filter("state", gettext("状态"), TabletState.choices, "state")],
        empty=gettext("还没有打卡平板。在门口放一台平板,没有手机的员工用工号和密码打卡。"),
        add=("/kiosks/new/", gettext("新增打卡平板")),
        template="kiosk/tablets.html",
    )
    return page.answer()


def new_tablet(request: AskedBy) -> HttpResponse:
    """A tablet of a site; its link is shown once."""
    require(request.by, MANAGE_TABLETS, everywhere=True)
    form = TabletForm(request.POST or None)

    def change(said: dict[str, Any]) -> Made:
        return actions.add_tablet(
            place_queries.site(int(said["site"])), said["name"], by=request.by, at=request.asked_at
        )

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        return _link(request, made)
    context = {"form": form, "title": gettext("新增打卡平板"), "back": "/kiosks/", "verb": gettext("生成启用链接")}
    context["back_label"] = pgettext("list", "打卡平板")
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def _link(request: AskedBy, made: Made) -> HttpResponse:
    address = request.build_absolute_uri(reverse("kiosk:bind", args=[made.secret]))
    drawn = segno.make(address, error="m").svg_data_uri(scale=5, border=2, light="#fff")
    return render(request, "kiosk/link.html", {"tablet": made.row, "address": address, "picture": drawn})


def tablet(request: AskedBy, tablet_id: int) -> HttpResponse:
    require(request.by, MANAGE_TABLETS)
    found = queries.tablet(tablet_id, seen_by=request.by)
    return render(request, "kiosk/tablet.html", {"tablet": found, "tone": TABLET_TONES[found.state]})


@require_POST
def renew(request: AskedBy, tablet_id: int) -> HttpResponse:
    """A new link for another device, or for one that forgot its key."""
    require(request.by, MANAGE_TABLETS)
    found = queries.tablet(tablet_id, seen_by=request.by)
    return _link(request, actions.renew_link(found, by=request.by, at=request.asked_at))


@require_POST
def revoke(request: AskedBy, tablet_id: int) -> HttpResponse:
    require(request.by, MANAGE_TABLETS)
    actions.revoke(queries.tablet(tablet_id, seen_by=request.by), by=request.by, at=request.asked_at)
    messages.success(request, gettext("已停用,这台平板立刻不能再打卡。"))
    return redirect("kiosk:tablet", tablet_id)


def punches(request: AskedBy) -> HttpResponseBase:
    """What tablets sent; one that waits is kept here."""
    require(request.by, MANAGE_TABLETS)
    page: ListPage[KioskPunch] = ListPage(
        request,
        queries.punches(seen_by=request.by, on=request.today),
        title=pgettext("list", "平板打卡"),
        back=("/kiosks/", pgettext("list", "打卡平板")),
        columns=[
            Column("at", gettext("打卡时间"), _moment, "at"),
            Column("number", gettext("工号"), lambda p: p.number, "number"),
            Column("name", gettext("姓名"), lambda p: p.employee.name if p.employee else "", "employee__name"),
            Column("tablet", pgettext("list", "打卡平板"), lambda p: p.tablet.name, "tablet__name"),
            Column(
                "state", gettext("结果"), lambda p: p.get_state_display(), "state", tone=lambda p: PRESS_TONES[p.state]
            ),
            Column("fault", gettext("原因"), lambda p: p.get_fault_display(), "fault", wraps=True),
            Column("keep", gettext("采用"), lambda p: "", button=lambda p: _button(request, p)),
        ],
        search=["number", "employee__name", "tablet__name"],
        filters=[
            Filter("state", gettext("结果"), PressState.choices, "state"),
            Filter("fault", gettext("原因"), Fault.choices, "fault"),
        ],
        empty=gettext("还没有人在平板上打卡。"),
    )
    return page.answer()


def _moment(punch: KioskPunch) -> str:
    return f"{as_wall_clock(punch.at, punch.tablet.site.timezone):%Y-%m-%d %H:%M}"


def _button(request: AskedBy, punch: KioskPunch) -> tuple[str, str] | None:
    waits = punch.state == PressState.HELD and punch.employee_id != request.by.employee_id
    return (gettext("采用"), f"/kiosks/punches/{punch.pk}/keep/") if waits else None


@require_POST
def keep(request: AskedBy, punch_id: int) -> HttpResponse:
    require(request.by, MANAGE_TABLETS)
    actions.keep_held(punch_id, by=request.by, at=request.asked_at, today=request.today)
    messages.success(request, gettext("已采用,当天重新核算。"))
    return redirect("kiosk:punches")


def issue(request: AskedBy) -> HttpResponse:
    """A new PIN for somebody, shown once; and whose PIN is locked just now."""
    require(request.by, MANAGE_TABLETS)
    form = IssueForm(request.POST or None)

    def change(said: dict[str, Any]) -> Made:
        return actions.issue_pin(said["number"], by=request.by, at=request.asked_at, today=request.today)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        return render(request, "kiosk/issued.html", {"employee": made.row, "pin": made.secret})
    context = {"form": form, "title": gettext("发放打卡密码"), "back": "/kiosks/", "verb": gettext("生成新密码")}
    context["back_label"] = pgettext("list", "打卡平板")
    context["locked"] = queries.locked(seen_by=request.by, on=request.today, at=request.asked_at)
    return render(request, "kiosk/issue.html", context, status=422 if form.errors else 200)


@require_POST
def lift(request: AskedBy, employee_id: int) -> HttpResponse:
    """Somebody may try again at once, with the PIN they have."""
    require(request.by, MANAGE_TABLETS)
    found = actions.lift_lock(employee_id, by=request.by, at=request.asked_at, today=request.today)
    messages.success(request, gettext("已解除锁定,{name} 可以马上再试。").format(name=found.name))
    return redirect("kiosk:issue")


def own_pin(request: AskedBy) -> HttpResponse:
    """One's own PIN for tablets."""
    require(request.by, OWN_PIN)
    if request.by.employee_id is None:
        return render(request, "kiosk/no_employee.html")
    form = PinForm(request.POST or None)

    def change(said: dict[str, Any]) -> bool:
        actions.set_own_pin(said["pin"], by=request.by, at=request.asked_at, today=request.today)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("打卡密码已设置。"))
        return redirect("kiosk:own_pin")
    known = queries.pin_of(request.by.employee_id)
    return render(request, "kiosk/own_pin.html", {"form": form, "pin": known}, status=422 if form.errors else 200)
