"""The form for a swap: with whom, which days, what comes of it, whom it goes to; the rest between two shifts."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaoqin.approvals import queries as approvals
from kaoqin.approvals.models import Request
from kaoqin.approvals.words import ASK
from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, ListPage
from kaoqin.core.words import Refusal, read_number, say_minutes
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.scheduling import queries, swap_actions
from kaoqin.scheduling.models import RestRule
from kaoqin.scheduling.swap_forms import RestForm, SwapForm
from kaoqin.scheduling.swaps import SWAP, Swap, facts, lines, read_swap
from kaoqin.scheduling.words import MANAGE_RULES
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy


def ask(request: AskedBy) -> HttpResponse:
    """The form; `?request=` takes up one that was sent back. `preview` asks only what would come of it."""
    require(request.by, ASK)
    again = _sent_back(request)
    who = again.employee if again else org.by_ids([request.by.employee_id or 0]).first()
    if who is None:
        return render(request, "approvals/no_employee.html")
    initial = SwapForm.shown(read_swap(again.details)) if again else {}
    form = SwapForm(request.POST or None, mine=who, on=request.today, initial=initial)
    if request.POST.get("preview"):
        form.fields["reason"].required = False  # it is typed last
        return render(request, "scheduling/_swap_advice.html", _advice(request, who, form))

    def change(_: dict[str, Any]) -> Request:
        told: dict[str, Any] = {"by": request.by, "at": request.asked_at}
        if again:
            return swap_actions.ask_again(again, form.swap(), **told)
        return swap_actions.ask(who, form.swap(), **told)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("申请已提交。"))
        return redirect(f"/requests/{made.pk}/")
    context = {"form": form, "kind": SWAP, "again": again, **_advice(request, who, form)}
    context["colleagues"] = queries.group_colleagues(who.pk, request.today)
    return render(request, "scheduling/swap.html", context, status=422 if form.errors else 200)


def _sent_back(request: AskedBy) -> Request | None:
    key = read_number(request.GET.get("request", ""), 0)
    return approvals.sent_back(key, SWAP.code, seen_by=request.by, on=request.today) if key else None


def _advice(request: AskedBy, who: Employee, form: SwapForm) -> dict[str, Any]:
    """Who would work what, what is warned of, and who would decide."""
    told: dict[str, Any] = {}
    swap: Swap | None = None
    try:
        if form.is_bound and form.is_valid():
            swap = form.swap()
            told["warnings"] = swap_actions.rehearse(swap, by=request.by, at=request.asked_at)
            told["changes"] = lines(swap.keep())[:2]
        known: Any = facts(swap.keep()) if swap else {}
        consents = [swap.other] if swap else []
        told["forecast"] = approvals.who_would_decide(SWAP.code, who, known, on=request.today, consents=consents)
    except Refusal as refusal:
        told["refused"] = refusal.sentence
    return told


def rests(request: AskedBy) -> HttpResponseBase:
    """How long people rest between shifts that are swapped, all that was stated."""
    require(request.by, MANAGE_RULES)
    page: ListPage[RestRule] = ListPage(
        request,
        queries.rest_rules(),
        title=gettext("换班间隔"),
        columns=[
            Column("begins_on", gettext("自"), lambda r: r.begins_on, "begins_on"),
            Column("minutes", gettext("两班之间至少"), lambda r: say_minutes(r.minutes), "minutes", numeric=True),
            Column("blocks", gettext("不足时"), lambda r: gettext("不能换班") if r.blocks else gettext("只提醒")),
        ],
        empty=gettext("还没有填写,现在按默认:两班之间不足 11 小时就提醒。"),
        add=("/swaps/rests/new/", gettext("新增规则")),
    )
    return page.answer()


def new_rest(request: AskedBy) -> HttpResponse:
    """How long people rest between shifts that are swapped, from a day on."""
    require(request.by, MANAGE_RULES)
    form = RestForm(request.POST or None, initial={"begins_on": request.today, "hours": 11})

    def keep(said: dict[str, Any]) -> bool:
        told: dict[str, Any] = {"by": request.by, "at": request.asked_at}
        swap_actions.keep_rest(said["begins_on"], said["hours"] * 60, said["blocks"], **told)
        return True

    if request.method == "POST" and attempt(form, keep):
        messages.success(request, gettext("已保存。"))
        return redirect("scheduling:rests")
    context = {"form": form, "title": gettext("新增换班间隔"), "back": "/swaps/rests/"}
    context["back_label"] = gettext("换班间隔")
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)
