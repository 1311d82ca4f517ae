"""A terminal's clock was wrong: its punches are held, the offset is proposed, confirmed by a person, and taken back."""

import datetime as dt

import pytest

import make
from kaoqin.attendance.models import DayResult
from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.devices.models import Device, Operation, RawUpload
from kaoqin.punches import actions, queries, repairing, stretches
from kaoqin.punches.clock import Reception, propose
from kaoqin.punches.ledger import Press, take
from kaoqin.punches.models import ClockRepair, Correction, Punch
from kaoqin.punches.words import Source
from kaoqin.security.models import AuditEntry

HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
DEAD = dt.datetime.fromisoformat("2000-01-01")
NOON = make.at("11-19 12:00")


def pressed(*shown, came="11-19 12:00", no="00013", origin="T1"):
    """Punches at these wall clocks, `01-01 00:10` of 2000 or a whole date, that came at one moment (Shanghai)."""
    times = [dt.datetime.fromisoformat(time if time.startswith("20") else f"2000-{time}") for time in shown]
    received = make.at(came).replace(tzinfo=dt.UTC) - 8 * HOUR
    presses = [Press(no, time, "Asia/Shanghai", origin=origin) for time in times]
    return take(presses, source=Source.TERMINAL, by=make.ROOT, at=received)


def waiting():
    return stretches.stretches(seen_by=make.ROOT)


def repair(stretch, first_true, reason="断电", by=make.ROOT):
    return repairing.repair(stretch, make.at(first_true), reason, by=by, at=make.NOW)


def day(employee, on="11-19"):
    make.settle()
    return DayResult.objects.filter(employee=employee, date=make.day(on)).first()


def got(minute, received, count=1):
    """A reception of what the dead clock showed `minute` minutes after its birth."""
    return Reception(count, DEAD + minute * MINUTE, DEAD + minute * MINUTE, received)


PROPOSALS = {
    "one late batch says at most": ([got(10, NOON)], None, None, NOON - 10 * MINUTE, None, False, False),
    "live uploads are sure": ([got(10, NOON), got(70, NOON + HOUR)], None, None, NOON - 10 * MINUTE, None, True, False),
    "uploads 60 seconds apart still agree": (
        *([got(10, NOON), got(70, NOON + HOUR + MINUTE)], None, None),
        *(NOON - 10 * MINUTE, None, True, False),
    ),
    "61 seconds apart they do not": (
        *([got(10, NOON), got(70, NOON + HOUR + MINUTE + dt.timedelta(seconds=1))], None, None),
        *(NOON - 10 * MINUTE, None, False, False),
    ),
    "not after the next good record": (
        [got(10, NOON)],
        None,
        NOON - HOUR,
        NOON - HOUR - 10 * MINUTE,
        None,
        False,
        False,
    ),
    "not before the last good record": (
        *([got(10, NOON)], NOON - 3 * HOUR, None),
        *(NOON - 10 * MINUTE, NOON - 3 * HOUR - 10 * MINUTE, False, False),
    ),
    "bounds that meet are sure": (
        *([got(10, NOON)], NOON - MINUTE, None),
        *(NOON - 10 * MINUTE, NOON - 11 * MINUTE, True, False),
    ),
    "bounds that exclude each other contradict": (
        *([got(10, NOON)], NOON + HOUR, None),
        *(NOON - 10 * MINUTE, NOON + 50 * MINUTE, False, True),
    ),
}


@pytest.mark.parametrize("case", PROPOSALS)
def test_what_is_proposed(case):
    receptions, before, after, latest, earliest, sure, contradicts = PROPOSALS[case]
    said = propose(receptions, before, after)
    assert (DEAD + said.latest, said.earliest and DEAD + said.earliest) == (latest, earliest)
    assert (said.sure, said.contradicts) == (sure, contradicts)


def test_a_clock_in_the_future_is_behind_after_all():
    ahead = dt.datetime.fromisoformat("2099-01-01")
    said = propose([Reception(1, ahead, ahead, NOON)], None, None)
    assert ahead + said.latest == NOON


def test_held_punches_count_at_the_true_time_once_confirmed_and_stay_as_they_came(cast):
    pressed("01-01 00:10", "01-01 09:10", came="11-19 18:30")
    assert day(cast.chen).worked_minutes == 0
    before = list(Punch.objects.order_by("pk").values())
    repair(waiting()[0], "11-19 09:00")
    assert (day(cast.chen).worked_minutes, waiting()) == (480, [])
    assert list(Punch.objects.order_by("pk").values()) == before
    entry = AuditEntry.objects.get(action="punches.repair_clock")
    assert entry.said == "修复 T1 的时钟:2 条打卡从 2000-01-01 00:10 改按 2026-11-19 09:00 计"


def test_a_repair_is_taken_back_whole_and_once(cast):
    pressed("01-01 00:10", "01-01 09:10", came="11-19 18:30")
    made = repair(waiting()[0], "11-19 09:00")
    assert day(cast.chen).worked_minutes == 480
    repairing.withdraw(made, by=make.ROOT, at=make.NOW)
    assert (day(cast.chen).worked_minutes, waiting()[0].count) == (0, 2)
    with pytest.raises(Refusal, match="已经撤回"):
        repairing.withdraw(made, by=make.ROOT, at=make.NOW)
    repair(waiting()[0], "11-19 09:00")
    assert day(cast.chen).worked_minutes == 480


def test_one_punch_of_a_repair_is_not_taken_back_alone_nor_voided(cast):
    pressed("01-01 00:10", came="11-19 18:30")
    repair(waiting()[0], "11-19 09:00")
    with pytest.raises(Refusal, match="整段撤回"):
        actions.withdraw_correction(Correction.objects.get(), by=make.ROOT, at=make.NOW, today=make.TODAY)
    with pytest.raises(Refusal, match="已经作废,或者修复过"):
        actions.void(Punch.objects.get(), "x", by=make.ROOT, at=make.NOW, today=make.TODAY)


def test_a_clock_that_died_twice_is_two_stretches(cast):
    pressed("2026-11-18 18:00:00", came="11-18 18:00")
    pressed("01-01 00:10", "01-01 00:30", came="11-19 09:00")
    pressed("01-01 00:05", came="11-19 10:00")
    pressed("2026-11-19 12:00:00", came="11-19 12:00")
    pressed("01-01 08:00", came="11-19 18:00")
    first, second, third = waiting()
    assert (first.count, second.count, third.count) == (2, 1, 1)
    assert [one.before and one.before.device_time.day for one in (first, second, third)] == [18, 18, 19]
    assert [one.after and one.after.device_time.day for one in (first, second, third)] == [19, 19, None]


def test_a_step_back_of_a_minute_is_the_same_stretch(cast):
    pressed("01-01 00:10:00", came="11-19 09:00")
    pressed("01-01 00:09:00", came="11-19 09:01")
    assert [one.count for one in waiting()] == [2]
    pressed("01-01 00:07:59", came="11-19 09:02")
    assert [one.count for one in waiting()] == [2, 1]


def test_terminals_do_not_mix_and_the_questions_are_as_many_as_ever(cast, django_assert_num_queries):
    for n in range(6):
        pressed("2026-11-18 18:00:00", origin=f"T{n}", came="11-18 18:00")
        pressed("01-01 00:10", origin=f"T{n}", came="11-19 09:00")
    with django_assert_num_queries(3):
        assert [one.origin for one in waiting()] == [f"T{n}" for n in range(6)]


def test_what_was_done_to_the_clock_meanwhile_is_told(cast):
    device = Device.objects.create(serial="T1", first_seen_at=make.NOW)
    told = {"device": device, "kind": "x", "protocol": "x", "sha256": "x", "body": b"", "size_bytes": 0}
    upload = RawUpload.objects.create(**told, received_at=make.NOW, last_at=make.NOW)
    pressed("2026-11-18 18:00:00", came="11-18 18:00")
    pressed("01-01 00:10", came="11-19 09:00")
    for n, (deed, hours) in enumerate([("clock_set", 1), ("menu", 1), ("clock_set", 100)]):
        Operation.objects.create(
            content_key=f"00000000-0000-0000-0000-00000000000{n}",
            device=device,
            upload=upload,
            deed=deed,
            code="21",
            received_at=make.NOW - hours * HOUR,
        )
    assert [deed.deed for deed in waiting()[0].deeds] == ["clock_set"]


@pytest.mark.parametrize(
    ("first_true", "said"),
    [("11-20 09:51", "还没有到"), ("11-20 09:50", None)],
)
def test_no_punch_is_put_into_the_future(cast, first_true, said):
    pressed("01-01 00:10", "01-01 00:20", came="11-20 10:00")
    if said is None:
        assert repair(waiting()[0], first_true).punch_count == 2
    else:
        with pytest.raises(Refusal, match=said):
            repair(waiting()[0], first_true)
        assert ClockRepair.objects.count() == 0


def test_a_time_before_2015_is_refused(cast):
    pressed("01-01 00:10", came="11-20 10:00")
    with pytest.raises(Refusal, match="2015"):
        repairing.repair(waiting()[0], dt.datetime.fromisoformat("2014-12-31"), "x", by=make.ROOT, at=make.NOW)


def test_a_number_means_whom_it_meant_at_the_true_time(cast):
    actions.attach("77", "", cast.chen, make.day("11-01"), by=make.ROOT, at=make.NOW)
    pressed("01-01 00:10", no="77", came="11-19 18:30")
    repair(waiting()[0], "11-19 09:00")
    assert (Punch.objects.get().employee, Correction.objects.get().employee) == (None, cast.chen)
    assert queries.unknown_keys(seen_by=make.ROOT) == []


def test_a_number_found_later_takes_its_repaired_punches_along(cast):
    pressed("01-01 00:10", "01-01 09:10", no="77", came="11-19 18:30")
    repair(waiting()[0], "11-19 09:00")
    assert [one.person_key for one in queries.unknown_keys(seen_by=make.ROOT)] == ["77"]
    actions.attach("77", "T1", cast.chen, make.day("11-01"), by=make.ROOT, at=make.NOW)
    assert day(cast.chen).worked_minutes == 480
    actions.attach("77", "T1", cast.wang, make.day("11-19"), by=make.ROOT, at=make.NOW)
    assert (day(cast.chen).worked_minutes, day(cast.wang).worked_minutes) == (0, 480)


def test_a_repaired_punch_stands_in_the_sheets(cast):
    pressed("01-01 00:10", came="11-19 18:30")
    repair(waiting()[0], "11-19 09:00")
    (row,) = queries.local_times([cast.chen.pk], make.day("11-19"), make.day("11-19"))
    assert (row.at, row.source) == (make.at("11-19 09:00"), "时钟修复")


@pytest.mark.parametrize("who", ["wang", "sun", "chen", "qian"])
def test_only_hr_repairs(cast, who):
    pressed("01-01 00:10", came="11-19 18:30")
    with pytest.raises(NotAllowed):
        repair(waiting()[0], "11-19 09:00", by=cast.by(who))
    with pytest.raises(NotAllowed):
        stretches.stretches(seen_by=cast.by(who))


def test_in_the_browser(cast, enter):
    he = enter("he")
    assert "没有等待核对时间的打卡" in he.get("/punches/clock/").content.decode()
    pressed("01-01 00:10", "01-01 09:10", came="11-19 18:30")
    assert "推算第一条的真实时间" in he.get("/punches/clock/").content.decode()
    where = f"/punches/clock/{Punch.objects.order_by('pk')[0].pk}/"
    page = he.get(where).content.decode()
    assert "2026-11-19 09:30:00" in page
    assert "陈大白 (00013)" in page
    told = {"first_true": "2026-11-19T09:00:00", "reason": "断电"}
    shown = he.post(where, told | {"preview": "1"}, headers={"HX-Target": "repaired"}).content.decode()
    assert ("2026-11-19 18:00:00" in shown, "<html" in shown, ClockRepair.objects.count()) == (True, False, 0)
    wrong = he.post(where, told | {"first_true": "2026-11-20T09:00:00"})
    assert (wrong.status_code, "还没有到" in wrong.content.decode()) == (422, True)
    assert wrong.content.decode().count("还没有到") == 1
    assert he.post(where, told | {"first_true": "x"}).status_code == 422
    assert he.post(where, told).status_code == 302
    assert "2 条打卡已按真实时间计入" in he.get("/punches/clock/").content.decode()
    assert he.get(where).status_code == 404
    assert "已修复时间" in he.get("/punches/").content.decode()
    assert "时钟修复" in he.get("/punches/corrections/").content.decode()
    he.post(f"/punches/clock/repairs/{ClockRepair.objects.get().pk}/withdraw/")
    assert he.get(where).status_code == 200


def test_a_stretch_that_is_none_is_not_found(cast):
    with pytest.raises(NotFound):
        stretches.stretch(1, seen_by=make.ROOT)
