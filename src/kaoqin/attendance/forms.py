"""What people type in: approved absences and overtime, rules, a range to settle again."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from kaoqin.attendance.actions import Interval, Rules
from kaoqin.attendance.trips import Trip
from kaoqin.attendance.words import AbsenceKind, Cycle, MissingPunch, OvertimeBasis, System
from kaoqin.core.words import Refusal
from kaoqin.org import number_queries
from kaoqin.org import queries as org

MOMENT = {"type": "datetime-local"}
BETWEEN = re.compile(r"[\s,,、;;]+")


class FromTo(forms.Form):
    """An interval of local time."""

    start = forms.CharField(label=gettext_lazy("开始"), widget=forms.TextInput(MOMENT))
    end = forms.CharField(label=gettext_lazy("结束"), widget=forms.TextInput(MOMENT))

    def clean_start(self) -> dt.datetime:
        return self._moment("start")

    def clean_end(self) -> dt.datetime:
        return self._moment("end")

    def _moment(self, name: str) -> dt.datetime:
        try:
            return dt.datetime.fromisoformat(self.cleaned_data[name]).replace(tzinfo=None)
        except ValueError as bad:
            raise forms.ValidationError(gettext("应为日期和时间,如 2026-10-01 09:00。")) from bad

    def interval(self) -> Interval:
        return Interval(self.cleaned_data["start"], self.cleaned_data["end"])


class WhoAndWhen(FromTo):
    """An employee by number and an interval of local time."""

    number = forms.CharField(label=gettext_lazy("工号"), max_length=40)
    remark = forms.CharField(label=gettext_lazy("备注"), max_length=200, required=False)
    field_order: Sequence[str] = ("number", "start", "end", "remark")

    def employee(self) -> Any:
        return number_queries.by_number(self.cleaned_data["number"].strip())


class TripForm(FromTo):
    """A trip or an outing; companions by number or name."""

    place = forms.CharField(label=pgettext_lazy("trip", "地点"), max_length=100)
    purpose = forms.CharField(label=gettext_lazy("事由"), max_length=300, widget=forms.Textarea({"rows": 2}))
    companions = forms.CharField(
        label=gettext_lazy("同行人"),
        max_length=400,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=gettext_lazy("姓名或工号,几个人用空格或顿号分开;同意后他们的考勤也按此计。"),
    )

    def __init__(self, *args: Any, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._on = on

    def trip(self) -> Trip:
        """What was typed. Refuses companions who are nobody or several, at their field."""
        said = self.cleaned_data
        try:
            going = number_queries.meant([one for one in BETWEEN.split(said["companions"]) if one], self._on)
        except Refusal as refusal:
            raise Refusal(refusal.code, refusal.sentence, "companions") from refusal
        return Trip(self.interval(), said["place"].strip(), said["purpose"].strip(), tuple(one.pk for one in going))

    @staticmethod
    def shown(trip: Trip) -> dict[str, Any]:
        """A trip as the fields show it."""
        known = org.by_ids(trip.companions).in_bulk()
        companions = " ".join(known[key].number for key in trip.companions if key in known)
        when = {name: f"{getattr(trip.interval, name):%Y-%m-%dT%H:%M}" for name in ("start", "end")}
        return {**when, "place": trip.place, "purpose": trip.purpose, "companions": companions}


class AbsenceForm(WhoAndWhen):
    kind = forms.ChoiceField(
        label=gettext_lazy("类型"),
        choices=AbsenceKind.choices,
        help_text=gettext_lazy("在这里登记的假不扣余额;要扣余额,请用「登记请假」。"),
    )
    field_order = ("number", "kind", "start", "end", "remark")


class OvertimeForm(WhoAndWhen):
    pass


class RulesForm(forms.Form):
    begins_on = forms.DateField(
        label=gettext_lazy("自哪天起"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    system = forms.ChoiceField(
        label=gettext_lazy("工时制"),
        choices=System.choices,
        help_text=gettext_lazy("综合与不定时工时须经人社部门批准。"),
    )
    cycle = forms.ChoiceField(label=gettext_lazy("综合工时周期"), choices=Cycle.choices)
    overtime_basis = forms.ChoiceField(label=gettext_lazy("加班依据"), choices=OvertimeBasis.choices)
    overtime_after = forms.IntegerField(label=gettext_lazy("下班多久后才算加班(分)"), min_value=0, max_value=600)
    overtime_min = forms.IntegerField(label=gettext_lazy("最少加班(分)"), min_value=0, max_value=600)
    overtime_step = forms.IntegerField(label=gettext_lazy("加班取整单位(分)"), min_value=1, max_value=600)
    early_overtime = forms.BooleanField(label=gettext_lazy("提前上班也算加班"), required=False)
    missing_punch = forms.ChoiceField(label=gettext_lazy("缺卡时"), choices=MissingPunch.choices)

    def rules(self) -> Rules:
        said = {name: self.cleaned_data[name] for name in Rules.__dataclass_fields__}
        return Rules(**said)


class RangeForm(forms.Form):
    first = forms.DateField(label=gettext_lazy("从"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(label=gettext_lazy("到"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
