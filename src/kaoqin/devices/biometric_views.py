"""Pages of templates: whether a terminal's are kept, of whom some are, and what terminals are still to forget."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from kaoqin.consent.words import Trait
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.devices import biometric_actions, biometric_queries, queries
from kaoqin.devices.biometric_queries import state_of, why
from kaoqin.devices.models import TemplateRemoval
from kaoqin.devices.protocols import TEMPLATES, title_of
from kaoqin.devices.words import KEEP_TEMPLATES, RemovalState
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy

TONES = {RemovalState.NEEDS_HAND: "red", RemovalState.WAITING: "azure"}


def templates(request: AskedBy) -> HttpResponseBase:
    """Of whom templates are kept, and sending them to other terminals."""
    undone = biometric_queries.undone(biometric_queries.removals(seen_by=request.by)).count()
    page: ListPage[Any] = ListPage(
        request,
        biometric_queries.holders(seen_by=request.by, on=request.today),
        title=gettext("生物特征模板"),
        columns=[
            Column("number", gettext("工号"), lambda e: e.number, "number", link=lambda e: f"/consents/{e.pk}/"),
            Column("name", gettext("姓名"), lambda e: e.name, "name", link=lambda e: f"/consents/{e.pk}/"),
            *(_count(trait) for trait in Trait),
            Column("last", gettext("最近收到"), lambda e: e.last_at, "last_at"),
            Column("sync", gettext("同步"), lambda e: "", button=_sync_button),
        ],
        search=["number", "name"],
        empty=gettext("没有保存任何模板。先在考勤机的页面设为保存,再登记员工的同意;之后考勤机新上传的才会收下。"),
        template="devices/templates.html",
        more={"undone": undone},
    )
    return page.answer()


def _count(trait: Trait) -> Column[Any]:
    name = f"count_{trait}"
    return Column(trait.value, trait.label, lambda e: getattr(e, name) or "", name, numeric=True)


def _sync_button(employee: Any) -> tuple[str, str]:
    return gettext("同步到其他考勤机"), f"/devices/templates/{employee.pk}/sync/"


@require_POST
def sync(request: AskedBy, employee_id: int) -> HttpResponse:
    """Send somebody's templates to the other terminals that know them."""
    require(request.by, KEEP_TEMPLATES, everywhere=True)
    found = biometric_queries.holder(employee_id, seen_by=request.by, on=request.today)
    try:
        count = biometric_actions.sync(found, by=request.by, at=request.asked_at)
        said = ngettext(
            "已下发到 {count} 台考勤机,下次联系时执行。", "已下发到 {count} 台考勤机,下次联系时执行。", count
        )
        messages.success(request, said.format(count=count))
    except NotAllowed:
        raise
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
    return redirect("devices:templates")


def removals(request: AskedBy) -> HttpResponseBase:
    """What terminals were to forget, and how far that is."""
    rows = biometric_queries.removals(seen_by=request.by)
    if request.GET.get("undone", "1") == "1":
        rows = biometric_queries.undone(rows)
    page: ListPage[TemplateRemoval] = ListPage(
        request,
        rows,
        title=gettext("机内生物特征的删除"),
        columns=[
            Column("asked", gettext("时间"), lambda r: r.asked_at, "asked_at"),
            Column("device", gettext("考勤机"), _device, "device__serial", link=lambda r: f"/devices/{r.device_id}/"),
            Column("employee", gettext("员工"), lambda r: f"{r.employee.name} {r.employee.number}", "employee__name"),
            Column("pin", gettext("机内编号"), lambda r: r.pin, "pin"),
            Column("trait", gettext("生物特征"), lambda r: r.get_trait_display(), "trait"),
            Column(
                "state", gettext("状态"), lambda r: state_of(r).label, tone=lambda r: TONES.get(state_of(r), "green")
            ),
            Column("why", gettext("说明"), why, button=_by_hand_button),
        ],
        search=["device__serial", "device__name", "employee__name", "employee__number", "pin"],
        filters=[
            Filter("undone", gettext("状态"), [("1", gettext("未完成")), ("0", gettext("全部"))], "", "1"),
            Filter("trait", gettext("生物特征"), Trait.choices, "trait"),
        ],
        empty=gettext("没有未完成的删除。员工撤回同意或离职后,需要在考勤机上删除的会列在这里。"),
        template="devices/removals.html",
    )
    return page.answer()


def _device(row: TemplateRemoval) -> str:
    site = row.device.site
    name = row.device.name or row.device.serial
    return f"{site.name} · {name}" if site else name


def _by_hand_button(row: TemplateRemoval) -> tuple[str, str] | None:
    needed = state_of(row) == RemovalState.NEEDS_HAND
    return (gettext("已在机上删除"), f"/devices/templates/removals/{row.pk}/done/") if needed else None


@require_POST
def done_by_hand(request: AskedBy, removal_id: int) -> HttpResponse:
    require(request.by, KEEP_TEMPLATES, everywhere=True)
    found = biometric_queries.removal(removal_id, seen_by=request.by)
    try:
        biometric_actions.done_by_hand(found, by=request.by, at=request.asked_at)
    except NotAllowed:
        raise
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
    return redirect("devices:removals")


def keep(request: AskedBy, device_id: int) -> HttpResponse:
    """Whether templates of one terminal are kept: what that means, and the switch."""
    require(request.by, KEEP_TEMPLATES, everywhere=True)
    found = queries.device(device_id, seen_by=request.by)
    if request.method == "POST":
        _switch(request, found)
        return redirect("devices:keep_templates", device_id)
    context = {
        "device": found,
        "kept": found.keeps_templates,
        "offered": found.protocol in TEMPLATES,
        "protocol": title_of(found.protocol),
        "count": found.templates.count(),
    }
    return render(request, "devices/keep_templates.html", context)


def _switch(request: AskedBy, found: Any) -> None:
    try:
        if request.POST.get("keep") == "1":
            biometric_actions.keep_templates(found, by=request.by, at=request.asked_at)
            messages.success(request, gettext("已开始保存。考勤机下次联系后,新登记的模板会收下。"))
        else:
            count = biometric_actions.drop_templates(found, by=request.by, at=request.asked_at)
            said = ngettext("已停止保存,删除了 {count} 份模板。", "已停止保存,删除了 {count} 份模板。", count)
            messages.success(request, said.format(count=count))
    except NotAllowed:
        raise
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
