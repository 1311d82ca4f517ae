"""How requests and flows are shown: the course of a request, its timeline, a flow as boxes."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from kaoqin.approvals import queries
from kaoqin.approvals.flowing import FlowPlan, StepPlan, When, read_step
from kaoqin.approvals.models import Request, RequestEntry, RequestStep, Seat
from kaoqin.approvals.words import (
    Answer,
    Deed,
    Fact,
    Found,
    Missing,
    Mode,
    State,
    StepState,
    Who,
    condition_labels,
)
from kaoqin.core.words import say_list
from kaoqin.org import place_queries
from kaoqin.org import queries as org

DEED_LOOKS = {
    Deed.SUBMITTED: ("send", "blue"),
    Deed.RESUBMITTED: ("send", "blue"),
    Deed.YES: ("check", "green"),
    Deed.NO: ("x", "red"),
    Deed.CARRIED: ("check", "green"),
    Deed.SENT_BACK: ("arrow-back-up", "orange"),
    Deed.ADDED: ("user-plus", "azure"),
    Deed.HANDED_OVER: ("user-share", "azure"),
    Deed.COMMENTED: ("message", "secondary"),
    Deed.ATTACHED: ("paperclip", "secondary"),
    Deed.REMINDED: ("bell", "yellow"),
    Deed.OVERDUE: ("bell", "yellow"),
    Deed.ESCALATED: ("user-share", "orange"),
    Deed.AUTOMATIC: ("checks", "green"),
    Deed.APPROVED: ("flag", "green"),
    Deed.WITHDRAWN: ("arrow-back-up", "secondary"),
    Deed.UNDONE: ("arrow-back-up", "red"),
}


@dataclass(frozen=True)
class Happened:
    """An entry of the timeline as it is read."""

    name: str
    deed: str
    icon: str
    tone: str
    text: str
    at: dt.datetime


def timeline(entries: Sequence[RequestEntry]) -> list[Happened]:
    """All that happened, in words."""
    return [_happened(one) for one in entries]


def _happened(one: RequestEntry) -> Happened:
    icon, tone = DEED_LOOKS[Deed(one.deed)]
    name = one.account.name if one.account else ""
    deed = str(Deed(one.deed).label)
    if one.other and one.deed in {Deed.ADDED, Deed.HANDED_OVER, Deed.ESCALATED}:
        deed = gettext("{deed}:{name}").format(deed=deed, name=one.other.name)
    elif one.other:
        name = queries.stand_in_name(name, one.other.name)
    return Happened(name, deed, icon, tone, one.text, one.at)


@dataclass(frozen=True)
class ShownSeat:
    """Somebody at a step: the name (with who stands in), and what was said."""

    name: str
    said: str
    tone: str


@dataclass(frozen=True)
class ShownStep:
    """A step of a request as it is drawn."""

    label: str
    state: str
    several: str
    remark: str
    seats: tuple[ShownSeat, ...]


ANSWER_TONES = {Answer.YES: "green", Answer.CARRIED: "green", Answer.NO: "red"}


def course(steps: Sequence[RequestStep], on: dt.date) -> list[ShownStep]:
    """The steps of a request with who said what, and who will be asked."""
    waiting = [seat.account_id for step in steps for seat in step.seats.all() if seat.answer == Answer.NONE]
    stand_ins = queries.delegates_of(waiting, on)
    names = queries.account_names(stand_ins.values())
    return [_shown_step(step, {who: names[to] for who, to in stand_ins.items()}) for step in steps]


def _shown_step(step: RequestStep, stand_ins: Mapping[int, str]) -> ShownStep:
    seats = tuple(_shown_seat(seat, step, stand_ins) for seat in step.seats.all())
    plan = read_step(step.plan) if step.plan else None
    return ShownStep(
        queries.step_label(step.who, plan),
        step.state,
        str(Mode(step.mode).label) if len(seats) > 1 else "",
        "" if step.found == Found.PLANNED else str(Found(step.found).label),
        seats,
    )


def _shown_seat(seat: Seat, step: RequestStep, stand_ins: Mapping[int, str]) -> ShownSeat:
    name = seat.account.name
    if seat.answered_by and seat.answered_by_id != seat.account_id:
        name = queries.stand_in_name(seat.answered_by.name, name)
    elif seat.answer == Answer.NONE and seat.account_id in stand_ins:
        name = queries.stand_in_name(stand_ins[seat.account_id], name)
    if seat.answer == Answer.NONE:
        return ShownSeat(name, gettext("等待审批") if seat.ready else "", "blue" if seat.ready else "secondary")
    return ShownSeat(name, str(Answer(seat.answer).label), ANSWER_TONES.get(Answer(seat.answer), "secondary"))


@dataclass(frozen=True)
class Box:
    """A step of a flow as it is drawn: its place, who decides, and the small words around it."""

    place: int
    title: str
    detail: str
    icon: str
    conditions: tuple[str, ...]
    missing: str
    times: str


ICONS = {Who.MANAGER: "user", Who.HEAD: "building-community", Who.ROLE: "id-badge-2", Who.PEOPLE: "users"}


def boxes(plan: FlowPlan, on: dt.date) -> list[Box]:
    """A flow as boxes from top to bottom."""
    everybody = {key for step in plan.steps for key in (*step.people, *step.substitutes)}
    people = {one.pk: one.name for one in org.by_ids(everybody)}
    departments = place_queries.department_names(on)
    return [_box(place, step, people, departments) for place, step in enumerate(plan.steps)]


def _box(place: int, step: StepPlan, people: Mapping[int, str], departments: Mapping[int, str]) -> Box:
    named = _names(step.people, people) if step.who == Who.PEOPLE else ""
    several = step.who == Who.ROLE or len(step.people) > 1
    detail = " · ".join(one for one in (named, str(step.mode.label) if several else "") if one)
    missing = str(step.missing.label)
    if step.missing == Missing.PEOPLE:
        missing = _names(step.substitutes, people)
    return Box(
        place,
        queries.step_label(step.who, step),
        detail,
        ICONS[step.who],
        tuple(say_when(step.when, departments)),
        missing,
        _times(step),
    )


def _names(keys: Sequence[int], people: Mapping[int, str]) -> str:
    return say_list(people[key] for key in keys if key in people) or gettext("(还没有填写人员)")


def _times(step: StepPlan) -> str:
    told = []
    if step.remind_hours:
        told.append(gettext("{hours} 小时后提醒").format(hours=step.remind_hours))
    if step.escalate_hours:
        told.append(gettext("{hours} 小时后转交上级").format(hours=step.escalate_hours))
    return gettext(",").join(told)


def say_when(when: When, departments: Mapping[int, str]) -> list[str]:
    """Conditions in words, each for itself."""
    told = []
    if when.kinds:
        told.append(say_list(label for code, label in condition_labels().items() if code in when.kinds))
    if when.departments:
        told.append(say_list(departments.get(one, gettext("(已撤销)")) for one in sorted(when.departments)))
    for name in Fact.values:
        label = str(Fact(name).label)
        if name in when.over:
            told.append(f"{label} > {float(when.over[name]):g}")
        if name in when.upto:
            told.append(f"{label} ≤ {float(when.upto[name]):g}")
    return told


def what_next(found: Request, steps: Sequence[ShownStep]) -> str:
    """How a request stands, in one sentence."""
    match State(found.state):
        case State.OPEN:
            now = next((step for step in steps if step.state == StepState.OPEN), None)
            names = [seat.name for seat in now.seats if seat.said and seat.tone == "blue"] if now else []
            return gettext("等待 {names} 审批").format(names=say_list(names))
        case State.SENT_BACK:
            return gettext("已退回给 {name},修改后重新提交").format(name=found.employee.name)
        case _:
            return str(State(found.state).label)
