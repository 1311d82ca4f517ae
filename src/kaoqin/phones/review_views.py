"""Pages of managers: what phones sent and what waits, and the phones themselves."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.time import as_instant, as_wall_clock
from kaoqin.phones import actions, photos, queries
from kaoqin.phones.drawing import draw
from kaoqin.phones.forms import DecisionForm
from kaoqin.phones.models import Phone, Record
from kaoqin.phones.saying import names_in, say_all, say_first, say_score
from kaoqin.phones.standing import Standing
from kaoqin.phones.today import moments_of, say_metres
from kaoqin.phones.tokens import token_of, with_tokens
from kaoqin.phones.words import (
    APPROVE_PHONES,
    PHONE_TONES,
    REVIEW_RECORDS,
    SEE_PHONES,
    Flag,
    Keeping,
    PhoneState,
    Queue,
    RecordState,
    Seen,
)
from kaoqin.security.audit import record_access
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy
from kaoqin.security.words import Look

TONES = {"counted": "green", "field": "azure", "held": "yellow", "refused": "red", "void": "secondary"}


def records(request: AskedBy) -> HttpResponseBase:
    """What phones sent, of the people within reach; what waits unless something else is asked for."""
    require(request.by, REVIEW_RECORDS)
    asked = request.GET.get("show", "")
    queue = Queue(asked) if asked in Queue.values else Queue.OPEN
    names: dict[int, str] = {}
    page: ListPage[Record] = ListPage(
        request,
        queries.shown(queries.records(seen_by=request.by, on=request.today), queue),
        title=pgettext("list", "复核手机打卡"),
        columns=[
            Column("at", gettext("打卡时间"), _moment, "at", link=lambda r: f"/phones/records/{r.pk}/"),
            Column("name", gettext("姓名"), lambda r: r.employee.name, "employee__name"),
            Column("number", gettext("工号"), lambda r: r.employee.number, "employee__number", hidden=True),
            Column("state", gettext("结果"), _say_state, "state", tone=_tone),
            Column("where", gettext("位置"), say_where),
            Column("score", gettext("可疑分"), say_score, "score", numeric=True),
            Column("flags", gettext("需要注意"), lambda r: say_notable(r, names), wraps=True),
            Column("note", gettext("说明"), lambda r: r.note, wraps=True),
        ],
        search=["employee__name", "employee__number", "place", "note"],
        filters=[
            Filter("show", gettext("显示"), Queue.choices, "", Queue.OPEN),
            Filter("state", gettext("结果"), RecordState.choices, "state"),
            Filter("verdict", gettext("位置"), Seen.choices, "verdict"),
        ],
        empty=gettext("没有要处理的手机打卡。在范围外、时间无法核实、手机未批准的,以及可疑的打卡会出现在这里。"),
    )
    names |= names_in(page.told, seen_by=request.by, on=request.today)
    return page.answer()


def _moment(record: Record) -> str:
    return f"{as_wall_clock(record.at, record.zone):%Y-%m-%d %H:%M}"


def _say_state(record: Record) -> str:
    if hasattr(record, "decision"):
        return gettext("已采用") if record.decision.counts else gettext("未采用")
    if record.suspect and record.state != RecordState.HELD:
        return gettext("可疑(已计入)")
    return str(RecordState(record.state).label)


def _tone(record: Record) -> str:
    if hasattr(record, "decision"):
        return TONES["counted" if record.decision.counts else "void"]
    if record.suspect:
        return "orange"
    return TONES[record.state]


def say_where(record: Record) -> str:
    """Where it was: 在「上海办公室」范围内; 距「上海办公室」320 米."""
    if record.verdict == Seen.INSIDE:
        return gettext("在「{place}」范围内").format(place=record.place)
    if record.distance_m is None:
        return str(Seen(record.verdict).label)
    if record.verdict == Seen.UNCERTAIN:
        return gettext("可能在「{place}」范围内").format(place=record.place)
    return gettext("距「{place}」{far}").format(place=record.place, far=say_metres(record.distance_m))


def say_notable(record: Record, names: Mapping[int, str]) -> str:
    """What is odd about it, in sentences: the heaviest reasons, then what was found when it was taken."""
    said = [say_first(record, names), *(str(Flag(one).label) for one in record.flags)]
    return gettext(";").join(filter(None, said))


def record(request: AskedBy, record_id: int) -> HttpResponse:
    """One record with its evidence and the map; deciding on it. Whoever looks is remembered."""
    require(request.by, REVIEW_RECORDS)
    found = queries.record(record_id, seen_by=request.by, on=request.today)
    form = DecisionForm(request.POST or None)
    counts = request.POST.get("counts") == "1"

    def change(said: dict[str, Any]) -> bool:
        reason = said["reason"]
        actions.decide(found, counts, reason, by=request.by, at=request.asked_at, today=request.today)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("已采用,当天重新核算。") if counts else gettext("未采用,当天重新核算。"))
        return redirect("phones:records")
    if queries.exact_point(found):
        record_access(request.by, [found.employee_id], Look.RECORD, request.path, at=request.asked_at)
    picture_of = getattr(found, "photo", None)
    seen = photos.address(picture_of, seen_by=request.by, at=request.asked_at) if picture_of and picture_of.path else ""
    if seen:
        record_access(request.by, [found.employee_id], Look.SPOT, request.path, at=request.asked_at)
    context = {**_evidence(found, form), **_found(found, request), "photo": seen, "had_photo": picture_of is not None}
    return render(request, "phones/record.html", context, status=422 if form.errors else 200)


def _found(found: Record, request: AskedBy) -> dict[str, Any]:
    """What weighing found, and the other punches of that day."""
    names = names_in([found], seen_by=request.by, on=request.today)
    local = as_wall_clock(found.at, found.zone)
    begin = as_instant(dt.datetime.combine(local.date(), dt.time()), found.zone)
    end = begin + dt.timedelta(days=1)
    day = moments_of(found.employee_id, begin, end, found.zone, request.by, request.today)
    said = say_all(found, names)
    return {
        "score": say_score(found),
        "against": [one for one in said if not one.speaks_for],
        "speaking_for": [one for one in said if one.speaks_for],
        "moments": [(one, TONES[one.state]) for one in day],
    }


def _evidence(found: Record, form: DecisionForm) -> dict[str, Any]:
    local = as_wall_clock(found.at, found.zone)
    here = queries.exact_point(found)
    known = Standing(found.employee_id, local.date()).places
    fences = [queries.fence_of(place) for place in known if place.name == found.place or not found.place]
    return {
        "record": found,
        "form": form,
        "local": local,
        "shown": as_wall_clock(found.device_time, found.zone),
        "received": as_wall_clock(found.received_at, found.zone),
        "waited": found.received_at - found.at > dt.timedelta(minutes=1),
        "state": _say_state(found),
        "tone": _tone(found),
        "where": say_where(found),
        "flags": [Flag(one).label for one in found.flags],
        "decided": hasattr(found, "decision"),
        "may_decide": found.state != RecordState.REFUSED and not hasattr(found, "decision"),
        "is_gone": found.keeping == Keeping.GONE,
        "is_coarse": found.keeping == Keeping.COARSE,
        "picture": draw(fences, here, found.accuracy_m or 0, queries.recent_points(found)) if here else None,
    }


def phones(request: AskedBy) -> HttpResponseBase:
    """The phones of the people within reach; one that waits is approved here."""
    require(request.by, SEE_PHONES)
    page: ListPage[Phone] = ListPage(
        request,
        with_tokens(queries.phones(seen_by=request.by, on=request.today), request.today),
        title=pgettext("list", "员工手机"),
        columns=[
            Column("name", gettext("姓名"), lambda p: p.employee.name, "employee__name"),
            Column("number", gettext("工号"), lambda p: p.employee.number, "employee__number"),
            Column("phone", gettext("手机"), lambda p: p.name, "name"),
            Column(
                "state", gettext("状态"), lambda p: p.get_state_display(), "state", tone=lambda p: PHONE_TONES[p.state]
            ),
            Column("registered", gettext("登记时间"), lambda p: p.registered_at, "registered_at"),
            Column("by", gettext("处理人"), lambda p: p.decided_by.name if p.decided_by else ""),
            Column("client", gettext("客户端最近使用"), _client),
            Column("end", gettext("断开客户端"), lambda p: "", button=_revoke_button),
            Column(
                "yes", gettext("批准"), lambda p: "", button=lambda p: _button(request, p, "approve", gettext("批准"))
            ),
            Column(
                "no", gettext("不批准"), lambda p: "", button=lambda p: _button(request, p, "reject", gettext("不批准"))
            ),
        ],
        search=["employee__name", "employee__number", "name"],
        filters=[Filter("state", gettext("状态"), PhoneState.choices, "state")],
        empty=gettext("还没有员工登记手机。员工第一次打卡时自动登记。"),
    )
    return page.answer()


def _client(phone: Phone) -> dt.date | None:
    token = token_of(phone)
    return token.last_used_on if token else None


def _revoke_button(phone: Phone) -> tuple[str, str] | None:
    token = token_of(phone)
    return (gettext("断开"), f"/phones/tokens/{token.pk}/revoke/") if token else None


def _button(request: AskedBy, phone: Phone, what: str, label: str) -> tuple[str, str] | None:
    waits = phone.state == PhoneState.WAITING and phone.employee_id != request.by.employee_id
    return (label, f"/phones/{phone.pk}/{what}/") if waits else None


@require_POST
def approve(request: AskedBy, phone_id: int) -> HttpResponse:
    return _decide(request, phone_id, True)


@require_POST
def reject(request: AskedBy, phone_id: int) -> HttpResponse:
    return _decide(request, phone_id, False)


def _decide(request: AskedBy, phone_id: int, approved: bool) -> HttpResponse:
    require(request.by, APPROVE_PHONES)
    made = actions.decide_phone(phone_id, approved, by=request.by, at=request.asked_at, today=request.today)
    said = gettext("已批准 {name} 的新手机。") if approved else gettext("未批准 {name} 的新手机。")
    messages.success(request, said.format(name=made.employee.name))
    return redirect("phones:phones")
