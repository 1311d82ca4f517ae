"""Pages of flows: the list in the order in which they are tried, one as a picture to be changed, a dry run."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kaoqin.approvals import flow_actions, queries, showing
from kaoqin.approvals.flowing import StepPlan, read_when
from kaoqin.approvals.forms import FromDayForm, NameForm, SettingsForm, StepForm, TryForm
from kaoqin.approvals.models import Flow, FlowVersion
from kaoqin.approvals.words import MANAGE_FLOWS, VersionState, Who
from kaoqin.core.pages import attempt
from kaoqin.core.words import Refusal, read_number
from kaoqin.org import place_queries
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy


def flows(request: AskedBy) -> HttpResponse:
    """All flows, each as a small picture, and a dry run through those in force."""
    found = list(queries.flows(seen_by=request.by))
    in_force = {one.flow_id: one for one in queries.versions_in_force(request.today)}
    departments = place_queries.department_names(request.today)
    rows = [_row(request, one, in_force.get(one.pk), departments) for one in found]
    return render(request, "approvals/flows.html", {"rows": rows, "try_form": TryForm()})


def _row(request: AskedBy, flow: Flow, version: FlowVersion | None, departments: dict[int, str]) -> dict[str, Any]:
    newest = flow.versions.all()[0]
    shown = version or newest
    coming = [one for one in flow.versions.all() if one.begins_on and one.begins_on > request.today]
    return {
        "flow": flow,
        "version": version,
        "coming": coming[0] if coming else None,
        "draft": newest.state == VersionState.DRAFT,
        "conditions": showing.say_when(read_when(shown.conditions), departments),
        "boxes": showing.boxes(queries.flow_plan(shown), request.today),
        "automatic": _automatic(shown, departments),
    }


def _automatic(version: FlowVersion, departments: dict[int, str]) -> list[str]:
    return [] if version.automatic is None else showing.say_when(read_when(version.automatic), departments)


def new(request: AskedBy) -> HttpResponse:
    require(request.by, MANAGE_FLOWS, everywhere=True)
    form = NameForm(request.POST or None)

    def change(said: dict[str, Any]) -> Flow:
        return flow_actions.new_flow(said["name"], by=request.by, at=request.asked_at)

    made = attempt(form, change) if request.method == "POST" else None
    if made:
        return redirect("approvals:flow", made.pk)
    context = {"form": form, "title": gettext("新建审批流程"), "back": "/flows/", "back_label": gettext("审批流程")}
    return render(request, "_parts/form_page.html", context, status=422 if form.errors else 200)


def flow(request: AskedBy, flow_id: int) -> HttpResponse:
    """A flow as a picture; each step is changed where it stands."""
    return _page(request, queries.flow(flow_id, seen_by=request.by))


def _page(request: AskedBy, found: Flow, **told: Any) -> HttpResponse:
    """`told`: a form that was refused, and where it stands (`settings_form`, `step_form` at `place`)."""
    versions = list(found.versions.order_by("-number"))
    shown = versions[0]
    plan = queries.flow_plan(shown)
    conditions = read_when(shown.conditions)
    settings_form = SettingsForm(request.today, initial=SettingsForm.shown(conditions, plan.automatic, plan.once))
    departments = place_queries.department_names(request.today)
    refused = any(name.endswith("_form") for name in told)
    place = told.get("place", read_number(request.GET.get("step", ""), -1))
    context = {
        "flow": found,
        "shown": shown,
        "versions": versions,
        "is_draft": shown.state == VersionState.DRAFT,
        "conditions": showing.say_when(conditions, departments),
        "automatic": _automatic(shown, departments),
        "boxes": [
            (box, _step_form(request, step)) for box, step in zip(_boxes(request, plan), plan.steps, strict=True)
        ],
        "new_step": StepForm(request.today, initial=StepForm.shown(StepPlan(Who.MANAGER))),
        "place": place,
        "settings_form": settings_form,
        "publish_form": FromDayForm(initial={"begins_on": request.today}),
        "try_form": TryForm(),
        **told,
    }
    return render(request, "approvals/flow.html", context, status=422 if refused else 200)


def _boxes(request: AskedBy, plan: Any) -> list[showing.Box]:
    return showing.boxes(plan, request.today)


def _step_form(request: AskedBy, step: StepPlan) -> StepForm:
    return StepForm(request.today, initial=StepForm.shown(step))


@require_POST
def settings(request: AskedBy, flow_id: int) -> HttpResponse:
    """What the flow is for, and when it says yes by itself."""
    found = queries.flow(flow_id, seen_by=request.by)
    form = SettingsForm(request.today, request.POST)

    def change(_: dict[str, Any]) -> bool:
        flow_actions.keep_settings(found, form.settings(), by=request.by, at=request.asked_at)
        return True

    if not attempt(form, change):
        return _page(request, found, settings_form=form)
    messages.success(request, gettext("草稿已保存,发布后生效。"))
    return redirect("approvals:flow", flow_id)


@require_POST
def add_step(request: AskedBy, flow_id: int) -> HttpResponse:
    """One more step at the end."""
    found = queries.flow(flow_id, seen_by=request.by)
    form = StepForm(request.today, request.POST)

    def change(_: dict[str, Any]) -> bool:
        flow_actions.add_step(found, form.step(request.today), by=request.by, at=request.asked_at)
        return True

    if not attempt(form, change):
        return _page(request, found, new_step=form, add_form=True)
    return redirect("approvals:flow", flow_id)


@require_POST
def step(request: AskedBy, flow_id: int, place: int) -> HttpResponse:
    """Another step in the place of this one."""
    found = queries.flow(flow_id, seen_by=request.by)
    form = StepForm(request.today, request.POST)

    def change(_: dict[str, Any]) -> bool:
        flow_actions.put_step(found, place, form.step(request.today), by=request.by, at=request.asked_at)
        return True

    if not attempt(form, change):
        return _page(request, found, refused_form=form, place=place)
    return redirect("approvals:flow", flow_id)


@require_POST
def raise_step(request: AskedBy, flow_id: int, place: int) -> HttpResponse:
    found = queries.flow(flow_id, seen_by=request.by)
    flow_actions.raise_step(found, place, by=request.by, at=request.asked_at)
    return redirect("approvals:flow", flow_id)


@require_POST
def drop_step(request: AskedBy, flow_id: int, place: int) -> HttpResponse:
    found = queries.flow(flow_id, seen_by=request.by)
    flow_actions.drop_step(found, place, by=request.by, at=request.asked_at)
    return redirect("approvals:flow", flow_id)


@require_POST
def publish(request: AskedBy, flow_id: int) -> HttpResponse:
    """The draft holds from a day on."""
    found = queries.flow(flow_id, seen_by=request.by)
    form = FromDayForm(request.POST)

    def change(said: dict[str, Any]) -> FlowVersion:
        return flow_actions.publish(found, said["begins_on"], by=request.by, at=request.asked_at)

    made = attempt(form, change)
    if made is None:
        return _page(request, found, publish_form=form)
    messages.success(request, gettext("已发布,自 {on} 起的新申请按它审批。").format(on=made.begins_on))
    return redirect("approvals:flows")


@require_POST
def discard(request: AskedBy, flow_id: int) -> HttpResponse:
    found = queries.flow(flow_id, seen_by=request.by)
    flow_actions.discard_draft(found, by=request.by, at=request.asked_at)
    messages.success(request, gettext("草稿已放弃。"))
    return redirect("approvals:flows")


@require_POST
def close(request: AskedBy, flow_id: int) -> HttpResponse:
    """No new requests from today on."""
    found = queries.flow(flow_id, seen_by=request.by)
    flow_actions.close_flow(found, request.today, by=request.by, at=request.asked_at)
    messages.success(request, gettext("已停用;进行中的申请仍按它走完。"))
    return redirect("approvals:flows")


@require_POST
def raise_flow(request: AskedBy, flow_id: int) -> HttpResponse:
    flow_actions.raise_flow(queries.flow(flow_id, seen_by=request.by), by=request.by, at=request.asked_at)
    return redirect("approvals:flows")


def dry_run(request: AskedBy) -> HttpResponse:
    """Who would decide an invented request: by the flows in force, or by the newest version of one."""
    require(request.by, MANAGE_FLOWS)
    form = TryForm(request.GET or None)

    def tried(_: dict[str, Any]) -> dict[str, Any]:
        told = (form.kind_code(), form.meant(request.today), form.facts())
        flow_id = read_number(request.GET.get("flow", ""), 0)
        if not flow_id:
            return {"forecast": queries.who_would_decide(*told, on=request.today)}
        version = queries.flow(flow_id, seen_by=request.by).versions.order_by("-number")[0]
        found = queries.dry_run(version, *told, request.today)
        if found is None:
            raise Refusal("approvals.does_not_fit", gettext("这个申请不符合本流程的适用条件,会按后面的流程审批。"))
        return {"forecast": found}

    context = attempt(form, tried) or {"refused": _first_error(form)}
    template = "approvals/_forecast.html" if request.headers.get("HX-Request") else "approvals/try.html"
    return render(request, template, {"try_form": form, **context})


def _first_error(form: TryForm) -> str:
    return next((str(error) for errors in form.errors.values() for error in errors), "")
