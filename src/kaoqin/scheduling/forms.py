"""What people type in about shifts, groups, rotations and calendars. Clock times may pass 24:00 (next day)."""

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from kaoqin.core.words import WEEKDAYS, say_list
from kaoqin.scheduling.models import Calendar, Pattern, Shift
from kaoqin.scheduling.words import DayKind, GroupMode, Segment, ShiftPlan

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

DATE = {"type": "date"}
COLOURS = (
    ("blue", gettext_lazy("蓝")),
    ("azure", gettext_lazy("天蓝")),
    ("indigo", gettext_lazy("靛")),
    ("purple", gettext_lazy("紫")),
    ("pink", gettext_lazy("粉")),
    ("red", gettext_lazy("红")),
    ("orange", gettext_lazy("橙")),
    ("yellow", gettext_lazy("黄")),
    ("lime", gettext_lazy("黄绿")),
    ("green", gettext_lazy("绿")),
    ("teal", gettext_lazy("青绿")),
    ("cyan", gettext_lazy("青")),
)
REST = frozenset({"休", "OFF"})
"""How a pattern writes a rest day."""
SEGMENTS = 3


class ClockField(forms.CharField):
    """`HH:MM`, to 48:00; minutes from 00:00."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.TextInput(
                {"placeholder": "HH:MM", "inputmode": "numeric", "class": "clock", "maxlength": "5"}
            ),
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        return f"{value // 60:02d}:{value % 60:02d}" if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        found = re.fullmatch(r"(\d{1,2})[::](\d{2})", text)
        if not found or int(found.group(2)) > 59 or int(found.group(1)) > 48:
            raise forms.ValidationError(gettext("应为 HH:MM;次日 06:00 写作 30:00。"))
        return int(found.group(1)) * 60 + int(found.group(2))


def _minutes(label: "_StrPromise", initial: int = 0, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=1440, initial=initial, help_text=help_text)


class SegmentForm(forms.Form):
    """One stretch of work."""

    start = ClockField(label=gettext_lazy("上班"), required=False)
    end = ClockField(label=gettext_lazy("下班"), required=False)
    break_start = ClockField(label=gettext_lazy("休息开始"), required=False)
    break_end = ClockField(label=gettext_lazy("休息结束"), required=False)
    in_required = forms.BooleanField(label=gettext_lazy("上班须打卡"), required=False, initial=True)
    out_required = forms.BooleanField(label=gettext_lazy("下班须打卡"), required=False, initial=True)
    in_before = _minutes(gettext_lazy("最早可提前打卡(分)"), 240)
    out_after = _minutes(gettext_lazy("最晚可延后打卡(分)"), 480)
    late_grace = _minutes(gettext_lazy("迟到宽限(分)"))
    early_grace = _minutes(gettext_lazy("早退宽限(分)"))
    serious_late = _minutes(gettext_lazy("严重迟到(分,0 不设)"))
    absent_late = _minutes(gettext_lazy("迟到记旷工(分,0 不设)"))
    absent_early = _minutes(gettext_lazy("早退记旷工(分,0 不设)"))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if (said.get("start") is None) != (said.get("end") is None):
            self.add_error("end", gettext("上班和下班时间须同时填写。"))
        return said

    def segment(self) -> Segment | None:
        said = self.cleaned_data
        return None if said["start"] is None else Segment(**{name: said[name] for name in Segment.__dataclass_fields__})


class ShiftForm(forms.Form):
    """A shift version without its segments."""

    code = forms.RegexField(
        r"^[^\s,@]+$",
        label=gettext_lazy("编码"),
        max_length=40,
        error_messages={"invalid": gettext_lazy("不能有空格、逗号和 @。")},
    )
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    colour = forms.ChoiceField(label=gettext_lazy("颜色"), choices=COLOURS)
    begins_on = forms.DateField(label=gettext_lazy("自哪天起"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))
    free = forms.BooleanField(label=gettext_lazy("自由工时(不定上下班时间)"), required=False)
    day_start = ClockField(label=gettext_lazy("自由工时:一天从几点算起"), required=False, initial=300)
    required_minutes = forms.IntegerField(
        label=gettext_lazy("自由工时:每天应出勤(分)"), min_value=1, max_value=1440, initial=480
    )
    flex_early = _minutes(gettext_lazy("弹性:最早可早到(分)"))
    flex_late = _minutes(gettext_lazy("弹性:最晚可晚到(分)"))
    late_off = forms.CharField(
        label=gettext_lazy("晚走晚到"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("如 120:60;180:90 —— 前一天晚走 120 分,今天可晚到 60 分。"),
    )
    closed = forms.BooleanField(label=gettext_lazy("停用"), required=False)

    def clean_late_off(self) -> tuple[tuple[int, int], ...]:
        rows = [part.strip() for part in re.split("[;;]", self.cleaned_data["late_off"]) if part.strip()]
        found = [re.fullmatch(r"(\d{1,4})[::](\d{1,4})", row) for row in rows]
        if not all(found):
            raise forms.ValidationError(gettext("应为 晚走分钟:晚到分钟,多档用分号隔开。"))
        return tuple((int(match.group(1)), int(match.group(2))) for match in found if match)

    def plan(self, segments: list[Segment]) -> ShiftPlan:
        said = self.cleaned_data
        return ShiftPlan(
            name=said["name"],
            segments=() if said["free"] else tuple(segments),
            day_start=said["day_start"] or 0,
            required_minutes=said["required_minutes"],
            flex_early=said["flex_early"],
            flex_late=said["flex_late"],
            late_off_late_on=said["late_off"],
        )


def shift_choices() -> list[tuple[str, str]]:
    return [(str(s.pk), s.code) for s in Shift.objects.order_by("code")]


class GroupForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("编码"), max_length=40)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)


class GroupPlanForm(forms.Form):
    begins_on = forms.DateField(label=gettext_lazy("自哪天起"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))
    mode = forms.ChoiceField(label=gettext_lazy("班制"), choices=GroupMode.choices)
    calendar = forms.ModelChoiceField(Calendar.objects.order_by("pk"), label=gettext_lazy("日历"))
    follows_calendar = forms.BooleanField(
        label=gettext_lazy("跟随日历(法定节假日、调休休息,补班上班)"), required=False, initial=True
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["calendar"].label_from_instance = lambda c: c.name  # type: ignore[attr-defined]
        for day, name in enumerate(WEEKDAYS):
            self.fields[f"day_{day}"] = forms.ChoiceField(
                label=name, choices=[("", gettext("休息")), *shift_choices()], required=False
            )

    def week(self) -> dict[int, Shift]:
        chosen = {day: self.cleaned_data[f"day_{day}"] for day in range(7) if self.cleaned_data[f"day_{day}"]}
        found = {str(s.pk): s for s in Shift.objects.filter(pk__in=chosen.values())}
        return {day: found[key] for day, key in chosen.items()}


class JoinForm(forms.Form):
    numbers = forms.CharField(
        label=gettext_lazy("工号"),
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("多个工号用空格、逗号或换行隔开。"),
    )
    begins_on = forms.DateField(label=gettext_lazy("自哪天起"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))

    def clean_numbers(self) -> list[str]:
        return [number for number in re.split(r"[\s,,;;、]+", self.cleaned_data["numbers"]) if number]


class PatternForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("编码"), max_length=40)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    days = forms.CharField(
        label=gettext_lazy("周期"),
        widget=forms.TextInput({"placeholder": gettext_lazy("E E M M N N 休 休")}),
        help_text=gettext_lazy("按天写班次编码,用空格隔开;休息写「休」。"),
    )

    def clean_days(self) -> list[Shift | None]:
        words = self.cleaned_data["days"].split()
        found = {s.code: s for s in Shift.objects.filter(code__in=words)}
        unknown = [word for word in words if word not in found and word.upper() not in REST]
        if unknown:
            raise forms.ValidationError(gettext("没有班次 {codes}。").format(codes=say_list(unknown)))
        return [found.get(word) for word in words]


class RollOutForm(forms.Form):
    pattern = forms.ModelChoiceField(Pattern.objects.order_by("code"), label=gettext_lazy("轮班"))
    first = forms.DateField(label=gettext_lazy("从"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))
    last = forms.DateField(label=gettext_lazy("到"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))
    start = forms.IntegerField(label=gettext_lazy("第一天是周期的第几天"), min_value=1, initial=1)
    step = forms.IntegerField(
        label=gettext_lazy("每人错开几天"),
        min_value=0,
        initial=0,
        help_text=gettext_lazy("0:所有人同一节奏;2:第二个人晚两天,依次类推。"),
    )
    numbers = forms.CharField(
        label=gettext_lazy("工号"),
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("多个工号用空格、逗号或换行隔开。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pattern"].label_from_instance = lambda p: p.name  # type: ignore[attr-defined]

    def clean_numbers(self) -> list[str]:
        return [number for number in re.split(r"[\s,,;;、]+", self.cleaned_data["numbers"]) if number]


class CalendarForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("编码"), max_length=40)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)


class DayForm(forms.Form):
    first = forms.DateField(label=gettext_lazy("从"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))
    last = forms.DateField(
        label=gettext_lazy("到"),
        required=False,
        widget=forms.DateInput(DATE, format="%Y-%m-%d"),
        help_text=gettext_lazy("只一天可留空。"),
    )
    kind = forms.ChoiceField(label=gettext_lazy("类型"), choices=DayKind.choices)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=40, required=False)

    def clean_last(self) -> dt.date | None:
        first, last = self.cleaned_data.get("first"), self.cleaned_data["last"]
        if first and last and not 0 <= (last - first).days < 400:
            raise forms.ValidationError(gettext("日期范围须从早到晚,且不超过 400 天。"))
        return last  # type: ignore[no-any-return]

    def dates(self) -> list[dt.date]:
        first, last = self.cleaned_data["first"], self.cleaned_data["last"] or self.cleaned_data["first"]
        return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


class ConfirmYearForm(forms.Form):
    year = forms.IntegerField(min_value=2000, max_value=2100, widget=forms.HiddenInput)
    source = forms.CharField(label=gettext_lazy("通知文号或出处"), max_length=200)
