"""What people type in about tablets and PINs."""

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from kaoqin.kiosk.words import PIN_DIGITS
from kaoqin.org import place_queries

_SECRET = {"inputmode": "numeric", "autocomplete": "new-password", "maxlength": PIN_DIGITS}


class TabletForm(forms.Form):
    site = forms.ChoiceField(label=gettext_lazy("地点"))
    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=60, help_text=gettext_lazy("如「东门平板」,员工看得到。")
    )

    def __init__(self, *told: Any, **named: Any) -> None:
        super().__init__(*told, **named)
        self.fields["site"] = forms.ChoiceField(label=gettext("地点"), choices=place_queries.site_choices())


class PinForm(forms.Form):
    """One's own PIN, twice."""

    pin = forms.CharField(
        label=gettext_lazy("打卡密码(6 位数字)"), widget=forms.PasswordInput(_SECRET), max_length=PIN_DIGITS
    )
    again = forms.CharField(label=gettext_lazy("再输一次"), widget=forms.PasswordInput(_SECRET), max_length=PIN_DIGITS)

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("pin"):
            raise forms.ValidationError(gettext("两次输入不一致。"))
        return again


class IssueForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("工号"), max_length=40)
