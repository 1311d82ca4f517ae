"""Tracks 轨迹: what a phone reported on its way, cleaned, cut into stays and moves, measured and packed. Pure columns.

`track_of` reads points, `without_spikes` takes out what jumped, `find_stays` finds where one stayed, `moved_m` how far one
went between, `pack` and `unpack` keep a track small, `rounded` makes one coarse. Error budgets and how they were measured: docs/tracks.md.
"""

from reckon.tracks.cleaning import without_spikes
from reckon.tracks.lengths import moved_m, settled
from reckon.tracks.packing import Packed, pack, rounded, unpack
from reckon.tracks.stays import Stay, find_stays
from reckon.tracks.track import Track, TrackError, track_of

__all__ = [
    "Packed",
    "Stay",
    "Track",
    "TrackError",
    "find_stays",
    "moved_m",
    "pack",
    "rounded",
    "settled",
    "track_of",
    "unpack",
    "without_spikes",
]
