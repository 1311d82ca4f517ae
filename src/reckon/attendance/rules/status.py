"""Rule 15: the status of a day, as codes joined in a fixed order."""

from collections.abc import Mapping

import numpy as np

from reckon.attendance.words import STATUSES
from reckon.columns import Bools, Ints


def status_flags(columns: Mapping[str, Ints]) -> Ints:
    """The applying codes of each day as bits, the first of STATUSES lowest."""
    serious = columns["serious_late"] > 0
    applies: dict[str, Bools] = {
        "absent": columns["absent_minutes"] > 0,
        "missing": columns["missing_in"] + columns["missing_out"] > 0,
        "serious_late": serious,
        "late": (columns["late_minutes"] > 0) & ~serious,
        "early": columns["early_minutes"] > 0,
        "leave": columns["leave_minutes"] > 0,
        "trip": columns["trip_minutes"] > 0,
        "overtime": columns["overtime_minutes"] > 0,
    }
    flags = np.zeros(len(serious), np.int64)
    for bit, code in enumerate(STATUSES):
        flags |= applies[code].astype(np.int64) << bit
    return flags


def status_texts() -> list[str]:
    """The text of every combination of flags; twice: for days without a shift, then for days with one."""
    codes = [
        "+".join(code for bit, code in enumerate(STATUSES) if flags >> bit & 1) for flags in range(2 ** len(STATUSES))
    ]
    return ["rest", *codes[1:], "normal", *codes[1:]]


def status_codes(flags: Ints, with_shift: Bools) -> Ints:
    """The position of each day's status among `status_texts`."""
    return np.where(with_shift, flags + 2 ** len(STATUSES), flags)
