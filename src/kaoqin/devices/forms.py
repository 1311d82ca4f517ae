"""What people type in about terminals: where one stands, what it is told."""

import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from kaoqin.devices.models import Device, PinGroup
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


class PinGroupForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)


class MembershipForm(forms.Form):
    """Which group a terminal is in, and since when."""

    group = forms.ModelChoiceField(
        PinGroup.objects.order_by("name"),
        label=gettext_lazy("编号组"),
        required=False,
        empty_label=gettext_lazy("(不分组:编号在所有考勤机上都是同一人)"),
    )
    begins_on = forms.DateField(
        label=gettext_lazy("自哪天起"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].label_from_instance = lambda group: group.name  # type: ignore[attr-defined]


class CommandForm(forms.Form):
    wish = forms.ChoiceField(
        label=pgettext_lazy("terminal", "命令"),
        choices=[(wish, Wish(wish).label) for wish in SIMPLE]
        + [(EVERYTHING, gettext_lazy("重新上传全部记录(已有的不会重复)"))],
    )
