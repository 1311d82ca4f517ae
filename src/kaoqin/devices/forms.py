"""What people type in about terminals: where one stands, what it is told."""

import zoneinfo
from collections.abc import Set
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from kaoqin.devices.links import Settings
from kaoqin.devices.models import Device, PinGroup
from kaoqin.devices.protocols import VISITORS, manner_of, title_of
from kaoqin.devices.wire import CallAgain, Manner, Restart, TellPeople, TellState, Wanted
from kaoqin.devices.words import Wish
from kaoqin.org import place_queries
from kaoqin.org.models import Site
from kaoqin.security.models import Account

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
        self.fields["site"].choices = place_queries.site_choices()  # type: ignore[attr-defined]

    def clean_site(self) -> Site:
        return place_queries.site(int(self.cleaned_data["site"]))


class ChosenForm(forms.Form):
    """Which rows of a list somebody ticked."""

    chosen = forms.TypedMultipleChoiceField(
        coerce=int,
        widget=forms.MultipleHiddenInput,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("请先勾选。")),
    )

    def __init__(self, told: Any = None) -> None:
        super().__init__(told)
        ticked = self.data.getlist("chosen") if told is not None else []  # type: ignore[attr-defined]
        self.fields["chosen"].choices = [(one, one) for one in ticked if one.isdecimal()]  # type: ignore[attr-defined]


class ApproveManyForm(ChosenForm):
    site = forms.ChoiceField(
        label=gettext_lazy("安装地点"), error_messages={"required": gettext_lazy("请选择安装地点。")}
    )

    def __init__(self, told: Any = None) -> None:
        super().__init__(told)
        self.fields["site"].choices = [("", gettext_lazy("(选择安装地点)")), *place_queries.site_choices()]  # type: ignore[attr-defined]

    def clean_site(self) -> Site:
        return place_queries.site(int(self.cleaned_data["site"]))


class DismissForm(ChosenForm):
    reason = forms.CharField(
        label=gettext_lazy("忽略的原因"),
        max_length=200,
        error_messages={"required": gettext_lazy("请写明忽略的原因。")},
    )


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


class AddressesForm(forms.Form):
    """From where a terminal may call; `now` is where it calls from."""

    addresses = forms.CharField(
        label=gettext_lazy("允许的地址"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 6, "placeholder": "192.168.1.20\n10.0.0.0/24"}),
    )

    def __init__(self, now: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told = gettext("每行一个 IP 地址或网段;留空为不限。从别处来的联系一律拒绝,数据留在机内,并发出告警。")
        here = gettext("目前的地址:{address}。").format(address=now) if now else ""
        self.fields["addresses"].help_text = told + here


class CommandForm(forms.Form):
    """What a terminal may be told: of all there is, what it has words for."""

    wish = forms.ChoiceField(label=pgettext_lazy("terminal", "命令"))

    def __init__(self, spoken: Set[str], told: Any = None) -> None:
        super().__init__(told)
        offered = [(wish, Wish(wish).label) for wish in SIMPLE if wish in spoken]
        if spoken & {Wish.CALL_AGAIN, Wish.TELL_PUNCHES}:
            offered.append((EVERYTHING, gettext_lazy("重新上传全部记录(已有的不会重复)")))
        self.fields["wish"].choices = offered  # type: ignore[attr-defined]


def _zones() -> list[tuple[str, Any]]:
    zones = [(zone, zone) for zone in sorted(zoneinfo.available_timezones())]
    return [("", gettext_lazy("(与地点相同)")), *zones]


_COMM_KEY = {
    "label": gettext_lazy("通信密码(Comm Key)"),
    "help_text": gettext_lazy("考勤机菜单里设置的数字,没有设置时填 0。加密保存,不再显示;留空则不改。"),
}


class LinkForm(forms.Form):
    """How a terminal is reached that is visited at its own address: what its protocol's manner takes, and no more."""

    address = forms.CharField(label=gettext_lazy("考勤机地址"), max_length=200, help_text=gettext_lazy("IP 或域名。"))
    port = forms.IntegerField(label=gettext_lazy("端口"), min_value=1, max_value=65535)
    transport = forms.ChoiceField(label=gettext_lazy("传输方式"), required=False)
    https = forms.BooleanField(label="HTTPS", required=False)
    user = forms.CharField(label=gettext_lazy("用户名"), max_length=60)
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

    def __init__(self, manner: Manner, told: Any = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(told, initial={"port": manner.port, "user": manner.user, **(initial or {})})
        self.fields["zone"].choices = _zones()  # type: ignore[attr-defined]
        self.fields["transport"].choices = [(one, one.upper()) for one in manner.transports]  # type: ignore[attr-defined]
        takes = {"transport": manner.transports, "https": manner.https, "user": manner.user}
        for name, taken in (takes | {"server": manner.subscribes}).items():
            if not taken:
                del self.fields[name]
        if not manner.user:
            password = self.fields["password"]
            password.label, password.help_text = _COMM_KEY["label"], _COMM_KEY["help_text"]

    def settings(self) -> Settings:
        """What was said, of a valid form."""
        nothing = {"https": False, "user": "", "server": "", "transport": ""}
        names = ("address", "port", "password", "zone", *nothing)
        return Settings(**{name: self.cleaned_data.get(name, nothing.get(name)) for name in names})


class AddForm(LinkForm):
    """A terminal of a protocol that is added by hand, for it does not call by itself."""

    field_order = ("serial",)
    protocol = forms.ChoiceField(widget=forms.HiddenInput)
    serial = forms.CharField(
        label=gettext_lazy("序列号"), max_length=32, help_text=gettext_lazy("机身标签上的序列号,或它的最后 9 位。")
    )

    def __init__(self, protocol: str, told: Any = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(manner_of(protocol), told, {"protocol": protocol, **(initial or {})})
        self.fields["protocol"].choices = [(name, title_of(name)) for name in VISITORS]  # type: ignore[attr-defined]


class KeepersForm(forms.Form):
    """Who answers for a site's terminals."""

    accounts = forms.MultipleChoiceField(
        label=gettext_lazy("负责人"),
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        help_text=gettext_lazy("只列出能查看这个地点考勤机的账号。都不选,就通知系统管理员。"),
    )

    def __init__(self, *told: Any, able: list[Account], **more: Any) -> None:
        super().__init__(*told, **more)
        choices = [(str(account.pk), f"{account.name}({account.username})") for account in able]
        self.fields["accounts"].choices = choices  # type: ignore[attr-defined]

    def clean_accounts(self) -> list[int]:
        return [int(key) for key in self.cleaned_data["accounts"]]
