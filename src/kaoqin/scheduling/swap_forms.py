"""What people type in about swaps."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from kaoqin.core.words import Refusal
from kaoqin.org import number_queries
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.scheduling import swap_actions
from kaoqin.scheduling.swaps import Swap

DATE = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class SwapForm(forms.Form):
    """With whom one swaps what; without a day of the other's it is the same day."""

    other = forms.CharField(
        label=gettext_lazy("和谁换"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off", "list": "colleagues"}),
        help_text=gettext_lazy("同一考勤组同事的姓名或工号;对方同意之后才到主管。"),
    )
    my_date = forms.DateField(label=gettext_lazy("我的哪一天"), widget=DATE)
    other_date = forms.DateField(
        label=gettext_lazy("对方的哪一天"),
        widget=DATE,
        required=False,
        help_text=gettext_lazy("不填就是同一天互换;填了,两天的班都互换。"),
    )
    reason = forms.CharField(label=gettext_lazy("事由"), max_length=200, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *told: Any, mine: Employee, on: dt.date, **more: Any) -> None:
        super().__init__(*told, **more)
        self._mine, self._on = mine, on

    def swap(self) -> Swap:
        """What was typed. Refuses a colleague who is nobody or several, at the field."""
        said = self.cleaned_data
        try:
            (other,) = number_queries.meant([said["other"].strip()], self._on)
        except Refusal as refusal:
            raise Refusal(refusal.code, refusal.sentence, "other") from refusal
        dates = [one for one in (said["my_date"], said["other_date"]) if one]
        return swap_actions.plan(self._mine, other, dates, said["reason"])

    @staticmethod
    def shown(swap: Swap) -> dict[str, Any]:
        """A swap as the fields show it."""
        number = org.by_ids([swap.other]).values_list("number", flat=True).get()
        last = swap.dates[-1] if len(swap.dates) > 1 else None
        return {"other": number, "my_date": swap.dates[0], "other_date": last, "reason": swap.reason}


class RestForm(forms.Form):
    """How long people rest between two days of work."""

    begins_on = forms.DateField(label=gettext_lazy("自哪天起"), widget=DATE)
    hours = forms.IntegerField(label=gettext_lazy("两班之间至少(小时)"), min_value=0, max_value=24)
    blocks = forms.BooleanField(
        label=gettext_lazy("不足时不能换班"), required=False, help_text=gettext_lazy("不勾选就只提醒。")
    )
