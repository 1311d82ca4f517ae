"""Pages of one terminal: what it is, what happened, commands; what it sent and what was done at it, as lists."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.http import require_POST

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.time import load_wall_clock
from kaoqin.devices import actions, people_queries, queries, timeline
from kaoqin.devices.forms import EVERYTHING, SIMPLE, ApproveForm, CommandForm, MembershipForm, PinGroupForm
from kaoqin.devices.health import diagnose
from kaoqin.devices.models import Device, Operation, RawUpload
from kaoqin.devices.protocols import OPTIONS, VISITORS, manner_of, title_of
from kaoqin.devices.wire import Vitals
from kaoqin.devices.words import (
    APPROVE_DEVICES,
    COMMAND_DEVICES,
    GROUP_PINS,
    REPAIR_LINES,
    TONES,
    Deed,
    DeviceState,
)
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy

SHOWN, NEWEST = 50, 20


def device(request: AskedBy, device_id: int) -> HttpResponse:
    """One terminal: what it is, what it sent, what waits."""
    found = queries.device(device_id, seen_by=request.by)
    state = queries.state_of(found, at=request.asked_at, on=request.today)
    repairs = may(request.by, REPAIR_LINES)
    commands = may(request.by, COMMAND_DEVICES)
    entries, older = timeline.entries(found, None, seen_by=request.by, most=NEWEST)
    context = {
        "device": found,
        "beat": getattr(found, "heartbeat", None),
        "now": state,
        "gauges": _gauges(state.vitals),
        "zone": found.zone or (found.site.timezone if found.site else ""),
        "tone": TONES[state.light],
        "findings": diagnose(state.known),
        "protocol": title_of(found.protocol),
        "entries": entries,
        "older": older,
        "may_command": commands,
        "may_repair": repairs,
        "waiting": queries.commands(found, seen_by=request.by).filter(state__in=timeline.OPEN)[:SHOWN],
        "bad": queries.bad_lines(found, seen_by=request.by)[:SHOWN] if repairs else (),
        "visited": found.protocol in VISITORS,
        "manner": manner_of(found.protocol),
        "people": people_queries.summary(found, seen_by=request.by)
        if people_queries.may_see_people(request.by)
        else None,
        "options": OPTIONS.get(found.protocol, ()),
        "membership": queries.memberships(found, seen_by=request.by).filter(begins_on__lte=request.today).first(),
        "may_group": may(request.by, GROUP_PINS),
        "may_approve": may(request.by, APPROVE_DEVICES),
        "form": _command_form(request, found) if commands else None,
    }
    return render(request, "devices/device.html", context)


def _command_form(request: AskedBy, device: Device) -> CommandForm | None:
    """What the terminal may be told; nothing while it is not in use, or has words for nothing."""
    spoken = actions.spoken(device, at=request.asked_at) if device.state == DeviceState.APPROVED else ()
    return CommandForm(spoken) if spoken else None


def _gauges(vitals: Vitals) -> list[tuple[str, int, int | None]]:
    """What a terminal holds: what, how much, and of how much where it told."""
    told = (
        (pgettext("terminal", "人员"), vitals.people_count, vitals.people_capacity),
        (gettext("指纹"), vitals.finger_count, vitals.finger_capacity),
        (gettext("人脸"), vitals.face_count, vitals.face_capacity),
        (gettext("打卡记录"), vitals.record_count, vitals.record_capacity),
    )
    return [(what, count, capacity) for what, count, capacity in told if count is not None]


def approve(request: AskedBy, device_id: int) -> HttpResponse:
    """Where a terminal stands; with that it is believed."""
    require(request.by, APPROVE_DEVICES, everywhere=True)
    found = queries.device(device_id, seen_by=request.by)
    form = ApproveForm(found, request.POST or None)

    def change(said: dict[str, Any]) -> Device:
        told = {"name": said["name"], "zone": said["zone"], "by": request.by, "at": request.asked_at}
        actions.approve(found, said["site"], **told)
        return found

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已启用,考勤机下次联系时开始上传。"))
        return redirect("devices:device", device_id)
    context = {"form": form, "title": gettext("启用考勤机 {serial}").format(serial=found.serial)}
    context |= {"back": f"/devices/{found.pk}/", "back_label": found.serial}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


@require_POST
def refuse(request: AskedBy, device_id: int) -> HttpResponse:
    require(request.by, APPROVE_DEVICES, everywhere=True)
    actions.refuse(queries.device(device_id, seen_by=request.by), by=request.by, at=request.asked_at)
    return redirect("devices:device", device_id)


@require_POST
def retire(request: AskedBy, device_id: int) -> HttpResponse:
    require(request.by, APPROVE_DEVICES, everywhere=True)
    actions.retire(queries.device(device_id, seen_by=request.by), by=request.by, at=request.asked_at)
    return redirect("devices:device", device_id)


@require_POST
def command(request: AskedBy, device_id: int) -> HttpResponse:
    """Tell a terminal something when it calls next."""
    require(request.by, COMMAND_DEVICES, everywhere=True)
    found = queries.device(device_id, seen_by=request.by)
    form = CommandForm(actions.spoken(found, at=request.asked_at), request.POST)

    def change(said: dict[str, Any]) -> object:
        if said["wish"] == EVERYTHING:
            return actions.ask_everything_again(found, by=request.by, at=request.asked_at)
        return actions.enqueue(found, SIMPLE[said["wish"]], by=request.by, at=request.asked_at)

    if attempt(form, change):
        messages.success(request, gettext("已记下,考勤机下次联系时执行。"))
    else:
        messages.warning(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("devices:device", device_id)


@require_POST
def withdraw(request: AskedBy, command_id: int) -> HttpResponse:
    require(request.by, COMMAND_DEVICES, everywhere=True)
    found = queries.command(command_id, seen_by=request.by)
    actions.withdraw(found, by=request.by, at=request.asked_at)
    return redirect("devices:device", found.device_id)


@require_POST
def reread(request: AskedBy, upload_id: int) -> HttpResponse:
    """Read a kept upload again."""
    found = queries.upload(upload_id, seen_by=request.by)
    still_bad = actions.read_again(found, by=request.by, at=request.asked_at)
    said = ngettext("已重新读取,仍有 {count} 行不能读。", "已重新读取,仍有 {count} 行不能读。", still_bad)
    messages.success(request, said.format(count=still_bad))
    return redirect("devices:device", found.device_id)


def pin_groups(request: AskedBy) -> HttpResponseBase:
    """Groups of terminals on which a number means the same person."""
    page: ListPage[Any] = ListPage(
        request,
        queries.pin_groups(seen_by=request.by),
        title=pgettext("list", "编号组"),
        columns=[
            Column("name", gettext("名称"), lambda g: g.name, "name"),
            Column("devices", pgettext("list", "考勤机"), lambda g: g.device_count, "device_count", numeric=True),
        ],
        search=["name"],
        empty=gettext("还没有编号组:一个编号在所有考勤机上都是同一人。如果两批考勤机各自编号,请为它们各建一组。"),
        add=("/devices/pin-groups/new/", gettext("新建编号组")) if may(request.by, GROUP_PINS) else None,
        template="devices/pin_groups.html",
    )
    return page.answer()


def new_pin_group(request: AskedBy) -> HttpResponse:
    require(request.by, GROUP_PINS, everywhere=True)
    form = PinGroupForm(request.POST or None)

    def change(said: dict[str, Any]) -> object:
        return actions.new_pin_group(said["name"], by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        return redirect("devices:pin_groups")
    context = {"form": form, "title": gettext("新建编号组"), "back": "/devices/pin-groups/"}
    context["back_label"] = pgettext("list", "编号组")
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def pin_group(request: AskedBy, device_id: int) -> HttpResponse:
    """Which group a terminal is in, and since when."""
    require(request.by, GROUP_PINS, everywhere=True)
    found = queries.device(device_id, seen_by=request.by)
    newest = queries.memberships(found, seen_by=request.by).first()
    initial = {"group": newest.group_id if newest else None, "begins_on": request.today}
    form = MembershipForm(request.POST or None, initial=initial)

    def change(said: dict[str, Any]) -> object:
        actions.put_in_pin_group(found, said["group"], said["begins_on"], by=request.by, at=request.asked_at)
        return found

    changed = attempt(form, change) if request.method == "POST" else None
    if changed:
        messages.success(request, gettext("已记下,这之后的打卡已按新的编号组归属。"))
        return redirect("devices:device", device_id)
    context = {"form": form, "title": gettext("{serial} 的编号组").format(serial=found.serial)}
    context |= {"back": f"/devices/{found.pk}/", "back_label": found.serial}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def uploads(request: AskedBy, device_id: int) -> HttpResponseBase:
    """All that a terminal sent."""
    found = queries.device(device_id, seen_by=request.by)
    page: ListPage[RawUpload] = ListPage(
        request,
        queries.uploads(found, seen_by=request.by),
        title=gettext("上传记录"),
        columns=[
            Column("received", gettext("收到时间"), lambda u: u.received_at, "received_at"),
            Column("kind", gettext("类型"), lambda u: u.kind, "kind"),
            Column("records", gettext("记录"), lambda u: u.record_count, "record_count", numeric=True),
            Column("new", gettext("新打卡"), lambda u: u.new_count, "new_count", numeric=True),
            Column("known", gettext("已有(不重复记)"), lambda u: u.known_count, "known_count", numeric=True),
            Column("held", gettext("待核对时间"), lambda u: u.held_count, "held_count", numeric=True),
            Column("unknown", gettext("未知编号"), lambda u: u.unknown_count, "unknown_count", numeric=True),
            Column("bad", gettext("问题行"), lambda u: u.bad_count, "bad_count", numeric=True, button=_reread(request)),
            Column("body", gettext("正文"), _cleared, "cleared_at"),
            Column("times", gettext("收到次数"), lambda u: u.times_seen, "times_seen", numeric=True),
            Column("address", gettext("网络地址"), lambda u: u.address, "address", hidden=True),
            Column("size", gettext("字节数"), lambda u: u.size_bytes, "size_bytes", numeric=True, hidden=True),
        ],
        search=["kind", "address"],
        empty=gettext("这台考勤机还没有上传。"),
        template="devices/of_device.html",
        more={"device": found},
    )
    return page.answer()


def _reread(request: AskedBy) -> Callable[[RawUpload], tuple[str, str] | None]:
    """Whoever may repair lines may have an upload with bad ones read again."""
    repairs = may(request.by, REPAIR_LINES)

    def button(upload: RawUpload) -> tuple[str, str] | None:
        again = repairs and upload.bad_count and not upload.cleared_at
        return (gettext("重新读取"), f"/devices/uploads/{upload.pk}/reread/") if again else None

    return button


def _cleared(upload: RawUpload) -> str:
    return gettext("正文已按保存期限清除") if upload.cleared_at else ""


def operations(request: AskedBy, device_id: int) -> HttpResponseBase:
    """All that was done at a terminal."""
    found = queries.device(device_id, seen_by=request.by)
    page: ListPage[Operation] = ListPage(
        request,
        queries.operations(found, seen_by=request.by),
        title=gettext("机内操作"),
        columns=[
            Column(
                "time",
                gettext("设备时间"),
                lambda o: f"{load_wall_clock(o.device_time):%Y-%m-%d %H:%M:%S}" if o.device_time else "",
                "device_time",
            ),
            Column("deed", gettext("操作"), lambda o: o.get_deed_display(), "deed"),
            Column("operator", gettext("操作者"), lambda o: o.operator, "operator"),
            Column("target", gettext("对象"), lambda o: o.target, "target"),
            Column("code", gettext("代码"), lambda o: o.code, "code"),
            Column("received", gettext("收到时间"), lambda o: o.received_at, "received_at"),
        ],
        search=["operator", "target", "code"],
        filters=[Filter("deed", gettext("操作"), Deed.choices, "deed")],
        empty=gettext("这台考勤机还没有报告操作。"),
        template="devices/of_device.html",
        more={"device": found},
    )
    return page.answer()
