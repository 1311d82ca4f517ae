"""What people type in about punches: a file, how to read it, a correction, whose a number is."""

import datetime as dt
import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from kaoqin.core.words import Refusal
from kaoqin.devices import queries as devices
from kaoqin.org import number_queries
from kaoqin.punches import formats
from kaoqin.punches.formats import DateOrder, KeyKind, Mapping, Options, Overnight
from kaoqin.punches.models import SavedMapping

DATE = {"type": "date"}
WHERE = ("origin", "group", "anywhere")
FORMATS = [(one.code, one.title) for one in formats.FORMATS]
_OPEN = ("", gettext_lazy("(自动)"))
_KEYS = [
    (KeyKind.PIN, gettext_lazy("考勤号码")),
    (KeyKind.EMPLOYEE_NO, gettext_lazy("工号")),
    (KeyKind.NAME, gettext_lazy("姓名")),
]


def zone_field() -> forms.ChoiceField:
    zones = [
        settings.TIME_ZONE,
        *(
            z
            for z in (
                "Asia/Shanghai",
                "Asia/Urumqi",
                "Asia/Hong_Kong",
                "Asia/Tokyo",
                "Asia/Singapore",
                "Asia/Bangkok",
                "Europe/Berlin",
                "America/Los_Angeles",
                "UTC",
            )
            if z != settings.TIME_ZONE
        ),
    ]
    return forms.ChoiceField(
        label=gettext("设备所在时区"),
        choices=[(zone, zone) for zone in zones if zone in zoneinfo.available_timezones()],
    )


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("打卡文件"),
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ".dat,.txt,.csv,.xls,.xlsx"}),
    )
    zone = forms.ChoiceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"] = zone_field()


class ReadingForm(forms.Form):
    """How a file is to be read; what stays open is found out by the format."""

    format = forms.ChoiceField(label=gettext_lazy("格式"), choices=FORMATS)
    zone = forms.ChoiceField()
    encoding = forms.ChoiceField(
        label=pgettext_lazy("file", "编码"),
        required=False,
        choices=[_OPEN, ("utf-8", "UTF-8"), ("gb18030", "GBK / GB18030"), ("utf-16-le", "UTF-16"), ("big5", "Big5")],
    )
    sheet = forms.ChoiceField(label=gettext_lazy("工作表"), required=False)
    date_order = forms.ChoiceField(
        label=gettext_lazy("日期顺序"),
        required=False,
        choices=[
            _OPEN,
            (DateOrder.DAY_FIRST, gettext_lazy("日/月/年")),
            (DateOrder.MONTH_FIRST, gettext_lazy("月/日/年")),
        ],
    )
    overnight = forms.ChoiceField(
        label=gettext_lazy("较早的时间"),
        required=False,
        choices=[_OPEN, (Overnight.SAME_DAY, gettext_lazy("算当天")), (Overnight.NEXT_DAY, gettext_lazy("算次日"))],
    )
    period_first = forms.DateField(
        label=gettext_lazy("期间从"), required=False, widget=forms.DateInput(DATE, format="%Y-%m-%d")
    )
    period_last = forms.DateField(
        label=gettext_lazy("期间到"), required=False, widget=forms.DateInput(DATE, format="%Y-%m-%d")
    )

    def __init__(self, sheets: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"] = zone_field()
        if len(sheets) > 1:
            self.fields["sheet"] = forms.ChoiceField(
                label=gettext("工作表"), required=False, choices=[_OPEN, *((s, s) for s in sheets)]
            )
        else:
            del self.fields["sheet"]

    def options(self, mapping: Mapping | None) -> Options:
        said = self.cleaned_data
        period = (said["period_first"], said["period_last"]) if said["period_first"] and said["period_last"] else None
        return Options(
            encoding=said["encoding"],
            sheet=said.get("sheet", ""),
            date_order=DateOrder(said["date_order"]) if said["date_order"] else None,
            overnight=Overnight(said["overnight"]) if said["overnight"] else None,
            period=period,
            mapping=mapping,
        )


class MappingForm(forms.Form):
    """Which columns hold what; columns are named by their header, or by their place where there is none."""

    key = forms.ChoiceField(label=gettext_lazy("人员列"))
    key_kind = forms.ChoiceField(label=gettext_lazy("人员列是"), choices=_KEYS)
    name = forms.ChoiceField(label=gettext_lazy("姓名列"), required=False)
    date = forms.ChoiceField(label=gettext_lazy("日期列(日期与时间分开时)"), required=False)
    times = forms.MultipleChoiceField(label=gettext_lazy("时间列(可多选)"))
    saved_as = forms.CharField(label=gettext_lazy("保存为(下次可直接选用)"), max_length=60, required=False)

    def __init__(self, columns: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(n), label or gettext("第 {n} 列").format(n=n)) for n, label in enumerate(columns, start=1)]
        for name in ("key", "times"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        for name in ("name", "date"):
            self.fields[name].choices = [("", gettext("(无)")), *choices]  # type: ignore[attr-defined]
        self.columns = columns

    def _column(self, place: str) -> str | int | None:
        if not place:
            return None
        label = self.columns[int(place) - 1]
        return label if label and self.columns.count(label) == 1 else int(place)

    def mapping(self) -> Mapping:
        said = self.cleaned_data
        return Mapping(
            key=self._column(said["key"]) or 1,
            times=tuple(column for column in map(self._column, said["times"]) if column is not None),
            key_kind=KeyKind(said["key_kind"]),
            date=self._column(said["date"]),
            name=self._column(said["name"]),
        )


class SavedMappingForm(forms.Form):
    saved = forms.ModelChoiceField(SavedMapping.objects.order_by("name"), label=gettext_lazy("已保存的列映射"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["saved"].label_from_instance = lambda kept: kept.name  # type: ignore[attr-defined]


class WallClockField(forms.CharField):
    """A local date and time, naive: of whatever zone the place has that it is about."""

    widget = forms.TextInput({"type": "datetime-local", "step": "1"})

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, dt.datetime) else value

    def to_python(self, value: Any) -> Any:
        said = super().to_python(value)
        try:
            return dt.datetime.fromisoformat(said).replace(tzinfo=None) if said else None
        except ValueError as bad:
            raise forms.ValidationError(gettext("应为日期和时间,如 2026-10-01 09:00。")) from bad


class CorrectionForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("工号"), max_length=40)
    local_time = WallClockField(label=gettext_lazy("时间"))
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)

    def employee(self) -> Any:
        return number_queries.by_number(self.cleaned_data["number"].strip())


class ClockForm(forms.Form):
    """When the first punch of a stretch was really pressed, by the terminal's wall clock."""

    first_true = WallClockField(label=gettext_lazy("第一条的真实时间"))
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class AttachForm(forms.Form):
    person_key = forms.CharField(max_length=60, widget=forms.HiddenInput)
    origin = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)
    number = forms.CharField(label=gettext_lazy("工号"), max_length=40)
    begins_on = forms.DateField(label=gettext_lazy("自哪天起"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))
    where = forms.ChoiceField(label=gettext_lazy("适用于"), choices=[(one, one) for one in WHERE])

    def pin_group_id(self) -> int | None:
        """The group of the terminal on that day. Refuses a terminal that is in none."""
        if self.cleaned_data["where"] != "group":
            return None
        days = devices.pin_group_days().get(self.cleaned_data["origin"], [])
        begun = [group for begins_on, group in days if begins_on <= self.cleaned_data["begins_on"]]
        if not begun or begun[-1] is None:
            raise Refusal("punches.no_pin_group", gettext("这台考勤机当天不属于任何编号组。"), "where")
        return begun[-1]

    def employee(self) -> Any:
        return number_queries.by_number(self.cleaned_data["number"].strip())


class EndKeyForm(forms.Form):
    on = forms.DateField(label=gettext_lazy("自哪天起不再是此人"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))
