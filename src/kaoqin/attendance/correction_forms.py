"""What people type in about corrections: the punch that is missing, and how often it may be."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from kaoqin.attendance.correcting import PlannedPoint, Wanted
from kaoqin.attendance.words import Lapse, Point, Quota

DATE = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class CorrectionForm(forms.Form):
    """A punch that is missing: the day, the point of its shift, when, why."""

    date = forms.DateField(
        label=gettext_lazy("哪一天的班"),
        widget=forms.DateInput(
            {"type": "date", "hx-get": "", "hx-target": "#points", "hx-select": "#points", "hx-swap": "outerHTML"},
            format="%Y-%m-%d",
        ),
    )
    point = forms.ChoiceField(label=gettext_lazy("补哪一次"))
    moment = forms.DateTimeField(
        label=gettext_lazy("补卡时间"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("实际上下班的时间。"),
    )
    lapse = forms.ChoiceField(label=gettext_lazy("原因"), choices=Lapse.choices)
    reason = forms.CharField(label=gettext_lazy("说明"), max_length=180, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *told: Any, points: Sequence[PlannedPoint], **more: Any) -> None:
        super().__init__(*told, **more)
        choices = [(one.key, one.label) for one in points]
        self.fields["point"] = forms.ChoiceField(label=gettext_lazy("补哪一次"), choices=choices)

    def clean_moment(self) -> dt.datetime:
        return self.cleaned_data["moment"].replace(tzinfo=None)  # type: ignore[no-any-return]

    def wanted(self) -> Wanted:
        said = self.cleaned_data
        segment, point = said["point"].split(":")
        told = (said["moment"], Lapse(said["lapse"]), said["reason"].strip())
        return Wanted(said["date"], Point(point), int(segment), *told)

    @staticmethod
    def shown(wanted: Wanted) -> dict[str, Any]:
        """A correction as the fields show it."""
        told = {"date": wanted.date, "moment": wanted.moment, "lapse": str(wanted.lapse), "reason": wanted.reason}
        return {**told, "point": f"{wanted.segment}:{wanted.point}"}


class QuotaForm(forms.Form):
    """How often, until when and with what proof."""

    group = forms.ChoiceField(label=gettext_lazy("考勤组"), required=False)
    lapse = forms.ChoiceField(label=gettext_lazy("原因"), choices=Lapse.choices)
    begins_on = forms.DateField(label=gettext_lazy("自哪天起"), widget=DATE)
    most = forms.IntegerField(
        label=gettext_lazy("每月次数"),
        min_value=0,
        max_value=31,
        required=False,
        help_text=gettext_lazy("不填就是不限。"),
    )
    within_days = forms.IntegerField(label=gettext_lazy("几天之内"), min_value=0, max_value=60)
    proof = forms.BooleanField(label=gettext_lazy("须附证明"), required=False)

    def __init__(self, *told: Any, groups: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*told, **more)
        choices = [("", gettext_lazy("全公司")), *groups]
        self.fields["group"] = forms.ChoiceField(label=gettext_lazy("考勤组"), required=False, choices=choices)

    def quota(self) -> Quota:
        return Quota(self.cleaned_data["most"], self.cleaned_data["within_days"], self.cleaned_data["proof"])
