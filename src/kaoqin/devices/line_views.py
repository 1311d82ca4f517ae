"""Lines that no protocol could read: all that wait, mended or dismissed where they stand, many dismissed at once."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.words import Refusal
from kaoqin.devices import actions, queries
from kaoqin.devices.forms import DismissForm
from kaoqin.devices.models import BadUploadLine
from kaoqin.devices.words import BadLineState, Fault
from kaoqin.security.requests import AskedBy


def lines(request: AskedBy) -> HttpResponseBase:
    """Bad lines of all terminals, at first those that wait."""
    page: ListPage[BadUploadLine] = ListPage(
        request,
        queries.lines(seen_by=request.by),
        title=gettext("读不懂的行"),
        columns=[
            Column("device", gettext("考勤机"), lambda b: b.upload.device.name or b.upload.device.serial),
            Column("received", gettext("收到时间"), lambda b: b.upload.received_at, "upload__received_at"),
            Column("line", gettext("行号"), lambda b: b.line_no, numeric=True),
            Column("raw", gettext("内容"), lambda b: b.repaired or b.raw),
            Column("fault", gettext("问题"), lambda b: b.get_fault_display(), "fault"),
            Column("state", gettext("状态"), lambda b: b.get_state_display(), "state"),
            Column("decided", gettext("处理时间"), lambda b: b.decided_at, "decided_at"),
        ],
        search=["raw", "upload__device__serial", "upload__device__name"],
        filters=[
            Filter("device", gettext("考勤机"), queries.with_lines(seen_by=request.by), "upload__device"),
            Filter("fault", gettext("问题"), Fault.choices, "fault"),
            Filter("state", gettext("状态"), BadLineState.choices, "state", BadLineState.WAITING),
        ],
        empty=gettext("没有待处理的问题行:考勤机上传的每一行都读懂了。"),
        template="devices/lines.html",
        rows_template="devices/_lines.html",
        more={"form": DismissForm()},
    )
    return page.answer()


@require_POST
def dismiss_many(request: AskedBy) -> HttpResponse:
    """The ticked lines are nothing, for a reason."""
    waiting = queries.waiting_lines(seen_by=request.by)
    form = DismissForm(request.POST)

    def change(said: dict[str, Any]) -> int:
        chosen = waiting.filter(pk__in=said["chosen"])
        return actions.dismiss_all(chosen, said["reason"], by=request.by, at=request.asked_at)

    done = attempt(form, change)
    if done is None:
        wrong = [str(error) for errors in form.errors.values() for error in errors]
        messages.warning(request, " ".join(dict.fromkeys(wrong)))
    else:
        told = ngettext("已忽略 {count} 行,原样保留在记录里。", "已忽略 {count} 行,原样保留在记录里。", done)
        messages.success(request, told.format(count=done))
    return redirect("devices:lines")


@require_POST
def repair(request: AskedBy, line_id: int) -> HttpResponse:
    """A mended line, or one dismissed; answers with the line's new row."""
    bad = queries.bad_line(line_id, seen_by=request.by)
    told = ""
    try:
        if request.POST.get("dismiss"):
            actions.dismiss(bad, by=request.by, at=request.asked_at)
        else:
            actions.repair(bad, request.POST.get("text", ""), by=request.by, at=request.asked_at)
    except Refusal as refusal:
        told = refusal.sentence
    bad.refresh_from_db()
    context = {"line": bad, "told": told, "text": request.POST.get("text", bad.raw)}
    context["among_all"] = bool(request.POST.get("among_all"))
    return render(request, "devices/_bad_line.html", context, status=422 if told else 200)
