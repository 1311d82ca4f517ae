"""Datums by known answers, distances, fences, and the verdict that says when nobody can say."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaoqin.core.places import Circle, Datum, Point, Polygon, Verdict, distance_m, in_china, judge

KNOWN = {
    "北京": ((39.908722, 116.397499), (39.910126, 116.403743), (39.916465, 116.410116)),
    "上海": ((31.230416, 121.473701), (31.228474, 121.478224), (31.234327, 121.484782)),
    "广州": ((23.129163, 113.264435), (23.126486, 113.269765), (23.132775, 113.276186)),
    "成都": ((30.572269, 104.066541), (30.569815, 104.069046), (30.575825, 104.075522)),
    "乌鲁木齐": ((43.825592, 87.616848), (43.826797, 87.619698), (43.832941, 87.626148)),
}
DATUMS = (Datum.WGS84, Datum.GCJ02, Datum.BD09)


@pytest.mark.parametrize("city", KNOWN)
@pytest.mark.parametrize("begin", range(3))
@pytest.mark.parametrize("end", range(3))
def test_known_answers(city, begin, end):
    told = Point(*KNOWN[city][begin], DATUMS[begin]).to(DATUMS[end])
    assert (told.latitude, told.longitude) == pytest.approx(KNOWN[city][end], abs=2e-6)


@pytest.mark.parametrize("place", [(51.5, -0.12), (-33.87, 151.21), (60.17, 24.94)])
def test_abroad_all_datums_are_one(place):
    assert not in_china(*place)
    for datum in DATUMS:
        told = Point(*place, datum).to(Datum.WGS84)
        assert (told.latitude, told.longitude) == pytest.approx(place)


@pytest.mark.parametrize("place", [(91, 0), (-90.1, 0), (0, 180.5), (float("nan"), 0)])
def test_a_place_that_is_none(place):
    with pytest.raises(ValueError, match="no place on earth"):
        Point(*place)


in_the_country = st.tuples(st.floats(19, 53), st.floats(75, 134))


@given(in_the_country, st.sampled_from(DATUMS), st.sampled_from(DATUMS))
def test_there_and_back_is_the_same_place(place, begin, end):
    here = Point(*place, begin)
    assert distance_m(here, here.to(end).to(begin)) < 0.001


@given(in_the_country)
def test_one_datum_taken_for_another_is_far_off(place):
    here = Point(*place)
    moved = here.to(Datum.GCJ02)
    assert 50 < distance_m(here, Point(moved.latitude, moved.longitude)) < 800


def test_distances():
    assert distance_m(Point(0, 0), Point(0, 1)) == pytest.approx(111_195, abs=1)
    assert distance_m(Point(31.23, 121.47), Point(31.23, 121.47)) == 0
    assert distance_m(Point(0, 0), Point(0, 180)) == pytest.approx(math.pi * 6_371_008.8)
    shanghai = [Point(*told, datum) for told, datum in zip(KNOWN["上海"], DATUMS, strict=True)]
    assert max(distance_m(shanghai[0], other) for other in shanghai) < 0.3


def test_a_circle():
    fence = Circle(Point(31.0, 121.0), 100)
    assert fence.beyond_m(Point(31.0, 121.0)) == -100
    assert fence.beyond_m(Point(31.001, 121.0)) == pytest.approx(11.2, abs=0.1)
    assert fence.beyond_m(Point(31.001, 121.0).to(Datum.BD09)) == pytest.approx(11.2, abs=0.1)


YARD = Polygon(
    tuple(
        Point(*corner)
        for corner in [
            (31.0, 121.0),
            (31.0, 121.002),
            (31.001, 121.002),
            (31.001, 121.001),
            (31.002, 121.001),
            (31.002, 121.0),
        ]
    )
)
"""An L: the north-east corner is not of it."""


@pytest.mark.parametrize(
    ("place", "beyond"),
    [
        ((31.0005, 121.0005), -47.7),
        ((31.0015, 121.0015), 47.7),
        ((31.0005, 121.0025), 47.7),
        ((31.0, 121.0), 0),
        ((30.999, 121.001), 111.2),
        ((31.0018, 121.0005), -22.2),
    ],
)
def test_a_fence_with_corners(place, beyond):
    assert YARD.beyond_m(Point(*place)) == pytest.approx(beyond, abs=0.2)
    assert YARD.beyond_m(Point(*place).to(Datum.GCJ02)) == pytest.approx(beyond, abs=0.2)


def test_a_fence_over_the_date_line_and_one_that_is_none():
    fiji = Polygon((Point(-18, 179.999), Point(-18, -179.999), Point(-17.998, -179.999), Point(-17.998, 179.999)))
    assert fiji.beyond_m(Point(-17.999, 180)) == pytest.approx(-105.7, abs=1)
    for corners in ((Point(0, 0), Point(0, 1)), (Point(0, 0), Point(0, 1), Point(1, 1, Datum.GCJ02))):
        with pytest.raises(ValueError, match="three corners"):
            Polygon(corners)


@given(st.floats(10, 500), st.floats(0, 360), st.floats(0, 1000))
def test_a_fence_of_many_corners_is_a_circle(radius, angle, far):
    def at(metres, degrees):
        north, east = metres * math.cos(math.radians(degrees)), metres * math.sin(math.radians(degrees))
        return Point(31 + north / 111_195, 121 + east / (111_195 * math.cos(math.radians(31))))

    fence = Polygon(tuple(at(radius, degrees) for degrees in range(0, 360, 5)))
    assert fence.beyond_m(at(far, angle)) == pytest.approx(
        Circle(Point(31, 121), radius).beyond_m(at(far, angle)), abs=radius * 0.005 + 1
    )


@pytest.mark.parametrize(
    ("beyond", "accuracy", "verdict"),
    [
        (-60, 59, Verdict.INSIDE),
        (-60, 60, Verdict.UNCERTAIN),
        (60, 60, Verdict.UNCERTAIN),
        (60, 59, Verdict.OUTSIDE),
        (0, 0, Verdict.UNCERTAIN),
        (-0.1, 0, Verdict.INSIDE),
    ],
)
def test_the_verdict(beyond, accuracy, verdict):
    assert judge(beyond, accuracy) == verdict
