"""Questions about consent. Those that show people take `seen_by=` and answer within the asker's reach."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from kaoqin.consent.models import ConsentEntry, Notice, PurposeChoice
from kaoqin.consent.words import NOBODY_SAID, OWN_CONSENT, SEE_CONSENTS, ConsentState, Purpose, Trait, purposes
from kaoqin.core.words import NotFound
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.security.doors import require
from kaoqin.security.words import Actor


@dataclass(frozen=True)
class Standing:
    """How it is with one trait of somebody: the last entry, if anybody ever said anything."""

    trait: Trait
    entry: ConsentEntry | None

    @property
    def given(self) -> bool:
        return self.entry is not None and self.entry.state == ConsentState.GIVEN


def people(*, seen_by: Actor, on: dt.date) -> QuerySet[Employee]:
    """The people in reach with the state of each trait, as `state_face` and so on (`none`: nobody said anything)."""
    found = org.with_posting(org.people(SEE_CONSENTS, seen_by=seen_by, on=on), on)
    return found.annotate(**{f"state_{trait}": _state(trait) for trait in Trait.values})


def _state(trait: str) -> Coalesce:
    last = ConsentEntry.objects.filter(employee=OuterRef("pk"), trait=trait).order_by("-pk")
    return Coalesce(Subquery(last.values("state")[:1]), Value(NOBODY_SAID))


def narrowed(rows: QuerySet[Employee], trait: str, state: str) -> QuerySet[Employee]:
    """Those of `people` with a state of a trait, or of any; without a state, those who ever said something of the trait."""
    traits = [trait] if trait in Trait.values else Trait.values
    if not state:
        return rows.exclude(**{f"state_{trait}": NOBODY_SAID}) if trait in Trait.values else rows
    wanted = Q()
    for one in traits:
        wanted |= Q(**{f"state_{one}": state})
    return rows.filter(wanted)


def person(employee_id: int, *, seen_by: Actor, on: dt.date) -> Employee:
    """Somebody within reach; oneself always."""
    code = OWN_CONSENT if employee_id == seen_by.employee_id else SEE_CONSENTS
    return org.person(employee_id, code, seen_by=seen_by, on=on)


def standings(employee: Employee) -> list[Standing]:
    """How it is with each trait of somebody; the caller has asked whether it may be seen."""
    last = {entry.trait: entry for entry in _last([employee.pk]).select_related("notice", "recorded_by")}
    return [Standing(trait, last.get(trait)) for trait in Trait]


def history(employee: Employee) -> QuerySet[ConsentEntry]:
    """All that was said of somebody, the newest first; the caller has asked whether it may be seen."""
    return employee.consents.select_related("notice", "recorded_by").order_by("-pk")


def _last(employee_ids: Collection[int]) -> QuerySet[ConsentEntry]:
    rows = ConsentEntry.objects.filter(employee__in=employee_ids)
    return rows.order_by("employee", "trait", "-pk").distinct("employee", "trait")


def given(employee_ids: Collection[int]) -> dict[tuple[int, Trait], ConsentEntry]:
    """The entries that hold and say yes, by person and trait."""
    rows = [entry for entry in _last(employee_ids) if entry.state == ConsentState.GIVEN]
    return {(entry.employee_id, Trait(entry.trait)): entry for entry in rows}


def hold_in_force(employee_ids: Iterable[int], on: dt.date) -> set[tuple[int, Trait]]:
    """(person, trait) of all consents of these people that are in force on a day; nobody's ends until the caller's
    transaction does. A person who has left has none."""
    employed = org.hold(employee_ids, on)
    return set(given(employed))


def leavers(on: dt.date) -> set[int]:
    """The people whose last day is before a day and who have a consent that nobody ended."""
    left = ConsentEntry.objects.filter(employee__left_on__lt=on)
    last = left.order_by("employee", "trait", "-pk").distinct("employee", "trait")
    return {entry.employee_id for entry in last if entry.state == ConsentState.GIVEN}


def agrees(employee_id: int, purpose: Purpose) -> bool:
    """Whether somebody agrees to a purpose now, as its text is now."""
    return purpose.code in chosen(employee_id)


def choices(employee_id: int) -> QuerySet[PurposeChoice]:
    """All that somebody said of purposes, the newest first; the caller has asked whether it may be seen."""
    return PurposeChoice.objects.filter(employee=employee_id).order_by("-pk")


def chosen(employee_id: int) -> set[str]:
    """The codes of the purposes somebody agrees to now: a newer text is to be agreed to anew."""
    newest = {code: one.version for code, one in purposes().items()}
    rows = _last_choices([employee_id]).values_list("purpose", "version", "given")
    return {purpose for purpose, version, given in rows if given and version == newest.get(purpose)}


def _last_choices(employee_ids: Collection[int]) -> QuerySet[PurposeChoice]:
    rows = PurposeChoice.objects.filter(employee__in=employee_ids)
    return rows.order_by("employee", "purpose", "-pk").distinct("employee", "purpose")


def purposes_of_leavers(on: dt.date) -> list[PurposeChoice]:
    """What people whose last day is before a day agree to still."""
    left = PurposeChoice.objects.filter(employee__left_on__lt=on).select_related("employee")
    last = left.order_by("employee", "purpose", "-pk").distinct("employee", "purpose")
    return [row for row in last if row.given]


def notices(*, seen_by: Actor) -> QuerySet[Notice]:
    """All texts, the newest first."""
    require(seen_by, SEE_CONSENTS)
    return Notice.objects.select_related("published_by").order_by("-version")


def notice(version: int, *, seen_by: Actor) -> Notice:
    found = notices(seen_by=seen_by).filter(version=version).first()
    if found is None:
        raise NotFound("consent.no_notice", gettext("没有这一版告知书。"))
    return found


def newest_notice() -> Notice | None:
    """The text that is agreed to now; everybody may read it."""
    return Notice.objects.order_by("-version").first()
