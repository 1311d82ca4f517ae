"""Points that jumped (multipath, a wrong tower) are taken out: out and back within three points, far further than the way
between their neighbours."""

import numpy as np

from reckon.tracks.track import Bools, Floats, Track

LONGEST_RUN = 3
LEAST_JUMP_M = 70.0
DETOUR, DETOUR_M = 2.2, 60.0
"""Going out and back is a jump when it is more than this many times the straight way, and so many metres. Who turns a
corner goes 1.4 times as far."""


def without_spikes(track: Track) -> Track:
    """The track without what jumped; single points first, then runs of two and three."""
    kept = np.ones(len(track), bool)
    for run in range(1, LONGEST_RUN + 1):
        there = np.flatnonzero(kept)
        if len(there) < run + 2:
            break
        spiked = _spiked(track.east_m[there], track.north_m[there], run)
        kept[there[spiked]] = False
    return track.only(kept)


def _spiked(east: Floats, north: Floats, run: int) -> Bools:
    """Which points belong to a run of so many between two others that jumped."""
    steps = np.hypot(np.diff(east), np.diff(north))
    before = np.arange(len(east) - run - 1)
    after = before + run + 1
    straight = np.hypot(east[after] - east[before], north[after] - north[before])
    way = sum((steps[before + number] for number in range(run + 1)), np.zeros(len(before)))
    middle = before[:, None] + np.arange(1, run + 1)
    off = np.minimum(
        np.hypot(east[middle] - east[before, None], north[middle] - north[before, None]),
        np.hypot(east[middle] - east[after, None], north[middle] - north[after, None]),
    ).min(axis=1)
    jumped = (way > DETOUR * straight + DETOUR_M) & (off > LEAST_JUMP_M)
    spiked = np.zeros(len(east), bool)
    spiked[middle[jumped]] = True
    return spiked
