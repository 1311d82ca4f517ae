"""What people type in to look an address up."""

from django import forms
from django.utils.translation import gettext_lazy


class AddressForm(forms.Form):
    address = forms.CharField(
        label=gettext_lazy("地址"), max_length=200, error_messages={"required": gettext_lazy("请先填写地址。")}
    )
    city = forms.CharField(
        label=gettext_lazy("城市"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("地址里没有写城市时填,如 上海。"),
    )
