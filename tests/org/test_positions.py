"""Positions in the datums of GPS, 高德 and 百度: known answers, and both ways."""

from math import cos, hypot, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaoqin.org.positions import Position, bd09, gcj02, wgs84

KNOWN = {
    "北京": ((39.908722, 116.397499), (39.910126, 116.403743), (39.916465, 116.410116)),
    "上海": ((31.230416, 121.473701), (31.228474, 121.478224), (31.234327, 121.484782)),
    "广州": ((23.129163, 113.264435), (23.126486, 113.269765), (23.132775, 113.276186)),
    "成都": ((30.572269, 104.066541), (30.569815, 104.069046), (30.575825, 104.075522)),
    "乌鲁木齐": ((43.825592, 87.616848), (43.826797, 87.619698), (43.832941, 87.626148)),
}
IN_CHINA = st.tuples(st.floats(18, 53), st.floats(74, 134)).map(lambda one: Position(*one))


def metres(one, other):
    north = (one[0] - other[0]) * 111_195
    return hypot(north, (one[1] - other[1]) * 111_195 * cos(radians(one[0])))


@pytest.mark.parametrize("city", KNOWN)
def test_known_answers(city):
    gps, amap, baidu = (Position(*one) for one in KNOWN[city])
    assert metres(gcj02(gps), amap) < 0.15
    assert metres(bd09(amap), baidu) < 0.15
    assert metres(wgs84(amap, "gcj02"), gps) < 0.15
    assert metres(wgs84(baidu, "bd09"), gps) < 0.3
    assert wgs84(gps, "wgs84") == gps


@given(IN_CHINA)
def test_there_and_back_is_the_same_place(position):
    assert metres(wgs84(gcj02(position), "gcj02"), position) < 0.001
    assert metres(wgs84(bd09(gcj02(position)), "bd09"), position) < 0.001


@pytest.mark.parametrize("abroad", [(52.52, 13.405), (-33.9, 151.2), (40.7, -74.0)])
def test_abroad_nothing_is_moved(abroad):
    assert gcj02(Position(*abroad)) == abroad == wgs84(Position(*abroad), "gcj02")


def test_a_wrong_datum_is_hundreds_of_metres_off():
    gps, amap, baidu = KNOWN["北京"]
    assert 500 < metres(gps, amap) < 600
    assert 1000 < metres(gps, baidu) < 1500
