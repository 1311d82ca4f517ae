"""Whose days can be reckoned together: dated rows cut into spans of one rule version, one calendar, one time zone."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext_noop

from kaoqin.attendance.models import RuleVersion
from kaoqin.org import queries as org
from kaoqin.scheduling import queries as scheduling

DAY = dt.timedelta(days=1)
NO_GROUP = gettext_noop("不在任何考勤组")
NO_RULES = gettext_noop("所在考勤组当时还没有规则")
NO_PLAN = gettext_noop("所在考勤组当时还没有设置")


@dataclass(frozen=True)
class Span:
    """Days first to last of some employees who are each under one rule version all the while, on one calendar."""

    first: dt.date
    last: dt.date
    calendar_id: int
    rule_of: dict[int, int]


@dataclass(frozen=True)
class Gap:
    """Days of an employee without group or rules: they cannot be reckoned, and nobody guesses."""

    employee_id: int
    first: dt.date
    last: dt.date
    sentence: str


@dataclass(frozen=True)
class _Piece:
    first: dt.date
    last: dt.date
    rule_id: int
    calendar_id: int


_Joined = tuple[int, dt.date, dt.date]
_Missing = tuple[dt.date, dt.date, str]
_Dates = tuple[tuple[_Joined, ...], dt.date, dt.date, bool, tuple[dt.date, ...]]


def cut_spans(employee_ids: Sequence[int], first: dt.date, last: dt.date) -> tuple[list[Span], list[Gap]]:
    """Group employees by the spans they can be reckoned in; what nobody can reckon comes back as gaps."""
    memberships = scheduling.membership_spans(employee_ids, first, last)
    kept_since = scheduling.first_memberships(employee_ids)
    moves = org.zone_changes(employee_ids, first, last)
    cut = _Cutter(first, last)
    spans: dict[tuple[dt.date, dt.date, int], dict[int, int]] = defaultdict(dict)
    gaps: list[Gap] = []
    for employee_id, hired_on, left_on in org.employment(employee_ids):
        # Attendance is kept from the day somebody first joins a group; before it there is nothing to reckon.
        begin, end = max(first, hired_on, kept_since.get(employee_id, first)), min(last, left_on or last)
        if begin > end:
            continue
        pieces, missing = cut(
            tuple(memberships.get(employee_id, ())), begin, end, begin == hired_on, tuple(moves.get(employee_id, ()))
        )
        gaps += [Gap(employee_id, a, b, said) for a, b, said in missing]
        for piece in pieces:
            spans[piece.first, piece.last, piece.calendar_id][employee_id] = piece.rule_id
    return [Span(low, high, calendar, whom) for (low, high, calendar), whom in sorted(spans.items(), key=_key)], gaps


class _Cutter:
    """Cuts a range into the pieces of an employee; of the many who share their dates only once."""

    def __init__(self, first: dt.date, last: dt.date) -> None:
        self._first, self._last = first, last
        self._rules = _dated(RuleVersion.objects.order_by("begins_on").values_list("group_id", "begins_on", "pk"))
        self._calendars = scheduling.group_calendars()
        self._known: dict[_Dates, tuple[list[_Piece], list[_Missing]]] = {}

    def __call__(self, *dates: *_Dates) -> tuple[list[_Piece], list[_Missing]]:
        if dates not in self._known:
            self._known[dates] = self._cut(*dates)
        return self._known[dates]

    def _cut(
        self, memberships: tuple[_Joined, ...], begin: dt.date, end: dt.date, hired: bool, moves: tuple[dt.date, ...]
    ) -> tuple[list[_Piece], list[_Missing]]:
        pieces, missing = _pieces(memberships, self._rules, self._calendars, begin, end)
        pieces = _cut(pieces, moves)
        # Beyond employment there are no rows, so the edges may as well be those of everybody else.
        if pieces and hired and pieces[0].first == begin:
            pieces[0] = replace(pieces[0], first=self._first)
        if pieces and pieces[-1].last == end:
            pieces[-1] = replace(pieces[-1], last=self._last)
        return pieces, missing


def _key(item: tuple[tuple[dt.date, dt.date, int], dict[int, int]]) -> tuple[dt.date, dt.date, int]:
    return item[0]


def _dated(rows: Iterable[tuple[int, dt.date, int]]) -> dict[int, list[tuple[dt.date, int]]]:
    found: dict[int, list[tuple[dt.date, int]]] = defaultdict(list)
    for key, begins_on, value in rows:
        found[key].append((begins_on, value))
    return found


def _pieces(
    memberships: Sequence[_Joined],
    rules: dict[int, list[tuple[dt.date, int]]],
    calendars: dict[int, list[tuple[dt.date, int]]],
    begin: dt.date,
    end: dt.date,
) -> tuple[list[_Piece], list[_Missing]]:
    """Walk from begin to end; neighbours of the same rule and calendar are one piece."""
    pieces: list[_Piece] = []
    missing: list[_Missing] = []
    day = begin
    for group_id, joined, left in memberships:
        joins, leaves = max(joined, begin), min(left, end)
        if joins > day:
            missing.append((day, joins - DAY, NO_GROUP))
        edges = sorted(
            {joins, *(d for d, _ in rules.get(group_id, []) + calendars.get(group_id, []) if joins < d <= leaves)}
        )
        for number, low in enumerate(edges):
            high = edges[number + 1] - DAY if number + 1 < len(edges) else leaves
            rule, calendar = _in_force(rules.get(group_id, []), low), _in_force(calendars.get(group_id, []), low)
            if rule is None or calendar is None:
                missing.append((low, high, NO_RULES if calendar else NO_PLAN))
            elif pieces and (pieces[-1].rule_id, pieces[-1].calendar_id, pieces[-1].last + DAY) == (
                rule,
                calendar,
                low,
            ):
                pieces[-1] = _Piece(pieces[-1].first, high, rule, calendar)
            else:
                pieces.append(_Piece(low, high, rule, calendar))
        day = leaves + DAY
    if day <= end:
        missing.append((day, end, NO_GROUP))
    return pieces, missing


def _cut(pieces: list[_Piece], days: Sequence[dt.date]) -> list[_Piece]:
    """The pieces cut before each of the days: a span is reckoned in one time zone."""
    for day in days:
        whole = next((piece for piece in pieces if piece.first < day <= piece.last), None)
        if whole:
            place = pieces.index(whole)
            halves = [replace(whole, last=day - DAY), replace(whole, first=day)]
            pieces = [*pieces[:place], *halves, *pieces[place + 1 :]]
    return pieces


def _in_force(dated: list[tuple[dt.date, int]], on: dt.date) -> int | None:
    found = [value for begins_on, value in dated if begins_on <= on]
    return found[-1] if found else None
