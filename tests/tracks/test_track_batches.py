"""Points come in: with consent, from while one was on duty, once; days are reckoned, forgotten, and deleted on withdrawal."""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from benchmarks.phone_days import phone_day

import make
from handset import Handset
from kaoqin.consent import choosing
from kaoqin.core.places import Datum, Point
from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.punches.ledger import Press, take
from kaoqin.punches.words import Source
from kaoqin.tracks import queries, settling
from kaoqin.tracks.models import Batch, TrackDay, TrackStay
from kaoqin.tracks.points import Points, read, write
from kaoqin.tracks.reckoning import way
from kaoqin.tracks.taking import may_record, take_batch
from kaoqin.tracks.words import TRACK

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
EVENING = make.NOW + 12 * HOUR


def clock(text, on=make.TODAY):
    """The instant of a wall clock in Shanghai."""
    return dt.datetime.combine(on, dt.time.fromisoformat(text), ZoneInfo("Asia/Shanghai"))


def choose(cast, given, who="lin"):
    choosing.choose(TRACK, given, TRACK.version, by=cast.by(who), at=make.NOW, today=make.TODAY)


@pytest.fixture
def phone(cast):
    return Handset(cast.by("lin"))


@pytest.fixture
def agreed(cast):
    choose(cast, True)


@pytest.fixture
def on_duty(cast):
    """Lin punched in at nine and out at six."""
    punch(cast.lin, "11-20 09:00", "11-20 18:00")


def punch(employee, *times):
    """Presses that came in the evening: none of them is in the future."""
    presses = [Press(employee.number, make.at(one), "Asia/Shanghai", origin="T1") for one in times]
    take(presses, source=Source.TERMINAL, by=make.ROOT, at=EVENING)


def row(text, north=31.23, east=121.47, accuracy=12.0, on=make.TODAY):
    return (clock(text, on).timestamp(), north, east, accuracy)


def send(phone, *rows, key=None, at=EVENING, datum=Datum.WGS84, by=None):
    """How many points were kept, and how many not."""
    taken = take_batch(key or uuid.uuid4(), phone.phone.pk, rows, datum, by=by or phone.by, at=at)
    return taken.kept, taken.not_kept


def day_of(cast):
    return TrackDay.objects.get(employee=cast.lin)


def test_only_what_is_between_the_first_and_the_last_punch_is_kept(cast, phone, agreed, on_duty):
    rows = [row(text) for text in ("08:59:59", "09:00:00", "12:00:00", "18:00:00", "18:00:01")]
    assert send(phone, *rows) == (3, 2)
    settling.reckon_waiting(EVENING)
    day = day_of(cast)
    assert (day.count, day.not_kept, day.first_s, day.last_s) == (3, 2, 9 * 3600, 18 * 3600)


def test_who_has_punched_in_only_is_on_duty_for_sixteen_hours_where_no_end_is_planned(cast, phone, agreed):
    punch(cast.lin, "11-20 07:00")
    assert send(phone, row("06:59:59"), row("22:59:59"), at=clock("23:30")) == (1, 1)
    assert may_record(by=phone.by, at=clock("22:59")) == (True, True)
    assert may_record(by=phone.by, at=clock("23:01")) == (True, False)


def test_until_four_hours_after_the_planned_end(cast, agreed):
    choose(cast, True, "chen")
    phone = Handset(cast.by("chen"))
    punch(cast.chen, "11-20 09:00")
    assert send(phone, row("21:59"), row("22:01"), at=clock("23:30")) == (1, 1)


def test_nobody_is_on_duty_before_the_first_punch(cast, phone, agreed):
    assert send(phone, row("10:00")) == (0, 1)
    assert not Batch.objects.exists()
    assert may_record(by=phone.by, at=make.NOW) == (True, False)


def test_whoever_is_on_duty_still_goes_on_unasked(cast, phone, agreed):
    punch(cast.lin, "11-20 09:00")

    def goes_on(text, at):
        rows = [row(text)]
        return take_batch(uuid.uuid4(), phone.phone.pk, rows, Datum.WGS84, by=phone.by, at=clock(at)).goes_on

    assert goes_on("10:00", at="10:01")
    punch(cast.lin, "11-20 18:00")
    assert not goes_on("17:59", at="18:01")


def test_a_batch_over_two_days_is_of_the_day_of_most_of_its_points(cast, phone, agreed):
    punch(cast.lin, "11-19 09:00", "11-19 18:00", "11-20 09:00", "11-20 18:00")
    before = make.TODAY - dt.timedelta(days=1)
    rows = [row("17:58", on=before), row("18:01", on=before), row("09:01"), row("09:02")]
    assert send(phone, *rows) == (2, 2)
    assert day_of(cast).date == make.TODAY


def test_a_record_that_waits_for_the_manager_begins_the_duty_too(cast, phone, agreed):
    assert phone.send(phone.record())[0].state == "held"
    assert send(phone, row("10:00:01"), row("09:59:59")) == (1, 1)


def test_without_consent_nothing_is_kept(cast, phone, on_duty):
    with pytest.raises(Refusal, match="没有同意"):
        send(phone, row("10:00"))
    assert not Batch.objects.exists()


def test_the_same_batch_is_kept_once(cast, phone, agreed, on_duty):
    key = uuid.uuid4()
    assert send(phone, row("10:00"), row("19:00"), key=key) == send(phone, row("10:00"), key=key) == (1, 1)
    assert Batch.objects.count() == 1


def test_another_persons_phone_does_not_exist(cast, phone, agreed, on_duty):
    with pytest.raises(NotFound):
        send(phone, row("10:00"), by=cast.by("chen"))


def test_a_phone_that_is_not_in_use_records_nothing(cast, phone, agreed, on_duty):
    phone.phone.state = "replaced"
    phone.phone.save()
    with pytest.raises(Refusal, match="没有在使用"):
        send(phone, row("10:00"))


def test_neither_the_future_nor_last_week(cast, phone, agreed):
    punch(cast.lin, "11-13 09:00", "11-13 18:00", "11-20 09:00")
    old = make.TODAY - 7 * make.DAY
    rows = [row("11:00"), row("11:02"), row("10:59:59", on=old)]
    assert send(phone, *rows, at=clock("11:00:30")) == (1, 2)


def test_what_is_no_place_is_not_kept(cast, phone, agreed, on_duty):
    rows = [row("10:00", 91), row("10:01", 31, 181), row("10:02", float("nan")), row("10:03")]
    assert send(phone, *rows) == (1, 3)


def test_points_of_a_map_are_moved_to_where_they_are(cast, phone, agreed, on_duty):
    there = Point(31.23, 121.47)
    shown = there.to(Datum.GCJ02)
    send(phone, row("10:00", shown.latitude, shown.longitude), datum=Datum.GCJ02)
    kept = read([bytes(Batch.objects.get().points)])
    assert (kept.latitude[0], kept.longitude[0]) == pytest.approx((there.latitude, there.longitude), abs=1e-6)


def test_a_day_in_the_field_is_its_visits_and_kilometres(cast, phone, agreed):
    punch(cast.lin, "11-20 04:30", "11-20 23:30")
    told = phone_day(7, 15.0)
    begins = clock("00:00").timestamp()
    columns = (told.seconds + begins, told.latitude, told.longitude, told.accuracy_m)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    for first in range(0, len(rows), 60):
        send(phone, *rows[first : first + 60], at=clock("23:45"))
    assert settling.reckon_waiting(EVENING) == 1
    assert settling.reckon_waiting(EVENING) == 0
    day = day_of(cast)
    stays = list(day.stays.order_by("arrived_s"))
    assert len(stays) == len(told.visits)
    for stay, visit in zip(stays, told.visits, strict=True):
        assert abs(stay.arrived_s - visit.arrived_s) < 120
        assert (stay.latitude, stay.longitude) == pytest.approx((visit.latitude, visit.longitude), abs=5e-4)
    assert day.metres == pytest.approx(told.gone_m, rel=0.1)
    gone = way(bytes(day.content), day.kept)
    assert (gone[0][0], gone[-1][0]) == (day.first_s, day.last_s)
    assert len(bytes(day.content)) < len(rows)


def test_a_later_batch_makes_the_day_anew(cast, phone, agreed, on_duty):
    send(phone, *(row(f"10:{minute:02}") for minute in range(20)))
    settling.reckon_waiting(EVENING)
    assert TrackStay.objects.count() == 1
    send(phone, *(row(f"10:{minute:02}") for minute in range(20, 40)))
    settling.reckon_waiting(EVENING)
    (stay,) = TrackStay.objects.all()
    assert stay.left_s - stay.arrived_s == pytest.approx(39 * 60, abs=90)


def test_old_points_go_before_old_days(cast, phone, agreed, on_duty, settings):
    send(phone, row("10:00"))
    settling.forget_old(make.TODAY + 30 * make.DAY)
    assert Batch.objects.exists()
    settling.forget_old(make.TODAY + 31 * make.DAY)
    assert not Batch.objects.exists()
    settling.forget_old(make.TODAY + 180 * make.DAY)
    assert TrackDay.objects.exists()
    settling.forget_old(make.TODAY + 181 * make.DAY)
    assert not TrackDay.objects.exists()


def test_who_withdraws_has_no_track_any_more_and_nobody_elses_goes(cast, phone, agreed, on_duty):
    send(phone, *(row(f"10:{minute:02}") for minute in range(20)))
    choose(cast, True, "chen")
    other = Handset(cast.by("chen"))
    punch(cast.chen, "11-20 09:00", "11-20 18:00")
    send(other, row("10:00"))
    settling.reckon_waiting(EVENING)
    choose(cast, False)
    assert {row.employee_id for row in TrackDay.objects.all()} == {cast.chen.pk}
    assert {row.employee_id for row in Batch.objects.all()} == {cast.chen.pk}
    assert not TrackStay.objects.exists()


def test_points_are_small_and_the_same_again():
    draw = np.random.default_rng(1)
    count = 500
    seconds = 30_000 + 15.0 * np.arange(count)
    north, east = 31.2 + np.cumsum(draw.normal(0, 1e-4, count)), 121.4 + np.cumsum(draw.normal(0, 1e-4, count))
    told = Points(seconds, north, east, np.full(count, 12.5))
    content = write(told)
    assert len(content) < 9 * count
    again = read([content, content])
    assert len(again) == 2 * count
    for one, other in zip(told.columns, again.columns, strict=True):
        np.testing.assert_allclose(one, other[:count], atol=1e-6)
    assert len(read([])) == 0


def test_who_sees_whose_track(cast, phone, agreed, on_duty):
    send(phone, row("10:00"))
    settling.reckon_waiting(EVENING)
    for who, seen in (("lin", True), ("wang", True), ("he", True), ("chen", False)):
        if seen:
            assert queries.day(cast.lin.pk, make.TODAY, seen_by=cast.by(who), on=make.TODAY).count == 1
        else:
            with pytest.raises(NotAllowed):
                queries.day(cast.lin.pk, make.TODAY, seen_by=cast.by(who), on=make.TODAY)
    assert [row.employee_id for row in queries.days(make.TODAY, seen_by=cast.by("wang"), on=make.TODAY)] == [
        cast.lin.pk
    ]
