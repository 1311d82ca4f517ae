"""What people type in about drafts: the very fields of the real rules, whose labels say what differs, too."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from kaoqin.attendance.closing_forms import MonthRuleForm
from kaoqin.attendance.forms import RulesForm
from kaoqin.attendance.monthly import Rule
from kaoqin.core.words import say_month
from kaoqin.org import place_queries
from kaoqin.org.models import Department
from kaoqin.scheduling import queries as scheduling
from kaoqin.scheduling.forms import SegmentForm, ShiftForm
from kaoqin.scheduling.queries import DatedShift
from kaoqin.scheduling.words import Thresholds, Tolerances
from kaoqin.trials.terms import Terms


class BeginForm(forms.Form):
    group = forms.ChoiceField(label=gettext_lazy("考勤组"))
    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=60, help_text=gettext_lazy("说出想法就好,如「迟到宽限 5 分」。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = scheduling.group_choices()  # type: ignore[attr-defined]


class NameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)


class RulesPart(RulesForm):
    """The rules without their day."""

    begins_on = None  # type: ignore[assignment]


class MonthPart(MonthRuleForm):
    """The month's rule without its day, and without where cycles begin: that moves days from one month to another."""

    begins_on = None  # type: ignore[assignment]
    first_day = None  # type: ignore[assignment]


class SegmentPart(SegmentForm):
    """The thresholds of a segment."""

    start = end = break_start = break_end = None  # type: ignore[assignment]
    in_required = out_required = None  # type: ignore[assignment]
    in_before = out_after = None  # type: ignore[assignment]


class FlexPart(forms.Form):
    """The flex of a shift of one segment."""

    flex_early = ShiftForm.base_fields["flex_early"]
    flex_late = ShiftForm.base_fields["flex_late"]


class ShiftPart:
    """The tolerances of one shift: its flex and its segments."""

    def __init__(self, shift: DatedShift, told: Tolerances, data: Any) -> None:
        self.code, self.name = shift.code, shift.latest().name
        prefix = f"shift-{shift.id}"
        several = len(told.segments) != 1
        self.flex = None if several else FlexPart(data, prefix=prefix, initial=vars(told))
        self.segments = [
            SegmentPart(data, prefix=f"{prefix}-{number}", initial=vars(one))
            for number, one in enumerate(told.segments, start=1)
        ]

    @property
    def forms(self) -> list[forms.Form]:
        return [*([self.flex] if self.flex else []), *self.segments]

    @property
    def is_open(self) -> bool:
        """Whether something of it is to be seen at once: a refusal."""
        return any(form.errors for form in self.forms)

    def tolerances(self) -> Tolerances:
        flex = {name: self.flex.cleaned_data[name] for name in FlexPart.base_fields} if self.flex else {}
        told = ({name: form.cleaned_data[name] for name in Thresholds.__dataclass_fields__} for form in self.segments)
        return Tolerances(**flex, segments=tuple(Thresholds(**one) for one in told))


class TermsForm:
    """The form of a draft: its name, the rules, the month's rule, and each shift. `name` shows refusals of the whole."""

    def __init__(self, name: str, terms: Terms, data: Any = None) -> None:
        self.name = NameForm(data, initial={"name": name})
        self.rules = RulesPart(data, prefix="rules", initial=terms.rules)
        self.month = MonthPart(data, prefix="month", initial=vars(terms.month))
        shifts = scheduling.shifts(terms.shifts)
        self.shifts = {key: ShiftPart(shifts[key], told, data) for key, told in terms.shifts.items()}

    def _forms(self) -> Iterator[forms.Form]:
        yield from (self.name, self.rules, self.month)
        for shift in self.shifts.values():
            yield from shift.forms

    def is_valid(self) -> bool:
        refused = [form for form in self._forms() if not form.is_valid()]
        return not refused

    def terms(self) -> Terms:
        rules = {name: self.rules.cleaned_data[name] for name in self.rules.fields}
        month = {name: self.month.cleaned_data[name] for name in Rule.__dataclass_fields__}
        return Terms(rules, Rule(**month), {key: one.tolerances() for key, one in self.shifts.items()})


class RunForm(forms.Form):
    """Which past months, and of whom."""

    months = forms.MultipleChoiceField(
        label=gettext_lazy("月份"), widget=forms.CheckboxSelectMultiple({"class": "form-check-input"})
    )
    department = forms.ChoiceField(label=gettext_lazy("部门"), required=False)

    def __init__(self, *args: Any, months: list[dt.date], departments: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told = [(f"{month:%Y-%m}", say_month(month)) for month in months]
        self.fields["months"].choices = told  # type: ignore[attr-defined]
        self.fields["months"].initial = [told[0][0]]
        self.fields["department"].choices = [("", gettext_lazy("全部部门")), *departments]  # type: ignore[attr-defined]

    def chosen_months(self) -> list[dt.date]:
        return [dt.date.fromisoformat(f"{one}-01") for one in self.cleaned_data["months"]]

    def chosen_department(self) -> Department | None:
        chosen = self.cleaned_data["department"]
        return place_queries.department(int(chosen)) if chosen else None


class PublishForm(forms.Form):
    begins_on = forms.DateField(
        label=gettext_lazy("自哪天起"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    untried = forms.BooleanField(label=gettext_lazy("没有试算过,直接发布"), required=False)
