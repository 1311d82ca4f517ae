"""What speaks against a punch: reasons with weights from its evidence and the past, and the score they add up to. Pure.

There are two doubts: that the place is made up, and that the phone is in another's hand. For each, the weights of its rules that
hold add up, beginning at `PRIOR`, to how likely it is; the score is that one of them is so. What is odd is odd against the person's
own past and their own phone. A score refuses nothing: it ranks what a person looks at. The rules are in
`rules`; what they find is measured in `docs/phones.md`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from kaoqin.core.words import say_list
from kaoqin.phones.past import Evidence, Past, Scores
from kaoqin.phones.rules import PRIOR, RULES, TEXTS, Doubt


@dataclass(frozen=True)
class Reason:
    """Why a punch is odd (or, with a weight below zero, why it is not): a code, how much it weighs, and what was seen.
    The facts are plain values; `people` and `other` are ids of employees."""

    code: str
    weight: float
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Weighed:
    """The score (0 honest to 1 false) and its reasons, the heaviest first; `alone` are the scores without what earlier
    ones add, to be kept as the `Earlier.scores` of the punches to come, so that suspicion does not feed itself."""

    score: float
    alone: Scores
    reasons: tuple[Reason, ...]


def weigh(now: Evidence, past: Past) -> Weighed:
    """The reasons that hold of a punch, and what they add up to."""
    found, before = _found(now, past)
    alone = Scores(*(_score(found[doubt]) for doubt in Doubt))
    score = Scores(*(_score(found[doubt] + before[doubt]) for doubt in Doubt)).either
    reasons = [reason for part in (found, before) for doubt in Doubt for reason in part[doubt]]
    return Weighed(score, alone, tuple(sorted(reasons, key=lambda one: -one.weight)))


Reasons = dict[Doubt, list[Reason]]


def _found(now: Evidence, past: Past) -> tuple[Reasons, Reasons]:
    """The reasons of each doubt: from what is seen, and from the scores of earlier punches."""
    found: Reasons = {doubt: [] for doubt in Doubt}
    before: Reasons = {doubt: [] for doubt in Doubt}
    for doubt, rules in RULES.items():
        for rule in rules:
            if sign := rule.sees(now, past):
                reason = Reason(rule.code, rule.weight * sign.strength, sign.facts)
                (before if rule.of_before else found)[doubt].append(reason)
    return found, before


def _score(reasons: Sequence[Reason]) -> float:
    return 1 / (1 + math.exp(-PRIOR - sum(reason.weight for reason in reasons)))


def say(reason: Reason, names: Mapping[int, str]) -> str:
    """A reason as a sentence in the language spoken now. Who is not in `names` is not told by name."""
    values = dict(reason.facts)
    if "people" in values:
        values["people"] = say_list(_names(values["people"], names))
    if "other" in values:
        values["other"] = names.get(values["other"], gettext("一位同事"))
    return str(TEXTS[reason.code]).format(**values)


def _names(people: Sequence[int], names: Mapping[int, str]) -> list[str]:
    """Those that may be named, and how many more there are."""
    told = [names[one] for one in people if one in names]
    hidden = len(people) - len(told)
    return told + ([gettext("另外 {count} 人").format(count=hidden)] if hidden else [])
