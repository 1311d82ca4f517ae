"""Pages of places, office networks, and the ways of a group."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, ListPage
from kaoqin.core.words import say_list
from kaoqin.maps import queries as maps
from kaoqin.maps.scenes import Area, Scene
from kaoqin.org import place_queries
from kaoqin.phones import actions, place_actions, queries
from kaoqin.phones.drawing import draw
from kaoqin.phones.forms import EndForm, NetworkForm, PlaceChangeForm, PlaceForm, WaysForm
from kaoqin.phones.models import OfficeNetwork, Place
from kaoqin.phones.words import MANAGE_PLACES, Way, Ways
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy

MOST_SHOWN = 500


def places(request: AskedBy) -> HttpResponseBase:
    """All places: for whom, how large, from when to when."""
    require(request.by, MANAGE_PLACES)
    names = place_queries.department_names(request.today)
    page: ListPage[Place] = ListPage(
        request,
        queries.all_places(seen_by=request.by),
        title=pgettext("list", "打卡地点"),
        columns=[
            Column("name", gettext("名称"), lambda p: p.name, "name", link=lambda p: f"/phones/places/{p.pk}/"),
            Column("whom", gettext("适用于"), lambda p: _say_whom(p, names)),
            Column("shape", gettext("范围"), _say_shape),
            Column("datum", gettext("坐标系"), lambda p: p.get_datum_display(), "datum"),
            Column("begins_on", gettext("自"), lambda p: p.begins_on, "begins_on"),
            Column("ends_on", gettext("至"), lambda p: p.ends_on, "ends_on"),
            Column("state", gettext("状态"), lambda p: _state(p, request)[0], tone=lambda p: _state(p, request)[1]),
        ],
        search=["name", "site__name", "group__name", "employee__name", "employee__number"],
        empty=gettext("还没有打卡地点。先添加公司所在的位置,员工才能用定位打卡。"),
        add=("/phones/places/new/", gettext("新增打卡地点")),
        template="phones/places.html",
    )
    return page.answer()


def _state(place: Place, request: AskedBy) -> tuple[str, str]:
    """Whether a version of a place holds today, and its colour."""
    if place.begins_on > request.today:
        return gettext("未开始"), "azure"
    over = place.ends_on is not None and place.ends_on < request.today
    return (gettext("已结束"), "secondary") if over else (gettext("有效"), "green")


def _say_whom(place: Place, departments: dict[int, str]) -> str:
    if place.site:
        return gettext("地点:{name}").format(name=place.site.name)
    if place.group:
        return gettext("考勤组:{name}").format(name=place.group.name)
    if place.employee:
        return f"{place.employee.name} {place.employee.number}"
    return gettext("部门:{name}").format(name=departments.get(place.department_id or 0, ""))


def _say_shape(place: Place) -> str:
    if place.radius_m is None:
        return gettext("{count} 个顶点的多边形").format(count=len(place.corners))
    return gettext("半径 {metres} 米").format(metres=place.radius_m)


def new_place(request: AskedBy) -> HttpResponse:
    require(request.by, MANAGE_PLACES, everywhere=True)
    groups = scheduling.group_choices()
    form = PlaceForm(request.POST or None, today=request.today, groups=groups, initial={"begins_on": request.today})

    def change(_: dict[str, Any]) -> Place:
        return actions.add_places([form.details()], by=request.by, at=request.asked_at)[0]

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已保存。"))
        return redirect("phones:place", made.pk)
    context = {"form": form, "scene": _known_places(request), "title": gettext("新增打卡地点")}
    context |= {"back": "/phones/places/", "back_label": pgettext("list", "打卡地点"), "provider": maps.provider()}
    return render(request, "phones/new_place.html", context, status=422 if form.errors else 200)


def change_place(request: AskedBy, place_id: int) -> HttpResponse:
    """A place as it shall be from a day on; begins with what it is."""
    require(request.by, MANAGE_PLACES, everywhere=True)
    found = queries.place(place_id, seen_by=request.by)
    queries.refuse_old(found)
    form = PlaceChangeForm(request.POST or None, today=request.today, place=found)

    def change(_: dict[str, Any]) -> Place:
        told = form.fence(found.name, ("", 0))
        return place_actions.change_place(found, told, by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已保存。"))
        return redirect("phones:place", made.pk)
    scene = Scene(areas=[Area(queries.fence_of(found), gettext("原来的范围"), "secondary")]).drawn()
    title = gettext("修改打卡地点「{name}」").format(name=found.name)
    context = {"form": form, "scene": scene, "title": title, "back": f"/phones/places/{found.pk}/"}
    context |= {"back_label": found.name, "provider": maps.provider()}
    return render(request, "phones/new_place.html", context, status=422 if form.errors else 200)


def _known_places(request: AskedBy) -> dict[str, Any]:
    """The places in force, so that a new one is seen beside them."""
    rows = queries.all_places(seen_by=request.by).filter(queries.in_force(request.today))[:MOST_SHOWN]
    return Scene(areas=[Area(queries.fence_of(one), one.name) for one in rows]).drawn()


def place(request: AskedBy, place_id: int) -> HttpResponse:
    """A place on the drawn map, and until when it holds."""
    require(request.by, MANAGE_PLACES)
    found = queries.place(place_id, seen_by=request.by)
    form = EndForm(request.POST or None, initial={"ends_on": found.ends_on or request.today})

    def change(said: dict[str, Any]) -> bool:
        actions.end_place(found, said["ends_on"], by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("已保存。"))
        return redirect("phones:places")
    versions = list(queries.versions(found))
    context = {
        "place": found,
        "versions": [(one, _say_shape(one)) for one in versions],
        "latest": versions[0].pk == found.pk,
        "form": form,
        "whom": _say_whom(found, place_queries.department_names(request.today)),
        "shape": _say_shape(found),
        "picture": draw([queries.fence_of(found)]),
        "scene": Scene(areas=[Area(queries.fence_of(found), found.name)]).drawn(),
    }
    return render(request, "phones/place.html", context, status=422 if form.errors else 200)


def networks(request: AskedBy) -> HttpResponseBase:
    """All office networks."""
    require(request.by, MANAGE_PLACES)
    page: ListPage[OfficeNetwork] = ListPage(
        request,
        queries.networks(seen_by=request.by),
        title=pgettext("list", "办公网络"),
        columns=[
            Column("name", gettext("名称"), lambda n: n.name, "name", link=lambda n: f"/phones/networks/{n.pk}/"),
            Column("site", gettext("地点"), lambda n: n.site.name, "site__name"),
            Column("addresses", gettext("地址或网段"), lambda n: n.addresses, "addresses"),
            Column("begins_on", gettext("自"), lambda n: n.begins_on, "begins_on"),
            Column("ends_on", gettext("至"), lambda n: n.ends_on, "ends_on"),
        ],
        search=["name", "site__name", "addresses"],
        empty=gettext("还没有办公网络。填写后,连着公司网络的员工不用定位也能打卡。"),
        add=("/phones/networks/new/", gettext("新增办公网络")),
        template="phones/networks.html",
        more={"address": request.by.address},
    )
    return page.answer()


def new_network(request: AskedBy) -> HttpResponse:
    require(request.by, MANAGE_PLACES, everywhere=True)
    form = NetworkForm(request.POST or None, initial={"begins_on": request.today, "addresses": request.by.address})

    def change(said: dict[str, Any]) -> bool:
        told = (place_queries.site(int(said["site"])), said["name"], said["addresses"], said["begins_on"])
        actions.add_network(*told, by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("已保存。"))
        return redirect("phones:networks")
    context = {"form": form, "title": gettext("新增办公网络"), "back": "/phones/networks/"}
    context["back_label"] = pgettext("list", "办公网络")
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def network(request: AskedBy, network_id: int) -> HttpResponse:
    """Until when a network is the office's."""
    require(request.by, MANAGE_PLACES)
    found = queries.network(network_id, seen_by=request.by)
    form = EndForm(request.POST or None, initial={"ends_on": found.ends_on or request.today})

    def change(said: dict[str, Any]) -> bool:
        actions.end_network(found, said["ends_on"], by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("已保存。"))
        return redirect("phones:networks")
    context = {"form": form, "title": f"{found.name} {found.addresses}", "back": "/phones/networks/"}
    context["back_label"] = pgettext("list", "办公网络")
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def ways(request: AskedBy, group_id: int) -> HttpResponse:
    """How a group punches by phone: all that was stated, and stating anew; begins with what holds."""
    require(request.by, MANAGE_PLACES)
    group = scheduling.group(group_id)
    rows = list(queries.ways_rules(group.pk, seen_by=request.by))
    now = queries.ways_in(rows[0]) if rows else Ways()
    form = WaysForm(request.POST or None, initial={**vars(now), "begins_on": request.today})

    def change(said: dict[str, Any]) -> bool:
        actions.keep_ways(group, said["begins_on"], form.rules(), by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("已保存。"))
        return redirect("phones:ways", group.pk)
    told = [(row, say_list(Way(one).label for one in row.ways)) for row in rows]
    at_sites = queries.site_ways(seen_by=request.by).filter(queries.in_force(request.today))
    sites = [(one.site.name, say_list(Way(way).label for way in one.ways)) for one in at_sites]
    context = {"group": group, "form": form, "rows": told, "sites": sites}
    return render(request, "phones/ways.html", context, status=422 if form.errors else 200)
