"""What people type in about customers, kinds of visits, plans, and what a visit lacks."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from kaoqin.core import places
from kaoqin.field.answers import NOTE, fields_of
from kaoqin.field.customer_actions import CustomerDetails, Where
from kaoqin.field.models import Visit
from kaoqin.field.words import LEAST_RADIUS_M, MOST_RADIUS_M, RADIUS_M, Answer, Asked, KindTerms
from kaoqin.org.words import Datum

DATE = {"type": "date"}
DEGREES = {"step": "any"}


def day_field(label: Any, **told: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(DATE, format="%Y-%m-%d"), **told)


class CustomerForm(forms.Form):
    """A customer: code, name, address, contact."""

    code = forms.CharField(label=gettext_lazy("客户编号"), max_length=40)
    name = forms.CharField(label=gettext_lazy("客户名称"), max_length=80)
    address = forms.CharField(label=gettext_lazy("地址"), max_length=200, required=False)
    contact_name = forms.CharField(label=gettext_lazy("联系人"), max_length=40, required=False)
    contact_phone = forms.CharField(label=gettext_lazy("联系电话"), max_length=30, required=False)

    def details(self) -> CustomerDetails:
        said = self.cleaned_data
        return CustomerDetails(**{name: said[name] for name in CustomerForm.base_fields})


class ChangeForm(CustomerForm):
    """A customer that is there: its code stays."""

    closed = forms.BooleanField(label=gettext_lazy("停用(不再拜访)"), required=False)

    def __init__(self, *told: Any, **named: Any) -> None:
        super().__init__(*told, **named)
        self.fields["code"].disabled = True


class PlaceForm(forms.Form):
    """Where a customer is."""

    latitude = forms.FloatField(
        label=gettext_lazy("纬度"), min_value=-90, max_value=90, widget=forms.NumberInput(DEGREES)
    )
    longitude = forms.FloatField(
        label=gettext_lazy("经度"), min_value=-180, max_value=180, widget=forms.NumberInput(DEGREES)
    )
    datum = forms.ChoiceField(
        label=gettext_lazy("坐标系"),
        choices=Datum.choices,
        help_text=gettext_lazy("从高德、腾讯地图抄来的是 GCJ-02,从百度地图抄来的是 BD-09;选错会偏 300 至 1500 米。"),
    )
    radius_m = forms.IntegerField(
        label=gettext_lazy("半径(米)"), min_value=LEAST_RADIUS_M, max_value=MOST_RADIUS_M, initial=RADIUS_M
    )
    exact = forms.BooleanField(
        label=gettext_lazy("位置准确"),
        required=False,
        help_text=gettext_lazy("不勾选时标为「待校准」:拜访照常记录,但不按这个位置判断在不在客户处。"),
    )

    def where(self) -> Where:
        said = self.cleaned_data
        datum = places.Datum(said["datum"])
        return Where(said["latitude"], said["longitude"], datum, said["radius_m"], said["exact"])


class PlacingForm(forms.Form):
    """How many customers are looked up by their addresses."""

    count = forms.IntegerField(label=gettext_lazy("这次查找多少家"), min_value=1)
    city = forms.CharField(
        label=gettext_lazy("城市"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("地址里没有写城市时填,如 上海。"),
    )


class OwnerForm(forms.Form):
    """Somebody becomes an owner from a day on."""

    person = forms.CharField(label=gettext_lazy("姓名或工号"), max_length=60)
    begins_on = day_field(gettext_lazy("自"))


class NameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=40)


class TermsForm(forms.Form):
    """What a kind asks for from a day on, without its fields."""

    begins_on = day_field(gettext_lazy("自"))
    least_minutes = forms.IntegerField(
        label=gettext_lazy("最短停留(分钟)"),
        min_value=0,
        max_value=600,
        help_text=gettext_lazy("少于它会提醒本人和主管;0 为不检查。"),
    )
    photo_needed = forms.BooleanField(label=gettext_lazy("必须拍照"), required=False)
    note_needed = forms.BooleanField(label=gettext_lazy("必须写说明"), required=False)

    def terms(self, fields: Sequence[Asked]) -> KindTerms:
        said = self.cleaned_data
        return KindTerms(said["least_minutes"], said["photo_needed"], said["note_needed"], tuple(fields))


class AskedForm(forms.Form):
    """One field of a form; one without a label is none."""

    key = forms.RegexField(r"^f[1-9]\d{0,2}$", required=False, widget=forms.HiddenInput)
    label = forms.CharField(label=gettext_lazy("问什么"), required=False, max_length=60)
    answer = forms.ChoiceField(label=gettext_lazy("怎样回答"), choices=Answer.choices, initial=Answer.TEXT)
    choices = forms.CharField(
        label=gettext_lazy("选项"),
        required=False,
        max_length=500,
        widget=forms.TextInput({"placeholder": gettext_lazy("单选时填,用顿号隔开")}),
    )
    required = forms.BooleanField(label=gettext_lazy("必填"), required=False)


AskedForms = forms.formset_factory(AskedForm, extra=4, max_num=30, absolute_max=30)


def asked_in(rows: Sequence[dict[str, Any]]) -> list[Asked]:
    """The fields of a filled-in form. New ones get a key that none of the others has; a key stays with its field."""
    told = [row for row in rows if row.get("label", "").strip()]
    taken = {row["key"] for row in told if row["key"]}
    free = (f"f{number}" for number in range(1, 1000) if f"f{number}" not in taken)
    return [
        Asked(
            row["key"] or next(free),
            row["label"].strip(),
            Answer(row["answer"]),
            row["required"],
            tuple(filter(None, map(str.strip, re.split(r"[、,,;;\n]", row["choices"])))),
        )
        for row in told
    ]


def asked_told(fields: Sequence[Asked]) -> list[dict[str, Any]]:
    """Fields as the rows of a form begin."""
    return [{**vars(one), "answer": one.answer.value, "choices": "、".join(one.choices)} for one in fields]


class StopForm(forms.Form):
    """A customer on a day, at a time or when it suits."""

    date = day_field(gettext_lazy("日期"))
    customer = forms.CharField(
        label=gettext_lazy("客户编号或名称"),
        max_length=140,
        widget=forms.TextInput({"list": "customers", "autocomplete": "off"}),
    )
    time = forms.TimeField(
        label=gettext_lazy("时间"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )


class NoteForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("批注"), max_length=500, widget=forms.Textarea({"rows": 2}))


class FillForm(forms.Form):
    """What a visit lacks: the fields of its form that nobody answered, the note; photos come beside it."""

    def __init__(self, visit: Visit, *told: Any, **named: Any) -> None:
        super().__init__(*told, **named)
        for asked in fields_of(visit.terms.fields):
            if asked.key in visit.lacking:
                self.fields[asked.key] = _field(asked)
        if NOTE in visit.lacking:
            self.fields["note"] = forms.CharField(
                label=gettext_lazy("说明"), max_length=500, widget=forms.Textarea({"rows": 2})
            )


def _field(asked: Asked) -> forms.Field:
    """The field of a form that takes an answer; what it takes is checked as the phone's answers are."""
    yes_no = [("yes", gettext_lazy("是")), ("no", gettext_lazy("否"))]
    given = yes_no if asked.answer == Answer.YES_NO else [(one, one) for one in asked.choices]
    if asked.answer in {Answer.CHOICE, Answer.YES_NO}:
        return forms.ChoiceField(label=asked.label, choices=[("", "—"), *given])
    kinds = {Answer.TEXT: "text", Answer.NUMBER: "number", Answer.DATE: "date"}
    widget = forms.TextInput({"type": kinds[asked.answer], **(DEGREES if asked.answer == Answer.NUMBER else {})})
    return forms.CharField(label=asked.label, max_length=500, widget=widget)
