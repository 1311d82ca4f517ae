"""Pages of consent: who agreed to what, recording it, the texts, and everybody's own."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.http import require_POST

from kaoqin.consent import actions, choosing, queries
from kaoqin.consent.actions import Giving
from kaoqin.consent.forms import SUGGESTED, NoticeForm, RecordForm, TraitsForm, WithdrawForm
from kaoqin.consent.models import Notice
from kaoqin.consent.words import (
    OWN_CONSENT,
    PUBLISH_NOTICES,
    RECORD_CONSENTS,
    SEE_CONSENTS,
    STATES,
    ConsentState,
    Trait,
    purposes,
)
from kaoqin.core.pages import attempt, go_on
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.words import NotFound, Refusal, read_number
from kaoqin.org import number_queries, place_queries
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.doors import may, require
from kaoqin.security.requests import AskedBy

SAID = dict(STATES)
TONES = {ConsentState.GIVEN: "green", ConsentState.WITHDRAWN: "orange"}


def consents(request: AskedBy) -> HttpResponseBase:
    """Everybody, and how it is with each trait."""
    found = queries.people(seen_by=request.by, on=request.today)
    asked = request.GET.get("trait", ""), request.GET.get("state", "")
    found = queries.narrowed(found, asked[0], asked[1] if asked[1] in SAID else "")
    department = read_number(request.GET.get("department", ""), 0)
    if department:
        found = org.in_departments(found, department, request.today)
    records = may(request.by, RECORD_CONSENTS)
    page: ListPage[Any] = ListPage(
        request,
        found.order_by("number"),
        title=gettext("生物特征同意"),
        columns=_columns(request.today),
        search=["number", "name"],
        filters=[
            Filter("trait", gettext("生物特征"), Trait.choices, ""),
            Filter("state", gettext("状态"), STATES, ""),
            Filter("department", gettext("部门"), _departments(request), ""),
            Filter("left", gettext("在职"), [("1", gettext("在职")), ("0", gettext("已离职"))], "left_on__isnull"),
        ],
        empty=gettext("没有符合条件的员工。"),
        add=("/consents/record/", gettext("登记同意")) if records else None,
        template="consent/consents.html",
        more={"records": records, "newest": queries.newest_notice()},
    )
    return page.answer()


def _columns(today: dt.date) -> list[Column[Any]]:
    names = place_queries.department_names(today)
    return [
        Column("number", gettext("工号"), lambda e: e.number, "number", link=lambda e: f"/consents/{e.pk}/"),
        Column("name", gettext("姓名"), lambda e: e.name, "name", link=lambda e: f"/consents/{e.pk}/"),
        Column("department", gettext("部门"), lambda e: names.get(e.department_id, "")),
        *(_trait_column(trait) for trait in Trait),
        Column("site", gettext("地点"), lambda e: e.site_name or "", "site_name", hidden=True),
        Column("left_on", gettext("离职日期"), lambda e: e.left_on, "left_on", hidden=True),
    ]


def _trait_column(trait: Trait) -> Column[Any]:
    """A badge where something was ever said, nothing else: a table of a thousand stays calm."""
    name = f"state_{trait}"

    def say(employee: Any) -> str:
        state = getattr(employee, name)
        return str(SAID[state]) if state in ConsentState.values else ""

    return Column(trait.value, trait.label, say, name, tone=lambda e: _tone(getattr(e, name)))


def _tone(state: str) -> str:
    return TONES.get(ConsentState(state), "secondary") if state in ConsentState.values else ""


def _departments(request: AskedBy) -> list[tuple[str, str]]:
    return place_queries.department_choices(SEE_CONSENTS, seen_by=request.by, on=request.today)


def record(request: AskedBy) -> HttpResponse:
    """Who agreed on paper: many at once."""
    require(request.by, RECORD_CONSENTS)
    if queries.newest_notice() is None:
        messages.warning(request, gettext("还没有告知书。请先发布,再登记同意。"))
        return redirect("consent:notices")
    initial = {"numbers": request.GET.get("numbers", "")}
    form = RecordForm(request.POST or None, request.FILES or None, today=request.today, initial=initial)

    def change(said: dict[str, Any]) -> tuple[int]:
        givings = _givings(request, said)
        return (actions.give_all(givings, today=request.today, by=request.by, at=request.asked_at),)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        said = ngettext("新登记 {count} 项同意。", "新登记 {count} 项同意。", made[0])
        messages.success(request, said.format(count=made[0]))
        return redirect("consent:consents")
    return render(request, "consent/record.html", {"form": form}, status=422 if form.errors else 200)


def _givings(request: AskedBy, said: dict[str, Any]) -> list[Giving]:
    ids = number_queries.reached_by_numbers(said["numbers"], RECORD_CONSENTS, seen_by=request.by, on=request.today)
    people = {employee.pk: employee for employee in org.by_ids(ids)}
    rest = {"note": said["note"], "paper_sha256": said["paper"]}
    return [Giving(people[key], trait, said["on"], said["notice"], **rest) for key in ids for trait in said["traits"]]


def person(request: AskedBy, employee_id: int) -> HttpResponse:
    """One person: what is agreed to now, and all that was said."""
    require(request.by, SEE_CONSENTS)
    found = queries.person(employee_id, seen_by=request.by, on=request.today)
    return _person_page(request, found, "consent/person.html", WithdrawForm())


def _person_page(
    request: AskedBy, employee: Employee, template: str, form: TraitsForm, status: int = 200
) -> HttpResponse:
    context = {
        "employee": employee,
        "standings": [
            (one, _tone(one.entry.state) if one.entry else "secondary") for one in queries.standings(employee)
        ],
        "history": queries.history(employee),
        "records": may(request.by, RECORD_CONSENTS),
        "notice": queries.newest_notice(),
        "form": form,
        "purposes": [(one, one.code in queries.chosen(employee.pk)) for one in purposes().values()],
    }
    return render(request, template, context, status=status)


@require_POST
def withdraw(request: AskedBy, employee_id: int) -> HttpResponse:
    """Somebody told HR that they agree no longer."""
    require(request.by, RECORD_CONSENTS)
    found = queries.person(employee_id, seen_by=request.by, on=request.today)
    _withdraw(request, found)
    return redirect("consent:person", employee_id)


def _withdraw(request: AskedBy, employee: Employee) -> None:
    form = WithdrawForm(request.POST)

    def change(said: dict[str, Any]) -> tuple[int]:
        told = {"note": said["note"], "today": request.today, "by": request.by, "at": request.asked_at}
        return (actions.withdraw(employee, said["traits"], **told),)

    made = attempt(form, change)
    if made:
        messages.success(request, gettext("已撤回。服务器上保存的模板已删除,考勤机将在下次联系时删除。"))
    else:
        messages.warning(request, " ".join(str(error) for errors in form.errors.values() for error in errors))


def own(request: AskedBy) -> HttpResponse:
    """One's own: the text, what one agreed to, agreeing and withdrawing."""
    require(request.by, OWN_CONSENT)
    if request.by.employee_id is None:
        return render(request, "consent/no_employee.html")
    return _own_page(request, TraitsForm())


def _own_page(request: AskedBy, form: TraitsForm, status: int = 200) -> HttpResponse:
    found = queries.person(request.by.employee_id or 0, seen_by=request.by, on=request.today)
    return _person_page(request, found, "consent/own.html", form, status)


@require_POST
def choose_own(request: AskedBy) -> HttpResponse:
    """I agree to a purpose, or do so no longer."""
    require(request.by, OWN_CONSENT)
    purpose = purposes().get(request.POST.get("purpose", ""))
    if purpose is None:
        raise NotFound("consent.no_purpose", gettext("没有这个用途。"))
    given, version = request.POST.get("given") == "1", read_number(request.POST.get("version", ""), 0)
    try:
        choosing.choose(purpose, given, version, by=request.by, at=request.asked_at, today=request.today)
        messages.success(request, gettext("已登记您的同意,可以随时撤回。") if given else gettext("已撤回您的同意。"))
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
    return go_on(request, request.POST.get("back", ""), "consent:own")


@require_POST
def give_own(request: AskedBy) -> HttpResponse:
    """I have read the text that was shown, and agree."""
    require(request.by, OWN_CONSENT)
    form = TraitsForm(request.POST)
    shown = read_number(request.POST.get("notice", ""), 0)

    def change(said: dict[str, Any]) -> tuple[int]:
        traits = said["traits"]
        return (actions.give_own(traits, shown, today=request.today, by=request.by, at=request.asked_at),)

    if attempt(form, change):
        messages.success(request, gettext("已登记您的同意,可以随时在这里撤回。"))
        return redirect("consent:own")
    if request.by.employee_id is None:
        return redirect("consent:own")
    return _own_page(request, form, 422)


@require_POST
def withdraw_own(request: AskedBy) -> HttpResponse:
    require(request.by, OWN_CONSENT)
    if request.by.employee_id is not None:
        _withdraw(request, queries.person(request.by.employee_id, seen_by=request.by, on=request.today))
    return redirect("consent:own")


def notices(request: AskedBy) -> HttpResponseBase:
    """All versions of the text."""
    publishes = may(request.by, PUBLISH_NOTICES)
    page: ListPage[Notice] = ListPage(
        request,
        queries.notices(seen_by=request.by),
        title=pgettext("list", "告知书"),
        columns=[
            Column(
                "version",
                gettext("版本"),
                lambda n: gettext("第 {version} 版").format(version=n.version),
                "version",
                link=lambda n: f"/consents/notices/{n.version}/",
            ),
            Column("published", gettext("发布时间"), lambda n: n.published_at, "published_at"),
            Column("by", gettext("发布人"), lambda n: n.published_by.name if n.published_by else ""),
        ],
        empty=gettext("还没有告知书。登记同意之前,先发布员工要同意的正文。"),
        add=("/consents/notices/new/", gettext("发布新版本")) if publishes else None,
        template="consent/notices.html",
    )
    return page.answer()


def notice(request: AskedBy, version: int) -> HttpResponse:
    found = queries.notice(version, seen_by=request.by)
    return render(request, "consent/notice.html", {"notice": found})


def new_notice(request: AskedBy) -> HttpResponse:
    """The next version; what is there now, or a suggestion, to begin with."""
    require(request.by, PUBLISH_NOTICES, everywhere=True)
    newest = queries.newest_notice()
    form = NoticeForm(request.POST or None, initial={"text": newest.text if newest else SUGGESTED})

    def change(said: dict[str, Any]) -> Notice:
        return actions.publish_notice(said["text"], by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        messages.success(request, gettext("已发布第 {version} 版。").format(version=made.version))
        return redirect("consent:notices")
    context = {"form": form, "title": gettext("发布告知书"), "verb": gettext("发布")}
    context |= {"back": "/consents/notices/", "back_label": pgettext("list", "告知书")}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)
