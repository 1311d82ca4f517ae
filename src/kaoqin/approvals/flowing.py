"""From a flow and the facts of a request to who decides it. Pure: whom the organisation names is asked through `Lookups`.

Guarantees: nobody decides one's own request; a request without anybody who decides is told as such (`Found.NOBODY`),
and never counts as decided; without a step that applies HR decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from kaoqin.approvals.words import Fact, Found, Missing, Mode, Who
from kaoqin.security.words import Role

Kept = Mapping[str, Any]
"""A part of a flow as JSON."""


@dataclass(frozen=True)
class Facts:
    """What conditions may ask of a request: its kind and the finer one of it (or empty), the applicant's department and
    all above, amounts by `Fact`."""

    kind: str
    departments: frozenset[int] = frozenset()
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    finer: str = ""

    @property
    def kinds(self) -> frozenset[str]:
        """What it is called in conditions: `leave`, and `leave:sick`."""
        return frozenset({self.kind, f"{self.kind}:{self.finer}"})


def read_amounts(told: Mapping[str, Any]) -> dict[str, Decimal]:
    """The amounts among what a kind tells; what is no number is none."""
    found = {name: _number(told.get(name)) for name in Fact.values}
    return {name: value for name, value in found.items() if value is not None}


def _number(value: Any) -> Decimal | None:
    try:
        return None if value in {None, ""} else Decimal(str(value))
    except InvalidOperation:
        return None


@dataclass(frozen=True)
class When:
    """Under which conditions something applies; all must hold, and an empty one holds always. A kind is named as a whole
    (`leave`) or finer (`leave:sick`).

    `over` is more than, `upto` at most. A request that does not tell an amount does not fulfil a condition on it.
    """

    kinds: frozenset[str] = frozenset()
    departments: frozenset[int] = frozenset()
    over: Mapping[str, Decimal] = field(default_factory=dict)
    upto: Mapping[str, Decimal] = field(default_factory=dict)

    def holds(self, facts: Facts) -> bool:
        """Whether the conditions are fulfilled."""
        told = facts.amounts
        return (
            (not self.kinds or bool(self.kinds & facts.kinds))
            and (not self.departments or bool(self.departments & facts.departments))
            and all(name in told and told[name] > bound for name, bound in self.over.items())
            and all(name in told and told[name] <= bound for name, bound in self.upto.items())
        )

    @property
    def always(self) -> bool:
        return not (self.kinds or self.departments or self.over or self.upto)

    def keep(self) -> dict[str, Any]:
        """The conditions as JSON."""
        bounds = {name: {key: str(value) for key, value in getattr(self, name).items()} for name in ("over", "upto")}
        return {"kinds": sorted(self.kinds), "departments": sorted(self.departments), **bounds}


def read_when(kept: Kept) -> When:
    """Conditions as they were kept."""
    return When(
        frozenset(kept.get("kinds", ())),
        frozenset(kept.get("departments", ())),
        read_amounts(kept.get("over", {})),
        read_amounts(kept.get("upto", {})),
    )


@dataclass(frozen=True)
class StepPlan:
    """A step of a flow. `people` and `substitutes` are employees; hours are 0 where nobody is reminded or passed over."""

    who: Who
    mode: Mode = Mode.ANY
    levels: int = 1
    role: str = ""
    people: tuple[int, ...] = ()
    when: When = field(default_factory=When)
    missing: Missing = Missing.UP
    substitutes: tuple[int, ...] = ()
    remind_hours: int = 0
    escalate_hours: int = 0

    def keep(self) -> dict[str, Any]:
        """The step as JSON."""
        plain = {name: getattr(self, name) for name in ("levels", "role", "remind_hours", "escalate_hours")}
        words = {name: str(getattr(self, name)) for name in ("who", "mode", "missing")}
        lists = {"people": list(self.people), "substitutes": list(self.substitutes)}
        return {**plain, **words, **lists, "when": self.when.keep()}


def read_step(kept: Kept) -> StepPlan:
    """A step as it was kept."""
    plain = {name: kept[name] for name in ("levels", "role", "remind_hours", "escalate_hours") if name in kept}
    return StepPlan(
        Who(kept["who"]),
        Mode(kept.get("mode", Mode.ANY)),
        people=tuple(kept.get("people", ())),
        when=read_when(kept.get("when", {})),
        missing=Missing(kept.get("missing", Missing.UP)),
        substitutes=tuple(kept.get("substitutes", ())),
        **plain,
    )


@dataclass(frozen=True)
class FlowPlan:
    """The steps of a flow; `automatic` is when it says yes by itself, `once` that who said yes in the step before is not
    asked again."""

    steps: tuple[StepPlan, ...] = ()
    automatic: When | None = None
    once: bool = True


class Lookups(Protocol):
    """Whom the organisation names for one applicant: accounts. None stands for somebody who has no account."""

    applicant: int | None

    def managers(self) -> Sequence[int | None]:
        """The line managers, the nearest first."""

    def heads(self) -> Sequence[int | None]:
        """The heads of the department and of those above, the nearest first."""

    def holders(self, role: str) -> Sequence[int]:
        """Who holds a role that reaches the applicant."""

    def accounts(self, employees: Sequence[int]) -> Sequence[int]:
        """The accounts of some employees, in their order; those without one are left out."""


@dataclass(frozen=True)
class Resolved:
    """Who decides a step, in their order, and how they were found."""

    deciders: tuple[int, ...]
    found: Found = Found.PLANNED


@dataclass(frozen=True)
class Planned:
    """A step of one request: what the flow says, and who decides."""

    step: StepPlan
    resolved: Resolved


HR_DECIDES = StepPlan(Who.ROLE, Mode.ANY, role=Role.HR, missing=Missing.HR)
"""The step of a request for which the flow has none."""


def consent_of(accounts: Sequence[int]) -> Planned:
    """The step before all others: people who must agree themselves."""
    return Planned(StepPlan(Who.CONSENT, Mode.ALL), Resolved(tuple(dict.fromkeys(accounts))))


def plan(flow: FlowPlan, facts: Facts, lookups: Lookups) -> list[Planned]:
    """The steps that apply to a request, each with who decides it; none where the flow says yes by itself."""
    if flow.automatic is not None and flow.automatic.holds(facts):
        return []
    applicable = [step for step in flow.steps if step.when.holds(facts)] or [HR_DECIDES]
    return [Planned(step, resolve(step, lookups)) for step in applicable]


def resolve(step: StepPlan, lookups: Lookups) -> Resolved:
    """Who decides a step: those it names, else whom it says where nobody is found, else HR, else nobody."""
    others = [(Found.PLANNED, _named(step, lookups)), (Found(step.missing), _instead(step, lookups))]
    for found, accounts in [*others, (Found.HR, lookups.holders(Role.HR))]:
        deciders = tuple(dict.fromkeys(one for one in accounts if one != lookups.applicant))
        if deciders:
            return Resolved(deciders, found)
    return Resolved((), Found.NOBODY)


def _named(step: StepPlan, lookups: Lookups) -> Sequence[int]:
    match step.who:
        case Who.MANAGER:
            return _only(lookups.managers()[step.levels - 1 : step.levels])
        case Who.HEAD:
            return _only(lookups.heads()[:1])
        case Who.ROLE:
            return lookups.holders(step.role)
        case _:
            return _people(step, lookups)


def _only(accounts: Sequence[int | None]) -> list[int]:
    return [one for one in accounts if one is not None]


def _people(step: StepPlan, lookups: Lookups) -> list[int]:
    """The people named; in the applicant's own place the line manager."""
    accounts = lookups.accounts(step.people)
    instead = _only(lookups.managers())[:1] if lookups.applicant in accounts else []
    return [one for account in accounts for one in (instead if account == lookups.applicant else [account])]


def _instead(step: StepPlan, lookups: Lookups) -> Sequence[int]:
    if step.missing == Missing.HR:
        return lookups.holders(Role.HR)
    if step.missing == Missing.PEOPLE:
        return lookups.accounts(step.substitutes)
    return _up(step, lookups)


def _up(step: StepPlan, lookups: Lookups) -> list[int]:
    """The next one above who can decide; where nobody is above any more, the topmost who can."""
    line = lookups.heads() if step.who == Who.HEAD else lookups.managers()
    below = step.levels if step.who == Who.MANAGER else 0
    return _only(line[below:])[:1] or _only(line)[-1:]
