"""Pages of requests: what waits for me, mine, one of them, what I handled, all in reach."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from kaoqin.approvals import actions, attaching, deciding_actions, queries, showing
from kaoqin.approvals.forms import AddForm, BulkForm, PersonForm, WhomForm, WordForm
from kaoqin.approvals.models import Request
from kaoqin.approvals.words import ASK, DECIDE, MANAGE_REQUESTS, SEE_REQUESTS, State, kind_label, request_kinds
from kaoqin.core.kept import kept_path
from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.words import NotAllowed, NotFound, Refusal, read_number
from kaoqin.org import place_queries
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy

FOUND_BY = ("employee__name", "employee__number")


def _columns(*more: Column[Any]) -> list[Column[Any]]:
    return [
        Column("kind", gettext("类型"), _say_kind, "kind", link=_link),
        Column("name", gettext("申请人"), lambda r: r.employee.name, "employee__name", link=_link),
        Column("summary", gettext("内容"), lambda r: r.summary),
        Column("submitted", gettext("提交时间"), lambda r: r.submitted_at, "submitted_at"),
        *more,
        Column("state", gettext("状态"), lambda r: r.get_state_display(), "state", tone=_tone),
    ]


def _link(row: Request) -> str:
    return f"/requests/{row.pk}/"


def _say_kind(row: Request) -> str:
    kind = str(kind_label(row.kind))
    return gettext("撤销{kind}").format(kind=kind) if row.undoes_id else kind


def _tone(row: Request) -> str:
    return queries.STATE_TONES[State(row.state)]


def _filters() -> list[Filter]:
    kinds = [(kind.code, kind.label) for kind in request_kinds().values()]
    return [
        Filter("kind", gettext("类型"), kinds, "kind"),
        Filter("state", gettext("状态"), State.choices, "state"),
    ]


def _decider_column(page: "ListPage[Any]", on: Any) -> Column[Any]:
    """Who must answer now; asked once for all rows of the page."""
    told: dict[str, dict[int, str]] = {}

    def say(row: Request) -> str:
        if "now" not in told:
            told["now"] = queries.deciding_now(list(page.told), on)
        return told["now"].get(row.pk, "")

    return Column("now", gettext("当前审批人"), say)


def waiting(request: AskedBy) -> HttpResponseBase:
    """What waits for me, the oldest first; each can be said yes to here."""
    rows = queries.waiting(seen_by=request.by, on=request.today)
    page: ListPage[Any] = ListPage(
        request,
        rows,
        title=gettext("待我审批"),
        columns=_columns(),
        search=FOUND_BY,
        filters=_filters()[:1],
        empty=gettext("没有等您审批的申请,都处理完了。"),
        template="approvals/waiting.html",
        rows_template="approvals/_waiting_rows.html",
    )
    return page.answer()


@require_POST
def decide_many(request: AskedBy) -> HttpResponse:
    """Yes or no to those that were ticked."""
    require(request.by, DECIDE)
    rows = queries.waiting(seen_by=request.by, on=request.today).in_bulk()
    form = BulkForm(rows, request.POST)
    if not form.is_valid():
        messages.warning(request, gettext("请先勾选申请;可能已经有人处理过了。"))
        return redirect("approvals:waiting")
    chosen = [rows[key] for key in form.cleaned_data["chosen"]]
    yes = request.POST.get("answer") != "no"
    said: dict[str, Any] = {"by": request.by, "at": request.asked_at}
    refused = deciding_actions.decide_many(chosen, yes, form.cleaned_data["text"], **said)
    done = len(chosen) - len(refused)
    if done:
        messages.success(
            request, ngettext("已处理 {count} 个申请。", "已处理 {count} 个申请。", done).format(count=done)
        )
    for sentence in refused:
        messages.warning(request, sentence)
    return redirect("approvals:waiting")


def _list(request: AskedBy, rows: QuerySet[Request], title: str, empty: str, **told: Any) -> ListPage[Any]:
    page: ListPage[Any] = ListPage(
        request, rows, title=title, columns=[], search=FOUND_BY, filters=_filters(), empty=empty, **told
    )
    page.columns = _columns(_decider_column(page, request.today))
    return page


def _hidden(column: Column[Any]) -> Column[Any]:
    return replace(column, hidden=column.key == "name")


def own(request: AskedBy) -> HttpResponseBase:
    """My requests."""
    rows = queries.own(seen_by=request.by)
    asks = bool(request.by.employee_id)
    told: dict[str, Any] = {"add": ("/requests/new/", gettext("新申请"))} if asks else {}
    empty = gettext("还没有提交过申请。请假、出差、外出等都从这里开始。")
    page = _list(request, rows, gettext("我的申请"), empty, **told)
    page.columns = [_hidden(column) for column in page.columns]
    return page.answer()


def new(request: AskedBy) -> HttpResponse:
    """The kinds one can ask for, on a day (`?date=`); those that HR can ask for in somebody's place (`?for=`)."""
    require(request.by, ASK)
    number = request.GET.get("for", "").strip()
    date = _date(request.GET.get("date", ""))
    passed_on = {**({"for": number} if number else {}), **({"date": date.isoformat()} if date else {})}
    context = {
        "kinds": [kind for kind in request_kinds().values() if kind.for_others or not number],
        "who": queries.applicant(number, seen_by=request.by, on=request.today),
        "date": date,
        "passed_on": f"?{urlencode(passed_on)}" if passed_on else "",
        "manages": may(request.by, MANAGE_REQUESTS) and not number,
    }
    return render(request, "approvals/new.html", context)


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def for_others(request: AskedBy) -> HttpResponse:
    """HR says in whose place something is asked for."""
    require(request.by, MANAGE_REQUESTS)
    form = WhomForm(request.POST or None)

    def find(_: dict[str, Any]) -> Employee:
        found = form.meant(request.today)
        return org.person(found.pk, MANAGE_REQUESTS, seen_by=request.by, on=request.today)

    found = attempt(form, find) if request.method == "POST" else None
    if found:
        return redirect(f"/requests/new/?{urlencode({'for': found.number})}")
    context = {"form": form, "title": gettext("代提交"), "verb": gettext("下一步")}
    context |= {"back": "/requests/all/", "back_label": gettext("全部申请")}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def handled(request: AskedBy) -> HttpResponseBase:
    """What I decided, sent back or passed on."""
    rows = queries.handled(seen_by=request.by)
    return _list(
        request, rows, gettext("我处理的"), gettext("您还没有处理过申请。您同意、退回或转交过的申请会留在这里。")
    ).answer()


def everybody(request: AskedBy) -> HttpResponseBase:
    """All requests within reach, for HR."""
    require(request.by, SEE_REQUESTS)
    rows = queries.in_reach(seen_by=request.by, on=request.today)
    department = read_number(request.GET.get("department", ""), 0)
    if department:
        people = org.people(SEE_REQUESTS, seen_by=request.by, on=request.today)
        rows = rows.filter(employee__in=org.in_departments(people, department, request.today))
    told: dict[str, Any] = (
        {"add": ("/requests/new/for/", gettext("代提交"))} if may(request.by, MANAGE_REQUESTS) else {}
    )
    empty = gettext("还没有人提交申请。没有手机或账号的员工,可以由人事代提交。")
    page = _list(request, rows, gettext("全部申请"), empty, **told)
    departments = place_queries.department_choices(SEE_REQUESTS, seen_by=request.by, on=request.today)
    page.filters = [*_filters(), Filter("department", gettext("部门"), departments, "")]
    return page.answer()


def _asked(request: AskedBy, request_id: int) -> Request:
    return queries.request(request_id, seen_by=request.by, on=request.today)


def request_page(request: AskedBy, request_id: int) -> HttpResponse:
    """One request: what is asked for, what happened, who decides."""
    return _page(request, _asked(request, request_id))


def _page(request: AskedBy, found: Request, form: Any = None, opened: str = "") -> HttpResponse:
    steps = showing.course(list(queries.steps_of(found)), request.today)
    mine = queries.ready_seats(request.by, request.today).filter(step__request=found).exists()
    acts = actions.may_act_for(found.employee, by=request.by, on=request.today)
    manages = may(request.by, MANAGE_REQUESTS) and _within(request, found)
    forms = {"decide": WordForm(), "add": AddForm(prefix="add"), "hand_over": PersonForm(prefix="hand")}
    context = {
        "found": found,
        "title": str(found.title),
        "kind": request_kinds().get(found.kind),
        "state_tone": _tone(found),
        "lines": found.lines,
        "steps": steps,
        "next": showing.what_next(found, steps),
        "timeline": showing.timeline(list(queries.entries_of(found))),
        "files": found.files.order_by("pk"),
        "undoings": found.undoings.order_by("-pk"),
        "mine": mine and found.state == State.OPEN,
        "acts": acts,
        "manages": manages,
        "is_open": found.state == State.OPEN,
        "withdrawable": acts and found.state in {State.OPEN, State.SENT_BACK},
        "undoable": found.state == State.APPROVED and not found.undoes_id,
        "accepts": ",".join(attaching.TYPES),
        "opened": opened,
        "here": "/approvals/" if mine else "/requests/",
        **{f"{name}_form": one for name, one in forms.items()},
        **({f"{opened}_form": form} if form is not None else {}),
    }
    return render(request, "approvals/request.html", context, status=422 if form is not None else 200)


def _within(request: AskedBy, found: Request) -> bool:
    people = org.people(MANAGE_REQUESTS, seen_by=request.by, on=request.today)
    return people.filter(pk=found.employee_id).exists()


def _change(
    request: AskedBy, request_id: int, change: Callable[[Request], Any], said: str, back: str = ""
) -> HttpResponse:
    """Do something with a request, say so, and show it again; a refusal is said there too."""
    found = _asked(request, request_id)
    try:
        change(found)
        messages.success(request, said)
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
        return redirect("approvals:request", request_id)
    return redirect(back or f"/requests/{request_id}/")


def _word(request: AskedBy) -> str:
    return request.POST.get("text", "")[:500]


@require_POST
def decide(request: AskedBy, request_id: int) -> HttpResponse:
    """Yes, no, or back to the applicant."""
    answers = {
        "yes": (deciding_actions.approve, gettext("已同意。")),
        "no": (deciding_actions.refuse, gettext("已拒绝,申请人会看到原因。")),
        "back": (deciding_actions.send_back, gettext("已退回给申请人修改。")),
    }
    _asked(request, request_id)
    act, said = answers.get(request.POST.get("answer", ""), (None, ""))
    if act is None:
        raise Refusal("approvals.no_answer", gettext("请选择同意、不同意或退回。"))
    back = "/approvals/" if request.POST.get("from") == "list" else ""
    told: dict[str, Any] = {"by": request.by, "at": request.asked_at}
    return _change(request, request_id, lambda found: act(found, _word(request), **told), said, back)


@require_POST
def add(request: AskedBy, request_id: int) -> HttpResponse:
    """Somebody else is to decide too."""
    found = _asked(request, request_id)
    form = AddForm(request.POST, prefix="add")

    def change(said: dict[str, Any]) -> Request:
        told: dict[str, Any] = {"text": said["text"], "by": request.by, "at": request.asked_at}
        person = form.meant(request.today)
        return deciding_actions.add_approver(found, person, before=said["when"] == "before", **told)

    if attempt(form, change) is None:
        return _page(request, found, form, "add")
    messages.success(request, gettext("已加签。"))
    return redirect("approvals:request", request_id)


@require_POST
def hand_over(request: AskedBy, request_id: int) -> HttpResponse:
    """HR lets somebody else decide."""
    found = _asked(request, request_id)
    form = PersonForm(request.POST, prefix="hand")

    def change(said: dict[str, Any]) -> Request:
        told: dict[str, Any] = {"by": request.by, "at": request.asked_at}
        return deciding_actions.hand_over(found, form.meant(request.today), said["text"], **told)

    if attempt(form, change) is None:
        return _page(request, found, form, "hand_over")
    messages.success(request, gettext("已转交。"))
    return redirect("approvals:request", request_id)


@require_POST
def comment(request: AskedBy, request_id: int) -> HttpResponse:
    told: dict[str, Any] = {"by": request.by, "at": request.asked_at}
    return _change(request, request_id, lambda f: actions.comment(f, _word(request), **told), gettext("已评论。"))


@require_POST
def attach(request: AskedBy, request_id: int) -> HttpResponse:
    """Add the files that were chosen."""
    told: dict[str, Any] = {"by": request.by, "at": request.asked_at}

    def change(found: Request) -> None:
        chosen = request.FILES.getlist("files")
        if not chosen:
            raise Refusal("approvals.no_files", gettext("请先选择文件。"))
        for one in chosen:
            attaching.attach(found, one.name or "", one.read(), **told)

    return _change(request, request_id, change, gettext("附件已添加。"))


@require_POST
def withdraw(request: AskedBy, request_id: int) -> HttpResponse:
    told: dict[str, Any] = {"by": request.by, "at": request.asked_at}
    return _change(request, request_id, lambda f: actions.withdraw(f, _word(request), **told), gettext("已撤回。"))


@require_POST
def remind(request: AskedBy, request_id: int) -> HttpResponse:
    told: dict[str, Any] = {"by": request.by, "at": request.asked_at}
    return _change(request, request_id, lambda f: actions.remind(f, **told), gettext("已提醒审批人。"))


@require_POST
def undo(request: AskedBy, request_id: int) -> HttpResponse:
    """The applicant asks to take back what was approved; HR does it at once, where asked so."""
    told: dict[str, Any] = {"by": request.by, "at": request.asked_at}
    if request.POST.get("directly"):
        said = gettext("已撤销。")
        return _change(request, request_id, lambda f: actions.undo_directly(f, _word(request), **told), said)
    found = _asked(request, request_id)
    try:
        made = actions.ask_undo(found, _word(request), **told)
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
        return redirect("approvals:request", request_id)
    messages.success(request, gettext("撤销申请已提交,同意之前原申请仍然有效。"))
    return redirect("approvals:request", made.pk)


def file(request: AskedBy, file_id: int) -> HttpResponse:
    """An attached file, for the people of its request; always saved, never shown in the page's own origin."""
    require(request.by, ASK)
    found = queries.file_of(file_id, seen_by=request.by, on=request.today)
    path = kept_path(found.path)
    if not path.exists():
        raise NotFound("approvals.no_file", gettext("没有这个附件,或者它与您无关。"))
    named = content_disposition_header(True, found.name) or ""
    return HttpResponse(path.read_bytes(), content_type=found.content_type, headers={"Content-Disposition": named})
