"""What weighing found of records, in sentences for whoever may see them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from kaoqin.org import queries as org
from kaoqin.phones.models import Record
from kaoqin.phones.rules import TEXTS
from kaoqin.phones.weighing import Reason, say
from kaoqin.phones.words import REVIEW_RECORDS
from kaoqin.security.words import Actor

IN_A_ROW = 2
"""Reasons that are said in a list, of those that weigh at least `NOTABLE`."""
NOTABLE = 0.5
MOST = 99
"""No score is called certain."""


@dataclass(frozen=True)
class Said:
    """A reason in words, how much it weighs, and whether that speaks for the punch."""

    sentence: str
    weight: float
    speaks_for: bool


def reasons_of(record: Record) -> list[Reason]:
    """The reasons that were kept, the heaviest first; without those of rules there are no more."""
    kept = [Reason(one["code"], one["weight"], one["facts"]) for one in record.reasons]
    return [reason for reason in kept if reason.code in TEXTS]


def names_in(records: Iterable[Record], *, seen_by: Actor, on: dt.date) -> dict[int, str]:
    """The names of the colleagues that come up in reasons, of those within the asker's reach. One question."""
    ids = {key for record in records for reason in reasons_of(record) for key in _people(reason.facts)}
    if not ids:
        return {}
    reached = org.people(REVIEW_RECORDS, seen_by=seen_by, on=on).filter(pk__in=ids)
    return dict(reached.values_list("pk", "name"))


def _people(facts: Mapping[str, Any]) -> list[int]:
    return [*facts.get("people", ()), *([facts["other"]] if "other" in facts else [])]


def say_first(record: Record, names: Mapping[int, str]) -> str:
    """The heaviest reasons against it, in a line."""
    against = [say(reason, names) for reason in reasons_of(record) if reason.weight >= NOTABLE]
    return gettext(";").join(against[:IN_A_ROW])


def say_all(record: Record, names: Mapping[int, str]) -> list[Said]:
    """All reasons with their weights, those against the punch first."""
    return [Said(say(one, names), abs(one.weight), one.weight < 0) for one in reasons_of(record)]


def say_score(record: Record) -> str:
    """The score as a number from 0 to 99; empty where a record was not weighed."""
    return "" if record.score is None else f"{min(round(100 * record.score), MOST)}"
