"""Rule 6: segments without the punches they require."""

from dataclasses import dataclass

import numpy as np

from reckon.attendance.rules.flex import Plan
from reckon.attendance.rules.taking import Taken
from reckon.columns import Bools, Ints


@dataclass(frozen=True)
class Missing:
    """`absent`: no punch at all where one is required. `incomplete`: a required point lacks its punch.

    `counted`: everything required is there, so that [on, off) can be reckoned.
    """

    absent: Bools
    missing_in: Bools
    missing_out: Bools
    incomplete: Bools
    counted: Bools
    on: Ints
    off: Ints


def find_missing(plan: Plan, taken: Taken) -> Missing:
    """Which segments are absent or incomplete; on and off stand at the effective boundary where not required."""
    is_open = plan.effective.open
    needs_in, needs_out = plan.segments.rules("in_required") == 1, plan.segments.rules("out_required") == 1
    absent = is_open & ~taken.has_on & ~taken.has_off & (needs_in | needs_out)
    missing_in = is_open & ~absent & needs_in & ~taken.has_on
    missing_out = is_open & ~absent & needs_out & ~taken.has_off
    incomplete = missing_in | missing_out
    on = np.where(taken.has_on, taken.on_at, plan.begin)
    off = np.where(taken.has_off, taken.off_at, plan.finish)
    return Missing(absent, missing_in, missing_out, incomplete, is_open & ~absent & ~incomplete, on, off)
