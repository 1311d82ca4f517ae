"""Pages of room rollcall, made for a phone in one hand: where, who is here, and how it compared later."""

import zoneinfo
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kaoqin.attendance.queries import STATES
from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.time import load_wall_clock
from kaoqin.core.words import NotFound, Refusal, read_number
from kaoqin.org import place_queries
from kaoqin.rollcall import actions, queries
from kaoqin.rollcall.forms import RollCallForm
from kaoqin.rollcall.models import RollCall
from kaoqin.rollcall.words import CALL_ROLL, REVIEW_ROLL, TO_LOOK_AT, Direction, Match
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy

TONES = dict.fromkeys(TO_LOOK_AT, "yellow") | {Match.AGREES: "green", Match.WAITING: "blue", Match.VOIDED: "secondary"}


def roll_calls(request: AskedBy) -> HttpResponseBase:
    """Where terminals do not call, and all roll-calls."""
    page: ListPage[Any] = ListPage(
        request,
        queries.roll_calls(seen_by=request.by),
        title=gettext("手动点名"),
        columns=[
            Column("at", gettext("点名时刻"), _moment, "at", link=lambda c: f"/rollcall/{c.pk}/"),
            Column("site", gettext("地点"), lambda c: c.site.name, "site__name"),
            Column("direction", gettext("上下班"), lambda c: c.get_direction_display(), "direction"),
            Column("count", gettext("点到"), lambda c: c.tick_count, "tick_count", numeric=True),
            Column("by", gettext("点名人"), lambda c: c.called_by.name, "called_by__name"),
            Column("reviewed", gettext("核对"), lambda c: c.reviewed_at or gettext("未核对"), "reviewed_at"),
        ],
        search=["site__name", "called_by__name"],
        filters=[Filter("direction", gettext("上下班"), Direction.choices, "direction")],
        empty=gettext("还没有点过名。考勤机失联时,从上面选地点,勾选在场的人,恢复后会自动与考勤机的记录核对。"),
        template="rollcall/roll_calls.html",
        more={"sites": queries.sites(seen_by=request.by, on=request.today)},
    )
    return page.answer()


def _moment(call: RollCall) -> str:
    return f"{load_wall_clock(call.local_time):%Y-%m-%d %H:%M}"


def call(request: AskedBy, site_id: int) -> HttpResponse:
    """Who is here: the list to tick. What was ticked stays ticked when something is refused."""
    require(request.by, CALL_ROLL)
    site = queries.site(site_id, seen_by=request.by, on=request.today)
    department = read_number(request.GET.get("department", ""), 0) or None
    now = request.asked_at.astimezone(zoneinfo.ZoneInfo(site.timezone)).replace(tzinfo=None)
    form = RollCallForm(request.POST or None, initial={"moment": now.replace(second=0)})
    context: dict[str, Any] = {"form": form, "site": site, "states": STATES, "department": str(department or "")}
    try:
        listed = queries.called(site, department, seen_by=request.by, on=now.date(), now=now)
    except NotFound:
        raise
    except Refusal as refusal:
        listed, context["refused"] = [], refusal.sentence
    ticked = {int(key) for key in request.POST.getlist("who") if key.isascii() and key.isdecimal()}

    def change(said: dict[str, Any]) -> RollCall:
        told = (site, Direction(said["direction"]), form.wall_clock(), listed, ticked)
        return actions.call_roll(*told, by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        return _called(request, made, len(ticked))
    context |= {"rows": listed, "ticked": ticked, "expected": sum(row.expected for row in listed)}
    context["departments"] = place_queries.department_choices(CALL_ROLL, seen_by=request.by, on=request.today)
    return render(request, "rollcall/call.html", context, status=422 if form.errors else 200)


def _called(request: AskedBy, made: RollCall, count: int) -> HttpResponse:
    messages.success(request, gettext("已点到 {count} 人,正在核算。").format(count=count))
    return redirect("rollcall:roll_call", made.pk)


def roll_call(request: AskedBy, roll_call_id: int) -> HttpResponse:
    """A roll-call compared with what the terminals sent."""
    require(request.by, CALL_ROLL)
    found = queries.roll_call(roll_call_id, seen_by=request.by)
    lines = queries.lines(found, at=request.asked_at)
    counts = [(one, TONES[one], sum(line.compared.match == one for line in lines)) for one in Match]
    context = {
        "call": found,
        "moment": load_wall_clock(found.local_time),
        "rows": [(line, TONES[line.compared.match]) for line in lines],
        "counts": [told for told in counts if told[2]],
        "may_take_back": found.called_by_id == request.by.account_id or may(request.by, REVIEW_ROLL),
        "may_review": may(request.by, REVIEW_ROLL) and found.reviewed_at is None,
        "void": Match.VOIDED,
    }
    return render(request, "rollcall/roll_call.html", context)


@require_POST
def take_back(request: AskedBy, roll_call_id: int, tick_id: int) -> HttpResponse:
    """A tick was wrong."""
    require(request.by, CALL_ROLL)
    found = queries.roll_call(roll_call_id, seen_by=request.by)
    tick = found.ticks.select_related("punch__employee", "roll_call").filter(pk=tick_id).first()
    if tick is None:
        raise NotFound("rollcall.no_tick", gettext("这次点名里没有这个人。"))
    reason = gettext("手动点名取消点到")
    try:
        actions.take_back(tick, reason, by=request.by, at=request.asked_at, today=request.today)
        messages.success(request, gettext("已作废这条点名打卡,当天重新核算。"))
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
    return redirect("rollcall:roll_call", roll_call_id)


@require_POST
def review(request: AskedBy, roll_call_id: int) -> HttpResponse:
    require(request.by, REVIEW_ROLL)
    found = queries.roll_call(roll_call_id, seen_by=request.by)
    actions.review(found, by=request.by, at=request.asked_at)
    messages.success(request, gettext("已核对。"))
    return redirect("rollcall:roll_calls")
