"""What HR types in about a person: gender, years of work, children."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from kaoqin.org.facts import Delivery, Facts
from kaoqin.org.words import Gender


def _day(label: Any, text: Any = "") -> forms.DateField:
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, help_text=text)


class FactsForm(forms.Form):
    gender = forms.ChoiceField(
        label=gettext_lazy("性别"), choices=[("", gettext_lazy("(未填)")), *Gender.choices], required=False
    )
    born_on = _day(gettext_lazy("出生日期"))
    worked_since = _day(
        gettext_lazy("参加工作日期"), gettext_lazy("社保或档案记载的累计工龄起点,决定年假 5、10、15 天。")
    )
    married_on = _day(gettext_lazy("结婚登记日"), gettext_lazy("填写后自动给婚假。"))
    only_child = forms.BooleanField(
        label=gettext_lazy("独生子女"), required=False, help_text=gettext_lazy("当地有独生子女护理假时自动给。")
    )

    def facts(self) -> Facts:
        return Facts(**self.cleaned_data)


class BirthForm(forms.Form):
    expected_on = _day(gettext_lazy("预产期"))
    born_on = _day(gettext_lazy("出生日期"))
    babies = forms.IntegerField(label=gettext_lazy("胎儿数"), min_value=1, max_value=9, initial=1)
    difficult = forms.BooleanField(label=gettext_lazy("难产"), required=False)
    lost_on = _day(gettext_lazy("流产日期"))
    after_four_months = forms.BooleanField(label=gettext_lazy("流产时怀孕满 4 个月"), required=False)

    def delivery(self) -> Delivery:
        return Delivery(**self.cleaned_data)


def known(value: object) -> dict[str, object]:
    """The initial values of a form from what is known."""
    return {name: shown for name, shown in vars(value).items() if shown is not None or isinstance(shown, dt.date)}
