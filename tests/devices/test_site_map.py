"""The map of sites: true to scale, nothing upon anything else, and all of it in the frame."""

from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaoqin.devices.site_map import Place, draw

SHANGHAI, SUZHOU, WULUMUQI = (31.2304, 121.4737), (31.2989, 120.5853), (43.8256, 87.6168)
PLACES = st.lists(st.tuples(st.floats(18, 53), st.floats(74, 134), st.integers(0, 400)), min_size=1, max_size=80)


def places(*positions, names="甲乙丙"):
    return [Place(n, names[n % len(names)], *where) for n, where in enumerate(positions)]


def dot(drawing, key):
    return next(one for one in drawing.dots if one.place.key == key)


def test_one_site_stands_in_the_middle_of_two_kilometres():
    drawn = draw(places(SHANGHAI), 760, 420)
    (only,) = drawn.dots
    assert (only.x, only.y, only.aside) == (380, 210, False)
    assert drawn.bar_metres == 1000
    assert drawn.parallels
    assert drawn.meridians


def test_east_is_right_and_north_is_up():
    drawn = draw(places(SHANGHAI, WULUMUQI), 760, 420)
    assert dot(drawn, 0).x > dot(drawn, 1).x
    assert dot(drawn, 0).y > dot(drawn, 1).y


def test_distances_are_those_of_the_scale_bar():
    drawn = draw(places(SHANGHAI, SUZHOU), 760, 420)
    one, other = drawn.dots
    metres = hypot(one.true_x - other.true_x, one.true_y - other.true_y) / drawn.bar * drawn.bar_metres
    assert metres == pytest.approx(84_800, rel=0.01)
    assert (drawn.bar_metres, drawn.bar <= 760 / 4) == (20_000, True)


def test_two_at_one_place_stand_beside_each_other_with_a_line_to_where_they_are():
    drawn = draw(places(SHANGHAI, SHANGHAI, WULUMUQI), 760, 420)
    assert [one.aside for one in sorted(drawn.dots, key=lambda one: one.place.key)] == [False, True, False]
    assert hypot(dot(drawn, 0).x - dot(drawn, 1).x, dot(drawn, 0).y - dot(drawn, 1).y) > 12


def test_who_ranks_first_stays_where_it_is_and_is_named():
    crowd = [Place(n, "苏州工业园区", *SUZHOU, rank=int(n != 7)) for n in range(40)]
    drawn = draw([*crowd, *places(WULUMUQI)], 360, 300)
    assert not dot(drawn, 7).aside
    assert any(one.label is None for one in drawn.dots)
    (alone,) = draw(crowd[:1], 360, 300).dots
    assert alone.label == (189.5, 153.5)


def test_a_long_name_is_cut():
    (only,) = draw(places(SHANGHAI, names=["很长很长的地点名称" * 3]), 760, 420).dots
    assert only.said == "很长很长的地点名称…"
    assert only.label


@given(PLACES)
def test_nothing_lies_upon_anything_and_all_is_in_the_frame(found):
    drawn = draw([Place(n, f"地点{n}", *where[:2], size=where[2]) for n, where in enumerate(found)], 760, 420)
    assert sorted(one.place.key for one in drawn.dots) == list(range(len(found)))
    for one in drawn.dots:
        assert one.radius <= one.x <= 760 - one.radius
        assert one.radius <= one.y <= 420 - one.radius
    apart = [(a, b) for n, a in enumerate(drawn.dots) for b in drawn.dots[:n]]
    assert all(hypot(a.x - b.x, a.y - b.y) > a.radius + b.radius for a, b in apart)
    assert len(drawn.parallels) < 30
    assert len(drawn.meridians) < 30


def test_a_grid_says_south_and_west():
    drawn = draw(places((-33.9, 151.2), (40.7, -74.0)), 760, 420)
    assert "20°S" in {line.said for line in drawn.parallels}
    assert {"50°W", "0°"} <= {line.said for line in drawn.meridians} or "60°W" in {
        line.said for line in drawn.meridians
    }


def test_of_very_many_none_stands_aside():
    crowd = [Place(n, "店", *SHANGHAI) for n in range(121)]
    assert not any(one.aside for one in draw(crowd, 760, 420).dots)
    assert sum(one.aside for one in draw(crowd[:120], 760, 420).dots) == 119


@pytest.mark.parametrize(("width", "height"), [(760, 420), (360, 320)])
def test_sixty_large_sites_of_one_province_find_room(width, height):
    crowd = [Place(n, "工厂", 31 + n % 8 * 0.1, 120 + n // 8 * 0.1, size=40) for n in range(58)] + places(WULUMUQI)
    dots = draw(crowd, width, height).dots
    apart = [(a, b) for n, a in enumerate(dots) for b in dots[:n]]
    assert all(hypot(a.x - b.x, a.y - b.y) > a.radius + b.radius for a, b in apart)
