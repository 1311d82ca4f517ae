"""Pages of terminals that are visited: one is added, how it is reached, what is done there at once."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kaoqin.core.jobs import ask
from kaoqin.core.pages import attempt
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.devices import links, queries, rounds
from kaoqin.devices.forms import AddForm, LinkForm
from kaoqin.devices.models import Device
from kaoqin.devices.protocols import VISITORS, manner_of, title_of
from kaoqin.devices.words import APPROVE_DEVICES, COMMAND_DEVICES
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy

_SHOWN = ("address", "port", "transport", "https", "user", "server")


def add(request: AskedBy) -> HttpResponse:
    """A terminal that does not call by itself; what is asked depends on its protocol."""
    require(request.by, APPROVE_DEVICES, everywhere=True)
    asked = request.POST.get("protocol") or request.GET.get("protocol", "")
    protocol = asked if asked in VISITORS else next(iter(VISITORS))
    form = AddForm(protocol, request.POST or None, {"server": _here(request)})

    def change(said: dict[str, Any]) -> Device:
        told = (said["protocol"], said["serial"].strip(), form.settings())
        return links.add(*told, by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已添加,批准后开始读取。"))
        return redirect("devices:device", made.pk)
    context = {"form": form, "title": gettext("添加考勤机"), "back": "/devices/", "back_label": gettext("考勤机")}
    context["protocols"] = [(name, title_of(name), name == protocol) for name in VISITORS]
    return render(request, "devices/add.html", context, status=422 if form.errors else 200)


def link(request: AskedBy, device_id: int) -> HttpResponse:
    """How a terminal is reached. The password is asked for and never shown."""
    require(request.by, APPROVE_DEVICES, everywhere=True)
    found = queries.device(device_id, seen_by=request.by)
    known = {name: found.options[name] for name in _SHOWN if found.options.get(name)}
    manner = manner_of(found.protocol)
    form = LinkForm(manner, request.POST or None, {"server": _here(request)} | known | {"zone": found.zone})

    def change(said: dict[str, Any]) -> bool:
        links.save(found, form.settings(), by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("连接设置已保存。"))
        return redirect("devices:device", device_id)
    context = {"form": form, "title": gettext("考勤机 {serial} 的连接").format(serial=found.serial)}
    context |= {"back": f"/devices/{found.pk}/", "back_label": found.serial}
    if found.protocol in VISITORS and manner.subscribes:
        server, token = str(form["server"].value()), found.options.get("token", "")
        context["listener"] = VISITORS[found.protocol].listener(server, token)
    return render(request, "devices/link.html", context, status=422 if form.errors else 200)


def _here(request: AskedBy) -> str:
    """Our address, as the browser calls it."""
    return request.build_absolute_uri("/").rstrip("/")


@require_POST
def visit(request: AskedBy, device_id: int) -> HttpResponse:
    """Ask a terminal for what it holds; with progress, for it may be much."""
    require(request.by, COMMAND_DEVICES, everywhere=True)
    found = queries.device(device_id, seen_by=request.by)
    title = gettext("读取考勤机 {serial} 的记录").format(serial=found.serial)
    run = ask(rounds.VISIT, title, account_id=request.by.account_id, at=request.asked_at, device_id=found.pk)
    return redirect("web:job", run.pk)


@require_POST
def set_clock(request: AskedBy, device_id: int) -> HttpResponse:
    return _done(request, device_id, links.set_clock, gettext("时钟已校准。"))


@require_POST
def subscribe(request: AskedBy, device_id: int) -> HttpResponse:
    return _done(request, device_id, links.subscribe, gettext("已设置,新的打卡会实时送来。"))


def _done(request: AskedBy, device_id: int, do: Callable[..., None], said: str) -> HttpResponse:
    """Something done at the terminal at once; what went wrong is told on its page."""
    require(request.by, COMMAND_DEVICES, everywhere=True)
    found = queries.device(device_id, seen_by=request.by)
    try:
        do(found, by=request.by, at=request.asked_at)
        messages.success(request, said)
    except NotAllowed:
        raise
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
    return redirect("devices:device", device_id)
