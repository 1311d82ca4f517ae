"""Each kind of cheat is played by phones and comes before the manager with its sentence; an honest month does not."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import make
from habits import DAYS, Habit
from handset import Handset, agree, office, point
from kaoqin.phones import actions, queries
from kaoqin.phones.models import Record
from kaoqin.phones.words import Queue, Ways

MINUTE = dt.timedelta(minutes=1)
HALL = ["02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:03", "02:00:00:00:00:04"]


@pytest.fixture
def lin(cast):
    place = office(("site_id", cast.site.pk))
    assert place.radius_m == 200
    actions.keep_ways(cast.field_group, make.SINCE, Ways(changes=50), by=make.ROOT, at=make.NOW)
    return Habit(cast.by("lin"), "phone-of-lin")


@pytest.fixture
def chen(cast, lin):
    return Habit(cast.by("chen"), "phone-of-chen")


@pytest.fixture
def wang(cast, enter):
    """What Wang, who leads Lin and Chen, reads: the queue, and the page of a record."""
    browser = enter("wang")

    def read(record=None):
        path = f"/phones/records/{record.pk}/" if record else "/phones/records/"
        page = browser.get(path).content.decode()
        return re.sub(r"<[^>]+>", " ", page.split("<tbody")[-1] if record is None else page)

    return read


def queued(record, cast):
    rows = queries.shown(queries.records(seen_by=cast.by("wang"), on=make.TODAY), Queue.OPEN)
    return record in rows


def test_an_honest_month_of_two_who_share_a_car_brings_nobody_before_the_manager(lin, chen, cast, wang):
    for n in range(DAYS, 0, -1):
        at = make.NOW - n * make.DAY
        lin.press(at), chen.press(at + MINUTE)
    last = lin.press(make.NOW), chen.press(make.NOW + MINUTE)
    assert Record.objects.count() == 2 * DAYS + 2
    assert not Record.objects.filter(suspect=True).exists()
    assert max(Record.objects.values_list("score", flat=True)) < 0.2
    assert "与 林小满 几乎每次都在两分钟内先后打卡" in wang(last[1])
    assert not queued(last[1], cast)


def test_a_position_that_the_system_calls_made_up(lin, cast, wang):
    lin.live()
    record = lin.press(make.NOW, mock=True)
    assert (record.state, record.suspect, record.punch is not None) == ("counted", True, True)
    assert "手机系统报告:这个位置是模拟出来的" in wang()
    assert queued(record, cast)


def test_an_emulator_with_the_clock_of_another_zone(lin, cast, wang):
    lin.live()
    honest = lin.press(make.NOW, client={"native": {"emulator": False}})
    told = {"client": {"native": {"emulator": True}}, "payload": {"zone": "America/New_York"}}
    record = lin.press(make.NOW + 10 * MINUTE, **told)
    assert [queued(one, cast) for one in (honest, record)] == [False, True]
    assert "打卡来自模拟器" in wang()
    assert "手机的时区是 UTC-5" in wang(record)


def test_the_same_made_up_coordinates_every_day_with_an_accuracy_of_nothing(lin, cast, wang):
    lin.live()
    made_up = {"north_m": 0, "accuracy_m": 0}
    records = [lin.press(make.NOW + n * make.DAY, **made_up) for n in range(4)]
    assert queued(records[-1], cast)
    said = wang(records[-1])
    assert "坐标第 4 次与以前一模一样" in said
    assert "定位精度 0.0 米,没有手机能这样准" in said
    assert "几乎重合" in said


def test_an_accuracy_that_is_always_the_same_while_the_place_is_not(lin, cast, wang):
    lin.live()
    records = [lin.press(make.NOW + n * make.DAY, north_m=2.5 + n / 7, accuracy_m=5) for n in range(8)]
    assert "定位精度却第 8 次正好是 5.0 米" in wang(records[-1])
    assert queued(records[-1], cast)


def test_a_way_nobody_goes_in_that_time(lin, cast, wang):
    lin.live()
    office(("employee_id", cast.lin.pk), "客户", corners=((31.6, 121.4737),))
    lin.press(make.NOW)
    record = lin.press(make.NOW + 8 * MINUTE, latitude=31.6005)
    assert "8 分钟走了 41.1 公里" in wang()
    assert (record.state, queued(record, cast)) == ("counted", True)


def test_one_phone_for_two_people(lin, chen, cast, wang):
    lin.live(), chen.live()
    lin.press(make.NOW)
    record = chen.press(make.NOW + MINUTE, device="phone-of-lin")
    assert record.device == "phone-of-lin"
    assert queued(record, cast)
    assert "这台手机主要是 林小满 在用" in wang()


def test_a_colleague_out_of_reach_is_not_named(lin, chen, cast, enter):
    """Zhao is not Wang's: that the phone is somebody's is said, whose is not."""
    zhao = Habit(cast.by("zhao"), "phone-of-zhao")
    zhao.live(8), chen.live(8)
    record = chen.press(make.NOW, device="phone-of-zhao")
    for name, said in (("wang", "这台手机主要是 另外 1 人 在用"), ("he", "这台手机主要是 赵夜班 在用")):
        assert said in enter(name).get(f"/phones/records/{record.pk}/").content.decode()


def test_a_spare_phone_that_is_only_ever_used_beside_a_colleague(lin, chen, cast, wang):
    lin.live(), chen.live(later=30)
    spare, last = Handset(lin.phone.by, make.NOW - 40 * make.DAY), None
    for n in range(7):
        at = make.NOW + n * make.DAY
        if n % 2:
            lin.press(at - 40 * MINUTE)
        else:
            chen.press(at), (last := lin.press(at + MINUTE, phone=spare, device="spare"))
    said = wang(last)
    assert "在几台手机之间来回换了" in said
    assert "用这台手机打卡时,陈" in said
    assert queued(last, cast)


def test_a_new_phone_from_a_new_network(lin, cast, wang):
    actions.add_network(cast.site, "总部", "203.0.113.0/24", make.SINCE, by=make.ROOT, at=make.NOW)
    lin.live(25)
    new = Handset(lin.phone.by, make.NOW - 40 * make.DAY)
    here = lin.press(make.NOW, phone=new, device="bought")
    there = lin.press(
        make.NOW + MINUTE, phone=Handset(lin.phone.by, make.NOW), device="borrowed", address="198.51.100.7"
    )
    assert [queued(one, cast) for one in (here, there)] == [False, True]
    assert "刚开始用这台手机打卡" in wang(there)
    assert "第一次从网络「198.51.0.0/16」打卡" in wang(there)


def test_at_the_edge_and_with_a_clock_set_back_is_said_and_weighs_little(lin, cast, wang):
    lin.live(north_m=195)
    shown = {"device_time": (make.NOW - 30 * MINUTE).isoformat()}
    sent = point(195, 18.3, make.NOW - 30 * MINUTE)
    record = lin.press(make.NOW, payload={**shown, "point": sent})
    said = wang(record)
    assert "次正好在围栏边上打卡" in said
    assert "手机时钟与实际时间差 30 分钟" in said
    assert not queued(record, cast)


def test_wi_fi_that_nobody_saw_there(lin, chen, cast, wang):
    chen.live(6, payload={"wifi": HALL})
    lin.live(payload={"wifi": HALL[:2]})
    record = lin.press(make.NOW, payload={"wifi": ["02:AA:00:00:00:09"]}, provider="FakeGps")
    assert record.stations == ["02:aa:00:00:00:09"]
    assert "周围的 1 个 Wi-Fi 没有一个是别人在这里见过的" in wang(record)
    assert queued(record, cast)


def test_what_is_decided_is_the_past_of_what_comes(lin, cast):
    lin.live()
    told = {"by": cast.by("wang"), "at": make.NOW, "today": make.TODAY}
    for n, counts in enumerate((True, False)):
        for m in range(3):
            one = lin.press(make.NOW + (5 * n + m) * make.DAY, mock=True)
            actions.decide(one, counts, "看过", **told)
        after = lin.press(make.NOW + (5 * n + 3) * make.DAY)
        assert ("odd_before" in {reason["code"] for reason in after.reasons}) != counts


def test_without_consent_nothing_of_the_place_is_weighed(lin, cast):
    agree(cast.by("lin"), given=False)
    record = lin.press(make.NOW, mock=True, provider="FakeGps", payload={"wifi": HALL})
    assert (record.latitude, record.mock, record.provider, record.stations, record.off_m) == (None, None, "", [], None)
    assert record.score is not None


def test_the_group_says_from_which_score_on_it_is_looked_at(lin, cast):
    for percent, suspect in ((None, False), (100, False), (82, False), (81, True), (50, True)):
        told = Ways(changes=50, review_from_percent=percent)
        actions.keep_ways(cast.field_group, make.TODAY, told, by=make.ROOT, at=make.NOW)
        at = make.NOW + (percent or 0) * make.DAY
        record = lin.press(at, mock=True)
        assert (record.suspect, record.state) == (suspect, "counted"), percent
        record.delete()


def test_a_late_record_is_weighed_by_what_was_before_it(lin):
    lin.live(8)
    lin.press(make.NOW, device="other-phone")
    before = lin.press(make.NOW - 2 * 60 * MINUTE, late=3 * 60 * MINUTE)
    assert before.network == ""
    assert "phones_in_turn" not in {reason["code"] for reason in before.reasons}


def test_as_many_questions_for_a_long_past_as_for_a_short_one(lin, chen):
    counts = []
    for days in (2, 12):
        lin.live(days), chen.live(days)
        with CaptureQueriesContext(connection) as asked:
            lin.press(make.NOW + days * MINUTE)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[0] <= 45


def test_the_queue_stands_by_score_and_asks_as_much_for_many_as_for_one(lin, chen, cast, enter):
    wang, counts = enter("wang"), []
    for n in range(4):
        chen.press(make.NOW + n * make.DAY, device="phone-of-lin", mock=True)
        lin.press(make.NOW + n * make.DAY + MINUTE, mock=bool(n % 2), provider="fake")
        with CaptureQueriesContext(connection) as asked:
            page = wang.get("/phones/records/")
        counts.append(len(asked))
    assert counts[1] == counts[-1]
    rows = list(page.context["list"].page.object_list)
    assert [row.score for row in rows] == sorted((row.score for row in rows), reverse=True)
    for queue in Queue.values:
        assert wang.get(f"/phones/records/?show={queue}").status_code == 200
    assert "林小满" in wang.get("/phones/records/?export=csv").getvalue().decode("utf-8-sig")


def test_the_person_reads_what_was_decided_and_no_score(lin, cast, enter):
    record = lin.press(make.NOW - MINUTE, mock=True)
    page = enter("lin").post("/api/v1/phone/today", {}, content_type="application/json").json()
    assert [one["said"] for one in page["moments"]] == ["手机"]
    told = {"by": cast.by("wang"), "at": make.NOW, "today": make.TODAY}
    actions.decide(record, False, "当时在外地", **told)
    page = enter("lin").post("/api/v1/phone/today", {}, content_type="application/json").json()
    assert [(one["state"], one["said"]) for one in page["moments"]] == [("void", "未采用:当时在外地")]
    other = lin.press(make.NOW, mock=True)
    actions.decide(other, True, "已核实", **told)
    page = enter("lin").post("/api/v1/phone/today", {}, content_type="application/json").json()
    assert page["moments"][-1]["said"] == "已采用:已核实"
