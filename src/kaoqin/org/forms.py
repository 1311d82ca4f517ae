"""What people type in about people, departments and sites."""

import datetime as dt
import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from kaoqin.core.words import Refusal
from kaoqin.org import number_queries, place_queries
from kaoqin.org.actions import Place
from kaoqin.org.models import Department, Employee, Site
from kaoqin.org.words import Datum, Province

DATE = {"type": "date"}


def department_choices(on: dt.date, empty: str = "") -> list[tuple[str, str]]:
    choices = [(str(node.id), f"{'  ' * node.depth}{node.name}") for node in place_queries.tree(on)]
    return [("", empty), *choices] if empty else choices


class PlaceForm(forms.Form):
    """Department, site and title; `place()` gives them as one."""

    department = forms.ChoiceField(label=gettext_lazy("部门"))
    site = forms.ModelChoiceField(Site.objects.order_by("code"), label=gettext_lazy("地点"))
    title = forms.CharField(label=gettext_lazy("职位"), max_length=60, required=False)

    def __init__(self, on: dt.date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"] = forms.ChoiceField(label=gettext("部门"), choices=department_choices(on))
        self.fields["site"].label_from_instance = lambda site: site.name  # type: ignore[attr-defined]

    def place(self) -> Place:
        department = Department.objects.get(pk=self.cleaned_data["department"])
        return Place(department, self.cleaned_data["site"], self.cleaned_data["title"])


class HireForm(PlaceForm):
    number = forms.CharField(
        label=gettext_lazy("工号"), max_length=40, help_text=gettext_lazy("前导零是工号的一部分。")
    )
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)
    hired_on = forms.DateField(label=gettext_lazy("入职日期"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))
    field_order = ("number", "name", "hired_on")


class MoveForm(PlaceForm):
    on = forms.DateField(label=gettext_lazy("自哪天起"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))
    field_order = ("on",)


class LeaveForm(forms.Form):
    left_on = forms.DateField(label=gettext_lazy("最后工作日"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))


class DetailsForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)
    phone = forms.CharField(label=gettext_lazy("手机"), max_length=30, required=False)
    email = forms.EmailField(label=gettext_lazy("邮箱"), required=False)


class DepartmentForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("编码"), max_length=40)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=100)
    parent = forms.ChoiceField(label=gettext_lazy("上级部门"), required=False)
    begins_on = forms.DateField(label=gettext_lazy("自哪天起"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))
    closed = forms.BooleanField(label=gettext_lazy("自该日起撤销"), required=False)

    def __init__(self, on: dt.date, *args: Any, new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = department_choices(on, gettext("(无,作为顶级)"))
        self.fields["parent"] = forms.ChoiceField(label=gettext("上级部门"), required=False, choices=choices)
        del self.fields["closed" if new else "code"]

    def above(self) -> Department | None:
        return Department.objects.filter(pk=self.cleaned_data["parent"] or 0).first()


class LeaderForm(forms.Form):
    """Who leads from a day on: a number, or a name only one person has; left empty, nobody."""

    leader = forms.CharField(label=gettext_lazy("姓名或工号"), max_length=60, required=False)
    on = forms.DateField(label=gettext_lazy("自哪天起"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))

    def leading(self) -> Employee | None:
        """Who was meant. Refuses nobody and several."""
        said = self.cleaned_data["leader"].strip()
        try:
            return number_queries.meant([said], self.cleaned_data["on"])[0] if said else None
        except Refusal as refusal:
            raise Refusal(refusal.code, refusal.sentence, "leader") from refusal


class SiteForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("编码"), max_length=40)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=100)
    timezone = forms.CharField(
        label=gettext_lazy("时区"),
        max_length=60,
        initial="Asia/Shanghai",
        help_text=gettext_lazy("如 Asia/Shanghai、Asia/Urumqi。"),
    )
    address = forms.CharField(label=gettext_lazy("地址"), max_length=200, required=False)
    province = forms.ChoiceField(
        label=gettext_lazy("省份"),
        choices=[("", gettext_lazy("(未填)")), *Province.choices],
        required=False,
        help_text=gettext_lazy("决定按哪个地方的规定给婚假、产假、陪产假和育儿假。"),
    )
    latitude = forms.DecimalField(
        label=gettext_lazy("纬度"), min_value=-90, max_value=90, decimal_places=6, required=False
    )
    longitude = forms.DecimalField(
        label=gettext_lazy("经度"), min_value=-180, max_value=180, decimal_places=6, required=False
    )
    datum = forms.ChoiceField(
        label=gettext_lazy("坐标系"),
        choices=[("", gettext_lazy("(未填位置)")), *Datum.choices],
        required=False,
        help_text=gettext_lazy("高德、腾讯取的坐标选 GCJ-02,百度选 BD-09,GPS 选 WGS-84;选错会偏几百米。"),
    )

    def clean_timezone(self) -> str:
        said: str = self.cleaned_data["timezone"]
        if said not in zoneinfo.available_timezones():
            raise forms.ValidationError(gettext("没有这个时区。"))
        return said
