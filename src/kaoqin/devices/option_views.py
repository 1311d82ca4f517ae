"""The page of how one terminal differs from others of its protocol."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaoqin.core.pages import attempt
from kaoqin.core.words import NotFound
from kaoqin.devices import actions, queries
from kaoqin.devices.people_forms import OptionsForm
from kaoqin.devices.protocols import OPTIONS
from kaoqin.devices.words import APPROVE_DEVICES
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy


def options(request: AskedBy, device_id: int) -> HttpResponse:
    """What the terminal's protocol lets people choose; only what was changed is kept and remembered."""
    require(request.by, APPROVE_DEVICES, everywhere=True)
    found = queries.device(device_id, seen_by=request.by)
    offered = OPTIONS.get(found.protocol, ())
    if not offered:
        raise NotFound("devices.no_options", gettext("这种考勤机没有可以选择的设置。"))
    form = OptionsForm(request.POST or None, offered, found.options)

    def change(said: dict[str, Any]) -> bool:
        for name in form.changed_data:
            actions.set_option(found, name, said[name], by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("已保存,考勤机下次联系时生效。"))
        return redirect("devices:device", device_id)
    context = {"form": form, "title": gettext("考勤机 {serial} 的设置").format(serial=found.serial)}
    context |= {"back": f"/devices/{found.pk}/", "back_label": found.serial}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)
