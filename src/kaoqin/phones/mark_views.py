"""Pages of what hangs on a wall: the screen that shows its code to everybody, and HR's pages of screens, posters and tags."""

from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from kaoqin.core.pages import attempt
from kaoqin.core.sealed import unseal
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.words import NotFound
from kaoqin.org import place_queries
from kaoqin.phones import codes, mark_actions, queries
from kaoqin.phones.forms import EndForm, MarkForm, ScreenForm, SignalForm
from kaoqin.phones.mark_actions import SignalDetails
from kaoqin.phones.models import Mark, Screen, Signal
from kaoqin.phones.words import MANAGE_PLACES, MARKS, SIGNALS, Way
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy


@require_GET
def show_screen(request: HttpRequest, key: str) -> HttpResponse:
    """What hangs on the wall: the name of the place, the time, and the code, which the page itself asks for. No account."""
    try:
        screen = queries.shown_screen(key, timezone.localdate())
    except NotFound as refusal:
        return render(request, "phones/no_screen.html", {"refusal": refusal}, status=404)
    return render(request, "phones/shown_screen.html", {"screen": screen, "source": f"{request.path}code/"})


@require_GET
def code(request: HttpRequest, key: str) -> JsonResponse:
    """The code of now, drawn, its digits, and how many milliseconds it is shown."""
    now = timezone.now()
    try:
        screen = queries.shown_screen(key, timezone.localdate(now))
    except NotFound as refusal:
        return JsonResponse({"code": refusal.code, "sentence": refusal.sentence}, status=404)
    secret, step = unseal(screen.secret), codes.step_of(now)
    address = request.build_absolute_uri(f"{reverse('phones:punch')}?qr={codes.code_of(secret, screen.pk, step)}")
    left_ms = int((codes.ends_at(step) - now).total_seconds() * 1000)
    told = {"svg": _drawn(address), "digits": codes.digits_of(secret, screen.pk, step), "left_ms": left_ms}
    answer = JsonResponse({**told, "now": now.isoformat()})
    answer["Cache-Control"] = "no-store"
    return answer


def _drawn(text: str) -> SafeString:
    """A QR code as SVG, without size: the page gives it."""
    drawn = segno.make(text, error="m").svg_inline(border=4, omitsize=True, light="#fff")
    return mark_safe(drawn)  # noqa: S308 - drawn by ourselves, the text is only bars


def screens(request: AskedBy) -> HttpResponseBase:
    """All screens."""
    require(request.by, MANAGE_PLACES)
    page: ListPage[Screen] = ListPage(
        request,
        queries.screens(seen_by=request.by),
        title=pgettext("list", "打卡屏幕"),
        columns=[
            Column("name", gettext("名称"), lambda s: s.name, "name", link=lambda s: f"/phones/screens/{s.pk}/"),
            Column("site", gettext("地点"), lambda s: s.site.name, "site__name"),
            Column("begins_on", gettext("自"), lambda s: s.begins_on, "begins_on"),
            Column("ends_on", gettext("至"), lambda s: s.ends_on, "ends_on"),
        ],
        search=["name", "site__name"],
        empty=gettext("还没有打卡屏幕。在门口放一块屏幕,员工扫上面每 15 秒更换的二维码打卡,不需要定位。"),
        add=("/phones/screens/new/", gettext("新增打卡屏幕")),
    )
    return page.answer()


def new_screen(request: AskedBy) -> HttpResponse:
    require(request.by, MANAGE_PLACES, everywhere=True)
    form = ScreenForm(request.POST or None, initial={"begins_on": request.today})

    def change(said: dict[str, Any]) -> Screen:
        told = (place_queries.site(int(said["site"])), said["name"], said["begins_on"])
        return mark_actions.add_screen(*told, by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已保存。"))
        return redirect("phones:screen", made.pk)
    return _form_page(request, form, gettext("新增打卡屏幕"), "/phones/screens/", pgettext("list", "打卡屏幕"))


def _form_page(request: AskedBy, form: Any, title: str, back: str, back_label: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": back, "back_label": back_label}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def screen(request: AskedBy, screen_id: int) -> HttpResponse:
    """The address a screen is opened with, and until when it is used."""
    require(request.by, MANAGE_PLACES)
    found = queries.screen(screen_id, seen_by=request.by)
    form = EndForm(request.POST or None, initial={"ends_on": found.ends_on or request.today})
    if request.method == "POST" and _ended(request, form, found):
        return redirect("phones:screens")
    address = request.build_absolute_uri(reverse("phones:show_screen", args=[found.key]))
    context = {"screen": found, "form": form, "address": address}
    return render(request, "phones/screen.html", context, status=422 if form.errors else 200)


def _ended(request: AskedBy, form: EndForm, row: Screen | Mark | Signal) -> bool:
    def change(said: dict[str, Any]) -> bool:
        mark_actions.end(row, said["ends_on"], by=request.by, at=request.asked_at)
        return True

    ended = bool(attempt(form, change))
    if ended:
        messages.success(request, gettext("已保存。"))
    return ended


@require_POST
def renew_screen(request: AskedBy, screen_id: int) -> HttpResponse:
    """The address is known to the wrong people: a new one."""
    require(request.by, MANAGE_PLACES)
    found = queries.screen(screen_id, seen_by=request.by)
    mark_actions.renew_screen(found, by=request.by, at=request.asked_at)
    messages.success(request, gettext("已换新地址,请在屏幕上重新打开。"))
    return redirect("phones:screen", found.pk)


def marks(request: AskedBy) -> HttpResponseBase:
    """All posters and tags."""
    require(request.by, MANAGE_PLACES)
    page: ListPage[Mark] = ListPage(
        request,
        queries.marks(seen_by=request.by),
        title=pgettext("list", "打卡码"),
        columns=[
            Column("name", gettext("名称"), lambda m: m.name, "name", link=lambda m: f"/phones/marks/{m.pk}/"),
            Column("kind", gettext("类型"), lambda m: m.get_kind_display(), "kind"),
            Column("site", gettext("地点"), lambda m: m.site.name, "site__name"),
            Column("begins_on", gettext("自"), lambda m: m.begins_on, "begins_on"),
            Column("ends_on", gettext("至"), lambda m: m.ends_on, "ends_on"),
        ],
        search=["name", "site__name"],
        filters=[Filter("kind", gettext("类型"), [(one.value, str(one.label)) for one in MARKS], "kind")],
        empty=gettext("还没有打卡码。打印一张固定二维码贴在门口,或把地址写进 NFC 标签;打卡时还要核对定位。"),
        add=("/phones/marks/new/", gettext("新增打卡码")),
    )
    return page.answer()


def new_mark(request: AskedBy) -> HttpResponse:
    require(request.by, MANAGE_PLACES, everywhere=True)
    form = MarkForm(request.POST or None, initial={"begins_on": request.today})

    def change(said: dict[str, Any]) -> Mark:
        told = (place_queries.site(int(said["site"])), said["name"], Way(said["kind"]), said["begins_on"])
        return mark_actions.add_mark(*told, by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已保存。"))
        return redirect("phones:mark", made.pk)
    return _form_page(request, form, gettext("新增打卡码"), "/phones/marks/", pgettext("list", "打卡码"))


def mark(request: AskedBy, mark_id: int) -> HttpResponse:
    """The poster, to be printed, or the address for the tag; until when it is used."""
    require(request.by, MANAGE_PLACES)
    found = queries.mark(mark_id, seen_by=request.by)
    form = EndForm(request.POST or None, initial={"ends_on": found.ends_on or request.today})
    if request.method == "POST" and _ended(request, form, found):
        return redirect("phones:marks")
    word = "qr" if found.kind == Way.FIXED_QR else "tag"
    address = request.build_absolute_uri(f"{reverse('phones:punch')}?{word}={found.key}")
    drawn = _drawn(address) if found.kind == Way.FIXED_QR else ""
    context = {"mark": found, "form": form, "address": address, "drawn": drawn}
    return render(request, "phones/mark.html", context, status=422 if form.errors else 200)


def signals(request: AskedBy) -> HttpResponseBase:
    """All Wi-Fi stations and beacons."""
    require(request.by, MANAGE_PLACES)
    page: ListPage[Signal] = ListPage(
        request,
        queries.signals(seen_by=request.by),
        title=pgettext("list", "Wi-Fi 与信标"),
        columns=[
            Column("name", gettext("名称"), lambda s: s.name, "name", link=lambda s: f"/phones/signals/{s.pk}/"),
            Column("kind", gettext("类型"), lambda s: s.get_kind_display(), "kind"),
            Column("address", gettext("地址"), lambda s: s.address, "address"),
            Column("site", gettext("地点"), lambda s: s.site.name, "site__name"),
            Column("begins_on", gettext("自"), lambda s: s.begins_on, "begins_on"),
            Column("ends_on", gettext("至"), lambda s: s.ends_on, "ends_on"),
        ],
        search=["name", "site__name", "address"],
        filters=[Filter("kind", gettext("类型"), [(one.value, str(one.label)) for one in SIGNALS], "kind")],
        empty=gettext("还没有 Wi-Fi 或信标。浏览器听不到它们;只有接了接口的应用或小程序才用得上。"),
        add=("/phones/signals/new/", gettext("新增 Wi-Fi 或信标")),
        template="phones/signals.html",
    )
    return page.answer()


def new_signal(request: AskedBy) -> HttpResponse:
    require(request.by, MANAGE_PLACES, everywhere=True)
    form = SignalForm(request.POST or None, initial={"begins_on": request.today})

    def change(said: dict[str, Any]) -> bool:
        kind = Way(said["kind"])
        address = mark_actions.read_signal(kind, said["address"])
        told = SignalDetails(
            place_queries.site(int(said["site"])), kind, address, said["name"].strip(), said["begins_on"]
        )
        mark_actions.add_signal(told, by=request.by, at=request.asked_at)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("已保存。"))
        return redirect("phones:signals")
    return _form_page(request, form, gettext("新增 Wi-Fi 或信标"), "/phones/signals/", pgettext("list", "Wi-Fi 与信标"))


def signal(request: AskedBy, signal_id: int) -> HttpResponse:
    """Until when a station or beacon is the site's."""
    require(request.by, MANAGE_PLACES)
    found = queries.signal(signal_id, seen_by=request.by)
    form = EndForm(request.POST or None, initial={"ends_on": found.ends_on or request.today})
    if request.method == "POST" and _ended(request, form, found):
        return redirect("phones:signals")
    title = f"{found.name} {found.address}"
    return _form_page(request, form, title, "/phones/signals/", pgettext("list", "Wi-Fi 与信标"))
