"""What people type in to look at tracks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


class DayForm(forms.Form):
    date = _day(gettext_lazy("日期"))


class SpanForm(forms.Form):
    first = _day(gettext_lazy("自"))
    last = _day(gettext_lazy("至"))
