"""What is said when the roll is called: coming or going, and at which moment."""

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy

from kaoqin.rollcall.words import Direction


class RollCallForm(forms.Form):
    direction = forms.ChoiceField(label=gettext_lazy("上班还是下班"), choices=Direction.choices, initial=Direction.IN)
    moment = forms.DateTimeField(
        label=gettext_lazy("点名时刻"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("按当地时间;补记稍早的到岗可往前改,最早 12 小时。"),
    )

    def wall_clock(self) -> dt.datetime:
        """The moment by the site's wall clock."""
        said: dt.datetime = self.cleaned_data["moment"]
        return said.replace(tzinfo=None)
