"""What people type in at month end: whose month, the month's rules, reasons and replies."""

import datetime as dt
import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from kaoqin.attendance.month_plans import MonthPlan
from kaoqin.attendance.monthly import Rule
from kaoqin.attendance.scopes import Scope
from kaoqin.attendance.words import CLOSE_MONTHS
from kaoqin.core.words import say_month
from kaoqin.org import place_queries
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.words import Actor

BETWEEN = re.compile(r"[\s,,、;;]+")


class ScopeForm(forms.Form):
    """Whose month: everybody within reach, narrowed by what is chosen."""

    month = forms.ChoiceField(label=gettext_lazy("月份"))
    group = forms.ChoiceField(label=gettext_lazy("考勤组"), required=False)
    department = forms.ChoiceField(label=gettext_lazy("部门"), required=False)
    site = forms.ChoiceField(label=gettext_lazy("地点"), required=False)
    numbers = forms.CharField(
        label=gettext_lazy("只要这些工号"),
        max_length=4000,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("不填就是范围内的所有人;多个工号用空格或顿号分开。"),
    )

    def __init__(self, *args: Any, by: Actor, on: dt.date, months: list[dt.date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nobody = [("", gettext_lazy("全部"))]
        self.fields["month"].choices = [(f"{one:%Y-%m}", say_month(one)) for one in months]  # type: ignore[attr-defined]
        self.fields["group"].choices = nobody + scheduling.group_choices()  # type: ignore[attr-defined]
        departments = place_queries.department_choices(CLOSE_MONTHS, seen_by=by, on=on)
        self.fields["department"].choices = nobody + departments  # type: ignore[attr-defined]
        self.fields["site"].choices = nobody + place_queries.site_choices()  # type: ignore[attr-defined]

    def scope(self) -> Scope:
        """What was chosen; before anything was sent, what the form begins with."""
        said: dict[str, Any] = {name: self.cleaned_data.get(name) or "" for name in self.fields}
        ids = {f"{name}_id": int(said[name]) if said[name] else None for name in ("group", "department", "site")}
        numbers = tuple(one for one in BETWEEN.split(said["numbers"]) if one)
        return Scope(dt.date.fromisoformat(f"{said['month']}-01"), numbers=numbers, **ids)


class CloseForm(ScopeForm):
    with_faults = forms.BooleanField(label=gettext_lazy("也月结有日子无法核算的人"), required=False)


class AskForm(ScopeForm):
    days_to_answer = forms.IntegerField(
        label=gettext_lazy("几天内答复"),
        min_value=1,
        max_value=30,
        initial=5,
        help_text=gettext_lazy("逾期未答复记为「已阅」,不等于已确认。期限一般 3 至 7 天,太短不合理。"),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=300, widget=forms.Textarea({"rows": 2}))


class ObjectionForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("哪里不对"), max_length=500, widget=forms.Textarea({"rows": 3}))


class ReplyForm(forms.Form):
    reply = forms.CharField(label=gettext_lazy("答复"), max_length=500, widget=forms.Textarea({"rows": 3}))


class MonthRuleForm(forms.Form):
    begins_on = forms.DateField(
        label=gettext_lazy("自哪天起"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    first_day = forms.IntegerField(
        label=gettext_lazy("周期从每月几日开始"),
        min_value=1,
        max_value=28,
        help_text=gettext_lazy("1 为自然月;26 为上月 26 日至本月 25 日,叫作本月。"),
    )
    free_late_times = forms.IntegerField(label=gettext_lazy("每月免计迟到(次)"), min_value=0, max_value=31)
    free_late_minutes = forms.IntegerField(label=gettext_lazy("每次不超过(分)"), min_value=0, max_value=600)
    lates_per_half_day = forms.IntegerField(
        label=gettext_lazy("每几次迟到记旷工半天"), min_value=0, max_value=31, help_text=gettext_lazy("0 为不折算。")
    )
    late_breaks = forms.BooleanField(label=gettext_lazy("迟到不计全勤"), required=False)
    early_breaks = forms.BooleanField(label=gettext_lazy("早退不计全勤"), required=False)
    missing_breaks = forms.BooleanField(label=gettext_lazy("缺卡不计全勤"), required=False)
    absent_breaks = forms.BooleanField(label=gettext_lazy("旷工不计全勤"), required=False)
    leave_breaks = forms.BooleanField(
        label=gettext_lazy("请假不计全勤"), required=False, help_text=gettext_lazy("只看「影响全勤」的假期类型。")
    )

    def plan(self) -> MonthPlan:
        said = {name: self.cleaned_data[name] for name in Rule.__dataclass_fields__}
        return MonthPlan(self.cleaned_data["first_day"], Rule(**said))
