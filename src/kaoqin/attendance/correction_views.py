"""The form for a correction: which punch of which day, what is left of the quota, whom it goes to; the quotas."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaoqin.approvals import queries as approvals
from kaoqin.approvals.attaching import TYPES
from kaoqin.approvals.models import Request
from kaoqin.approvals.words import ASK
from kaoqin.attendance import correction_actions as actions
from kaoqin.attendance import queries
from kaoqin.attendance.correcting import CORRECTION, PlannedPoint, points_of, read_wanted
from kaoqin.attendance.correction_forms import CorrectionForm, QuotaForm
from kaoqin.attendance.models import CorrectionQuota
from kaoqin.attendance.words import MANAGE_ATTENDANCE_RULES, Lapse, Point
from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, ListPage
from kaoqin.core.words import Refusal, read_number
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy


def ask(request: AskedBy) -> HttpResponse:
    """The form; `?date=` and `?point=` prefill it, `?request=` takes up one that was sent back."""
    require(request.by, ASK)
    again = _sent_back(request)
    who = again.employee if again else org.by_ids([request.by.employee_id or 0]).first()
    if who is None:
        return render(request, "approvals/no_employee.html")
    form = _form(request, who, again)
    if request.POST.get("preview"):
        form.fields["reason"].required = False  # it is typed last
        return render(request, "attendance/_correction_advice.html", _advice(request, who, form, again))
    files = [(one.name or "", one.read()) for one in request.FILES.getlist("files")]

    def change(_: dict[str, Any]) -> Request:
        told: dict[str, Any] = {"by": request.by, "at": request.asked_at}
        if again:
            return actions.ask_again(again, form.wanted(), files, **told)
        return actions.ask(who, form.wanted(), files, **told)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("申请已提交。"))
        return redirect(f"/requests/{made.pk}/")
    context = {"form": form, "kind": CORRECTION, "again": again, "accepts": ",".join(TYPES)}
    context |= _advice(request, who, form, again)
    return render(request, "attendance/correction.html", context, status=422 if form.errors else 200)


def _sent_back(request: AskedBy) -> Request | None:
    key = read_number(request.GET.get("request", ""), 0)
    return approvals.sent_back(key, CORRECTION.code, seen_by=request.by, on=request.today) if key else None


def _form(request: AskedBy, who: Employee, again: Request | None) -> CorrectionForm:
    if again and request.method == "GET" and "date" not in request.GET:
        wanted = read_wanted(again.details)
        return CorrectionForm(points=points_of(who.pk, wanted.date), initial=CorrectionForm.shown(wanted))
    date = _read_date(request.POST.get("date") or request.GET.get("date", ""), request.today)
    points = points_of(who.pk, date)
    chosen = _missing(who, date, points, request.GET.get("point", ""))
    initial = {"date": date, "point": chosen.key, "moment": chosen.moment, "lapse": Lapse.FORGOT}
    return CorrectionForm(request.POST or None, points=points, initial=initial)


def _read_date(text: str, otherwise: dt.date) -> dt.date:
    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        return otherwise
    return date if 2000 <= date.year <= 2100 else otherwise


def _missing(who: Employee, date: dt.date, points: list[PlannedPoint], asked: str) -> PlannedPoint:
    """The point that was asked for, else the one whose punch is missing that day, else the first."""
    result = queries.day_of(who, date)
    if not asked and result and result.missing_out and not result.missing_in:
        asked = Point.OUT
    wanted = [one for one in points if asked in {one.key, one.point}]
    return (wanted[-1] if asked == Point.OUT else wanted[0]) if wanted else points[0]


def _advice(request: AskedBy, who: Employee, form: CorrectionForm, again: Request | None) -> dict[str, Any]:
    """What is left of the quota, or why not, and who would decide."""
    told: dict[str, Any] = {}
    try:
        if form.is_bound and form.is_valid():
            more: dict[str, Any] = {"by": request.by, "at": request.asked_at, "but": again.pk if again else 0}
            told["quota"] = actions.check(who.pk, form.wanted(), **more)
        told["forecast"] = approvals.who_would_decide(CORRECTION.code, who, {}, on=request.today)
    except Refusal as refusal:
        told["refused"] = refusal.sentence
    return told


def quotas(request: AskedBy) -> HttpResponseBase:
    """How often punches may be added, all that was ever stated."""
    require(request.by, MANAGE_ATTENDANCE_RULES)
    page: ListPage[CorrectionQuota] = ListPage(
        request,
        queries.quotas(),
        title=gettext("补卡规则"),
        columns=[
            Column("group", gettext("考勤组"), lambda q: q.group.name if q.group else gettext("全公司"), "group__name"),
            Column("lapse", gettext("原因"), lambda q: q.get_lapse_display(), "lapse"),
            Column("begins_on", gettext("自"), lambda q: q.begins_on, "begins_on"),
            Column("most", gettext("每月次数"), lambda q: gettext("不限") if q.most is None else q.most, numeric=True),
            Column("within", gettext("几天之内"), lambda q: q.within_days, numeric=True),
            Column("proof", gettext("须附证明"), lambda q: q.proof),
        ],
        search=["group__name"],
        empty=gettext("还没有填写规则,现在按默认:忘记打卡、其他原因每月各 2 次,7 天之内;考勤机故障不限次数,须附证明。"),
        add=("/corrections/quotas/new/", gettext("新增规则")),
    )
    return page.answer()


def new_quota(request: AskedBy) -> HttpResponse:
    """How often punches may be added for a reason from a day on."""
    require(request.by, MANAGE_ATTENDANCE_RULES)
    initial = {"begins_on": request.today, "most": 2, "within_days": 7}
    form = QuotaForm(request.POST or None, groups=scheduling.group_choices(), initial=initial)

    def change(said: dict[str, Any]) -> bool:
        group = scheduling.group(int(said["group"])) if said["group"] else None
        told: dict[str, Any] = {"by": request.by, "at": request.asked_at}
        actions.keep_quota(group, Lapse(said["lapse"]), said["begins_on"], form.quota(), **told)
        return True

    if request.method == "POST" and attempt(form, change):
        messages.success(request, gettext("已保存。"))
        return redirect("attendance:quotas")
    context = {"form": form, "title": gettext("新增补卡规则"), "back": "/corrections/quotas/"}
    context["back_label"] = gettext("补卡规则")
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)
