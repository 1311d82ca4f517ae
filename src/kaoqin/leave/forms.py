"""What people type in about leave."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from kaoqin.leave import queries
from kaoqin.leave.counting import Stretch
from kaoqin.leave.kind_actions import Told
from kaoqin.leave.ledger import Kind, rules_of
from kaoqin.leave.models import LeaveKindVersion
from kaoqin.leave.words import (
    AtExpiry,
    CountMode,
    Crossing,
    Disqualifies,
    Entitlement,
    Half,
    JoinedTo,
    Parameter,
    Place,
    Rounding,
    Rules,
    Source,
    Unit,
)
from kaoqin.org.words import Gender, Province

DATE = {"type": "date"}
TIME = {"type": "time"}


def _date(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(DATE, format="%Y-%m-%d"), **more)


class WhenForm(forms.Form):
    """From–to of a leave: dates with halves for kinds taken by the day, dates with times for those taken by the hour."""

    first = _date(gettext_lazy("开始日期"))
    start_time = forms.TimeField(label=gettext_lazy("开始时刻"), widget=forms.TimeInput(TIME, format="%H:%M"))
    first_half = forms.ChoiceField(
        label=gettext_lazy("从"),
        choices=[("", gettext_lazy("上班起")), (Half.SECOND, gettext_lazy("下半天起"))],
        required=False,
    )
    last = _date(gettext_lazy("结束日期"))
    end_time = forms.TimeField(label=gettext_lazy("结束时刻"), widget=forms.TimeInput(TIME, format="%H:%M"))
    last_half = forms.ChoiceField(
        label=gettext_lazy("到"),
        choices=[("", gettext_lazy("下班止")), (Half.FIRST, gettext_lazy("上半天止"))],
        required=False,
    )

    def narrow(self, kind: Kind | None) -> None:
        """Only the fields that the kind asks for."""
        by_the_clock = kind is not None and not queries.whole_days(kind.rules)
        halves = kind is not None and kind.rules.unit == Unit.HALF_DAY
        for name in ("start_time", "end_time"):
            if not by_the_clock:
                del self.fields[name]
        for name in ("first_half", "last_half"):
            if not halves:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        first, last = said.get("first"), said.get("last")
        if first and last and not 0 <= (last - first).days <= 400:
            raise forms.ValidationError({"last": gettext("结束不能早于开始,且一次最长 400 天。")})
        halves = (said.get("first_half"), said.get("last_half"))
        if first and first == last and all(halves):
            raise forms.ValidationError({"last_half": gettext("同一天不能既从下半天起又到上半天止。")})
        return said

    def interval(self, employee_id: int) -> Stretch:
        """The wall-clock interval that was asked for."""
        said = self.cleaned_data
        if "start_time" in self.fields:
            start, end = (
                dt.datetime.combine(said[d], said[t]) for d, t in (("first", "start_time"), ("last", "end_time"))
            )
            return start, end
        halves = said.get("first_half", ""), said.get("last_half", "")
        return queries.interval(employee_id, said["first"], said["last"], *halves)


class RecordForm(WhenForm):
    """HR records a leave that was agreed."""

    number = forms.CharField(label=gettext_lazy("工号"), max_length=40)
    kind = forms.ChoiceField(label=gettext_lazy("假期类型"))
    reason = forms.CharField(label=gettext_lazy("事由"), max_length=200, required=False)
    proof = forms.CharField(
        label=gettext_lazy("证明材料"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("如病假条编号、结婚证日期;原件放在哪里。"),
    )
    field_order = ("number", "kind", "first", "start_time", "first_half", "last", "end_time", "last_half")

    def __init__(self, *told: Any, kinds: dict[str, Kind], chosen: Kind | None, **more: Any) -> None:
        super().__init__(*told, **more)
        choices = [
            ("", gettext("请选择")),
            *((one.code, one.row.name) for one in kinds.values() if not one.rules.closed),
        ]
        self.fields["kind"] = forms.ChoiceField(label=gettext_lazy("假期类型"), choices=choices)
        self.order_fields(self.field_order)
        self.narrow(chosen)


class GiveBackForm(forms.Form):
    since = forms.DateTimeField(
        label=gettext_lazy("从什么时候起不休了"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("填请假开始的时刻,就是整个取消。"),
    )
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200, required=False)

    def moment(self) -> dt.datetime:
        """The moment by the wall clock."""
        said: dt.datetime = self.cleaned_data["since"]
        return said.replace(tzinfo=None)


class BalanceForm(forms.Form):
    """Days of a kind; `kinds` are those with a balance."""

    kind = forms.ChoiceField(label=gettext_lazy("假期类型"))
    days = forms.DecimalField(label=gettext_lazy("天数"), max_digits=5, decimal_places=2)

    def __init__(self, *told: Any, kinds: list[Kind], **more: Any) -> None:
        super().__init__(*told, **more)
        self._minutes = {one.code: one.rules.day_minutes for one in kinds}
        choices = [(one.code, one.row.name) for one in kinds]
        self.fields["kind"] = forms.ChoiceField(label=gettext_lazy("假期类型"), choices=choices)
        self.order_fields(["kind", "days"])

    def minutes(self) -> int:
        """The days as minutes of the kind's day."""
        return int(self.cleaned_data["days"] * self._minutes[self.cleaned_data["kind"]])


class AdjustForm(BalanceForm):
    ends_on = _date(gettext_lazy("有效期至"), required=False, help_text=gettext_lazy("增加时才用;不填为今年年底。"))
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)

    def __init__(self, *told: Any, **more: Any) -> None:
        super().__init__(*told, **more)
        self.fields["days"].help_text = gettext("增加填正数,减少填负数,如 1、-0.5。")


class CarryForm(BalanceForm):
    agreed = forms.BooleanField(label=gettext_lazy("员工本人已同意结转"))


class NursingForm(forms.Form):
    begins_on = _date(gettext_lazy("自哪天起"))
    place = forms.ChoiceField(label=gettext_lazy("怎么用"), choices=Place.choices)


class KindForm(forms.Form):
    """A kind's rules from a day on."""

    code = forms.CharField(label=gettext_lazy("名称"), max_length=30)
    begins_on = _date(gettext_lazy("自哪天起"))
    unit = forms.ChoiceField(label=gettext_lazy("请假单位"), choices=Unit.choices)
    step_minutes = forms.IntegerField(
        label=gettext_lazy("最小单位(分)"),
        min_value=1,
        max_value=480,
        help_text=gettext_lazy("按小时、分钟请假时向上取整。"),
    )
    count_mode = forms.ChoiceField(label=gettext_lazy("怎样计天"), choices=CountMode.choices)
    day_minutes = forms.IntegerField(label=gettext_lazy("一天按多少分钟"), min_value=60, max_value=1440)
    source = forms.ChoiceField(label=gettext_lazy("余额"), choices=Source.choices)
    entitlement = forms.ChoiceField(label=gettext_lazy("怎样发放"), choices=Entitlement.choices)
    entitled_days = forms.DecimalField(
        label=gettext_lazy("每年天数"),
        min_value=0,
        max_value=366,
        decimal_places=1,
        help_text=gettext_lazy("「每年固定天数」时填。"),
    )
    prorata = forms.BooleanField(label=gettext_lazy("入职离职当年折算"), required=False)
    rounding = forms.ChoiceField(label=gettext_lazy("折算取整"), choices=Rounding.choices)
    crossing = forms.ChoiceField(label=gettext_lazy("满 10、20 年的当年"), choices=Crossing.choices)
    valid_months = forms.IntegerField(label=gettext_lazy("有效期(月)"), min_value=1, max_value=60)
    at_expiry = forms.ChoiceField(label=gettext_lazy("到期未休"), choices=AtExpiry.choices)
    payout_percent = forms.IntegerField(
        label=gettext_lazy("折算比例(%)"),
        min_value=0,
        max_value=500,
        help_text=gettext_lazy("在正常工资以外另付;法定年假为 200。"),
    )
    joined = forms.ChoiceField(label=gettext_lazy("与年假的关系"), choices=JoinedTo.choices, required=False)
    paid_percent = forms.IntegerField(label=gettext_lazy("工资比例(%)"), min_value=0, max_value=100)
    pay_formula = forms.CharField(label=gettext_lazy("工资公式名"), max_length=40, required=False)
    most_days_each = forms.DecimalField(
        label=gettext_lazy("一次最多(天)"),
        min_value=0,
        max_value=400,
        decimal_places=1,
        help_text=gettext_lazy("0 为不限。"),
    )
    proof_after_days = forms.IntegerField(
        label=gettext_lazy("超过几天须有证明"),
        min_value=0,
        max_value=400,
        required=False,
        help_text=gettext_lazy("不填为不需要。"),
    )
    gender = forms.ChoiceField(
        label=gettext_lazy("适用性别"), choices=[("", gettext_lazy("不限")), *Gender.choices], required=False
    )
    service_months = forms.IntegerField(label=gettext_lazy("工作满几个月才可用"), min_value=0, max_value=600)
    disqualifies = forms.ChoiceField(label=gettext_lazy("对年假的影响"), choices=Disqualifies.choices, required=False)
    private = forms.BooleanField(
        label=gettext_lazy("只有本人和人事看得到"), required=False, help_text=gettext_lazy("涉及健康与家庭的假。")
    )
    affects_full_attendance = forms.BooleanField(label=gettext_lazy("影响全勤"), required=False)
    closed = forms.BooleanField(label=gettext_lazy("停用"), required=False)
    law = forms.CharField(label=gettext_lazy("依据"), max_length=200, required=False)

    GROUPS = (
        (
            gettext_lazy("怎样请"),
            ("unit", "step_minutes", "count_mode", "day_minutes", "most_days_each", "proof_after_days"),
        ),
        (
            gettext_lazy("余额从哪里来"),
            ("source", "entitlement", "entitled_days", "prorata", "rounding", "crossing", "joined"),
        ),
        (gettext_lazy("到期"), ("valid_months", "at_expiry", "payout_percent")),
        (gettext_lazy("谁可以用,谁看得到"), ("gender", "service_months", "private", "closed")),
        (gettext_lazy("工资与考勤"), ("paid_percent", "pay_formula", "affects_full_attendance", "disqualifies", "law")),
    )

    def __init__(self, *told: Any, version: LeaveKindVersion | None, **more: Any) -> None:
        known = {**vars(rules_of(version) if version else Rules()), "law": version.law if version else ""}
        more["initial"] = {**known, **more.get("initial", {})}
        super().__init__(*told, **more)
        if version:
            del self.fields["code"]

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields under their headings."""
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    def rules(self) -> Rules:
        said = {name: self.cleaned_data[name] for name in Rules.__dataclass_fields__}
        return Rules(**said)


class ParameterForm(forms.Form):
    region = forms.ChoiceField(
        label=gettext_lazy("地区"), choices=[("", gettext_lazy("全国")), *Province.choices], required=False
    )
    name = forms.ChoiceField(label=gettext_lazy("参数"), choices=Parameter.choices)
    begins_on = _date(gettext_lazy("自哪天起"))
    value = forms.DecimalField(label=gettext_lazy("数值"), min_value=Decimal(0), max_value=9999, decimal_places=1)
    source = forms.CharField(label=gettext_lazy("依据"), max_length=200, help_text=gettext_lazy("文件名、文号、条款。"))

    def told(self) -> Told:
        return Told(**self.cleaned_data)
