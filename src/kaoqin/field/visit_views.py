"""Pages of visits: the list, one of them, its photos."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from kaoqin.core import pictures
from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.time import as_wall_clock
from kaoqin.field import actions, kind_queries, photos, queries
from kaoqin.field import visit_queries as visits_of
from kaoqin.field.answers import PHOTO, fields_of
from kaoqin.field.forms import FillForm, NoteForm
from kaoqin.field.models import Visit
from kaoqin.field.words import NOTE_VISITS, VISIT, Ending
from kaoqin.phones import queries as phones
from kaoqin.phones.drawing import draw
from kaoqin.phones.words import Flag, Keeping, Seen
from kaoqin.security.audit import record_access
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy
from kaoqin.security.words import Look

TONES = {"inside": "green", "uncertain": "azure", "outside": "orange", "unknown": "secondary"}


def visits(request: AskedBy) -> HttpResponseBase:
    """The visits of whoever asks, and of the people within reach."""
    require(request.by, VISIT)
    page: ListPage[Visit] = ListPage(
        request,
        _asked_for(request, visits_of.visits(seen_by=request.by, on=request.today)),
        title=pgettext("list", "拜访记录"),
        columns=[
            Column("at", gettext("到达"), _begun, "started_at", link=lambda v: f"/field/visits/{v.pk}/"),
            Column("name", gettext("姓名"), lambda v: v.employee.name, "employee__name", link=_day_of),
            Column("number", gettext("工号"), lambda v: v.employee.number, "employee__number", hidden=True),
            Column("customer", pgettext("visit", "客户"), lambda v: v.customer.name, "customer__name"),
            Column("code", gettext("客户编号"), lambda v: v.customer.code, "customer__code", hidden=True),
            Column("kind", gettext("拜访类型"), lambda v: v.terms.kind.name, hidden=True),
            Column("where", gettext("位置"), visits_of.say_where, tone=lambda v: TONES[v.verdict]),
            Column("stay", gettext("停留"), visits_of.say_stay, "dwell_minutes", numeric=True),
            Column("odd", gettext("需要注意"), say_odd, wraps=True),
            Column("photos", gettext("照片"), lambda v: getattr(v, "photo_count", 0) or "", numeric=True),
            Column("note", gettext("说明"), lambda v: v.note, wraps=True, hidden=True),
        ],
        search=["employee__name", "employee__number", "customer__name", "customer__code", "note"],
        filters=[
            Filter("verdict", gettext("位置"), Seen.choices, "verdict"),
            Filter("ending", gettext("结束"), [*Ending.choices], "ending"),
            Filter("odd", gettext("需要注意"), _odd_choices(), ""),
        ],
        empty=gettext("还没有拜访。员工在「我的拜访」里签到后会出现在这里。"),
        template="field/visits.html",
        more={"first": request.GET.get("first", ""), "last": request.GET.get("last", "")},
    )
    return page.answer()


def _day_of(row: Visit) -> str:
    return f"/field/days/{row.employee_id}/{row.date}/"


def _odd_choices() -> list[tuple[str, str]]:
    return [
        ("short", gettext("停留过短")),
        ("unplanned", gettext("计划外")),
        ("lacking", gettext("待补填")),
        ("flags", gettext("手机或时间待核实")),
    ]


def _asked_for(request: AskedBy, rows: QuerySet[Visit]) -> QuerySet[Visit]:
    """Those of the days and of the oddness asked for."""
    for name, lookup in (("first", "date__gte"), ("last", "date__lte")):
        if day := _day(request.GET.get(name, "")):
            rows = rows.filter(**{lookup: day})
    odd = request.GET.get("odd", "")
    if odd in {"lacking", "flags"}:
        return rows.exclude(**{odd: []})
    told: dict[str, dict[str, Any]] = {"short": {"short": True}, "unplanned": {"planned": False}}
    return rows.filter(**told.get(odd, {}))


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _begun(row: Visit) -> str:
    return f"{as_wall_clock(row.started_at, row.zone):%Y-%m-%d %H:%M}"


def say_odd(row: Visit) -> str:
    """What a manager should look at."""
    told = [
        gettext("停留过短") if row.short else "",
        "" if getattr(row, "planned", True) else gettext("计划外"),
        gettext("待补填") if row.lacking and row.ended_at else "",
        *(str(Flag(one).label) for one in row.flags),
    ]
    return gettext("、").join(filter(None, told))


def visit(request: AskedBy, visit_id: int) -> HttpResponse:
    """One visit: when, where, what was answered, photos, notes; whoever made it fills in what lacks."""
    require(request.by, VISIT)
    found = visits_of.visit(visit_id, seen_by=request.by, on=request.today)
    own = found.employee_id == request.by.employee_id
    posted = request.POST if request.method == "POST" else None
    form = FillForm(found, posted) if own and found.lacking else None

    def change(said: dict[str, Any]) -> Visit:
        images = [_read(one) for one in request.FILES.getlist("images")]
        answers = {key: value for key, value in said.items() if key != "note"}
        note = said.get("note", "")
        return actions.fill_in(found.pk, answers, note, images, by=request.by, at=request.asked_at)

    if request.method == "POST" and form and attempt(form, change):
        messages.success(request, gettext("已补填。"))
        return redirect("field:visit", found.pk)
    if phones.exact_point(found.record):
        record_access(request.by, [found.employee_id], Look.VISIT, request.path, at=request.asked_at)
    context = _told(request, found) | {"form": form, "own": own, "note_form": NoteForm()}
    if context["photos"]:
        record_access(request.by, [found.employee_id], Look.PHOTO, request.path, at=request.asked_at)
    return render(request, "field/visit.html", context, status=422 if form and form.errors else 200)


def _read(one: Any) -> bytes:
    return bytes(one.read(pictures.LARGEST + 1))


def _told(request: AskedBy, found: Visit) -> dict[str, Any]:
    point, fence = found.record, queries.fence_of(found.customer)
    here, kept = phones.exact_point(point), list(found.photos.order_by("pk"))
    drawn = [fence] if fence else []
    return {
        "visit": found,
        "begun": as_wall_clock(found.started_at, found.zone),
        "ended": as_wall_clock(found.ended_at, found.zone) if found.ended_at else None,
        "where": visits_of.say_where(found),
        "tone": TONES[found.verdict],
        "stay": visits_of.say_stay(found),
        "is_coarse": point.keeping == Keeping.COARSE,
        "picture": draw(drawn, here, point.accuracy_m or 0) if here or drawn else None,
        "flags": [Flag(one).label for one in found.flags],
        "lacks_photo": PHOTO in found.lacking,
        "lacking": kind_queries.say_lacking(found.lacking, found.terms) if found.lacking else "",
        "answers": [(one.label, _say(found.answers.get(one.key))) for one in fields_of(found.terms.fields)],
        "photos": [photos.address(one, seen_by=request.by, at=request.asked_at) for one in kept if one.path],
        "photos_gone": sum(not one.path for one in kept),
        "notes": found.notes.select_related("noted_by").order_by("pk"),
        "may_note": may(request.by, NOTE_VISITS) and found.employee_id != request.by.employee_id,
    }


def _say(answer: object) -> str:
    if isinstance(answer, bool):
        return gettext("是") if answer else gettext("否")
    return "" if answer is None else str(answer)


@require_POST
def note(request: AskedBy, visit_id: int) -> HttpResponse:
    """A manager notes something."""
    require(request.by, NOTE_VISITS)
    found = visits_of.visit(visit_id, seen_by=request.by, on=request.today)
    form = NoteForm(request.POST)

    def change(said: dict[str, Any]) -> bool:
        actions.note(found.pk, said["text"], by=request.by, at=request.asked_at)
        return True

    if attempt(form, change):
        messages.success(request, gettext("已批注。"))
        return redirect("field:visit", found.pk)
    context = _told(request, found) | {"form": None, "own": False, "note_form": form}
    return render(request, "field/visit.html", context, status=422)


def photo(request: AskedBy, token: str) -> HttpResponse:
    """A photo, by an address made for whoever asks."""
    return pictures.show(photos.shown(token, seen_by=request.by, at=request.asked_at))
