"""The terms of a group: its rules, its month's rule, the tolerances of its shifts; kept as JSON, compared, tried. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kaoqin.attendance.drafts import Draft
from kaoqin.attendance.monthly import Rule
from kaoqin.scheduling.words import Thresholds, Tolerances

RULES, MONTH, SHIFTS = "rules", "month", "shifts"


@dataclass(frozen=True)
class Terms:
    """What of a group can be tried. `rules` are the columns of a rule version; `shifts` are tolerances by shift id."""

    rules: dict[str, Any]
    month: Rule
    shifts: dict[int, Tolerances]

    def keep(self) -> dict[str, Any]:
        """The terms as JSON."""
        rules = {name: value if isinstance(value, bool | int) else str(value) for name, value in self.rules.items()}
        return {
            RULES: rules,
            MONTH: asdict(self.month),
            SHIFTS: {str(key): asdict(one) for key, one in sorted(self.shifts.items())},
        }

    @staticmethod
    def load(kept: Mapping[str, Any]) -> "Terms":
        """The terms as they were kept."""
        shifts = {int(key): _tolerances(told) for key, told in kept[SHIFTS].items()}
        return Terms(dict(kept[RULES]), Rule(**kept[MONTH]), shifts)

    def draft(self, group_id: int, before: "Terms") -> Draft:
        """These terms to be tried: of the shifts those that differ from what they were."""
        return Draft(group_id, self.rules, self.month, self.changed_shifts(before))

    def changed_shifts(self, before: "Terms") -> dict[int, Tolerances]:
        return {key: one for key, one in self.shifts.items() if one != before.shifts.get(key)}

    def upon(self, old: "Terms", new: "Terms") -> "Terms":
        """What was changed of `old` changed of `new` instead; all else is as it is in `new`."""
        rules = {name: mine if mine != old.rules.get(name) else new.rules[name] for name, mine in self.rules.items()}
        month = {
            name: mine if mine != getattr(old.month, name) else getattr(new.month, name)
            for name, mine in vars(self.month).items()
        }
        return Terms(rules, Rule(**month), new.shifts | self.changed_shifts(old))


def _tolerances(told: Mapping[str, Any]) -> Tolerances:
    return Tolerances(**{**told, "segments": tuple(Thresholds(**one) for one in told["segments"])})


@dataclass(frozen=True)
class Line:
    """One thing that differs. `part` is rules, month or shifts; of a shift `segment` counts from 1, or is 0 of its flex."""

    part: str
    name: str
    before: Any
    after: Any
    shift_id: int = 0
    segment: int = 0


def differences(before: Terms, after: Terms) -> list[Line]:
    """What differs between terms, line by line."""
    lines = [Line(RULES, name, before.rules[name], value) for name, value in after.rules.items()]
    lines += [Line(MONTH, name, getattr(before.month, name), value) for name, value in vars(after.month).items()]
    for key, told in after.shifts.items():
        lines += _shift_lines(key, before.shifts.get(key, told), told)
    return [line for line in lines if line.before != line.after]


def _shift_lines(key: int, before: Tolerances, after: Tolerances) -> Iterator[Line]:
    for name in ("flex_early", "flex_late"):
        yield Line(SHIFTS, name, getattr(before, name), getattr(after, name), key)
    for number, (old, new) in enumerate(zip(before.segments, after.segments, strict=False), start=1):
        for name in Thresholds.__dataclass_fields__:
            yield Line(SHIFTS, name, getattr(old, name), getattr(new, name), key, number)
