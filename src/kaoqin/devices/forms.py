"""What people type in about terminals: where one stands, what it is told."""

import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from kaoqin.devices.models import Device
from kaoqin.devices.wire import CallAgain, Restart, TellPeople, TellState, Wanted
from kaoqin.devices.words import Wish
from kaoqin.org import queries as org
from kaoqin.org.models import Site

SIMPLE: dict[str, Wanted] = {
    Wish.TELL_STATE: TellState(),
    Wish.TELL_PEOPLE: TellPeople(),
    Wish.CALL_AGAIN: CallAgain(),
    Wish.RESTART: Restart(),
}
EVERYTHING = "everything"


class ApproveForm(forms.Form):
    site = forms.ChoiceField(label=gettext_lazy("安装地点"))
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60, required=False)
    zone = forms.ChoiceField(
        label=gettext_lazy("设备时区"),
        required=False,
        help_text=gettext_lazy("设备时钟所在的时区;一般与地点相同,留空即可。"),
    )

    def __init__(self, device: Device, told: Any = None) -> None:
        super().__init__(told, initial={"site": device.site_id, "name": device.name, "zone": device.zone})
        zones = [(zone, zone) for zone in sorted(zoneinfo.available_timezones())]
        self.fields["zone"].choices = [("", gettext_lazy("(与地点相同)")), *zones]  # type: ignore[attr-defined]
        self.fields["site"].choices = org.site_choices()  # type: ignore[attr-defined]

    def clean_site(self) -> Site:
        return org.site(int(self.cleaned_data["site"]))


class CommandForm(forms.Form):
    wish = forms.ChoiceField(
        label=pgettext_lazy("terminal", "命令"),
        choices=[(wish, Wish(wish).label) for wish in SIMPLE]
        + [(EVERYTHING, gettext_lazy("重新上传全部记录(已有的不会重复)"))],
    )
