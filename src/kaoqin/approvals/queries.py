"""Questions about requests: who would decide, what waits for whom, what may be seen by whom."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext

from kaoqin.approvals.flowing import (
    Facts,
    FlowPlan,
    Planned,
    StepPlan,
    consent_of,
    plan,
    read_amounts,
    read_step,
    read_when,
)
from kaoqin.approvals.lookups import OrgLookups
from kaoqin.approvals.models import Delegation, Flow, FlowVersion, Request, RequestEntry, RequestFile, RequestStep, Seat
from kaoqin.approvals.words import (
    ASK,
    DECIDE,
    MANAGE_FLOWS,
    MANAGE_REQUESTS,
    SEE_REQUESTS,
    Deed,
    Found,
    State,
    VersionState,
    Who,
)
from kaoqin.core.arrays import any_of
from kaoqin.core.words import NotFound, Refusal
from kaoqin.org import number_queries
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security import queries as security
from kaoqin.security.doors import may, reach, require
from kaoqin.security.words import Actor, Role


def flow_plan(version: FlowVersion) -> FlowPlan:
    """What a version says."""
    automatic = None if version.automatic is None else read_when(version.automatic)
    return FlowPlan(tuple(read_step(kept) for kept in version.steps), automatic, version.once)


def versions_in_force(on: dt.date) -> list[FlowVersion]:
    """The version of each flow that holds on a day, in the order in which flows are tried."""
    rows = FlowVersion.objects.filter(state=VersionState.PUBLISHED, begins_on__lte=on)
    newest = rows.order_by("flow_id", "-begins_on", "-number").distinct("flow_id").select_related("flow")
    return sorted((one for one in newest if not one.closed), key=lambda one: (one.flow.position, one.flow_id))


def version_for(facts: Facts, on: dt.date) -> FlowVersion:
    """The first flow that fits. Refuses where none does."""
    found = next((one for one in versions_in_force(on) if read_when(one.conditions).holds(facts)), None)
    if found is None:
        raise Refusal("approvals.no_flow", gettext("没有适用于这个申请的审批流程,请联系人事。"))
    return found


def facts_of(kind: str, told: Mapping[str, Any], lookups: OrgLookups) -> Facts:
    """What a kind tells of a request, with the applicant's departments."""
    return Facts(kind, frozenset(lookups.departments()), read_amounts(told), str(told.get("kind", "")))


@dataclass(frozen=True)
class ForecastStep:
    """A step as it would be: what it is called, who would decide, how they were found, and whether the one before says
    it all (`carried`)."""

    label: str
    names: tuple[str, ...]
    found: Found
    several: str
    carried: bool = False

    @property
    def nobody(self) -> bool:
        return self.found == Found.NOBODY


@dataclass(frozen=True)
class Forecast:
    """Who would decide a request; without steps it is approved at once."""

    version: FlowVersion
    steps: tuple[ForecastStep, ...]

    @property
    def automatic(self) -> bool:
        return not self.steps

    @property
    def nobody(self) -> bool:
        return any(step.nobody for step in self.steps)


def who_would_decide(
    kind: str, employee: Employee, facts: Mapping[str, Any], *, on: dt.date, consents: Sequence[int] = ()
) -> Forecast:
    """Who would decide a request of a kind on a day; `facts` as its kind tells them, `consents` employees asked first.

    Refuses where no flow fits.
    """
    lookups = OrgLookups(employee, on)
    told = facts_of(kind, facts, lookups)
    version = version_for(told, on)
    return Forecast(version, forecast(planned(version, told, lookups, consents), version.once, on))


def dry_run(
    version: FlowVersion, kind: str, employee: Employee, facts: Mapping[str, Any], on: dt.date
) -> Forecast | None:
    """Who would decide an invented request by one version, a draft too; None where its conditions do not fit."""
    lookups = OrgLookups(employee, on)
    told = facts_of(kind, facts, lookups)
    if not read_when(version.conditions).holds(told):
        return None
    return Forecast(version, forecast(planned(version, told, lookups, ()), version.once, on))


def planned(version: FlowVersion, facts: Facts, lookups: OrgLookups, consents: Sequence[int]) -> list[Planned]:
    """The steps of a request, consents first. Refuses consents of people who have no account."""
    first: list[Planned] = []
    if consents:
        accounts = lookups.accounts(consents)
        if len(accounts) < len(set(consents)):
            raise Refusal("approvals.no_account", gettext("需要对方同意,但对方没有账号,请联系人事开通。"))
        first = [consent_of(accounts)]
    return first + plan(flow_plan(version), facts, lookups)


def forecast(steps: Sequence[Planned], once: bool, on: dt.date) -> tuple[ForecastStep, ...]:
    """Planned steps in words, with the names of those who decide, and who stands in for them."""
    names = with_stand_ins(security.names_of(one for step in steps for one in step.resolved.deciders), on)
    return tuple(
        ForecastStep(
            step_label(step.step.who, step.step),
            tuple(names[one] for one in step.resolved.deciders),
            step.resolved.found,
            str(step.step.mode.label) if len(step.resolved.deciders) > 1 else "",
            once and _says_it_all(before, step),
        )
        for before, step in zip([None, *steps], steps, strict=False)
    )


def _says_it_all(before: Planned | None, step: Planned) -> bool:
    """Whether one and the same person decides a step and the one before."""
    if before is None or before.step.who == Who.CONSENT:
        return False
    return len(step.resolved.deciders) == 1 and before.resolved.deciders == step.resolved.deciders


def step_label(who: str, step: StepPlan | None) -> str:
    """What a step is called."""
    if step is not None and who == Who.MANAGER and step.levels > 1:
        return gettext("往上第 {levels} 级主管").format(levels=step.levels)
    if step is not None and who == Who.ROLE:
        return str(Role(step.role).label)
    return str(Who(who).label)


def account_names(account_ids: Iterable[int]) -> dict[int, str]:
    """What the people of some accounts are called."""
    return security.names_of(account_ids)


def in_place_of(account_id: int, on: dt.date) -> dict[int, int]:
    """Whose requests an account may decide on a day, oneself among them: each with the one it came from."""
    rows = Delegation.objects.filter(begins_on__lte=on, ends_on__gte=on).values_list("account_id", "to_id")
    given: dict[int, list[int]] = {}
    for who, to in rows:
        given.setdefault(to, []).append(who)
    found, edge = {account_id: account_id}, [account_id]
    while edge:
        here = edge.pop()
        for who in given.get(here, []):
            if who not in found:
                found[who] = here
                edge.append(who)
    return found


def delegates_of(account_ids: Iterable[int], on: dt.date) -> dict[int, int]:
    """Who finally decides for each of some accounts on a day, where it is somebody else."""
    given = dict(Delegation.objects.filter(begins_on__lte=on, ends_on__gte=on).values_list("account_id", "to_id"))
    found = {}
    for who in account_ids:
        here = who
        while here in given and given[here] != who:
            here = given[here]
        if here != who:
            found[who] = here
    return found


def ready_seats(by: Actor, on: dt.date) -> QuerySet[Seat]:
    """The seats `by` may answer now: one's own and those of whom one stands in for, but for one's own requests."""
    if by.account_id is None:
        return Seat.objects.none()
    rows = Seat.objects.filter(account__in=in_place_of(by.account_id, on), ready=True)
    return rows.exclude(step__request__employee=by.employee_id or 0)


def _shown(rows: QuerySet[Request]) -> QuerySet[Request]:
    return rows.select_related("employee").order_by("-submitted_at", "-pk")


def waiting(*, seen_by: Actor, on: dt.date) -> QuerySet[Request]:
    """The requests that wait for `seen_by`, the oldest first."""
    require(seen_by, DECIDE)
    mine = ready_seats(seen_by, on).filter(step__request=OuterRef("pk"))
    return _shown(Request.objects.filter(Exists(mine), state=State.OPEN)).order_by("submitted_at", "pk")


def waiting_count(*, seen_by: Actor, on: dt.date) -> int:
    """How many wait for `seen_by`."""
    return waiting(seen_by=seen_by, on=on).order_by().count()


def own(*, seen_by: Actor) -> QuerySet[Request]:
    """The requests of `seen_by`, and those submitted for others, the newest first."""
    require(seen_by, ASK)
    mine = Q(employee=seen_by.employee_id or 0) | Q(submitted_by=seen_by.account_id)
    return _shown(Request.objects.filter(mine))


def handled(*, seen_by: Actor) -> QuerySet[Request]:
    """The requests in which `seen_by` said something as one who decides, the newest first."""
    require(seen_by, DECIDE)
    deeds = (Deed.YES, Deed.NO, Deed.SENT_BACK, Deed.CARRIED, Deed.ADDED, Deed.HANDED_OVER)
    said = RequestEntry.objects.filter(request=OuterRef("pk"), account=seen_by.account_id, deed__in=deeds)
    return _shown(Request.objects.filter(Exists(said)))


def in_reach(*, seen_by: Actor, on: dt.date) -> QuerySet[Request]:
    """The requests of all people within reach, the newest first."""
    whom = org.people(SEE_REQUESTS, seen_by=seen_by, on=on).filter(pk=OuterRef("employee_id"))
    return _shown(Request.objects.filter(Exists(whom)))


def visible(*, seen_by: Actor, on: dt.date) -> QuerySet[Request]:
    """The requests `seen_by` may open: one's own, those one decides or decided, and those within reach."""
    require(seen_by, ASK)
    accounts = in_place_of(seen_by.account_id, on) if seen_by.account_id else {}
    seats = Seat.objects.filter(step__request=OuterRef("pk")).filter(
        Q(account=seen_by.account_id) | Q(answered_by=seen_by.account_id) | Q(account__in=accounts, ready=True)
    )
    said = RequestEntry.objects.filter(request=OuterRef("pk"), account=seen_by.account_id or 0)
    wanted = Q(employee=seen_by.employee_id or 0) | Q(submitted_by=seen_by.account_id or 0)
    wanted |= Q(Exists(seats)) | Q(Exists(said))
    if may(seen_by, SEE_REQUESTS):
        whom = org.people(SEE_REQUESTS, seen_by=seen_by, on=on).filter(pk=OuterRef("employee_id"))
        wanted |= Q(Exists(whom))
    return Request.objects.filter(wanted).select_related("employee", "version__flow", "undoes")


def request(request_id: int, *, seen_by: Actor, on: dt.date) -> Request:
    """One request; to everybody it does not concern there is none."""
    found = visible(seen_by=seen_by, on=on).filter(pk=request_id).first()
    if found is None:
        raise NotFound("approvals.no_request", gettext("没有这个申请,或者它与您无关。"))
    return found


def applicant(number: str, *, seen_by: Actor, on: dt.date) -> Employee | None:
    """Whose request it is to be: one's own, or as HR that of somebody within reach, by number. None for an account that
    is nobody's."""
    if not number:
        return org.by_ids([seen_by.employee_id or 0]).first()
    require(seen_by, MANAGE_REQUESTS)
    return org.person(number_queries.by_number(number).pk, MANAGE_REQUESTS, seen_by=seen_by, on=on)


def undecided(kind: str, employee_id: int, *, besides: int = 0) -> QuerySet[Request]:
    """What somebody has asked for of a kind and nobody decided yet, the oldest first; undoings are none of it."""
    rows = Request.objects.filter(kind=kind, employee=employee_id, state=State.OPEN, undoes=None)
    return rows.exclude(pk=besides).order_by("submitted_at", "pk")


def file_names(request_id: int) -> list[str]:
    """What the files attached to a request are called."""
    return list(RequestFile.objects.filter(request=request_id).order_by("pk").values_list("name", flat=True))


def sent_back(request_id: int, kind: str, *, seen_by: Actor, on: dt.date) -> Request:
    """A request of a kind that was sent back to `seen_by`, to be edited and submitted again."""
    found = request(request_id, seen_by=seen_by, on=on)
    if found.kind != kind or found.state != State.SENT_BACK or found not in own(seen_by=seen_by):
        raise NotFound("approvals.not_sent_back", gettext("这个申请没有退回给您修改。"))
    return found


def requests_of(kind: str, employee_id: int, states: Iterable[State]) -> QuerySet[Request]:
    """Somebody's requests of a kind in some states, those that undo another not: for the room that declared the kind."""
    return requests_of_all(kind, [employee_id], states)


def requests_of_all(kind: str, employee_ids: Iterable[int], states: Iterable[State]) -> QuerySet[Request]:
    """The same of many."""
    return Request.objects.filter(any_of("employee_id", employee_ids), kind=kind, undoes=None, state__in=list(states))


def steps_of(found: Request) -> QuerySet[RequestStep]:
    """The steps of the round now, with their seats."""
    seats = Prefetch("seats", Seat.objects.select_related("account", "answered_by").order_by("position"))
    return found.steps.filter(round=found.round).order_by("position").prefetch_related(seats)


def entries_of(found: Request) -> QuerySet[RequestEntry]:
    """All that happened, the oldest first."""
    return found.entries.select_related("account", "other").order_by("at", "pk")


def file_of(file_id: int, *, seen_by: Actor, on: dt.date) -> RequestFile:
    """A file of a request that may be seen."""
    rows = RequestFile.objects.filter(request__in=visible(seen_by=seen_by, on=on).values("pk"))
    found = rows.filter(pk=file_id).first()
    if found is None:
        raise NotFound("approvals.no_file", gettext("没有这个附件,或者它与您无关。"))
    return found


def with_stand_ins(names: Mapping[int, str], on: dt.date) -> dict[int, str]:
    """Names of those who decide, by account, as they decide on a day: `陈大白 代 王主管` where somebody stands in."""
    stand_ins = delegates_of(names, on)
    theirs = security.names_of(stand_ins.values())
    return {**names, **{one: stand_in_name(theirs[to], names[one]) for one, to in stand_ins.items()}}


def deciding_now(requests: Sequence[Request], on: dt.date) -> dict[int, str]:
    """Who must answer each of some requests now, in words; two questions for any number."""
    rows = Seat.objects.filter(ready=True, step__request__in=[one.pk for one in requests])
    told = list(rows.order_by("position").values_list("step__request_id", "account_id", "account__name"))
    names, said = with_stand_ins({account: name for _, account, name in told}, on), dict[int, list[str]]()
    for key, account, _ in told:
        said.setdefault(key, []).append(names[account])
    return {key: gettext("、").join(some[:3]) + (gettext(" 等") if len(some) > 3 else "") for key, some in said.items()}


def stand_in_name(delegate: str, name: str) -> str:
    """Somebody who decides in another's place: `陈大白 代 王主管`."""
    return gettext("{delegate} 代 {name}").format(delegate=delegate, name=name)


def delegations(*, seen_by: Actor) -> QuerySet[Delegation]:
    """Delegations, the latest first: one's own and those to oneself; all for who manages requests of everybody."""
    require(seen_by, DECIDE)
    rows = Delegation.objects.select_related("account", "to").order_by("-begins_on", "-pk")
    if reach(seen_by, SEE_REQUESTS).everyone:
        return rows
    return rows.filter(Q(account=seen_by.account_id) | Q(to=seen_by.account_id))


def flows(*, seen_by: Actor) -> QuerySet[Flow]:
    """All flows in the order in which they are tried, with their versions."""
    require(seen_by, MANAGE_FLOWS)
    versions = Prefetch("versions", FlowVersion.objects.order_by("-number"))
    return Flow.objects.order_by("position", "pk").prefetch_related(versions)


def flow(flow_id: int, *, seen_by: Actor) -> Flow:
    found = flows(seen_by=seen_by).filter(pk=flow_id).first()
    if found is None:
        raise NotFound("approvals.no_flow", gettext("没有这个审批流程。"))
    return found


STATE_TONES = {
    State.OPEN: "blue",
    State.SENT_BACK: "orange",
    State.APPROVED: "green",
    State.REFUSED: "red",
    State.WITHDRAWN: "secondary",
    State.UNDONE: "secondary",
}
