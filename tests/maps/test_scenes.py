"""What a map shows is moved into the datum of its tiles, and told in few numbers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaoqin.core.places import Circle, Datum, Point, Polygon, distance_m
from kaoqin.maps.scenes import Area, Line, Scene, Spot
from kaoqin.maps.tiles import origins, read_tiles

SHANGHAI = Point(31.230416, 121.473701)


@pytest.fixture(params=["none", "amap", "tianditu"])
def tiles(request, settings):
    settings.TILES = read_tiles(request.param, "k", "wgs84")
    return settings.TILES


def test_a_spot_is_where_the_tiles_have_it(tiles):
    (drawn,) = Scene(spots=[Spot(SHANGHAI, "上海", "red", "/x/")]).drawn()["spots"]
    east, north = (121.478224, 31.228474) if tiles.datum == Datum.GCJ02 else (121.473701, 31.230416)
    assert drawn["point"] == pytest.approx([east, north], abs=1.1e-6)
    assert (drawn["label"], drawn["tone"], drawn["link"]) == ("上海", "red", "/x/")


def test_a_round_fence_is_drawn_at_its_radius(settings):
    settings.TILES = read_tiles("none", "", "wgs84")
    (area,) = Scene(areas=[Area(Circle(SHANGHAI, 150))]).drawn()["areas"]
    assert area["ring"][0] == area["ring"][-1]
    for east, north in area["ring"]:
        assert distance_m(SHANGHAI, Point(north, east)) == pytest.approx(150, rel=0.002)


def test_a_fence_with_corners_keeps_them(settings):
    settings.TILES = read_tiles("none", "", "wgs84")
    corners = Point(31, 121), Point(31, 121.1), Point(31.1, 121)
    (area,) = Scene(areas=[Area(Polygon(corners))]).drawn()["areas"]
    assert area["ring"] == [[121, 31], [121.1, 31], [121, 31.1], [121, 31]]


@pytest.mark.parametrize("middle", [Point(90, 0), Point(0, 180), Point(-90, -180)])
def test_a_fence_at_the_end_of_the_earth_can_be_drawn(middle):
    assert Scene(areas=[Area(Circle(middle, 50_000))]).drawn()["areas"]


@given(st.lists(st.tuples(st.floats(-80, 80), st.floats(-179, 179), st.integers(0, 86_400)), min_size=1, max_size=50))
def test_a_way_is_told_by_differences(told):
    points = [Point(north, east, Datum.GCJ02) for north, east, _ in told]
    seconds = sorted(second for *_, second in told)
    (drawn,) = Scene(lines=[Line(points, seconds=seconds)]).drawn()["lines"]
    east = north = at = 0
    for number, point in enumerate(points):
        east, north = east + drawn["steps"][2 * number], north + drawn["steps"][2 * number + 1]
        at += drawn["seconds"][number]
        shown = point.to(Datum.WGS84)
        assert (east, north) == pytest.approx((shown.longitude * 1e6, shown.latitude * 1e6), abs=1)
        assert at == seconds[number]


def test_a_scene_is_json(tiles):
    told = Scene(spots=[Spot(SHANGHAI)], areas=[Area(Circle(SHANGHAI, 9))], heat=[(SHANGHAI, 2.0)]).drawn()
    assert json.loads(json.dumps(told)) == told


def test_each_choice_of_tiles_names_its_servers():
    assert origins(read_tiles("none", "", "wgs84")) == ()
    assert origins(read_tiles("osm", "", "wgs84")) == ("https://tile.openstreetmap.org",)
    assert len(origins(read_tiles("tianditu", "k&x", "wgs84"))) == 4
    assert "tk=k%26x" in read_tiles("tianditu", "k&x", "wgs84").layers[0][0]
    assert "{x}" in read_tiles("tianditu", "k", "wgs84").layers[0][0]
    assert read_tiles("amap", "", "wgs84").datum == Datum.GCJ02
    own = read_tiles("https://tiles.example:8443/{z}/{x}/{y}.png", "", "gcj02")
    assert (origins(own), own.datum) == (("https://tiles.example:8443",), Datum.GCJ02)
