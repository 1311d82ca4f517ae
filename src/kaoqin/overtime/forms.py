"""What people type in about overtime and comp time."""

import datetime as dt
import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from kaoqin.core.words import Refusal
from kaoqin.org import number_queries
from kaoqin.org import queries as org
from kaoqin.overtime.asking import Wanted
from kaoqin.overtime.words import Cap, Rules, Treatment, Way

BETWEEN = re.compile(r"[\s,,、;;]+")
DAY = dt.timedelta(days=1)
DATE = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class WaySelect(forms.Select):
    """How it is repaid; what the day does not allow is there, but cannot be chosen."""

    offered: tuple[str, ...] = tuple(Way)

    def create_option(self, name: str, value: Any, *told: Any, **more: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *told, **more)
        if value not in self.offered:
            option["attrs"]["disabled"] = True
        return option


class OvertimeForm(forms.Form):
    """Overtime one asks for: a day, from–to (an end that is not later is on the next day), how it is repaid."""

    date = forms.DateField(label=gettext_lazy("日期"), widget=DATE)
    start = forms.TimeField(label=gettext_lazy("从"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    end = forms.TimeField(
        label=gettext_lazy("到"),
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("不晚于开始时间的,算次日。"),
    )
    way = forms.ChoiceField(label=gettext_lazy("补偿"), choices=Way.choices, widget=WaySelect)
    reason = forms.CharField(label=gettext_lazy("事由"), max_length=200, widget=forms.Textarea({"rows": 2}))
    people = forms.CharField(
        label=gettext_lazy("加班人员"),
        max_length=600,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=gettext_lazy("姓名或工号,几个人用空格或顿号分开;不填就是自己。"),
    )

    def __init__(self, *told: Any, applicant_id: int, on: dt.date, for_others: bool, **more: Any) -> None:
        super().__init__(*told, **more)
        self._applicant_id, self._on = applicant_id, on
        if not for_others:
            del self.fields["people"]

    def wanted(self) -> Wanted:
        """What was typed. Refuses people who are nobody or several, at their field."""
        said = self.cleaned_data
        start, end = (dt.datetime.combine(said["date"], said[name]) for name in ("start", "end"))
        last = end if end > start else end + DAY
        return Wanted(self._people(said.get("people", "")), start, last, Way(said["way"]), said["reason"].strip())

    def offer(self, ways: tuple[Way, ...]) -> None:
        """Only these ways can be chosen; where there is one, the field says why, and it is chosen."""
        shown = self["way"]
        shown.field.widget.offered = ways
        if ways == (Way.PAY,):
            shown.help_text = gettext_lazy("这一天的加班只付加班费,不能转调休;法定节假日付 300%。")
        elif ways == (Way.BANK,):
            shown.help_text = gettext_lazy("按公司规定,这一天的加班只转调休。")
        if not self.is_bound:
            self.initial.setdefault("way", ways[0])
        elif shown.value() not in ways:
            self.data = {**dict(self.data.items()), "way": ways[0]}

    def _people(self, text: str) -> tuple[int, ...]:
        names = [one for one in BETWEEN.split(text) if one]
        if not names:
            return (self._applicant_id,)
        try:
            return tuple(one.pk for one in number_queries.meant(names, self._on))
        except Refusal as refusal:
            raise Refusal(refusal.code, refusal.sentence, "people") from refusal

    @staticmethod
    def shown(wanted: Wanted) -> dict[str, Any]:
        """Overtime as the fields show it."""
        known = org.by_ids(wanted.people).in_bulk()
        numbers = " ".join(known[key].number for key in wanted.people if key in known)
        told = {"date": wanted.start.date(), "start": wanted.start.time(), "end": wanted.end.time()}
        return {**told, "way": str(wanted.way), "reason": wanted.reason, "people": numbers}


class AdjustForm(forms.Form):
    """HR gives hours, or takes some away."""

    hours = forms.DecimalField(
        label=gettext_lazy("小时"),
        min_value=-1000,
        max_value=1000,
        max_digits=6,
        decimal_places=2,
        help_text=gettext_lazy("增加填正数,减少填负数。"),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("有效期至"),
        widget=DATE,
        required=False,
        help_text=gettext_lazy("只对增加有用;不填就按加班规则的有效期。"),
    )
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)

    def minutes(self) -> int:
        minutes: int = round(self.cleaned_data["hours"] * 60)
        return minutes


class RulesForm(forms.Form):
    """The rules of a group or of the company from a day on."""

    group = forms.ChoiceField(label=gettext_lazy("考勤组"), required=False)
    begins_on = forms.DateField(label=gettext_lazy("自哪天起"), widget=DATE)
    workday = forms.ChoiceField(
        label=gettext_lazy("工作日加班"),
        choices=Treatment.choices,
        help_text=gettext_lazy("法律只规定付 150%;转调休须经本人同意,申请时会提醒。"),
    )
    rest = forms.ChoiceField(
        label=gettext_lazy("休息日加班"),
        choices=Treatment.choices,
        help_text=gettext_lazy("先安排补休,不能补休的付 200%。法定节假日一律付 300%,不能转调休。"),
    )
    usual_day_minutes = forms.IntegerField(label=gettext_lazy("每天一般不超过(分)"), min_value=0, max_value=720)
    most_day_minutes = forms.IntegerField(label=gettext_lazy("每天最多(分)"), min_value=0, max_value=1440)
    day_cap = forms.ChoiceField(label=gettext_lazy("超过每天最多时"), choices=Cap.choices)
    most_month_minutes = forms.IntegerField(label=gettext_lazy("每月最多(分)"), min_value=0, max_value=20_000)
    month_cap = forms.ChoiceField(label=gettext_lazy("超过每月最多时"), choices=Cap.choices)
    banked_counts = forms.BooleanField(label=gettext_lazy("转调休的加班也计入每月上限"), required=False)
    months_valid = forms.IntegerField(label=gettext_lazy("调休有效期(个月)"), min_value=1, max_value=36)
    days_after = forms.IntegerField(label=gettext_lazy("最晚几天内补申请"), min_value=0, max_value=60)

    def __init__(self, *told: Any, groups: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*told, **more)
        self.fields["group"] = forms.ChoiceField(
            label=gettext_lazy("考勤组"), required=False, choices=[("", gettext_lazy("全公司")), *groups]
        )
        self.order_fields(["group"])

    def rules(self) -> Rules:
        return Rules(**{name: self.cleaned_data[name] for name in Rules.__dataclass_fields__})
