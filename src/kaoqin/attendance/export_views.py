"""Exporting a month in 钉钉's layout: always a job, for it may be ten thousand people."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kaoqin.attendance.sheets import Workbook, total_steps
from kaoqin.attendance.views import read_department, read_month
from kaoqin.attendance.words import EXPORT_DAYS
from kaoqin.core.exports import XLSX
from kaoqin.core.jobs import Progress, ask, work
from kaoqin.core.kept import keep, place
from kaoqin.core.sentences import SOURCE_LANGUAGE, Sentence
from kaoqin.leave.queries import hidden_kinds
from kaoqin.org import queries as org
from kaoqin.security.audit import record
from kaoqin.security.requests import AskedBy


@require_POST
def export_month(request: AskedBy) -> HttpResponse:
    """Ask for the workbook of a month and department, within reach."""
    month = read_month(request)
    last = (month + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    people = org.people(EXPORT_DAYS, seen_by=request.by, on=request.today)
    department = read_department(request)
    whom = org.in_departments(people, department, request.today) if department else people
    ids = list(org.employed(whom, month, last).order_by("number").values_list("pk", flat=True))
    title = gettext("考勤报表 {month:%Y-%m}").format(month=month)
    record(
        request.by,
        "attendance.export",
        "attendance",
        Sentence("导出 {month} 考勤报表,{count} 人", month=f"{month:%Y-%m}", count=len(ids)),
        at=request.asked_at,
    )
    hidden = sorted(hidden_kinds(None, seen_by=request.by))
    arguments = {"ids": ids, "month": month.isoformat(), "hidden": hidden}
    run = ask("attendance.export", title, account_id=request.by.account_id, at=request.asked_at, **arguments)
    return redirect("web:job", run.pk)


@work("attendance.export")
def write_month(progress: Progress, ids: list[int], month: str, hidden: Sequence[str] = ()) -> dict[str, Any]:
    """Write the workbook and keep it for whoever asked; `hidden` kinds of leave are told as leave."""
    first = dt.date.fromisoformat(month)
    progress.expect(total_steps(len(ids)))
    path = place("month.xlsx")
    now = timezone.now()
    with translation.override(SOURCE_LANGUAGE):  # the layout is 钉钉's, whatever language asks for it
        Workbook(path, ids, first, timezone.localtime(now).replace(tzinfo=None), progress.advance, hidden).write()
    keep(progress.run, gettext("考勤报表_{first:%Y-%m}.xlsx").format(first=first), XLSX, path, now)
    return {"said": gettext("{count} 人,四张表:月度汇总、每日统计、打卡时间、原始记录。").format(count=len(ids))}
