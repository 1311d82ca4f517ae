"""What people type in about terminals: where one stands, what it is told."""

import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from kaoqin.devices.links import Settings
from kaoqin.devices.models import Device, PinGroup
from kaoqin.devices.protocols import VISITORS, title_of
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
        self.fields["zone"].choices = _zones()  # type: ignore[attr-defined]
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


def _zones() -> list[tuple[str, Any]]:
    zones = [(zone, zone) for zone in sorted(zoneinfo.available_timezones())]
    return [("", gettext_lazy("(与地点相同)")), *zones]


class LinkForm(forms.Form):
    """How a terminal is reached that is visited at its own address."""

    address = forms.CharField(label=gettext_lazy("考勤机地址"), max_length=200, help_text=gettext_lazy("IP 或域名。"))
    port = forms.IntegerField(label=gettext_lazy("端口"), min_value=1, max_value=65535, initial=80)
    https = forms.BooleanField(label="HTTPS", required=False)
    user = forms.CharField(label=gettext_lazy("用户名"), max_length=60, initial="admin")
    password = forms.CharField(
        label=gettext_lazy("密码"),
        max_length=120,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("加密保存,不再显示;留空则不改。"),
    )
    server = forms.CharField(
        label=gettext_lazy("本系统地址"),
        max_length=200,
        help_text=gettext_lazy("考勤机推送到哪里,例如 http://192.168.1.9:8000。"),
    )
    zone = forms.ChoiceField(label=gettext_lazy("设备时区"), required=False)

    def __init__(self, told: Any = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(told, initial=initial)
        self.fields["zone"].choices = _zones()  # type: ignore[attr-defined]

    def settings(self) -> Settings:
        """What was said, of a valid form."""
        names = ("address", "port", "https", "user", "password", "server", "zone")
        return Settings(**{name: self.cleaned_data[name] for name in names})


class AddForm(LinkForm):
    """A terminal that is added by hand, for it does not call by itself."""

    field_order = ("protocol", "serial")
    protocol = forms.ChoiceField(label=gettext_lazy("协议"))
    serial = forms.CharField(
        label=gettext_lazy("序列号"), max_length=32, help_text=gettext_lazy("机身标签上的序列号,或它的最后 9 位。")
    )

    def __init__(self, told: Any = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(told, initial)
        self.fields["protocol"].choices = [(name, title_of(name)) for name in VISITORS]  # type: ignore[attr-defined]
