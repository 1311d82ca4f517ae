"""What people type in about notices."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from kaoqin.notices.models import GroupBot
from kaoqin.notices.words import Vendor, notice_kinds
from kaoqin.org import place_queries


def _time(label: Any, help_text: Any = "") -> forms.TimeField:
    widget = forms.TimeInput({"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, required=False, widget=widget, help_text=help_text)


def minute_of(time: dt.time | None) -> int | None:
    """The minute of the day of a time somebody typed."""
    return None if time is None else time.hour * 60 + time.minute


def time_of(minute: int | None) -> dt.time | None:
    """The other way."""
    return None if minute is None else dt.time(minute // 60, minute % 60)


class PreferencesForm(forms.Form):
    """When, and where to; what is chosen by kind and channel stands beside it on the page."""

    quiet_from = _time(gettext_lazy("免打扰开始"))
    quiet_until = _time(
        gettext_lazy("免打扰结束"), gettext_lazy("可以跨过午夜。期间的通知等到结束时一起送;紧急的照常送。")
    )
    digest_at = _time(gettext_lazy("每日汇总"), gettext_lazy("填了时间,不紧急的邮件与推送就每天在这时合成一条。"))
    email = forms.EmailField(label=gettext_lazy("邮箱"), required=False)

    def __init__(self, *told: Any, own_address: bool, **more: Any) -> None:
        super().__init__(*told, **more)
        if not own_address:
            del self.fields["email"]


class TestMailForm(forms.Form):
    address = forms.EmailField(label=gettext_lazy("发测试邮件到"))


class BotForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60, help_text=gettext_lazy("例如所在的群。"))
    vendor = forms.ChoiceField(label=gettext_lazy("平台"), choices=Vendor.choices)
    address = forms.CharField(
        label=gettext_lazy("Webhook 地址"),
        max_length=1000,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("在群的机器人设置里复制。加密保存,以后不再显示。"),
    )
    secret = forms.CharField(
        label=gettext_lazy("加签密钥"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=gettext_lazy("钉钉、飞书的安全设置选了「加签」「签名校验」时填写;企业微信没有。"),
    )
    no_secret = forms.BooleanField(label=gettext_lazy("不再加签,删除保存的密钥"), required=False)
    keyword = forms.CharField(
        label=gettext_lazy("关键词"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("安全设置选了「自定义关键词」时填写其中一个,会加在消息末尾。"),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("发哪些通知"),
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        help_text=gettext_lazy("只列出不含个人信息、可以发到群里的通知。"),
    )

    def __init__(self, *told: Any, bot: GroupBot | None, **more: Any) -> None:
        super().__init__(*told, **more)
        choices = [(one.code, one.label) for one in notice_kinds().values() if one.open]
        self.fields["kinds"].choices = choices  # type: ignore[attr-defined]
        if bot is None:
            self.fields["address"].required = True
        else:
            kept = gettext("已保存 {shown};留空则不变。").format(shown=bot.shown)
            self.fields["address"].help_text = kept
        if bot is None or not bot.secret_sealed:
            del self.fields["no_secret"]
        else:
            self.fields["secret"].help_text = gettext("已保存;留空则不变。")


class AnnouncementForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("标题"), max_length=100)
    text = forms.CharField(
        label=gettext_lazy("正文"),
        max_length=10_000,
        widget=forms.Textarea({"rows": 10}),
        help_text=gettext_lazy("纯文字;空行分段,网址会变成链接。"),
    )
    begins_at = forms.DateTimeField(
        label=gettext_lazy("发布时间"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("留空则立即发布。"),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("首页显示到"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("含当天;留空则一直显示到员工读过。"),
    )
    departments = forms.ModelMultipleChoiceField(
        place_queries.departments_among(()),
        label=gettext_lazy("部门"),
        required=False,
        help_text=gettext_lazy("含下级部门。部门与地点都不选,就是全体员工;都选,则符合一项就能看到。"),
    )
    sites = forms.ModelMultipleChoiceField(place_queries.sites_among(()), label=gettext_lazy("地点"), required=False)
    must_confirm = forms.BooleanField(label=gettext_lazy("要求员工点「我已阅读并知晓」"), required=False)

    def __init__(self, *told: Any, departments: list[tuple[str, str]], sites: list[tuple[str, str]], **more: Any):
        super().__init__(*told, **more)
        for name, choices, rows in (
            ("departments", departments, place_queries.departments_among([int(key) for key, _ in departments])),
            ("sites", sites, place_queries.sites_among([int(key) for key, _ in sites])),
        ):
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
            self.fields[name].choices = choices  # type: ignore[attr-defined]
            self.fields[name].widget.attrs["size"] = min(max(len(choices), 2), 8)
