"""What people type in about skills."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from kaoqin.scheduling import queries
from kaoqin.scheduling.forms import DATE, JoinForm


class SkillForm(forms.Form):
    """A new skill and the shifts that need it."""

    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=60, help_text=gettext_lazy("如:叉车证、电工证、收银。")
    )


class NeedForm(forms.Form):
    """Exactly which shifts need a skill, from a day on."""

    shifts = forms.TypedMultipleChoiceField(
        label=gettext_lazy("需要这项技能的班次"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )
    begins_on = forms.DateField(label=gettext_lazy("自哪天起"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))

    def __init__(self, *told: Any, **more: Any) -> None:
        super().__init__(*told, **more)
        shifts = [(one.id, f"{one.code} {one.latest().name}") for one in queries.shifts().values() if one.open]
        self.fields["shifts"].choices = shifts  # type: ignore[attr-defined]


class GiveForm(JoinForm):
    """Who has a skill, from–to."""

    ends_on = forms.DateField(
        label=gettext_lazy("有效期至"),
        required=False,
        widget=forms.DateInput(DATE, format="%Y-%m-%d"),
        help_text=gettext_lazy("不填就是长期有效。"),
    )
