"""Pages of tracks: one's own with who looked, a team's day, a day on the map, the heat map; and the API."""

import json
import uuid

import numpy as np
import pytest

import make
from handset import Handset
from kaoqin.consent import choosing
from kaoqin.security.models import AccessRecord
from kaoqin.tracks.models import TrackDay, TrackStay
from kaoqin.tracks.points import Points, read, write
from kaoqin.tracks.reckoning import reckon
from kaoqin.tracks.words import TRACK


@pytest.fixture
def day(cast):
    """Lin's day: an hour at a customer's, and a way of two kilometres."""
    seconds = [36_000 + 20 * step for step in range(180)] + [39_600 + 20 * step for step in range(1, 91)]
    north = [31.23] * 180 + [31.23 + 0.0002 * step for step in range(1, 91)]
    columns = [[*map(float, column)] for column in (seconds, north, [121.47] * 270, [10] * 270)]
    found = reckon(read_back(columns))
    made = TrackDay.objects.create(
        employee=cast.lin,
        date=make.TODAY,
        zone="Asia/Shanghai",
        content=found.packed.content,
        kept=found.packed.points,
        count=270,
        metres=found.metres,
        first_s=found.first_s,
        last_s=found.last_s,
        waits=False,
    )
    TrackStay.objects.bulk_create(TrackStay(day=made, **vars(stay)) for stay in found.stays)
    return made


def read_back(columns):
    return read([write(Points(*map(np.array, columns)))])


def address(of):
    return f"/tracks/{of.employee_id}/{of.date}/"


def test_a_day_shows_its_way_its_stays_and_its_kilometres(enter, day):
    page = enter("wang").get(address(day)).content.decode()
    assert "2.0 公里" in page
    assert "10:00–" in page
    scene = json.loads(page.split('id="map-day"', 1)[1].split(">", 1)[1].split("</script>", 1)[0])
    (line,) = scene["lines"]
    assert len(line["steps"]) == 2 * len(line["seconds"]) == 2 * day.kept
    assert len(scene["spots"]) == 1
    assert len(page.encode()) < 50_000


def test_who_looked_is_told_to_whom_was_looked_at(enter, day):
    enter("wang").get(address(day))
    enter("lin").get(address(day))
    assert AccessRecord.objects.filter(employee_id=day.employee_id).count() == 1
    page = enter("lin").get("/my/tracks/").content.decode()
    assert page.count("wang") == 1
    assert "没有人看过" not in page


def test_neither_a_colleagues_day_nor_one_that_is_none(enter, day, cast):
    assert enter("chen").get(address(day)).status_code == 403
    wang = enter("wang")
    assert wang.get(f"/tracks/{cast.lin.pk}/2026-11-19/").status_code == 404
    assert wang.get(f"/tracks/{cast.lin.pk}/x/").status_code == 404


def test_a_managers_list_of_a_day_is_of_their_own_people(enter, day, cast):
    TrackDay.objects.create(employee=cast.zhao, date=make.TODAY)
    page = enter("wang").get(f"/tracks/?date={make.TODAY}").content.decode()
    assert "林小满" in page
    assert "赵夜班" not in page
    assert "这一天没有轨迹" in enter("wang").get("/tracks/?date=2026-11-01").content.decode()


def test_a_list_is_a_fixed_number_of_questions(enter, day, cast, django_assert_num_queries):
    he = enter("he")
    with django_assert_num_queries(12) as few:
        he.get(f"/tracks/?date={make.TODAY}")
    for employee in (cast.chen, cast.zhao, cast.wang):
        TrackDay.objects.create(employee=employee, date=make.TODAY)
    with django_assert_num_queries(len(few)):
        he.get(f"/tracks/?date={make.TODAY}")


def test_a_heat_map_is_of_one_to_thirty_one_days(enter, day):
    wang = enter("wang")
    page = wang.get(f"/tracks/heat/?first={make.TODAY}&last={make.TODAY}").content.decode()
    assert "1 次停留" in page
    assert "林小满" not in page
    assert "这几天没有停留" in wang.get("/tracks/heat/?first=2026-11-01&last=2026-11-02").content.decode()
    for first, last in (("2026-11-02", "2026-11-01"), ("2026-10-01", "2026-11-01")):
        assert wang.get(f"/tracks/heat/?first={first}&last={last}").status_code == 422
    assert wang.get("/tracks/heat/?first=2026-10-02&last=2026-11-01").status_code == 200


def test_without_consent_there_is_nothing_to_press(enter, cast):
    lin = enter("lin")
    assert "data-track" not in lin.get("/my/tracks/").content.decode()
    choosing.choose(TRACK, True, TRACK.version, by=cast.by("lin"), at=make.NOW, today=make.TODAY)
    assert "data-track" in lin.get("/my/tracks/").content.decode()


def test_a_batch_over_the_api(enter, cast, clock):
    clock(make.NOW)
    lin, phone = enter("lin"), Handset(cast.by("lin"))
    address, told = "/api/v1/field/tracks", {"batch": str(uuid.uuid4()), "phone": phone.phone.pk}
    rows = [[make.NOW.timestamp() - 60, 31.23, 121.47, 12.5]]
    assert lin.get(address).json() == {"agreed": False, "on_duty": False}
    refused = lin.post(address, {**told, "points": rows}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "tracks.no_consent")
    choosing.choose(TRACK, True, TRACK.version, by=cast.by("lin"), at=make.NOW, today=make.TODAY)
    make.punch(cast.lin, "11-20 09:00")
    assert lin.get(address).json() == {"agreed": True, "on_duty": True}
    sent = lin.post(address, {**told, "points": rows}, content_type="application/json")
    assert sent.json() == {"kept": 1, "not_kept": 0, "goes_on": True}
    for bad in ([], rows * 2001, [[1, 2, 3]], [["x", 1, 2, 3]]):
        assert lin.post(address, {**told, "points": bad}, content_type="application/json").status_code == 422
