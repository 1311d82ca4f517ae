"""For whom and why a copy is made."""

from django import forms
from django.utils.translation import gettext_lazy


class LeaverForm(forms.Form):
    """Whose copy, and how they asked for it."""

    number = forms.CharField(label=gettext_lazy("工号"), max_length=40)
    reason = forms.CharField(
        label=gettext_lazy("本人的申请"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("何时、以何种方式提出,核实身份的办法。写入审计日志。"),
    )
