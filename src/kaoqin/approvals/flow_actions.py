"""Changes of flows: a draft is written, tried and published from a day; what is published is never changed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.approvals.flowing import FlowPlan, StepPlan, When, read_step
from kaoqin.approvals.models import Flow, FlowVersion
from kaoqin.approvals.words import MANAGE_FLOWS, MOST_STEPS, Fact, Missing, VersionState, Who
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import NotFound, Refusal
from kaoqin.security.audit import record
from kaoqin.security.doors import SYSTEM, require
from kaoqin.security.words import Actor

FIRST_DAY = dt.date(2000, 1, 1)
DEFAULT_NAME = "默认流程"


@dataclass(frozen=True)
class FlowSettings:
    """What a flow says besides its steps: what it is for, when it says yes by itself, whether nobody is asked twice."""

    conditions: When
    automatic: When | None
    once: bool


@transaction.atomic
def new_flow(name: str, *, by: Actor, at: dt.datetime) -> Flow:
    """A flow with an empty draft, tried before all others. Refuses a name that is taken."""
    require(by, MANAGE_FLOWS, everywhere=True)
    try:
        with transaction.atomic():
            Flow.objects.update(position=F("position") + 1)
            made = Flow.objects.create(name=name.strip(), position=1)
    except IntegrityError as taken:
        raise Refusal("approvals.flow_name", gettext("已经有叫“{name}”的流程。").format(name=name), "name") from taken
    first = StepPlan(Who.MANAGER)
    FlowVersion.objects.create(flow=made, number=1, steps=[first.keep()], made_at=at, made_by_id=by.account_id)
    record(by, "approvals.new_flow", made, Sentence("新建审批流程 {name}", name=made.name), at=at)
    return made


@transaction.atomic
def draft(flow: Flow, *, by: Actor, at: dt.datetime) -> FlowVersion:
    """The draft of a flow, held; made from its newest version where there is none."""
    require(by, MANAGE_FLOWS, everywhere=True)
    Flow.objects.select_for_update().get(pk=flow.pk)
    newest = flow.versions.select_for_update().order_by("-number")[0]
    if newest.state == VersionState.DRAFT:
        return newest
    said = {name: getattr(newest, name) for name in ("conditions", "steps", "automatic", "once")}
    return FlowVersion.objects.create(flow=flow, number=newest.number + 1, made_at=at, made_by_id=by.account_id, **said)


@transaction.atomic
def keep_settings(flow: Flow, said: FlowSettings, *, by: Actor, at: dt.datetime) -> None:
    """What the draft says besides its steps."""
    kept = draft(flow, by=by, at=at)
    kept.conditions, kept.once = said.conditions.keep(), said.once
    kept.automatic = None if said.automatic is None else said.automatic.keep()
    kept.save(update_fields=["conditions", "automatic", "once"])
    record(by, "approvals.change_draft", flow, Sentence("修改审批流程 {name} 的草稿", name=flow.name), at=at)


@transaction.atomic
def add_step(flow: Flow, step: StepPlan, *, by: Actor, at: dt.datetime) -> None:
    """One more step at the end of the draft. Refuses more than twelve."""
    kept = draft(flow, by=by, at=at)
    if len(kept.steps) >= MOST_STEPS:
        raise Refusal("approvals.too_many_steps", gettext("一个流程最多 {most} 步。").format(most=MOST_STEPS))
    _keep_steps(kept, [*_steps(kept), step], by, at)


@transaction.atomic
def put_step(flow: Flow, place: int, step: StepPlan, *, by: Actor, at: dt.datetime) -> None:
    """Another step in the place of one of the draft (counted from 0)."""
    kept = draft(flow, by=by, at=at)
    steps = _steps(kept, place)
    _keep_steps(kept, [*steps[:place], step, *steps[place + 1 :]], by, at)


@transaction.atomic
def drop_step(flow: Flow, place: int, *, by: Actor, at: dt.datetime) -> None:
    """The draft without a step."""
    kept = draft(flow, by=by, at=at)
    steps = _steps(kept, place)
    _keep_steps(kept, steps[:place] + steps[place + 1 :], by, at)


@transaction.atomic
def raise_step(flow: Flow, place: int, *, by: Actor, at: dt.datetime) -> None:
    """A step of the draft goes before the one above it; the first stays."""
    kept = draft(flow, by=by, at=at)
    steps = _steps(kept, place)
    if place:
        steps[place - 1 : place + 1] = reversed(steps[place - 1 : place + 1])
    _keep_steps(kept, steps, by, at)


def _steps(kept: FlowVersion, place: int = 0) -> list[StepPlan]:
    """The steps of a draft. Refuses a place that is none: somebody else changed it meanwhile."""
    if place and place >= len(kept.steps):
        raise NotFound("approvals.no_step", gettext("没有这一步,流程可能刚被别人修改过。"))
    return [read_step(one) for one in kept.steps]


def _keep_steps(kept: FlowVersion, steps: Sequence[StepPlan], by: Actor, at: dt.datetime) -> None:
    kept.steps = [step.keep() for step in steps]
    kept.save(update_fields=["steps"])
    said = Sentence("修改审批流程 {name} 的草稿", name=kept.flow.name)
    record(by, "approvals.change_draft", kept.flow, said, at=at)


@transaction.atomic
def publish(flow: Flow, begins_on: dt.date, *, by: Actor, at: dt.datetime) -> FlowVersion:
    """The draft holds from a day on, for requests submitted then. Refuses days that are over, and steps not filled in."""
    kept = draft(flow, by=by, at=at)
    if begins_on < timezone.localdate(at):
        raise Refusal("approvals.published_before", gettext("生效日期不能早于今天。"), "begins_on")
    if not kept.steps and kept.automatic is None:
        raise Refusal("approvals.no_steps", gettext("流程还没有步骤。"))
    for number, step in enumerate(_steps(kept), start=1):
        _refuse_unfilled(number, step)
    kept.state, kept.begins_on, kept.closed = VersionState.PUBLISHED, begins_on, False
    kept.published_at, kept.published_by_id = at, by.account_id
    kept.save(update_fields=["state", "begins_on", "closed", "published_at", "published_by"])
    said = Sentence("发布审批流程 {name} 第 {number} 版,自 {on} 起", name=flow.name, number=kept.number, on=begins_on)
    record(by, "approvals.publish", flow, said, at=at)
    return kept


def _refuse_unfilled(number: int, step: StepPlan) -> None:
    nobody = step.who == Who.PEOPLE and not step.people
    if nobody or (step.missing == Missing.PEOPLE and not step.substitutes):
        said = gettext("第 {number} 步还没有填写人员。").format(number=number)
        raise Refusal("approvals.step_unfilled", said)


@transaction.atomic
def discard_draft(flow: Flow, *, by: Actor, at: dt.datetime) -> None:
    """The draft is given up; a flow that was never published goes with it."""
    require(by, MANAGE_FLOWS, everywhere=True)
    record(by, "approvals.discard_draft", flow, Sentence("放弃审批流程 {name} 的草稿", name=flow.name), at=at)
    flow.versions.filter(state=VersionState.DRAFT).delete()
    if not flow.versions.exists():
        flow.delete()


@transaction.atomic
def close_flow(flow: Flow, begins_on: dt.date, *, by: Actor, at: dt.datetime) -> None:
    """A flow carries no new requests from a day on; those under way go on."""
    require(by, MANAGE_FLOWS, everywhere=True)
    if begins_on < timezone.localdate(at):
        raise Refusal("approvals.published_before", gettext("生效日期不能早于今天。"), "begins_on")
    kept = draft(flow, by=by, at=at)
    kept.state, kept.begins_on, kept.closed = VersionState.PUBLISHED, begins_on, True
    kept.published_at, kept.published_by_id = at, by.account_id
    kept.save(update_fields=["state", "begins_on", "closed", "published_at", "published_by"])
    record(
        by,
        "approvals.close_flow",
        flow,
        Sentence("停用审批流程 {name},自 {on} 起", name=flow.name, on=begins_on),
        at=at,
    )


@transaction.atomic
def raise_flow(flow: Flow, *, by: Actor, at: dt.datetime) -> None:
    """A flow is tried before the one above it."""
    require(by, MANAGE_FLOWS, everywhere=True)
    ordered = list(Flow.objects.select_for_update().order_by("position", "pk"))
    place = ordered.index(flow)
    if place:
        ordered[place - 1 : place + 1] = reversed(ordered[place - 1 : place + 1])
    for position, one in enumerate(ordered, start=1):
        one.position = position
    Flow.objects.bulk_update(ordered, ["position"])
    record(by, "approvals.raise_flow", flow, Sentence("提前审批流程 {name}", name=flow.name), at=at)


DEFAULT = FlowPlan(
    (
        StepPlan(Who.MANAGER),
        StepPlan(Who.HEAD, when=When(over={Fact.DAYS.value: Decimal(3)})),
    )
)


@transaction.atomic
def seed_default_flow() -> None:
    """What a new installation begins with: the line manager, beyond three days then the head of the department."""
    if Flow.objects.exists():
        return
    at = timezone.now()
    made = Flow.objects.create(name=DEFAULT_NAME, position=1)
    steps = [step.keep() for step in DEFAULT.steps]
    told = {"state": VersionState.PUBLISHED, "begins_on": FIRST_DAY, "made_at": at, "published_at": at}
    FlowVersion.objects.create(flow=made, number=1, steps=steps, **told)
    record(SYSTEM, "approvals.seed_flow", made, Sentence("建立默认审批流程"), at=at)
