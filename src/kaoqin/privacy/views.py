"""Pages of one's data: a copy of it, who looked at it; and of the copies made for those who have left."""

import datetime as dt

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from kaoqin.core.models import JobRun
from kaoqin.core.pages import attempt
from kaoqin.core.personal import parts
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.words import Refusal
from kaoqin.privacy import actions, queries
from kaoqin.privacy.forms import LeaverForm
from kaoqin.privacy.models import DataCopy
from kaoqin.privacy.words import COPY_FOR_LEAVERS, OWN_DATA, SEE_COPIES
from kaoqin.security.doors import may, require
from kaoqin.security.models import AccessRecord
from kaoqin.security.requests import AskedBy
from kaoqin.security.words import Look

SHOWN_COPIES = 10


def own(request: AskedBy) -> HttpResponse:
    """What is kept of oneself by kinds, and the copies one asked for."""
    require(request.by, OWN_DATA)
    if request.by.employee_id is None:
        return render(request, "consent/no_employee.html")
    rows = queries.own_copies(seen_by=request.by)[:SHOWN_COPIES]
    told = [(one, can_fetch(one, request)) for one in rows]
    return render(request, "privacy/own.html", {"copies": told, "titles": [one.title for one in parts()]})


def can_fetch(copy: DataCopy, request: AskedBy) -> bool:
    """Whether whoever asks may fetch a copy now."""
    mine = copy.asked_by_id == request.by.account_id and copy.path and copy.made_at
    return bool(mine) and copy.expires_at is not None and copy.expires_at > request.asked_at


@require_POST
def new_own(request: AskedBy) -> HttpResponse:
    """Ask for a copy; on to its bar."""
    require(request.by, OWN_DATA)
    try:
        run = actions.ask_own(by=request.by, at=request.asked_at, today=request.today)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("privacy:own")
    return redirect("web:job", run.pk)


def fetch(request: AskedBy, token: str) -> HttpResponseBase:
    """The file of a copy, for whoever asked for it."""
    copy, path = actions.fetch(token, by=request.by, at=request.asked_at)
    name = gettext("个人信息_{number}_{day}.zip").format(number=copy.employee.number, day=f"{copy.asked_at:%Y-%m-%d}")
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/zip")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def looks(request: AskedBy) -> HttpResponseBase:
    """Who looked at what is sensitive of oneself."""
    require(request.by, OWN_DATA)
    page: ListPage[AccessRecord] = ListPage(
        request,
        queries.looks(seen_by=request.by),
        title=gettext("谁看过我的信息"),
        back=("/my/data/", gettext("我的数据")),
        columns=[
            Column("at", gettext("时间"), lambda r: r.at, "at"),
            Column("who", gettext("查看人"), lambda r: r.account.name, "account__name"),
            Column("what", gettext("内容"), lambda r: r.said, "what"),
        ],
        search=["account__name"],
        filters=[Filter("what", gettext("内容"), Look.choices, "what")],
        empty=gettext("没有人看过。主管或人事查看您的位置、轨迹、照片等信息时,会记在这里。"),
    )
    return page.answer()


def copies(request: AskedBy) -> HttpResponseBase:
    """The copies of the people within reach: who asked for them, why, whether they were fetched."""
    require(request.by, SEE_COPIES)
    page: ListPage[DataCopy] = ListPage(
        request,
        queries.copies(seen_by=request.by, on=request.today),
        title=pgettext("list", "个人信息副本"),
        columns=[
            Column("number", gettext("工号"), lambda c: c.employee.number, "employee__number"),
            Column("name", gettext("姓名"), lambda c: c.employee.name, "employee__name"),
            Column("asked", gettext("申请时间"), lambda c: c.asked_at, "asked_at"),
            Column("by", gettext("申请人"), lambda c: c.asked_by.name, "asked_by__name"),
            Column("reason", gettext("本人的申请"), lambda c: c.reason or gettext("本人导出")),
            Column("fetched", gettext("下载时间"), lambda c: c.fetched_at, "fetched_at"),
            Column("file", gettext("副本"), lambda c: say_file(c, request), link=lambda c: _address(c, request)),
        ],
        search=["employee__number", "employee__name", "asked_by__name", "reason"],
        add=("/privacy/copies/new/", gettext("为离职员工制作")) if may(request.by, COPY_FOR_LEAVERS) else None,
        empty=gettext("还没有人导出过个人信息。在职员工在「我的数据」里自己导出,离职员工提出申请后由人事制作。"),
    )
    return page.answer()


def say_file(copy: DataCopy, request: AskedBy) -> str:
    """How it stands with the file of a copy."""
    if can_fetch(copy, request):
        return gettext("下载")
    if copy.made_at is None:
        return gettext("制作中") if _is_young(copy, request.asked_at) else gettext("没有做成")
    over = not copy.path or copy.expires_at is None or copy.expires_at <= request.asked_at
    return gettext("已过期") if over else gettext("由申请人下载")


def _is_young(copy: DataCopy, at: dt.datetime) -> bool:
    return copy.asked_at > at - dt.timedelta(days=1)


def _address(copy: DataCopy, request: AskedBy) -> str:
    return f"/my/data/{copy.token}/" if can_fetch(copy, request) else ""


def new_copy(request: AskedBy) -> HttpResponse:
    """A copy for somebody who has left."""
    require(request.by, COPY_FOR_LEAVERS)
    form = LeaverForm(request.POST or None)

    def change(said: dict[str, str]) -> JobRun:
        number, reason = said["number"], said["reason"]
        return actions.ask_for_leaver(number, reason, by=request.by, at=request.asked_at, today=request.today)

    run = attempt(form, change) if request.method == "POST" else None
    if run:
        return redirect("web:job", run.pk)
    context = {
        "form": form,
        "title": gettext("为离职员工制作个人信息副本"),
        "back": "/privacy/copies/",
        "back_label": pgettext("list", "个人信息副本"),
        "verb": gettext("制作"),
    }
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)
