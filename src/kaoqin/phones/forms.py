"""What people type in about places, networks and ways."""

import datetime as dt
import re
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from kaoqin.core import places
from kaoqin.core.words import Refusal
from kaoqin.org import number_queries, place_queries
from kaoqin.org.words import Datum
from kaoqin.phones.actions import PlaceDetails
from kaoqin.phones.models import Place
from kaoqin.phones.words import MARKS, SIGNALS, Demand, Outside, Way, Ways

_DAY = {"type": "date"}


def _day(label: Any, **told: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(_DAY, format="%Y-%m-%d"), **told)


def read_corners(text: str) -> tuple[tuple[float, float], ...]:
    """`31.2304, 121.4737` on each line as (latitude, longitude). Refuses a line that is not two numbers."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        words = [word for word in re.split(r"[\s,,;;]+", line) if word]
        try:
            north, east = map(float, words)
        except ValueError:
            said = gettext("「{line}」应为纬度,经度,如 31.2304, 121.4737。").format(line=line[:40])
            raise Refusal("phones.corner", said, "corners") from None
        found.append((north, east))
    return tuple(found)


class PlaceForm(forms.Form):
    """A place: a point with a radius, or corners; for whom, and from when."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    latitude = forms.FloatField(
        label=gettext_lazy("纬度"),
        required=False,
        min_value=-90,
        max_value=90,
        widget=forms.NumberInput({"step": "any"}),
    )
    longitude = forms.FloatField(
        label=gettext_lazy("经度"),
        required=False,
        min_value=-180,
        max_value=180,
        widget=forms.NumberInput({"step": "any"}),
    )
    radius_m = forms.IntegerField(label=gettext_lazy("半径(米)"), required=False, initial=200)
    datum = forms.ChoiceField(
        label=gettext_lazy("坐标系"),
        choices=Datum.choices,
        initial=Datum.GCJ02,
        help_text=gettext_lazy("从高德、腾讯地图抄来的是 GCJ-02,从百度地图抄来的是 BD-09;选错会偏 300 至 1500 米。"),
    )
    corners = forms.CharField(
        label=gettext_lazy("多边形顶点"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("要画多边形时填,每行一个「纬度, 经度」,至少三行;填了就不看上面的经纬度和半径。"),
    )
    whom = forms.ChoiceField(label=gettext_lazy("适用于"))
    number = forms.CharField(
        label=gettext_lazy("工号"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("适用于一名员工时填。"),
    )
    begins_on = _day(gettext_lazy("自"))
    ends_on = _day(gettext_lazy("至"), required=False, help_text=gettext_lazy("留空为一直有效。"))

    def __init__(self, *told: Any, today: dt.date, groups: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*told, **named)
        of = [(f"group_id:{key}", gettext("考勤组:{name}").format(name=name)) for key, name in groups]
        sites = [
            (f"site_id:{key}", gettext("地点:{name}").format(name=name)) for key, name in place_queries.site_choices()
        ]
        departments = [
            (f"department_id:{node.id}", gettext("部门:{name}").format(name=node.path))
            for node in place_queries.tree(today)
        ]
        choices = [*sites, *of, *departments, ("employee_id:0", gettext("一名员工(填工号)"))]
        self.fields["whom"] = forms.ChoiceField(label=gettext("适用于"), choices=choices)

    def details(self) -> PlaceDetails:
        """What was typed, as a place. Refuses what is neither a circle nor a polygon, and an unknown number."""
        kind, key = self.cleaned_data["whom"].split(":")
        employee = number_queries.by_number(self.cleaned_data["number"].strip()) if kind == "employee_id" else None
        return self.fence(self.cleaned_data["name"], (kind, employee.pk if employee else int(key)))

    def fence(self, name: str, whom: tuple[str, int]) -> PlaceDetails:
        """Where and when, as typed, for somebody."""
        said = self.cleaned_data
        corners = read_corners(said["corners"])
        if not corners and (said["latitude"] is None or said["longitude"] is None):
            raise Refusal("phones.no_point", gettext("请填写纬度和经度,或多边形顶点。"), "latitude")
        circle = ((said["latitude"], said["longitude"]),)
        radius = None if corners else said["radius_m"] or 0
        days = {day: said[day] for day in ("begins_on", "ends_on")}
        datum = places.Datum(said["datum"])
        return PlaceDetails(name=name, datum=datum, corners=corners or circle, radius_m=radius, whom=whom, **days)


class PlaceChangeForm(PlaceForm):
    """The form of a place without what stays: its name, and for whom it is."""

    def __init__(self, *told: Any, today: dt.date, place: Place, **named: Any) -> None:
        super().__init__(*told, today=today, groups=[], initial=_told_of(place, today), **named)
        for fixed in ("name", "whom", "number"):
            del self.fields[fixed]
        self.fields["begins_on"].help_text = gettext(
            "从这天起按新的,之前仍按原来的;填这一版开始的那天({day}),就是更正当时填错的。"
        ).format(day=place.begins_on)


def _told_of(place: Place, today: dt.date) -> dict[str, Any]:
    """A place as one would have typed it; a change holds from today, unless it was to begin later."""
    told: dict[str, Any] = {"datum": place.datum, "ends_on": place.ends_on, "radius_m": place.radius_m}
    told["begins_on"] = max(today, place.begins_on)
    if place.radius_m is None:
        return told | {"corners": "\n".join(f"{north}, {east}" for north, east in place.corners)}
    (told["latitude"], told["longitude"]) = place.corners[0]
    return told


class NetworkForm(forms.Form):
    site = forms.ChoiceField(label=gettext_lazy("地点"))
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    addresses = forms.CharField(
        label=gettext_lazy("地址或网段"),
        max_length=50,
        help_text=gettext_lazy(
            "服务器看到的地址:服务器在公司内网时填内网网段,如 192.168.1.0/24;在云上时填公司出口的公网地址,如 203.0.113.8。"
        ),
    )
    begins_on = _day(gettext_lazy("自"))

    def __init__(self, *told: Any, **named: Any) -> None:
        super().__init__(*told, **named)
        self.fields["site"] = forms.ChoiceField(label=gettext("地点"), choices=place_queries.site_choices())


class ScreenForm(forms.Form):
    site = forms.ChoiceField(label=gettext_lazy("地点"))
    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=60, help_text=gettext_lazy("员工看得到,如「一号楼大厅」。")
    )
    begins_on = _day(gettext_lazy("自"))

    def __init__(self, *told: Any, **named: Any) -> None:
        super().__init__(*told, **named)
        self.fields["site"] = forms.ChoiceField(label=gettext("地点"), choices=place_queries.site_choices())


class MarkForm(ScreenForm):
    kind = forms.ChoiceField(label=gettext_lazy("类型"), choices=[(one.value, one.label) for one in MARKS])


class SignalForm(ScreenForm):
    kind = forms.ChoiceField(label=gettext_lazy("类型"), choices=[(one.value, one.label) for one in SIGNALS])
    address = forms.CharField(
        label=gettext_lazy("地址"),
        max_length=80,
        help_text=gettext_lazy("Wi-Fi 填 BSSID(无线接入点的地址,不是网络名称);信标填「UUID major minor」。"),
    )


class EndForm(forms.Form):
    ends_on = _day(gettext_lazy("用到"))


class WaysForm(forms.Form):
    """How a group may punch by phone, from a day on."""

    begins_on = _day(gettext_lazy("自"))
    ways = forms.MultipleChoiceField(
        label=gettext_lazy("打卡方式"),
        choices=Way.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )
    outside = forms.ChoiceField(label=gettext_lazy("在范围外打卡"), choices=Outside.choices)
    note_needed = forms.BooleanField(label=gettext_lazy("在范围外必须填写说明"), required=False)
    photo = forms.ChoiceField(
        label=gettext_lazy("需要现场照片"),
        choices=Demand.choices,
        help_text=gettext_lazy(
            "打卡时用相机现拍,不能选相册里的。不同意拍照的员工用屏幕二维码、办公网络、考勤机打卡不需要照片。"
        ),
    )
    face = forms.ChoiceField(
        label=gettext_lazy("需要手机核对人脸"),
        choices=Demand.choices,
        help_text=gettext_lazy(
            "只对本人同意的员工有效,由接了接口的应用在手机上核对,系统里没有人脸;浏览器做不到。不同意的员工照常打卡。"
        ),
    )
    offline_hours = forms.IntegerField(
        label=gettext_lazy("离线打卡时限(小时)"),
        min_value=1,
        max_value=168,
        help_text=gettext_lazy("没有网络时先存在手机里;超过这个时间才上传的,由主管复核。"),
    )
    changes = forms.IntegerField(label=gettext_lazy("可自行换手机(次)"), min_value=0, max_value=100)
    change_days = forms.IntegerField(label=gettext_lazy("每多少天"), min_value=1, max_value=366)
    review_from_percent = forms.IntegerField(
        label=gettext_lazy("可疑分达到多少时请主管复核(%)"),
        required=False,
        min_value=1,
        max_value=100,
        help_text=gettext_lazy("可疑的打卡照常计入,只是排进复核列表请主管看一眼。默认 50;留空为不按可疑分。"),
    )

    def rules(self) -> Ways:
        said = {key: value for key, value in self.cleaned_data.items() if key != "begins_on"}
        told = {"ways": tuple(Way(one) for one in said["ways"]), "outside": Outside(said["outside"])}
        told |= {"photo": Demand(said["photo"]), "face": Demand(said["face"])}
        return Ways(**{**said, **told})


class SiteWaysForm(forms.Form):
    """Which ways are open to the people of a site, from a day on."""

    site = forms.ChoiceField(label=gettext_lazy("地点"))
    ways = forms.MultipleChoiceField(
        label=gettext_lazy("打卡方式"),
        choices=Way.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        help_text=gettext_lazy("只用这里选的方式,比考勤组的多或少都可以;说明、离线时限、换手机等仍按考勤组。"),
    )
    begins_on = _day(gettext_lazy("自"), help_text=gettext_lazy("在此之前的规定到前一天为止。"))
    ends_on = _day(gettext_lazy("至"), required=False, help_text=gettext_lazy("留空为一直有效;之后又按考勤组。"))

    def __init__(self, *told: Any, **named: Any) -> None:
        super().__init__(*told, **named)
        self.fields["site"] = forms.ChoiceField(label=gettext("地点"), choices=place_queries.site_choices())


class DecisionForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200, widget=forms.Textarea({"rows": 2}))
