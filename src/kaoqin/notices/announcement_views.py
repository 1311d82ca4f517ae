"""Pages of announcements: one's own, and for who writes them all of them with who has read them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.words import NotFound, read_number
from kaoqin.notices import publishing, queries
from kaoqin.notices.forms import AnnouncementForm
from kaoqin.notices.models import Announcement
from kaoqin.notices.publishing import Draft
from kaoqin.notices.words import OWN_NOTICES, PUBLISH_ANNOUNCEMENTS, Audience
from kaoqin.org import place_queries
from kaoqin.security.doors import may, reach, require
from kaoqin.security.requests import AskedBy


def own(request: AskedBy) -> HttpResponseBase:
    """The announcements that are for whoever asks."""
    page: ListPage[Any] = ListPage(
        request,
        queries.own_announcements(request.asked_at, request.today, seen_by=request.by),
        title=pgettext("list", "公告"),
        columns=[
            Column("title", gettext("标题"), lambda a: a.title, "title", link=lambda a: f"/announcements/{a.pk}/"),
            Column("begins", gettext("发布时间"), lambda a: a.begins_at, "begins_at"),
            Column("state", gettext("状态"), lambda a: own_state(a)[0], tone=lambda a: own_state(a)[1]),
        ],
        search=["title", "text"],
        empty=gettext("还没有公告。"),
        template="notices/announcements.html",
        more={"writes": may(request.by, PUBLISH_ANNOUNCEMENTS)},
    )
    return page.answer()


def own_state(announcement: Any) -> tuple[str, str]:
    """How it is with an announcement and its reader, and in which colour."""
    if announcement.read_at is None:
        return gettext("未读"), "blue"
    if announcement.must_confirm and announcement.confirmed_at is None:
        return gettext("待确认"), "orange"
    return (gettext("已确认"), "green") if announcement.confirmed_at else (gettext("已读"), "secondary")


def everything(request: AskedBy) -> HttpResponseBase:
    """All announcements, for who writes them."""
    page: ListPage[Announcement] = ListPage(
        request,
        queries.announcements(seen_by=request.by),
        title=gettext("管理公告"),
        columns=[
            Column("title", gettext("标题"), lambda a: a.title, "title", link=lambda a: f"/announcements/{a.pk}/"),
            Column("state", gettext("状态"), lambda a: _state(a, request), tone=lambda a: _tone(a, request)),
            Column("audience", gettext("对象"), lambda a: a.get_audience_display(), "audience"),
            Column("begins", gettext("发布时间"), lambda a: a.begins_at, "begins_at"),
            Column("ends", gettext("首页显示到"), lambda a: a.ends_on, "ends_on"),
            Column("confirm", gettext("需确认"), lambda a: a.must_confirm, "must_confirm"),
            Column("by", gettext("发布人"), lambda a: a.written_by.name if a.written_by else "", "written_by__name"),
        ],
        search=["title", "text"],
        filters=[
            Filter("audience", gettext("对象"), Audience.choices, "audience"),
            Filter(
                "withdrawn",
                gettext("状态"),
                [("1", gettext("未撤回")), ("0", gettext("已撤回"))],
                "withdrawn_at__isnull",
            ),
        ],
        empty=gettext("还没有公告。写一条,员工登录后在首页看到。"),
        add=("/announcements/new/", gettext("写公告")),
        template="notices/all_announcements.html",
    )
    return page.answer()


def _state(one: Announcement, request: AskedBy) -> str:
    if one.withdrawn_at:
        return gettext("已撤回")
    if one.begins_at > request.asked_at:
        return gettext("待发布")
    return gettext("已结束") if one.ends_on and one.ends_on < request.today else gettext("发布中")


def _tone(one: Announcement, request: AskedBy) -> str:
    running = not one.withdrawn_at and not (one.ends_on and one.ends_on < request.today)
    return ("blue" if one.begins_at > request.asked_at else "green") if running else "secondary"


def new(request: AskedBy) -> HttpResponse:
    """Write one; `copy` begins with another's words."""
    require(request.by, PUBLISH_ANNOUNCEMENTS)
    departments = place_queries.department_choices(PUBLISH_ANNOUNCEMENTS, seen_by=request.by, on=request.today)
    reached = reach(request.by, PUBLISH_ANNOUNCEMENTS)
    sites = [one for one in place_queries.site_choices() if reached.everyone or int(one[0]) in reached.site_ids]
    choices = {"departments": departments, "sites": sites}
    form = AnnouncementForm(request.POST or None, initial=_copied(request), **choices)

    def change(said: dict[str, Any]) -> Announcement:
        told = {**said, "departments": tuple(said["departments"]), "sites": tuple(said["sites"])}
        return publishing.publish(Draft(**told), by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        now = made.begins_at <= request.asked_at
        messages.success(request, gettext("已发布。") if now else gettext("已保存,到时自动发布。"))
        return redirect("notices:announcement", made.pk)
    context = {"form": form, "everyone": reached.everyone}
    return render(request, "notices/new_announcement.html", context, status=422 if form.errors else 200)


def _copied(request: AskedBy) -> dict[str, Any]:
    key = read_number(request.GET.get("copy", ""), 0)
    if not key:
        return {}
    found = queries.announcement(key, seen_by=request.by)
    told = {name: getattr(found, name) for name in ("title", "text", "must_confirm")}
    return {**told, "departments": found.departments.all(), "sites": found.sites.all()}


def announcement(request: AskedBy, announcement_id: int) -> HttpResponse:
    """One to read; for who writes them, with who has."""
    require(request.by, OWN_NOTICES)
    writes = may(request.by, PUBLISH_ANNOUNCEMENTS)
    found, mine = _found(request, announcement_id, writes)
    if mine:
        publishing.read(found, by=request.by, at=request.asked_at)
    context: dict[str, Any] = {"announcement": found, "mine": mine, "writes": writes}
    if writes:
        names = place_queries.department_names(request.today)
        where = [names.get(one.pk, one.code) for one in found.departments.all()] + [s.name for s in found.sites.all()]
        counts = queries.reading_counts(found, request.today, seen_by=request.by)
        context |= {"state": _state(found, request), "tone": _tone(found, request), "where": where, "counts": counts}
    return render(request, "notices/announcement.html", context)


def _found(request: AskedBy, announcement_id: int, writes: bool) -> tuple[Any, bool]:
    """The announcement, and whether it is for whoever asks."""
    try:
        told = (request.asked_at, request.today)
        return queries.own_announcement(announcement_id, *told, seen_by=request.by), True
    except NotFound:
        if not writes:
            raise
    return queries.announcement(announcement_id, seen_by=request.by), False


@require_POST
def confirm(request: AskedBy, announcement_id: int) -> HttpResponse:
    """I have read it and know."""
    require(request.by, OWN_NOTICES)
    told = (request.asked_at, request.today)
    found = queries.own_announcement(announcement_id, *told, seen_by=request.by)
    publishing.confirm(found, by=request.by, at=request.asked_at)
    messages.success(request, gettext("已确认。"))
    return redirect("notices:announcement", found.pk)


@require_POST
def withdraw(request: AskedBy, announcement_id: int) -> HttpResponse:
    found = queries.announcement(announcement_id, seen_by=request.by)
    publishing.withdraw(found, by=request.by, at=request.asked_at)
    messages.success(request, gettext("已撤回,员工不再看到。"))
    return redirect("notices:announcement", found.pk)


def readers(request: AskedBy, announcement_id: int) -> HttpResponseBase:
    """Who has read it, who has not."""
    found = queries.announcement(announcement_id, seen_by=request.by)
    names = place_queries.department_names(request.today)
    confirms: list[Column[Any]] = [Column("confirmed", gettext("确认时间"), lambda e: e.confirmed_at, "confirmed_at")]
    page: ListPage[Any] = ListPage(
        request,
        queries.readers(found, request.today, seen_by=request.by).order_by("number"),
        title=gettext("阅读情况:{title}").format(title=found.title),
        columns=[
            Column("number", gettext("工号"), lambda e: e.number, "number"),
            Column("name", gettext("姓名"), lambda e: e.name, "name"),
            Column("department", gettext("部门"), lambda e: names.get(e.department_id, "")),
            Column("site", gettext("地点"), lambda e: e.site_name or "", "site_name"),
            Column("read", gettext("阅读时间"), lambda e: e.read_at, "read_at"),
            *(confirms if found.must_confirm else []),
            Column("account", gettext("账号"), _account),
        ],
        search=["number", "name"],
        filters=[
            Filter("read", gettext("阅读"), [("1", gettext("未读")), ("0", gettext("已读"))], "read_at__isnull"),
            *(_confirm_filter() if found.must_confirm else []),
            Filter("site", gettext("地点"), place_queries.site_choices(), "site_id"),
        ],
        empty=gettext("没有员工在这条公告的范围内。"),
        template="notices/readers.html",
        more={"announcement": found, "counts": queries.reading_counts(found, request.today, seen_by=request.by)},
    )
    return page.answer()


def _confirm_filter() -> list[Filter]:
    choices = [("1", gettext("未确认")), ("0", gettext("已确认"))]
    return [Filter("confirmed", gettext("确认"), choices, "confirmed_at__isnull")]


def _account(employee: Any) -> str:
    return "" if employee.account_id else gettext("没有账号")
