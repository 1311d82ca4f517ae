"""Pages of the fleet: all terminals with the map of their sites; those that wait to be approved, many at once."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.http import require_POST

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.devices import actions, queries
from kaoqin.devices.alarm_views import standing
from kaoqin.devices.forms import ApproveManyForm, ChosenForm
from kaoqin.devices.models import Device
from kaoqin.devices.protocols import title_of
from kaoqin.devices.site_map import Drawing, Place, draw
from kaoqin.devices.words import APPROVE_DEVICES, REPAIR_LINES, TONES, DeviceState, Light
from kaoqin.org import place_queries
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy

WORST = ("red", "yellow", "green", "secondary")
WIDE, NARROW = (760, 420), (360, 320)


def devices(request: AskedBy) -> HttpResponseBase:
    """The fleet: where it stands and how well, and each terminal with its light; looks again every few seconds."""
    rows = queries.devices(seen_by=request.by)
    fleet = {state.device.pk: state for state in queries.states(rows, at=request.asked_at)}
    wanted = request.GET.get("light", "")
    if wanted in Light.values:
        rows = rows.filter(pk__in=[key for key, state in fleet.items() if state.light == wanted])
    more = _Shown(fleet)
    page: ListPage[Any] = ListPage(
        request,
        rows.order_by("site__name", "serial"),
        title=pgettext("list", "考勤机"),
        columns=_columns(more, may(request.by, REPAIR_LINES)),
        search=["serial", "name", "site__name"],
        filters=[
            Filter("light", gettext("状态灯"), Light.choices, ""),
            Filter("state", gettext("状态"), DeviceState.choices, "state"),
            Filter("site", gettext("地点"), place_queries.site_choices(), "site"),
        ],
        empty=gettext("还没有考勤机。"),
        template="devices/devices.html",
        add=("/devices/add/", gettext("添加考勤机")) if may(request.by, APPROVE_DEVICES) else None,
        more=_around(request, fleet),
    )
    more.look(list(page.told), request)
    return page.answer()


def _around(request: AskedBy, fleet: Mapping[int, queries.State]) -> dict[str, Any]:
    """What the fleet page shows besides the list: what waits for somebody, the alarms, the sites."""
    lines = queries.waiting_lines(seen_by=request.by).count() if may(request.by, REPAIR_LINES) else 0
    sites = by_site(fleet.values())
    maps = _maps(sites)
    return {
        "fleet": len(fleet),
        "server": request.build_absolute_uri("/").rstrip("/"),
        "pending": queries.pending_count(seen_by=request.by),
        "lines": lines,
        "sites": sites,
        "maps": maps,
        "lacking": len([one for one in sites if one.site_id]) - len(maps[0][2] if maps else ()),
        "chosen_site": request.GET.get("site", ""),
    } | standing(request)


class _Shown:
    """What the rows on the page tell; what costs a question is asked for these rows only."""

    def __init__(self, fleet: Mapping[int, queries.State]) -> None:
        self._fleet = fleet
        self.unknown: Mapping[int, set[str]] = {}
        self.people: Mapping[int, queries.PeopleDifferences] = {}

    def look(self, rows: list[Device], request: AskedBy) -> None:
        self.unknown = queries.unknown_numbers(rows, request.today)
        self.people = queries.people_differences([device.pk for device in rows])

    def state(self, say: Callable[[queries.State], Any]) -> Callable[[Device], Any]:
        return lambda device: say(self._fleet[device.pk])

    def unknown_count(self, device: Device) -> int | str:
        return len(self.unknown.get(device.pk, ())) or ""

    def differences(self, device: Device) -> str:
        found = self.people.get(device.pk)
        if found is None:
            return ""
        parts = (gettext("待 {count}"), found.waiting), (gettext("失败 {count}"), found.failed)
        return " · ".join(said.format(count=count) for said, count in parts if count)

    def differences_address(self, device: Device) -> str:
        found = self.people.get(device.pk)
        return f"/devices/{device.pk}/people/?state={'failed' if found.failed else 'waiting'}" if found else ""


def _columns(shown: _Shown, repairs: bool) -> list[Column[Any]]:
    """The fleet's columns; what is reckoned is looked up, not asked for row by row."""
    told = shown.state
    return [
        Column("site", gettext("地点"), lambda d: d.site.name if d.site else "", "site__name"),
        Column("name", pgettext("list", "考勤机"), lambda d: d.name or d.serial, "name", link=_address),
        Column("light", gettext("状态灯"), told(lambda s: s.light.label), tone=told(lambda s: TONES[s.light])),
        Column("seen", gettext("最近联系"), told(lambda s: s.known.seen_at), "heartbeat__seen_at"),
        Column("clock", gettext("时钟快(秒)"), told(lambda s: s.known.ahead_seconds), numeric=True),
        Column("memory", gettext("存储"), told(_memory), numeric=True),
        Column("commands", gettext("待执行命令"), told(lambda s: s.known.waiting_commands or ""), numeric=True),
        Column("unknown", gettext("未知编号"), shown.unknown_count, numeric=True),
        Column("people", gettext("人员差异"), shown.differences, link=shown.differences_address),
        Column(
            "bad",
            gettext("问题行"),
            lambda d: d.bad_count or "",
            "bad_count",
            numeric=True,
            link=(lambda d: f"/devices/lines/?device={d.pk}" if d.bad_count else "") if repairs else None,
        ),
        Column("firmware", gettext("固件"), told(lambda s: s.vitals.firmware)),
        Column("serial", gettext("序列号"), lambda d: d.serial, "serial", hidden=True),
        Column("model", gettext("型号"), told(lambda s: s.vitals.model), hidden=True),
        Column("address", gettext("网络地址"), told(lambda s: s.known.address), "heartbeat__address", hidden=True),
        Column("state", gettext("状态"), lambda d: d.get_state_display(), "state", hidden=True),
        Column("protocol", gettext("协议"), lambda d: title_of(d.protocol), "protocol", hidden=True),
        Column("first", gettext("首次出现"), lambda d: d.first_seen_at, "first_seen_at", hidden=True),
    ]


def _address(device: Device) -> str:
    return f"/devices/{device.pk}/"


def _memory(state: queries.State) -> str:
    percent = state.vitals.memory_percent
    return "" if percent is None else f"{percent}%"


@dataclass(frozen=True)
class AtSite:
    """The terminals of a site (`site_id` empty: of none yet): how many have which light, with its colour, the worst
    first."""

    name: str
    site_id: int | None
    lights: list[tuple[Light, str, int]]

    @property
    def count(self) -> int:
        return sum(count for _, _, count in self.lights)

    @property
    def tone(self) -> str:
        """The colour of the worst."""
        return min((tone for _, tone, _ in self.lights), key=WORST.index)

    @property
    def said(self) -> str:
        return " · ".join(f"{light.label} {count}" for light, _, count in self.lights)


def by_site(states: Iterable[queries.State]) -> list[AtSite]:
    """Those without a site first, then where something is worst."""
    found: dict[tuple[str, int | None], Counter[Light]] = defaultdict(Counter)
    for state in states:
        site = state.device.site
        found[site.name if site else "", state.device.site_id][state.light] += 1
    sites = [
        AtSite(name, site_id, [(one, TONES[one], lights[one]) for one in Light if lights[one]])
        for (name, site_id), lights in found.items()
    ]
    return sorted(sites, key=lambda one: (one.site_id is not None, WORST.index(one.tone), one.name))


def _maps(sites: Iterable[AtSite]) -> list[tuple[str, Drawing, dict[int, AtSite]]]:
    """The map for a wide and for a narrow screen, each with who stands where; nothing where no site says where it is."""
    positions = place_queries.site_positions()
    placed = {one.site_id: one for one in sites if one.site_id in positions}
    places = [
        Place(key, one.name, where.latitude, where.longitude, one.count, WORST.index(one.tone))
        for key, one in placed.items()
        if key and (where := positions[key])
    ]
    if not places:
        return []
    there = {key: one for key, one in placed.items() if key}
    return [
        ("d-none d-sm-block", draw(places, *WIDE), there),
        ("d-sm-none", draw(places, *NARROW), there),
    ]


def pending(request: AskedBy) -> HttpResponseBase:
    """Terminals that call and wait for a person: what each says of itself, and many decided at once."""
    rows = queries.devices(seen_by=request.by).filter(state=DeviceState.PENDING).order_by("-first_seen_at", "serial")
    page: ListPage[Any] = ListPage(
        request,
        rows,
        title=gettext("等待批准的考勤机"),
        columns=[
            Column("serial", gettext("序列号"), lambda d: d.serial, "serial"),
            Column("first", gettext("首次出现"), lambda d: d.first_seen_at, "first_seen_at"),
            Column("seen", gettext("最近联系"), _seen_at, "heartbeat__seen_at"),
        ],
        search=["serial", "heartbeat__address"],
        empty=gettext("没有等待批准的考勤机。新的考勤机联系本服务器后会出现在这里。"),
        template="devices/pending.html",
        rows_template="devices/_pending.html",
        more={"form": ApproveManyForm() if may(request.by, APPROVE_DEVICES) else None},
    )
    told = {state.device.pk: state for state in queries.states(page.told, at=request.asked_at)}
    page.more["told"] = {key: (state, title_of(state.device.protocol)) for key, state in told.items()}
    return page.answer()


def _seen_at(device: Device) -> Any:
    beat = getattr(device, "heartbeat", None)
    return beat.seen_at if beat else None


@require_POST
def decide_many(request: AskedBy) -> HttpResponse:
    """Approve the chosen ones to one site, or refuse them."""
    require(request.by, APPROVE_DEVICES, everywhere=True)
    refuses = bool(request.POST.get("refuse"))
    form = (ChosenForm if refuses else ApproveManyForm)(request.POST)

    def change(said: dict[str, Any]) -> int:
        chosen = list(queries.devices(seen_by=request.by).filter(pk__in=said["chosen"], state=DeviceState.PENDING))
        if refuses:
            return actions.refuse_all(chosen, by=request.by, at=request.asked_at)
        return actions.approve_all(chosen, said["site"], by=request.by, at=request.asked_at)

    done = attempt(form, change)
    _tell(request, done, refuses, form)
    return redirect("devices:pending")


def _tell(request: HttpRequest, done: int | None, refused: bool, form: Any) -> None:
    if done is None:
        said = [str(error) for errors in form.errors.values() for error in errors]
        messages.warning(request, " ".join(dict.fromkeys(said)))
    elif refused:
        told = ngettext("已拒绝 {count} 台,它们的数据不接收。", "已拒绝 {count} 台,它们的数据不接收。", done)
        messages.success(request, told.format(count=done))
    else:
        told = ngettext("已启用 {count} 台,下次联系时开始上传。", "已启用 {count} 台,下次联系时开始上传。", done)
        messages.success(request, told.format(count=done))
