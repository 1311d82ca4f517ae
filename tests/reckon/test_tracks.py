"""Tracks: what jumped goes, stays are found with their ends, ways are measured, and little is kept of much."""

import numpy as np
import pytest
from benchmarks.phone_days import phone_day
from benchmarks.tracks import agreement
from hypothesis import given
from hypothesis import strategies as st

from reckon.tracks import TrackError, find_stays, moved_m, pack, rounded, settled, track_of, unpack, without_spikes
from reckon.tracks.packing import Packed
from reckon.tracks.track import METRES_A_DEGREE

HOME = (31.23, 121.47)


def track(seconds, east, north, accuracy=10.0):
    """A track in metres about home."""
    latitude = HOME[0] + np.asarray(north, float) / METRES_A_DEGREE
    longitude = HOME[1] + np.asarray(east, float) / (METRES_A_DEGREE * np.cos(np.radians(HOME[0])))
    return track_of(seconds, latitude, longitude, np.full(len(latitude), accuracy))


def walk(*legs, step=20):
    """`walk((600, 0, 0), (300, 400, 0))`: so many seconds on the way to each place; a track of even steps."""
    when, east, north = [0.0], [legs[0][1]], [legs[0][2]]
    for seconds, x, y in legs:
        when.append(when[-1] + seconds)
        east.append(x)
        north.append(y)
    at = np.arange(0, when[-1] + 1, step)
    return at, np.interp(at, when, east), np.interp(at, when, north)


VISIT = ((600, 0, 0), (600, 800, 0), (1200, 800, 0), (600, 1600, 0), (600, 1600, 0))
"""Ten minutes at a door, 800 m on foot, twenty minutes there, 800 m, ten minutes."""


def stays(at, east, north, **told):
    return [(round(one.arrived_s), round(one.left_s)) for one in find_stays(track(at, east, north), **told)]


def test_points_come_in_any_order_and_the_surer_of_one_second_stays():
    read = track_of([20, 0, 20, 10], [31.0, 31.1, 31.2, 31.3], [121.0] * 4, [50, 10, 5, 10])
    assert read.seconds.tolist() == [0, 10, 20]
    assert read.accuracy_m.tolist() == [10, 10, 5]
    latitude, _ = read.degrees(read.east_m, read.north_m)
    assert latitude == pytest.approx([31.1, 31.3, 31.2])


def test_an_accuracy_that_is_none_too_good_or_too_bad():
    read = track_of([0, 1, 2, 3, 4], [31.0] * 5, [121.0] * 5, [0, float("nan"), 0.5, 300, 301])
    assert read.accuracy_m.tolist() == [30, 30, 5, 300]
    assert track_of([0], [31.0], [121.0]).accuracy_m.tolist() == [30]


@pytest.mark.parametrize(
    "columns",
    [
        ([0, 1], [31.0], [121.0]),
        ([0], [91.0], [121.0]),
        ([0], [31.0], [float("nan")]),
        ([float("inf")], [31.0], [121.0]),
    ],
)
def test_what_is_no_track_is_refused(columns):
    with pytest.raises(TrackError):
        track_of(*columns)


def test_nothing_is_a_track_too():
    nothing = track_of([], [], [])
    assert find_stays(without_spikes(nothing)) == []
    assert moved_m(nothing, []) == 0
    assert [len(column) for column in unpack(pack(settled(nothing, [])))] == [0, 0, 0]


@pytest.mark.parametrize("run", [1, 2, 3])
def test_what_jumps_out_and_back_is_taken_out(run):
    at, east, north = walk(*VISIT)
    jumped = slice(50, 50 + run)
    north = north.copy()
    north[jumped] += 150
    cleaned = without_spikes(track(at, east, north))
    assert not set(at[jumped]) & set(cleaned.seconds)
    assert len(cleaned) == len(at) - run


def test_four_points_elsewhere_are_no_jump_and_a_corner_is_none():
    at, east, north = walk(*VISIT)
    north[50:54] += 150
    assert len(without_spikes(track(at, east, north))) == len(at)
    corner = walk((0, 0, 0), (300, 300, 0), (300, 300, 300), step=60)
    assert len(without_spikes(track(*corner))) == len(corner[0])


def test_stays_and_when_they_begin_and_end():
    assert stays(*walk(*VISIT)) == [(0, 600), (1200, 2400), (3000, 3600)]


def test_an_outlier_does_not_end_a_stay_nor_do_two_that_are_apart():
    at, east, north = walk(*VISIT)
    for point in (80, 95):
        north[point] += 150
    assert stays(at, east, north) == [(0, 600), (1200, 2400), (3000, 3600)]


def test_a_gap_does_not_end_a_stay_even_if_it_is_all_of_it():
    at, east, north = walk(*VISIT)
    seen = (at < 1240) | (at > 2360)
    assert stays(at[seen], east[seen], north[seen]) == [(0, 600), (1200, 2400), (3000, 3600)]


def test_who_goes_away_and_comes_back_stayed_twice():
    at, east, north = walk((900, 0, 0), (200, 260, 0), (200, 0, 0), (900, 0, 0))
    (first, second) = stays(at, east, north)
    assert first[1] == pytest.approx(900, abs=60)
    assert second[0] == pytest.approx(1300, abs=60)


@pytest.mark.parametrize(("seconds", "found"), [(90, 0), (400, 1)])
def test_a_red_light_is_no_stay(seconds, found):
    assert len(stays(*walk((0, 0, 0), (300, 3000, 0), (seconds, 3000, 0), (300, 6000, 0)))) == found


def test_a_stay_as_long_as_the_least_counts_and_a_shorter_one_does_not():
    at, east, north = walk(*VISIT)
    assert len(stays(at, east, north, least_s=1200)) == 1
    assert stays(at, east, north, least_s=1201) == []


def test_how_far_one_went_is_what_lies_between_the_stays():
    whole = track(*walk(*VISIT))
    assert moved_m(whole, find_stays(whole)) == pytest.approx(1600, rel=0.02)


def test_who_stays_goes_nowhere_however_the_points_dance():
    draw = np.random.default_rng(7)
    at = np.arange(0, 7200, 10)
    noisy = track(at, draw.normal(0, 12, len(at)), draw.normal(0, 12, len(at)), 18)
    found = find_stays(noisy)
    assert [(round(one.arrived_s), round(one.left_s)) for one in found] == [(0, 7190)]
    assert moved_m(noisy, found) == 0


@pytest.mark.parametrize("pace", [1.3, 5, 12])
@pytest.mark.parametrize(("step", "off"), [(4, 3), (4, 10), (10, 3), (10, 20), (20, 10), (20, 20), (60, 3), (60, 20)])
def test_noise_makes_no_way_longer_than_a_few_percent(pace, step, off):
    draw = np.random.default_rng(3)
    at, east, north = walk((0, 0, 0), (7200, 7200 * pace, 0), step=step)
    noisy = track(at, east + draw.normal(0, off, len(at)), north + draw.normal(0, off, len(at)), off / 0.66)
    assert moved_m(noisy, []) == pytest.approx(7200 * pace, rel=0.08)


def test_corners_cut_by_rare_points_are_reckoned_in():
    legs = [(0, 0, 0)] + [(60, 600 * (number // 2 + number % 2), 600 * (number // 2)) for number in range(1, 41)]
    at, east, north = walk(*legs, step=45)
    straight = np.hypot(np.diff(east), np.diff(north)).sum()
    told = moved_m(track(at, east, north), [])
    assert straight < 0.9 * 24_000
    assert straight < told < 1.02 * 24_000


def test_a_stay_is_kept_as_two_points():
    whole = track(*walk(*VISIT))
    found = find_stays(whole)
    kept = settled(whole, found)
    inside = (kept.seconds > 1190) & (kept.seconds < 2410)
    assert kept.seconds[inside].tolist() == [found[1].arrived_s, found[1].left_s]
    assert moved_m(kept, found) == pytest.approx(moved_m(whole, found))


ways = st.lists(
    st.tuples(st.integers(1, 600), st.integers(-3000, 3000), st.integers(-3000, 3000)), min_size=1, max_size=60
)


@given(ways, st.sampled_from([5.0, 10.0, 30.0]))
def test_a_packed_track_tells_where_one_was_at_each_second(legs, tolerance):
    when = np.cumsum([seconds for seconds, _, _ in legs]).astype(float)
    whole = track(when, *np.array([leg[1:] for leg in legs], float).T)
    seconds, latitude, longitude = unpack(pack(whole, tolerance))
    east = (longitude - whole.origin[1]) * METRES_A_DEGREE * np.cos(np.radians(whole.origin[0]))
    north = (latitude - whole.origin[0]) * METRES_A_DEGREE
    off = np.hypot(
        np.interp(whole.seconds, seconds, east) - whole.east_m, np.interp(whole.seconds, seconds, north) - whole.north_m
    )
    assert off.max() <= tolerance
    assert (seconds[0], seconds[-1]) == (whole.seconds[0], whole.seconds[-1])


def test_time_is_kept_where_the_line_alone_would_lose_it():
    at, east, north = walk((0, 0, 0), (600, 1000, 0), (600, 1000, 0), (600, 2000, 0))
    seconds, _, _ = unpack(pack(track(at, east, north)))
    assert seconds.tolist() == [0, 600, 1200, 1800]


def test_a_damaged_pack_is_refused():
    packed = pack(track(*walk(*VISIT)))
    for content in (packed.content[:-1], packed.content + b"\x01", b"\x80"):
        with pytest.raises(TrackError):
            unpack(Packed(content, packed.points))
    with pytest.raises(TrackError):
        pack(track(*walk(*VISIT)), 2.0)


def test_generated_days_agree_with_their_truth():
    days = [phone_day(seed) for seed in range(120)]
    tracks = [without_spikes(track_of(day.seconds, day.latitude, day.longitude, day.accuracy_m)) for day in days]
    found = [find_stays(one) for one in tracks]
    told = agreement(days, found)
    assert told.recall >= 0.95
    assert told.precision >= 0.95
    assert np.percentile(told.arrivals_off_s, 90) <= 90
    assert np.percentile(told.departures_off_s, 90) <= 90
    off = [abs(moved_m(one, own) / day.gone_m - 1) for one, own, day in zip(tracks, found, days, strict=True)]
    assert np.median(off) <= 0.05
    size = sum(len(pack(settled(one, own)).content) for one, own in zip(tracks, found, strict=True))
    assert size <= sum(len(day.seconds) for day in days)


@given(st.lists(st.tuples(st.integers(1, 600), st.floats(-9e3, 9e3), st.floats(-9e3, 9e3)), min_size=1, max_size=40))
def test_a_rounded_track_knows_a_square_of_a_hundredth_of_a_degree_and_its_first_and_last_second(steps):
    seconds, east, north = np.array(steps, float).T
    packed = pack(track(seconds.cumsum(), east, north))
    fine, coarse = unpack(packed), unpack(rounded(packed, 2))
    assert (coarse[0][0], coarse[0][-1]) == (fine[0][0], fine[0][-1])
    for second, *where in zip(*coarse, strict=True):
        told = [column[fine[0] == second][0] for column in fine[1:]]
        assert np.allclose(where, np.round(told, 2), atol=1.6e-5)
    assert rounded(rounded(packed, 2), 2) == rounded(packed, 2)


def test_a_rounded_track_of_nothing_is_nothing():
    assert rounded(Packed(b"", 0), 2) == Packed(b"", 0)
