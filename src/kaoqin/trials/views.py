"""Pages of drafts: all of them, one with what it changes, its form, its runs, publishing."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kaoqin.attendance.words import MANAGE_ATTENDANCE_RULES
from kaoqin.core.pages import attempt
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.words import Refusal, say_list, say_month
from kaoqin.org import place_queries
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy
from kaoqin.trials import actions, queries
from kaoqin.trials.forms import BeginForm, PublishForm, RunForm, TermsForm
from kaoqin.trials.models import Trial, TrialRun
from kaoqin.trials.saying import say_lines
from kaoqin.trials.terms import Terms, differences


def _state(one: Trial) -> str:
    if one.published_at:
        return gettext("已发布,自 {begins_on} 起").format(begins_on=one.begins_on)
    return gettext("草稿")


def trials(request: AskedBy) -> HttpResponseBase:
    """All drafts."""
    page: ListPage[Any] = ListPage(
        request,
        queries.trials(seen_by=request.by),
        title=gettext("规则试算"),
        columns=[
            Column("name", gettext("名称"), lambda t: t.name, "name", link=lambda t: f"/trials/{t.pk}/"),
            Column("group", gettext("考勤组"), lambda t: t.group.name, "group__name"),
            Column(
                "state", gettext("状态"), _state, "published_at", tone=lambda t: "green" if t.published_at else "blue"
            ),
            Column("run", gettext("最近试算"), lambda t: t.last_run or gettext("还没有"), "last_run"),
            Column("by", gettext("新建人"), lambda t: t.made_by.name if t.made_by else "", "made_by__name"),
            Column("made", gettext("新建时间"), lambda t: t.made_at, "made_at"),
        ],
        search=["name", "group__name"],
        filters=[
            Filter("group", gettext("考勤组"), scheduling.group_choices(), "group"),
            Filter(
                "state", gettext("状态"), [("1", gettext("草稿")), ("0", gettext("已发布"))], "published_at__isnull"
            ),
        ],
        empty=gettext("还没有试算。改规则之前,先在草稿里改,选过去的月份算一算:谁得、谁失,一目了然,满意再发布。"),
        add=("/trials/new/", gettext("新建试算")),
    )
    return page.answer()


def new_trial(request: AskedBy) -> HttpResponse:
    require(request.by, MANAGE_ATTENDANCE_RULES)
    form = BeginForm(request.POST or None, initial={"group": request.GET.get("group", "")})

    def begin(said: dict[str, Any]) -> Trial:
        group = scheduling.group(int(said["group"]))
        return actions.begin(group, said["name"], by=request.by, at=request.asked_at)

    made = attempt(form, begin) if request.method == "POST" else None
    if made:
        return redirect("trials:edit", made.pk)
    context = {"form": form, "title": gettext("新建试算"), "back": "/trials/", "back_label": gettext("规则试算")}
    context["verb"] = gettext("从现行规则开始")
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def trial(request: AskedBy, trial_id: int) -> HttpResponse:
    """A draft: what it changes, its runs, publishing."""
    return _trial_page(request, queries.trial(trial_id, seen_by=request.by))


def _run_form(request: AskedBy, data: Any = None) -> RunForm:
    choices = place_queries.department_choices(MANAGE_ATTENDANCE_RULES, seen_by=request.by, on=request.today)
    return RunForm(data, months=queries.months_to_try(request.today), departments=choices)


def _trial_page(
    request: AskedBy, one: Trial, run_form: RunForm | None = None, publish_form: PublishForm | None = None
) -> HttpResponse:
    runs = list(one.runs.select_related("asked_by").defer("employee_ids").order_by("-asked_at"))
    names = place_queries.department_names(request.today)
    lines = say_lines(differences(Terms.load(one.before), Terms.load(one.after)))
    context = {
        "trial": one,
        "state": _state(one),
        "lines": lines,
        "runs": [(run, _say_months(run, names), queries.job_of(run), run.after == one.after) for run in runs],
        "outdated": not one.published_at and queries.outdated(one, request.today),
        "others": 0 if one.published_at else queries.others_planned(one, request.today),
        "tried": actions.tried_as_it_is(one),
        "run_form": run_form or _run_form(request),
        "publish_form": publish_form or PublishForm(initial={"begins_on": _next_month(request)}),
    }
    refused = any(form is not None and form.errors for form in (run_form, publish_form))
    return render(request, "trials/trial.html", context, status=422 if refused else 200)


def _next_month(request: AskedBy) -> Any:
    return (request.today.replace(day=28) + 4 * queries.DAY).replace(day=1)


def _say_months(run: TrialRun, names: dict[int, str]) -> str:
    """The months of a run, and its department where it was of one."""
    said = say_list(say_month(month) for month in run.months)
    return f"{said} · {names.get(run.department_id, '')}" if run.department_id else said


def edit(request: AskedBy, trial_id: int) -> HttpResponse:
    """The draft's rules, in the fields of the real ones."""
    one = queries.trial(trial_id, seen_by=request.by)
    if one.published_at:
        return redirect("trials:trial", one.pk)
    form = TermsForm(one.name, Terms.load(one.after), request.POST or None)
    if request.method == "POST" and form.is_valid() and _change(request, one, form):
        return redirect("trials:trial", one.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "trials/edit.html", {"trial": one, "form": form}, status=status)


def _change(request: AskedBy, one: Trial, form: TermsForm) -> Trial | None:
    def change(said: dict[str, Any]) -> Trial:
        return actions.change(one, said["name"], form.terms(), by=request.by, at=request.asked_at)

    return attempt(form.name, change)


@require_POST
def begin_again(request: AskedBy, trial_id: int) -> HttpResponse:
    one = queries.trial(trial_id, seen_by=request.by)
    actions.begin_again(one, by=request.by, at=request.asked_at)
    messages.success(request, gettext("草稿已改以现行规则为起点,您改过的项目保持不变。请再试算一次。"))
    return redirect("trials:trial", trial_id)


@require_POST
def run(request: AskedBy, trial_id: int) -> HttpResponse:
    """Try it: a job, whose progress the run's own page shows."""
    one = queries.trial(trial_id, seen_by=request.by)
    form = _run_form(request, request.POST)

    def ask(_: dict[str, Any]) -> TrialRun:
        whom = form.chosen_months(), form.chosen_department()
        return actions.run(one, *whom, by=request.by, at=request.asked_at)

    made = attempt(form, ask)
    return redirect("trials:outcome", made.pk) if made else _trial_page(request, one, run_form=form)


@require_POST
def publish(request: AskedBy, trial_id: int) -> HttpResponse:
    one = queries.trial(trial_id, seen_by=request.by)
    form = PublishForm(request.POST)

    def keep(said: dict[str, Any]) -> Trial:
        return actions.publish(one, said["begins_on"], untried=said["untried"], by=request.by, at=request.asked_at)

    if attempt(form, keep):
        said = gettext("已发布,规则自 {begins_on} 起生效。").format(begins_on=form.cleaned_data["begins_on"])
        messages.success(request, said)
        return redirect("trials:trial", trial_id)
    return _trial_page(request, one, publish_form=form)


@require_POST
def delete(request: AskedBy, trial_id: int) -> HttpResponse:
    one = queries.trial(trial_id, seen_by=request.by)
    try:
        actions.delete(one, by=request.by, at=request.asked_at)
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
        return redirect("trials:trial", trial_id)
    messages.success(request, gettext("已删除试算「{name}」和它的结果。").format(name=one.name))
    return redirect("trials:trials")
