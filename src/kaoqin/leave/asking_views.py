"""The forms for leave and for its end: what one types, what it costs, who would decide, and submitting it."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kaoqin.approvals import queries as requests
from kaoqin.approvals.attaching import TYPES
from kaoqin.approvals.models import Request
from kaoqin.approvals.words import ASK
from kaoqin.core.pages import attempt
from kaoqin.core.words import Refusal, read_number, say_minutes
from kaoqin.leave import asking, asking_actions, queries
from kaoqin.leave.actions import Rehearsal
from kaoqin.leave.asking import LEAVE, LEAVE_END
from kaoqin.leave.asking_forms import EndForm, LeaveForm
from kaoqin.leave.ledger import Kind
from kaoqin.leave.words import Source, Unit, say_days
from kaoqin.org.models import Employee
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy

AT_FIRST = 6
"""How many kinds are shown before 更多."""


def _who(request: AskedBy, kind: str) -> tuple[Request | None, Employee | None]:
    """The request that was sent back, if one is taken up, and whose it is."""
    require(request.by, ASK)
    key = read_number(request.GET.get("request", ""), 0)
    again = requests.sent_back(key, kind, seen_by=request.by, on=request.today) if key else None
    number = request.GET.get("for", "").strip()
    return again, again.employee if again else requests.applicant(number, seen_by=request.by, on=request.today)


def ask(request: AskedBy) -> HttpResponse:
    """Ask for leave; `?request=` takes up one that was sent back, `?for=` asks for somebody, `?date=` begins on a day.

    `preview` asks only what it would cost and who would decide.
    """
    again, who = _who(request, LEAVE.code)
    if who is None:
        return render(request, "approvals/no_employee.html")
    kinds = queries.offered(who.pk, request.today)
    form = LeaveForm(request.POST or None, kinds=kinds, initial=_initial(request, again))
    if request.POST.get("preview"):
        return _preview(request, who, form, again, kinds)
    files = [(one.name or "", one.read()) for one in request.FILES.getlist("files")]

    def change(_: dict[str, Any]) -> Request:
        told: dict[str, Any] = {"by": request.by, "at": request.asked_at}
        if again:
            return asking_actions.ask_again(again, form.asked(), files, **told)
        return asking_actions.ask(who, form.asked(), files, **told)

    made = attempt(form, change) if request.method == "POST" else None
    return _submitted(request, made) if made else _page(request, who, form, again, kinds)


def _submitted(request: AskedBy, made: Request) -> HttpResponse:
    messages.success(request, gettext("申请已提交。"))
    return redirect(f"/requests/{made.pk}/")


def _initial(request: AskedBy, again: Request | None) -> Mapping[str, Any]:
    if again:
        return LeaveForm.shown(asking.read_leave(again.details))
    date = request.GET.get("date", "")
    return {"kind": request.GET.get("kind", ""), **({"first": date, "last": date} if date else {})}


def _page(request: AskedBy, who: Employee, form: LeaveForm, again: Request | None, kinds: list[Kind]) -> HttpResponse:
    cards = _cards(request, who, kinds, form.chosen)
    context = {
        "form": form,
        "kind": LEAVE,
        "again": again,
        "who": who,
        "cards": cards[:AT_FIRST],
        "more": cards[AT_FIRST:],
        "accepts": ",".join(TYPES),
        **_live(request, who, LeaveForm(request.POST or None, kinds=kinds), again),
    }
    return render(request, "leave/ask.html", context, status=422 if form.errors else 200)


def _cards(request: AskedBy, who: Employee, kinds: list[Kind], chosen: Kind | None) -> list[dict[str, Any]]:
    """The kinds with what is left of each and what is asked for already; those one is likely to want come first."""
    left = {one.kind.id: one.left for one in queries.balances(who.pk, request.today)}
    asked = asking.pending(who.pk)
    order = sorted(kinds, key=lambda one: (one != chosen, one.rules.source != Source.NONE and not left.get(one.id)))
    cards = [_card(one, left.get(one.id, 0), asked.get(one.code, 0)) for one in order]
    return [{**card, "chosen": card["code"] == (chosen.code if chosen else "")} for card in cards]


def _card(kind: Kind, left: int, asked: int) -> dict[str, Any]:
    minutes = kind.rules.day_minutes
    by_unit = gettext("按{unit}请").format(unit=Unit(kind.rules.unit).label)
    told = by_unit if kind.rules.source == Source.NONE else gettext("剩 {days}").format(days=say_days(left, minutes))
    held = gettext("审批中 {days}").format(days=say_days(asked, minutes)) if asked else ""
    return {"code": kind.code, "name": kind.row.name, "told": told, "held": held}


def _preview(
    request: AskedBy, who: Employee, form: LeaveForm, again: Request | None, kinds: list[Kind]
) -> HttpResponse:
    """What changes while one types: cost and deciders, and the fields of when where the kind wants others."""
    context = _live(request, who, form, again)
    if request.POST.get("shape") != form.shape:
        typed = {name: form.data.get(name, "") for name in form.fields}
        context["reshaped"] = LeaveForm(None, kinds=kinds, initial=typed)
    return render(request, "leave/_live.html", context)


def _live(request: AskedBy, who: Employee, form: LeaveForm, again: Request | None) -> dict[str, Any]:
    """What the leave costs and who would decide, as far as it is typed; the plain case while it is not."""
    told: dict[str, Any] = {}
    facts: Mapping[str, Any] = {}
    try:
        if form.is_bound and form.is_valid():
            tried = asking_actions.try_out(who, form.asked(), at=request.asked_at, besides=again.pk if again else 0)
            told |= _said_cost(tried)
            if refused := asking_actions.why_not(tried):
                raise refused
            facts = asking.facts(form.asked().keep(tried.cost, []))
        told["forecast"] = requests.who_would_decide(LEAVE.code, who, facts, on=request.today)
    except Refusal as refusal:
        told["refused"] = refusal.sentence
    return told


def _said_cost(tried: Rehearsal) -> dict[str, Any]:
    rules = tried.cost.kind.rules
    minutes = rules.day_minutes
    by_clock = not queries.whole_days(rules)
    days = [
        (day.date, say_minutes(day.taken_minutes) if by_clock else say_days(day.taken_minutes, minutes))
        for day in tried.cost.days
    ]
    taken = tried.cost.taken_minutes
    said: dict[str, Any] = {"needs": say_minutes(taken) if by_clock else say_days(taken, minutes), "days": days}
    if tried.before is not None and tried.after is not None:
        said |= {"before": say_days(tried.before, minutes), "after": say_days(tried.after, minutes)}
        said["held"] = say_days(tried.held, minutes) if tried.held else ""
    if rules.proof_after_days is not None and Fraction(taken, minutes) > rules.proof_after_days:
        said["proof"] = gettext("{kind}超过 {days} 天须附证明。").format(
            kind=tried.cost.kind.row.name, days=rules.proof_after_days
        )
    return {"cost": said}


def ask_end(request: AskedBy) -> HttpResponse:
    """Ask that the rest of a leave is cancelled (销假); `?leave=` names which."""
    again, who = _who(request, LEAVE_END.code)
    if who is None:
        return render(request, "approvals/no_employee.html")
    leaves, by_day = queries.endable(who, request.today), queries.by_the_day(request.today)
    form = EndForm(request.POST or None, leaves=leaves, by_day=by_day, initial=_end_initial(request, again))
    if request.POST.get("preview"):
        return _end_preview(
            request, who, form, EndForm(None, leaves=leaves, by_day=by_day, initial=dict(form.data.items()))
        )

    def change(said: dict[str, Any]) -> Request:
        told: dict[str, Any] = {"by": request.by, "at": request.asked_at}
        if again:
            return asking_actions.ask_end_again(again, form.chosen(), form.moment(), said["reason"], **told)
        return asking_actions.ask_end(form.chosen(), form.moment(), said["reason"], **told)

    made = attempt(form, change) if request.method == "POST" and leaves else None
    if made:
        return _submitted(request, made)
    context = {"form": form, "kind": LEAVE_END, "again": again, "who": who, "leaves": leaves}
    context |= _end_live(request, who, form) if leaves else {}
    return render(request, "leave/ask_end.html", context, status=422 if form.errors else 200)


def _end_initial(request: AskedBy, again: Request | None) -> Mapping[str, Any]:
    if again is None:
        return {"leave": request.GET.get("leave", ""), "since_day": request.today}
    told = again.details
    return {"leave": told["leave"], "since": told["since"], "since_day": told["since"][:10], "reason": told["reason"]}


def _end_preview(request: AskedBy, who: Employee, form: EndForm, fresh: EndForm) -> HttpResponse:
    context = _end_live(request, who, form)
    if request.POST.get("shape") != form.shape:
        context["reshaped"] = fresh
    return render(request, "leave/_end_live.html", context)


def _end_live(request: AskedBy, who: Employee, form: EndForm) -> dict[str, Any]:
    """What would come back and who would decide, as far as it is typed."""
    told: dict[str, Any] = {}
    facts: Mapping[str, Any] = {}
    try:
        if form.is_bound and form.is_valid():
            leave, since = form.chosen(), form.moment()
            back = asking_actions.would_give_back(leave, since, at=request.asked_at)
            told |= {"back": say_days(back, 480), "since": asking.say_since(since, form.by_the_day)}
            facts = asking.end_facts(asking.keep_end(leave.pk, leave.kind.code, ("", ""), since, back, ""))
        told["forecast"] = requests.who_would_decide(LEAVE_END.code, who, facts, on=request.today)
    except Refusal as refusal:
        told["refused"] = refusal.sentence
    return told
