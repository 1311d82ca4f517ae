"""Pages that belong to no single room: home, health, and the jobs one asked for."""

from django.db import connection
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.core.kept import path_of
from kaoqin.core.models import JobRun
from kaoqin.core.tables import Column, ListPage
from kaoqin.core.words import NotFound
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy
from kaoqin.security.words import SEE_OWN_ACCOUNT
from kaoqin.web.home import home as tell_home


def home(request: AskedBy) -> HttpResponse:
    require(request.by, SEE_OWN_ACCOUNT)
    now = timezone.localtime(request.asked_at).replace(tzinfo=None)
    return render(request, "web/home.html", tell_home(request.by, request.today, now))


def health(request: HttpRequest) -> HttpResponse:
    """`ok` when the database answers; for load balancers and for `kaoqin serve` itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def jobs(request: AskedBy) -> HttpResponseBase:
    require(request.by, SEE_OWN_ACCOUNT)
    page = ListPage(
        request,
        JobRun.objects.filter(account_id=request.by.account_id).order_by("-asked_at"),
        title=gettext("我的任务"),
        columns=[
            Column("title", gettext("任务"), lambda r: r.title, sort="title", link=lambda r: f"/jobs/{r.pk}/"),
            Column("state", gettext("状态"), lambda r: r.get_state_display(), sort="state"),
            Column("asked_at", gettext("提交时间"), lambda r: r.asked_at, sort="asked_at"),
            Column("ended_at", gettext("完成时间"), lambda r: r.ended_at, sort="ended_at"),
        ],
        search=["title"],
        empty=gettext("还没有任务。导入、重新核算和大的导出会出现在这里。"),
    )
    return page.answer()


def _own_job(request: AskedBy, run_id: int) -> JobRun:
    require(request.by, SEE_OWN_ACCOUNT)
    run = JobRun.objects.select_related("file").filter(pk=run_id, account_id=request.by.account_id).first()
    if run is None:
        raise NotFound("web.no_job", gettext("没有这个任务,或者它是别人的。"))
    return run


def job(request: AskedBy, run_id: int) -> HttpResponse:
    template = "web/_job.html" if request.headers.get("HX-Request") else "web/job.html"
    return render(request, template, {"run": _own_job(request, run_id)})


def job_file(request: AskedBy, run_id: int) -> FileResponse:
    run = _own_job(request, run_id)
    kept = getattr(run, "file", None)
    if kept is None or kept.expires_at < request.asked_at or not path_of(kept).exists():
        raise NotFound("web.no_file", gettext("文件已过期,请重新导出。"))
    return FileResponse(
        path_of(kept).open("rb"), as_attachment=True, filename=kept.name, content_type=kept.content_type
    )
