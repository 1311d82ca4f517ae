"""Pages of how terminals are kept safe: from where each may call, and whose templates are kept."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.devices import actions, queries
from kaoqin.devices.addresses import OPTION, networks, within
from kaoqin.devices.forms import AddressesForm
from kaoqin.devices.models import Device
from kaoqin.devices.protocols import TEMPLATES
from kaoqin.devices.words import APPROVE_DEVICES, KEEP_TEMPLATES, DeviceState
from kaoqin.org import place_queries
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy


def safety(request: AskedBy) -> HttpResponseBase:
    """All terminals: from where each may call, who was turned away, and whether templates are kept."""
    page: ListPage[Any] = ListPage(
        request,
        queries.devices(seen_by=request.by),
        title=gettext("考勤机安全"),
        columns=_columns(may(request.by, APPROVE_DEVICES), may(request.by, KEEP_TEMPLATES)),
        search=["serial", "name", "site__name", "options__addresses"],
        filters=[
            Filter("site", gettext("地点"), place_queries.site_choices(), "site"),
            Filter("state", gettext("状态"), DeviceState.choices, "state"),
            Filter("barred", gettext("被拒绝的联系"), [("0", gettext("有")), ("1", gettext("没有"))], "barred__isnull"),
            Filter("kept", gettext("保存模板"), [("True", gettext("是")), ("False", gettext("否"))], "keeps_templates"),
        ],
        empty=gettext("还没有考勤机。"),
        template="devices/safety.html",
        more={"templates": may(request.by, KEEP_TEMPLATES)},
    )
    return page.answer()


def _columns(may_allow: bool, may_keep: bool) -> list[Column[Any]]:
    return [
        Column("site", gettext("地点"), lambda d: d.site.name if d.site else "", "site__name"),
        Column("serial", gettext("序列号"), lambda d: d.serial, "serial", link=lambda d: f"/devices/{d.pk}/"),
        Column("name", gettext("名称"), lambda d: d.name, "name"),
        Column("address", gettext("网络地址"), _address, "heartbeat__address"),
        Column(
            "allowed",
            gettext("允许的地址"),
            lambda d: d.options.get(OPTION) or gettext("不限"),
            link=(lambda d: f"/devices/{d.pk}/addresses/") if may_allow else None,
        ),
        Column("barred", gettext("最近被拒绝"), _barred, "barred__at"),
        Column(
            "kept",
            gettext("保存模板"),
            _kept,
            "keeps_templates",
            link=(lambda d: f"/devices/{d.pk}/templates/") if may_keep else None,
        ),
    ]


def _address(device: Device) -> str:
    beat = getattr(device, "heartbeat", None)
    return beat.address if beat else ""


def _barred(device: Device) -> str:
    call = getattr(device, "barred", None)
    return f"{call.address} × {call.times}" if call else ""


def _kept(device: Device) -> str:
    if device.protocol not in TEMPLATES:
        return gettext("不上传模板")
    return gettext("保存") if device.keeps_templates else gettext("不保存")


def addresses(request: AskedBy, device_id: int) -> HttpResponse:
    """From where one terminal may call."""
    require(request.by, APPROVE_DEVICES, everywhere=True)
    found = queries.device(device_id, seen_by=request.by)
    now = _address(found)
    form = AddressesForm(now, request.POST or None, initial={"addresses": _lines(found.options.get(OPTION, ""))})

    def change(said: dict[str, Any]) -> tuple[str]:
        return (actions.allow_addresses(found, said["addresses"], by=request.by, at=request.asked_at),)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        _say(request, made[0], now)
        return redirect("devices:safety")
    context = {"form": form, "title": gettext("考勤机 {serial} 允许的地址").format(serial=found.serial)}
    context |= {"back": f"/devices/{found.pk}/", "back_label": found.serial}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def _lines(tidied: str) -> str:
    return "\n".join(tidied.split())


def _say(request: AskedBy, allowed: str, now: str) -> None:
    """Done; with a word of warning where the terminal itself is shut out."""
    if now and not within(now, networks(allowed)):
        said = gettext("已保存。注意:它目前从 {address} 联系,不在其中,数据会被拒绝并留在机内。")
        messages.warning(request, said.format(address=now))
    else:
        messages.success(request, gettext("已保存,几秒后生效。"))
