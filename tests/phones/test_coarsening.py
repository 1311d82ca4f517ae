"""Where people were is coarse once their month is closed; what was found by it stays, and nobody becomes suspect by it."""

import datetime as dt
import json
import uuid
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import make
from handset import OFFICE, Handset, agree, office, point
from kaoqin.attendance import closing, coarsening
from kaoqin.attendance.models import ClosedMonth
from kaoqin.attendance.reopening import reopen
from kaoqin.attendance.scopes import Scope
from kaoqin.core.outcomes import tell
from kaoqin.phones.models import Record
from kaoqin.phones.remembering import evidence_of, past_of
from kaoqin.phones.weighing import weigh
from kaoqin.phones.words import Keeping
from kaoqin.security.models import AuditEntry
from kaoqin.tracks import points
from kaoqin.tracks.models import Batch, TrackDay, TrackStay
from kaoqin.tracks.points import Points
from kaoqin.tracks.reckoning import way
from reckon.tracks import pack, track_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
OCTOBER, NOVEMBER = make.day("10-01"), make.day("11-01")
LATER = make.NOW + dt.timedelta(hours=1)


def clock_of(text):
    return make.at(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
def chen(cast):
    """Chen punches by phone at the office, as the phone says, at any time."""
    office(("site_id", cast.site.pk))
    agree(cast.by("chen"))
    return Handset(cast.by("chen"), make.NOW - 60 * make.DAY)


def press(phone, text, **told):
    """A punch at `10-12 09:00`, sent at once."""
    at = clock_of(text)
    answer = phone.send(phone.record(at, point=point(taken_at=at, **told)), at=at)[0]
    assert answer.state == "counted"
    return Record.objects.latest("pk")


def close(month=OCTOBER):
    make.settle()
    make.work_off(closing.close(Scope(month), by=make.ROOT, at=make.NOW, with_faults=True))


def now(record):
    return Record.objects.get(pk=record.pk)


def test_the_positions_of_a_closed_month_are_coarse_and_what_was_found_stays(cast, chen):
    before = press(chen, "10-12 09:00", north_m=77, altitude=12.5, provider="gps")
    close()
    assert coarsening.tell_closed(LATER) == 5
    after = now(before)
    assert (after.latitude, after.longitude, after.keeping) == (31.23, 121.47, Keeping.COARSE)
    told = json.loads(after.payload)
    assert told["point"] == {
        "latitude": 31.23,
        "longitude": 121.47,
        "datum": "wgs84",
        "accuracy_m": 20,
        "provider": "gps",
        "taken_at": before.at.astimezone(SHANGHAI).isoformat(),
    }
    assert told | {"point": None} == json.loads(before.payload) | {"point": None}
    kept = (
        "digest",
        "signature",
        "verdict",
        "place",
        "distance_m",
        "accuracy_m",
        "score",
        "reasons",
        "off_m",
        "beyond_m",
    )
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    said = AuditEntry.objects.get(action="phones.coarsen")
    assert (said.said, said.actor_name) == ("1 条手机打卡的坐标已模糊", "系统")


def test_only_of_the_days_that_are_closed_in_the_zone_of_the_record(cast, chen):
    last, first = press(chen, "10-31 23:59"), press(chen, "11-01 00:00")
    close()
    coarsening.tell_closed(LATER)
    assert (now(last).keeping, now(first).keeping) == (Keeping.COARSE, Keeping.WHOLE)
    assert now(first).latitude == pytest.approx(OFFICE[0])


def test_a_month_that_nobody_closed_is_exact_and_so_is_one_opened_before_the_night(cast, chen):
    record = press(chen, "10-12 09:00")
    coarsening.tell_closed(LATER)
    assert now(record).keeping == Keeping.WHOLE
    close()
    reopen(ClosedMonth.objects.get(employee=cast.chen), "补录", by=make.ROOT, at=make.NOW)
    coarsening.tell_closed(LATER)
    assert now(record).keeping == Keeping.WHOLE


def test_whose_months_are_all_opened_again_during_the_night_is_passed_over(cast, chen, monkeypatch):
    """Chen's turn comes after another's; meanwhile HR opens Chen's month."""
    record = press(chen, "10-12 09:00")
    close()
    heard = []

    def hear(name, spans, at):
        heard.extend(employee_id for employee_id, _, _ in spans)
        mine = ClosedMonth.objects.filter(employee=cast.chen, reopened_at=None)
        if mine.exists():
            reopen(mine.get(), "补录", by=make.ROOT, at=make.NOW)
        tell(name, spans=spans, at=at)

    monkeypatch.setattr(coarsening, "PEOPLE_AT_ONCE", 1)
    monkeypatch.setattr(coarsening, "tell", hear)
    assert coarsening.tell_closed(LATER) == 5
    assert (len(heard), cast.chen.pk in heard, now(record).keeping) == (4, False, Keeping.WHOLE)


def test_what_is_coarse_stays_so_when_the_month_is_opened_again(cast, chen):
    record = press(chen, "10-12 09:00")
    close()
    coarsening.tell_closed(LATER)
    reopen(ClosedMonth.objects.get(employee=cast.chen), "补录", by=make.ROOT, at=make.NOW)
    coarsening.tell_closed(LATER)
    assert (now(record).latitude, now(record).keeping) == (31.23, Keeping.COARSE)


def test_the_night_may_come_twice_and_finds_what_arrived_late(cast, chen):
    press(chen, "10-12 09:00")
    close()
    coarsening.tell_closed(LATER)
    coarsening.tell_closed(LATER)
    assert AuditEntry.objects.filter(action="phones.coarsen").count() == 1
    late = press(chen, "10-13 09:00")
    coarsening.tell_closed(LATER)
    assert now(late).keeping == Keeping.COARSE


def test_it_asks_no_more_for_many_records_than_for_one(cast, chen):
    def questions(*texts):
        for text in texts:
            press(chen, text)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            coarsening.tell_closed(LATER)
        return len(asked)

    close()
    assert questions("10-12 09:00") == questions(*(f"10-{day} 09:00" for day in range(13, 31)))


def test_a_phone_that_always_tells_the_same_point_is_not_odd_when_its_past_is_coarse(cast, chen):
    """By Wi-Fi the same point comes again and again: a habit, of which only that it was one is known after the closing."""
    for day in range(12, 31):
        press(chen, f"10-{day} 09:00", accuracy_m=30)
    close()
    coarsening.tell_closed(LATER)
    for day in range(10, 20):
        press(chen, f"11-{day} 09:00", accuracy_m=30)
    assert all("same_place" not in _codes(one) for one in Record.objects.filter(at__gte=clock_of("11-10 00:00")))


def test_coarse_points_are_none_to_the_rules(cast, chen):
    """All of October lies on one coarse point: nothing is the same to the last digit, and nobody travels from there."""
    for number, day in enumerate(range(12, 31)):
        press(chen, f"10-{day} 09:00", north_m=10 + number * 7.3, accuracy_m=14 + number / 7)
    close()
    coarsening.tell_closed(LATER)
    mine = press(chen, "11-19 09:00", north_m=40, accuracy_m=19)
    known = past_of(evidence_of(mine))
    assert {one.evidence.point for one in known.own} == {None}
    assert {round(one.evidence.accuracy_m or 0) for one in known.own} >= {14, 15, 16}
    codes = {reason.code for reason in weigh(evidence_of(mine), known).reasons}
    assert codes & {"same_place", "same_accuracy", "travel", "fast", "stands_elsewhere"} == set()


def _codes(record):
    return {one["code"] for one in record.reasons}


def test_the_page_of_a_record_says_that_it_is_coarse(cast, chen, enter):
    record = press(chen, "10-12 09:00")
    assert "坐标已按规定模糊" not in enter("wang").get(f"/phones/records/{record.pk}/").content.decode()
    close()
    coarsening.tell_closed(LATER)
    page = enter("wang").get(f"/phones/records/{record.pk}/").content.decode()
    assert "坐标已按规定模糊" in page
    assert "31.23" not in page


def test_who_withdraws_consent_has_coarse_positions_at_once(cast, chen):
    record = press(chen, "11-19 09:00")
    agree(cast.by("chen"), False)
    assert now(record).keeping == Keeping.COARSE


def test_another_persons_positions_stay(cast, chen):
    record = press(chen, "10-12 09:00")
    tell("months.closed", spans=[(cast.lin.pk, OCTOBER, make.day("10-31"))], at=LATER)
    assert now(record).keeping == Keeping.WHOLE


@pytest.fixture
def tracked(cast):
    """A day of Lin in October, reckoned: a way to the north with a stay, and its raw points."""
    phone, seconds = Handset(cast.by("lin")).phone, np.arange(32_400.0, 36_000.0, 30.0)
    columns = seconds, 31.2 + seconds * 1e-5 / 3, seconds * 0 + 121.4, seconds * 0 + 8
    packed = pack(track_of(*columns))
    told = {"content": packed.content, "kept": packed.points, "metres": 13_000, "waits": False, "count": 120}
    day = TrackDay.objects.create(
        employee=cast.lin, date=make.day("10-12"), zone="Asia/Shanghai", first_s=32_400, **told
    )
    TrackStay.objects.create(day=day, arrived_s=33_000, left_s=34_000, latitude=31.31234, longitude=121.40567)
    batch = {"key": uuid.uuid4(), "received_at": make.NOW, "count": 120, "not_kept": 0, "date": day.date}
    Batch.objects.create(employee=cast.lin, phone=phone, points=points.write(Points(*columns)), **batch)
    return day


def test_tracks_of_a_closed_month_are_coarse_and_their_raw_points_go(cast, tracked, enter):
    close()
    coarsening.tell_closed(LATER)
    day, stay = TrackDay.objects.get(), TrackStay.objects.get()
    assert (day.coarse, day.metres, day.first_s, Batch.objects.count()) == (True, 13_000, 32_400, 0)
    assert (stay.latitude, stay.longitude, stay.arrived_s) == (31.31, 121.41, 33_000)
    gone = way(bytes(day.content), day.kept)
    assert all(abs(north - round(north, 2)) < 2e-5 and abs(east - 121.4) < 2e-5 for _, north, east in gone)
    assert (gone[0][0], gone[-1][0]) == (32_400, 35_970)
    assert "坐标已按规定模糊(月结后)" in enter("he").get(f"/tracks/{cast.lin.pk}/2026-10-12/").content.decode()


def test_a_day_to_which_points_have_just_come_is_reckoned_first(cast, tracked):
    TrackDay.objects.update(waits=True)
    close()
    coarsening.tell_closed(LATER)
    assert (TrackDay.objects.get().coarse, Batch.objects.count()) == (False, 1)
