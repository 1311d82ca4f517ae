"""Signs that a phone is not its owner's, or not the person's. Pure."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from itertools import pairwise

from kaoqin.phones.past import KNOWN_AFTER, Evidence, Past, Sign, Use

HANDED_ON = dt.timedelta(days=7)
NEW_FOR = 6
"""Punches from which on a phone that stays is a bought one."""
LATELY = 20
"""Punches within which a phone in use comes up."""


def _owner(now: Evidence, past: Past) -> int:
    """Whose phone it is: who had it first, unless another uses it three times as often. The present punch counts."""
    uses = {use.employee: use for use in past.on_phone}
    mine = uses.get(now.employee, Use(now.employee, 0, now.at, now.at))
    uses[now.employee] = replace(mine, times=mine.times + 1)
    order = sorted(uses.values(), key=lambda use: (use.first, use.employee))
    most = max(order, key=lambda use: use.times)
    return most.employee if most.times >= 3 * order[0].times else order[0].employee


def _handed_on(now: Evidence, past: Past) -> bool:
    """Whether nobody else has used the phone for a week."""
    return all(use.last < now.at - HANDED_ON for use in past.of_others(now.employee))


def _others(now: Evidence, past: Past) -> dict[str, list[int]]:
    return {"people": sorted(use.employee for use in past.of_others(now.employee))}


def anothers_phone(now: Evidence, past: Past) -> Sign | None:
    """A phone that is somebody else's, who uses it. Who has no other phone may share it honestly: that weighs half."""
    if _owner(now, past) == now.employee or _handed_on(now, past):
        return None
    has_another = any(one.evidence.phone != now.phone for one in past.own)
    return Sign(1.0 if has_another else 0.5, _others(now, past))


def lent_phone(now: Evidence, past: Past) -> Sign | None:
    """One's own phone, with which others punch too: it is they who are not there."""
    lent = past.of_others(now.employee) and _owner(now, past) == now.employee
    return Sign(1, _others(now, past)) if lent else None


def handed_on_phone(now: Evidence, past: Past) -> Sign | None:
    """A phone that was somebody else's until a week ago or longer."""
    given = _owner(now, past) != now.employee and _handed_on(now, past)
    return Sign(1, _others(now, past)) if given else None


def changes_of(now: Evidence, past: Past) -> int:
    """How often this person has changed to this phone and away from it, up to the present punch: who buys one changes to it
    once, however often they changed before. Another phone that was in another's hand is none of theirs."""
    theirs = (one.evidence.phone for one in past.own if one.evidence.phone not in past.doubted_phones - {now.phone})
    used = [*(phone == now.phone for phone in theirs), True]
    return sum(before != after for before, after in pairwise(used))


def new_phone(now: Evidence, past: Past) -> Sign | None:
    """The first punches with a phone, of somebody who has had another for long; the less the longer it stays."""
    before = sum(one.evidence.phone == now.phone for one in past.own)
    if before >= NEW_FOR or len(past.own) - before < KNOWN_AFTER or changes_of(now, past) != 1:
        return None
    return Sign(1 - before / NEW_FOR)


def phones_in_turn(now: Evidence, past: Past) -> Sign | None:
    """Back and forth between phones, now again with one that is not the first: who buys a phone changes once."""
    if len(past.own) < KNOWN_AFTER or now.phone == first_phone(past):
        return None
    changes = changes_of(now, past)
    if changes < 2:
        return None
    habit = len({one.phone for one in past.at_first}) > 1
    return Sign(min(changes, 4) / 4 * (0.5 if habit else 1.0), {"changes": changes})


def first_phone(past: Past) -> str:
    """The phone somebody had at first; where it is not in use any more, the one they mostly have since."""
    lately = {one.evidence.phone for one in past.own[-LATELY:]}
    at_first = [one.phone for one in past.at_first if one.phone in lately]
    phones = at_first or [one.phone for one in past.trusted[-LATELY:]]
    return Counter(phones).most_common(1)[0][0] if phones else ""
