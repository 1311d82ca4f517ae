"""What people type in: a word when deciding, a person, a delegation, the steps and settings of a flow, a dry run."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from kaoqin.approvals.flow_actions import FlowSettings
from kaoqin.approvals.flowing import StepPlan, When
from kaoqin.approvals.words import CHOSEN, ROLES, Fact, Missing, Mode, Who, condition_labels, request_kinds
from kaoqin.core.words import Refusal
from kaoqin.org import number_queries, place_queries
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.words import Role

DATE = {"type": "date"}
BETWEEN = re.compile(r"[\s,,、;;]+")


def people_meant(text: str, on: dt.date, field: str) -> list[Employee]:
    """The people named in a text by number or name. Refuses nobody and several, at the field."""
    try:
        return number_queries.meant([one for one in BETWEEN.split(text) if one], on)
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.sentence, field) from refusal


def numbers_of(employee_ids: Iterable[int]) -> str:
    """The numbers of some people, in their order, as a field shows them."""
    known = org.by_ids(employee_ids).in_bulk()
    return " ".join(known[one].number for one in employee_ids if one in known)


class WordForm(forms.Form):
    """A word that goes with a deed."""

    text = forms.CharField(
        label=gettext_lazy("说明"), max_length=500, required=False, widget=forms.Textarea({"rows": 2})
    )


class WhomForm(forms.Form):
    """Somebody, by name or number."""

    person = forms.CharField(label=gettext_lazy("姓名或工号"), max_length=60)

    def meant(self, on: dt.date) -> Employee:
        return people_meant(self.cleaned_data["person"].replace(" ", ""), on, "person")[0]


class PersonForm(WhomForm, WordForm):
    """Somebody, and a word."""

    field_order: Sequence[str] = ("person", "text")


class AddForm(PersonForm):
    """An approver to be added."""

    when = forms.ChoiceField(
        label=gettext_lazy("顺序"),
        choices=[("before", gettext_lazy("在我之前审批")), ("after", gettext_lazy("在我之后审批"))],
    )
    field_order = ("person", "when", "text")


class DelegationForm(forms.Form):
    who = forms.CharField(
        label=gettext_lazy("谁的审批"), max_length=60, required=False, help_text=gettext_lazy("姓名或工号;留空为自己。")
    )
    to = forms.CharField(label=gettext_lazy("由谁代办"), max_length=60, help_text=gettext_lazy("姓名或工号。"))
    begins_on = forms.DateField(label=gettext_lazy("从"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))
    ends_on = forms.DateField(label=gettext_lazy("到"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))

    def __init__(self, *args: Any, for_others: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not for_others:
            del self.fields["who"]


class BulkForm(WordForm):
    chosen = forms.TypedMultipleChoiceField(coerce=int)

    def __init__(self, possible: Iterable[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"] = forms.TypedMultipleChoiceField(coerce=int, choices=[(one, one) for one in possible])


BOUNDS = tuple((name, side) for name in Fact.values for side in ("over", "upto"))
SAID = {
    "days_over": gettext_lazy("天数大于"),
    "days_upto": gettext_lazy("天数不超过"),
    "hours_over": gettext_lazy("小时数大于"),
    "hours_upto": gettext_lazy("小时数不超过"),
    "amount_over": gettext_lazy("金额大于"),
    "amount_upto": gettext_lazy("金额不超过"),
}


class WhenForm(forms.Form):
    """Conditions; what is left empty is none."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("申请类型"),
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )
    finer = forms.MultipleChoiceField(
        label=gettext_lazy("只限其中这些"),
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )
    departments = forms.TypedMultipleChoiceField(
        label=gettext_lazy("部门(含下级)"), required=False, coerce=int, widget=forms.SelectMultiple({"size": 5})
    )

    def __init__(self, on: dt.date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in SAID.items():
            self.fields[name] = forms.DecimalField(label=label, min_value=0, decimal_places=2, required=False)
        kinds = request_kinds().values()
        departments = [(node.id, "\u3000" * node.depth + node.name) for node in place_queries.tree(on)]
        self.fields["kinds"].choices = [(kind.code, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        finer = [one for kind in kinds for one in kind.finer_labels().items()]
        self.fields["finer"].choices = finer  # type: ignore[attr-defined]
        self.fields["departments"].choices = departments  # type: ignore[attr-defined]

    def conditions(self) -> When:
        """What was chosen; where some of a kind were, it is only those, whether the whole was ticked or not."""
        said = self.cleaned_data
        narrowed = {one.partition(":")[0] for one in said["finer"]}
        kinds = frozenset(said["kinds"]) - narrowed | frozenset(said["finer"])
        over, upto = (
            {name: said[f"{name}_{side}"] for name in Fact.values if said.get(f"{name}_{side}") is not None}
            for side in ("over", "upto")
        )
        return When(kinds, frozenset(said["departments"]), over, upto)

    @staticmethod
    def initial_of(when: When) -> dict[str, Any]:
        """Conditions as the fields show them."""
        bounds = {f"{name}_{side}": _shown(getattr(when, side).get(name)) for name, side in BOUNDS}
        finer = sorted(one for one in when.kinds if ":" in one)
        kinds = sorted({one.partition(":")[0] for one in when.kinds})
        return {"kinds": kinds, "finer": finer, "departments": sorted(when.departments), **bounds}


def _shown(value: Decimal | None) -> str | None:
    return None if value is None else f"{float(value):g}"


class StepForm(WhenForm):
    who = forms.ChoiceField(label=gettext_lazy("谁审批"), choices=[(one.value, one.label) for one in CHOSEN])
    levels = forms.IntegerField(
        label=gettext_lazy("往上第几级主管"),
        min_value=1,
        max_value=10,
        initial=1,
        help_text=gettext_lazy("选「直属主管」时;1 是直属主管本人。"),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("角色"),
        choices=[(one.value, one.label) for one in ROLES],
        initial=Role.HR,
        help_text=gettext_lazy("选「角色」时;管理范围包含申请人的才算。"),
    )
    people = forms.CharField(
        label=gettext_lazy("人员"),
        required=False,
        max_length=400,
        help_text=gettext_lazy("选「指定人员」时;姓名或工号,用空格或顿号分开。"),
    )
    mode = forms.ChoiceField(label=gettext_lazy("有几个人时"), choices=Mode.choices)
    missing = forms.ChoiceField(
        label=gettext_lazy("找不到人时"),
        choices=Missing.choices,
        help_text=gettext_lazy("没有人、离职、没有账号或者正是申请人自己。仍找不到时由人事审批,不会自动通过。"),
    )
    substitutes = forms.CharField(
        label=gettext_lazy("替代人员"), required=False, max_length=400, help_text=gettext_lazy("选「指定人员」时。")
    )
    remind_hours = forms.IntegerField(
        label=gettext_lazy("多少小时未处理提醒"),
        min_value=0,
        max_value=720,
        initial=0,
        help_text=gettext_lazy("0 为不提醒。"),
    )
    escalate_hours = forms.IntegerField(
        label=gettext_lazy("多少小时未处理转交上级"),
        min_value=0,
        max_value=720,
        initial=0,
        help_text=gettext_lazy("0 为不转交。"),
    )

    def step(self, on: dt.date) -> StepPlan:
        """The step as it was filled in. Refuses people who are none, at their field."""
        said: Mapping[str, Any] = self.cleaned_data
        return StepPlan(
            Who(said["who"]),
            Mode(said["mode"]),
            said["levels"],
            said["role"],
            tuple(one.pk for one in people_meant(said["people"], on, "people")),
            self.conditions(),
            Missing(said["missing"]),
            tuple(one.pk for one in people_meant(said["substitutes"], on, "substitutes")),
            said["remind_hours"],
            said["escalate_hours"],
        )

    @classmethod
    def shown(cls, step: StepPlan) -> dict[str, Any]:
        """A step as the fields show it."""
        plain = ("who", "levels", "role", "mode", "missing", "remind_hours", "escalate_hours")
        people = {name: numbers_of(getattr(step, name)) for name in ("people", "substitutes")}
        told = {name: getattr(step, name) for name in plain}
        return {**told, "role": step.role or Role.HR, **people, **cls.initial_of(step.when)}


class SettingsForm(WhenForm):
    """What a flow is for, when it says yes by itself, and whether nobody is asked twice."""

    once = forms.BooleanField(label=gettext_lazy("连续几步是同一个人时,只审批一次"), required=False, initial=True)
    automatic = forms.BooleanField(label=gettext_lazy("在限额之内自动同意"), required=False)
    automatic_days = forms.DecimalField(
        label=gettext_lazy("自动同意:天数不超过"), min_value=0, decimal_places=2, required=False
    )
    automatic_hours = forms.DecimalField(
        label=gettext_lazy("自动同意:小时数不超过"), min_value=0, decimal_places=2, required=False
    )
    automatic_amount = forms.DecimalField(
        label=gettext_lazy("自动同意:金额不超过"), min_value=0, decimal_places=2, required=False
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("automatic") and not self._limits(said):
            self.add_error("automatic", gettext_lazy("请至少填一个限额。"))
        return said

    @staticmethod
    def _limits(said: Mapping[str, Any]) -> dict[str, Decimal]:
        found = {name: said.get(f"automatic_{name}") for name in Fact.values}
        return {name: value for name, value in found.items() if value is not None}

    def settings(self) -> FlowSettings:
        said = self.cleaned_data
        automatic = When(upto=self._limits(said)) if said["automatic"] else None
        return FlowSettings(self.conditions(), automatic, said["once"])

    @classmethod
    def shown(cls, conditions: When, automatic: When | None, once: bool) -> dict[str, Any]:
        """Settings as the fields show them."""
        limits = automatic.upto if automatic else {}
        told = {f"automatic_{name}": _shown(limits.get(name)) for name in Fact.values}
        return {**cls.initial_of(conditions), **told, "automatic": automatic is not None, "once": once}


class NameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("流程名称"), max_length=60)


class FromDayForm(forms.Form):
    begins_on = forms.DateField(label=gettext_lazy("自哪天起"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))


class TryForm(forms.Form):
    """An invented request."""

    person = forms.CharField(label=gettext_lazy("申请人(姓名或工号)"), max_length=60)
    kind = forms.ChoiceField(label=gettext_lazy("申请类型"))
    days = forms.DecimalField(label=gettext_lazy("天数"), min_value=0, required=False)
    hours = forms.DecimalField(label=gettext_lazy("小时数"), min_value=0, required=False)
    amount = forms.DecimalField(label=gettext_lazy("金额"), min_value=0, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = condition_labels().items()  # type: ignore[attr-defined]

    def meant(self, on: dt.date) -> Employee:
        return people_meant(self.cleaned_data["person"].replace(" ", ""), on, "person")[0]

    def kind_code(self) -> str:
        code: str = self.cleaned_data["kind"]
        return code.partition(":")[0]

    def facts(self) -> dict[str, Any]:
        """Amounts, and the finer kind where one was chosen."""
        amounts = {name: self.cleaned_data[name] for name in Fact.values if self.cleaned_data[name] is not None}
        return {**amounts, "kind": self.cleaned_data["kind"].partition(":")[2]}
