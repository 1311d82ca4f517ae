"""Rules that are tried in place of those in force, and published only when somebody says so. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kaoqin.attendance.monthly import Rule
from kaoqin.scheduling.words import Tolerances


@dataclass(frozen=True)
class Draft:
    """Rules of a group, as if they held on every day its people are in it.

    `rules` are the columns of a rule version. `shifts` are the tolerances, by shift, that are to change: they hold wherever
    the shift is planned, in other groups too, as a published shift does.
    """

    group_id: int
    rules: Mapping[str, Any]
    month_rule: Rule
    shifts: Mapping[int, Tolerances] = field(default_factory=dict)
