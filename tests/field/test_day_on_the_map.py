"""A day in the field on the map: what was planned, what was visited, the way gone where its owner agreed to that."""

import json

import pytest

import make
from kaoqin.security.models import AccessRecord
from kaoqin.tracks.models import TrackDay
from reckon.tracks import pack, track_of
from travelling import Traveller, customer, kind, stop, where


@pytest.fixture
def lin(cast):
    """Two customers planned, the first of them visited."""
    made = Traveller(cast.by("lin"))
    one, two = customer(cast.lin, name="甲店"), customer(cast.lin, name="乙店", place=where(3000))
    stop(cast.lin, shop=one)
    stop(cast.lin, shop=two)
    made.check_in(one, kind())
    return made


def page_of(client, cast, date=make.TODAY):
    answer = client.get(f"/field/days/{cast.lin.pk}/{date}/")
    return answer, answer.content.decode()


def scene_of(page):
    return json.loads(page.split('id="map-day" type="application/json">', 1)[1].split("</script>", 1)[0])


def track(cast):
    packed = pack(track_of([36_000, 36_600, 37_200], [31.23, 31.24, 31.25], [121.47] * 3))
    told = {"content": packed.content, "kept": packed.points, "metres": 2224, "first_s": 36_000, "last_s": 37_200}
    return TrackDay.objects.create(employee=cast.lin, date=make.TODAY, waits=False, count=3, **told)


def test_what_was_planned_and_what_was_visited(enter, cast, lin):
    answer, page = page_of(enter("wang"), cast)
    assert answer.status_code == 200
    assert "计划 2 家,直线 3.0 公里" in page
    assert "这一天没有轨迹" in page
    scene = scene_of(page)
    assert {(one["label"], one["tone"]) for one in scene["spots"]} == {("甲店", "green"), ("乙店", "secondary")}
    (planned,) = scene["lines"]
    assert planned["dashed"]
    assert len(scene["areas"]) == 2


def test_the_way_gone_can_be_played(enter, cast, lin):
    track(cast)
    _, page = page_of(enter("wang"), cast)
    assert "实际 2.2 公里" in page
    gone, planned = scene_of(page)["lines"]
    assert (gone["dashed"], planned["dashed"]) == (False, True)
    assert gone["seconds"][0] == 36_000


def test_the_day_is_ones_own_and_of_those_who_manage(enter, cast, lin):
    track(cast)
    assert page_of(enter("chen"), cast)[0].status_code == 403
    assert "实际 2.2 公里" in page_of(enter("lin"), cast)[1]
    page_of(enter("wang"), cast)
    assert [row.account.username for row in AccessRecord.objects.all()] == ["wang"]


def test_a_day_of_nothing_says_so(enter, cast):
    _, page = page_of(enter("lin"), cast)
    assert "没有计划,也没有拜访" in page
    assert enter("lin").get(f"/field/days/{cast.lin.pk}/x/").status_code == 404
