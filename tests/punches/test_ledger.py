"""The ledger: taken once however often it comes, never altered, corrected by further facts."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

import make
from kaoqin.attendance.models import DayResult, Waiting
from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.punches import actions, queries
from kaoqin.punches.ledger import Press, content_key, take
from kaoqin.punches.models import Correction, PersonKey, Punch
from kaoqin.punches.words import Source, Trust

SHANGHAI = "Asia/Shanghai"


def press(key="00013", when="11-19 09:00", **told):
    return Press(key, make.at(when), told.pop("zone", SHANGHAI), **told)


def taken(*presses, by=make.ROOT):
    return take(presses, source=Source.TERMINAL, by=by, at=make.NOW)


def waiting():
    return {row.employee_id: (row.first, row.last) for row in Waiting.objects.all()}


def settled(employee, day="11-19"):
    make.settle()
    return DayResult.objects.get(employee=employee, date=make.day(day))


def test_a_punch_keeps_what_came_with_it(cast):
    taken(press(origin="T1", person_name="陈", place="一楼", mark="0/1", evidence={"verify": "1"}))
    punch = Punch.objects.get()
    assert (punch.employee, punch.person_key, punch.origin, punch.place) == (cast.chen, "00013", "T1", "一楼")
    assert punch.at == dt.datetime(2026, 11, 19, 1, 0, tzinfo=dt.UTC)
    assert (punch.received_at, punch.zone, punch.evidence) == (make.NOW, SHANGHAI, {"verify": "1", "mark": "0/1"})


moments = st.integers(0, 20_000).map(lambda minutes: make.at("11-01 00:00") + dt.timedelta(minutes=minutes))
keys, origins = st.sampled_from(["1", "01", "00013", "x"]), st.sampled_from(["", "T1"])
presses = st.tuples(keys, moments, st.just(SHANGHAI), origins).map(lambda told: Press(*told))


@settings(max_examples=25)
@given(batches=st.lists(st.lists(presses, max_size=6), max_size=4))
def test_the_same_content_is_one_punch_in_whatever_batches_it_comes(db, batches):
    before = Punch.objects.count()
    told = [taken(*batch) for batch in batches + batches]
    everything = [one for batch in batches for one in batch]
    kept = {content_key(one) for one in everything}
    assert Punch.objects.filter(content_key__in=kept).count() == len(kept)
    assert sum(one.new + one.known for one in told) == 2 * len(everything)
    assert sum(one.new for one in told) == Punch.objects.count() - before


def test_the_identity_is_who_when_where_and_mark_but_not_the_zone(db):
    keys = [press(), press("0013"), press(when="11-19 09:01"), press(origin="T2"), press(mark="1"), press(zone="UTC")]
    assert len({content_key(one) for one in keys}) == 5
    assert content_key(keys[0]) == content_key(keys[-1])


def test_leading_zeros_are_another_person(cast):
    taken(press("12"), press("012"), press("0000000012"))
    assert list(Punch.objects.order_by("pk").values_list("employee", flat=True)) == [cast.zhao.pk, None, None]


def test_only_who_may_write_punches_writes_them(cast):
    for name in ("chen", "wang", "sun", "qian", "outsider"):
        with pytest.raises(NotAllowed):
            taken(press(), by=cast.by(name))


@pytest.mark.parametrize(
    ("when", "trust"),
    [
        ("2000-01-01 00:00", Trust.HELD),
        ("2014-12-31 23:59", Trust.HELD),
        ("2015-01-01 00:00", Trust.COUNTS),
        ("2026-11-20 10:05", Trust.COUNTS),
        ("2026-11-20 10:06", Trust.HELD),
    ],
)
def test_a_clock_that_cannot_be_right_is_held(cast, when, trust):
    make.nobody_waits()
    told = taken(Press("00013", dt.datetime.fromisoformat(when), SHANGHAI))
    assert Punch.objects.get().trust == trust
    assert (told.held, waiting() == {}) == ((1, True) if trust == Trust.HELD else (0, False))


def test_a_punch_touches_its_day_and_the_neighbours_of_its_person_only(cast):
    make.nobody_waits()
    taken(press(), press("12", "11-17 22:00"), press("12", "11-18 06:00"), press("nobody"))
    assert waiting() == {
        cast.chen.pk: (make.day("11-18"), make.day("11-20")),
        cast.zhao.pk: (make.day("11-16"), make.day("11-19")),
    }
    make.settle()
    assert taken(press()).known == 1
    assert waiting() == {}


CHANGES = (
    "UPDATE punches_punch SET at = now()",
    "UPDATE punches_punch SET person_key = 'x'",
    "DELETE FROM punches_punch",
)


@pytest.mark.parametrize("change", [*CHANGES, "TRUNCATE punches_punch CASCADE"])
def test_the_database_lets_no_punch_be_altered(cast, change):
    taken(press())
    before = Punch.objects.values().get()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert Punch.objects.values().get() == before


def attach(key, employee, since="01-01", origin=""):
    return actions.attach(key, origin, employee, make.day(since), by=make.ROOT, at=make.NOW)


def test_an_unknown_number_waits_and_settles_the_days_when_it_is_somebodys(cast):
    make.settle()
    told = taken(press("77"), press("77", "11-19 18:00"), press("77", "10-15 09:00"))
    assert (told.unknown, waiting()) == (3, {})
    assert settled(cast.chen).absent_minutes == 480
    assert attach("77", cast.chen, "11-01") == 2
    assert settled(cast.chen).worked_minutes == 480
    assert Punch.objects.filter(employee__isnull=True).count() == 1


def test_a_meaning_holds_from_its_day_in_its_source_and_a_later_one_takes_over(cast):
    attach("5", cast.chen, "11-01", "T1")
    attach("5", cast.lin, "11-10", "T1")
    taken(*(press("5", f"{day} 09:00", origin=where) for where in ("T1", "T2") for day in ("10-31", "11-09", "11-10")))
    found = Punch.objects.order_by("origin", "device_time").values_list("employee", flat=True)
    assert list(found) == [None, cast.chen.pk, cast.lin.pk, None, None, None]
    PersonKey.objects.create(person_key="5", origin="T1", employee=None, begins_on=make.day("11-15"))
    taken(press("5", "11-16 09:00", origin="T1"))
    assert Punch.objects.get(device_time__day=16).employee is None


def test_unknown_numbers_are_listed_with_whom_they_may_be(cast):
    taken(press("0012"), press("0012", "11-19 10:00"), press("X", person_name="林小满"), press("y"))
    told = queries.unknown_keys(seen_by=make.ROOT)
    assert [(key.person_key, key.count, [e.pk for e in key.suggestions]) for key in told] == [
        ("0012", 2, [cast.lin.pk, cast.zhao.pk]),
        ("X", 1, [cast.lin.pk]),
        ("y", 1, []),
    ]


def add(employee, when, by=make.ROOT, reason="忘打卡"):
    return actions.add_correction(employee, make.at(when), reason, by=by, at=make.NOW, today=make.TODAY)


def test_a_forgotten_punch_is_another_fact_and_may_be_taken_back(cast):
    make.punch(cast.chen, "11-19 09:00")
    assert settled(cast.chen).missing_out == 1
    made = add(cast.chen, "11-19 18:00")
    assert (settled(cast.chen).worked_minutes, Punch.objects.count()) == (480, 1)
    actions.withdraw_correction(made, by=make.ROOT, at=make.NOW, today=make.TODAY)
    assert settled(cast.chen).missing_out == 1
    made.refresh_from_db()
    with pytest.raises(Refusal, match="已经撤回"):
        actions.withdraw_correction(made, by=make.ROOT, at=make.NOW, today=make.TODAY)


def test_a_void_punch_does_not_count_until_the_void_is_taken_back(cast):
    make.punch(cast.chen, "11-19 09:00", "11-19 18:00")
    punch = Punch.objects.earliest("at")
    told = {"by": make.ROOT, "at": make.NOW, "today": make.TODAY}
    made = actions.void(punch, "代打卡", **told)
    assert settled(cast.chen).missing_in == 1
    with pytest.raises(Refusal, match="已经作废"):
        actions.void(punch, "再来", **told)
    actions.withdraw_correction(made, **told)
    assert settled(cast.chen).missing_in == 0
    assert actions.void(punch, "还是", **told).pk


@pytest.mark.parametrize(
    ("when", "reason", "code"),
    [("11-20 10:01", "x", "punches.in_future"), ("11-19 09:00", " ", "punches.reason")],
)
def test_a_correction_needs_a_reason_and_lies_in_the_past(cast, when, reason, code):
    with pytest.raises(Refusal) as refused:
        add(cast.chen, when, reason=reason)
    assert refused.value.code == code
    assert add(cast.chen, "11-20 10:00").pk


def test_corrections_are_counted_by_the_wall_clocks_month(cast):
    for when in ("10-31 18:00", "10-31 23:59", "11-01 00:00"):
        add(cast.chen, when)
    october = queries.added_corrections([cast.chen.pk], make.day("10-01"), make.day("10-31"))
    assert october == {cast.chen.pk: 2}


def test_a_correction_is_read_in_the_zone_of_the_persons_site(cast):
    far = make.employee("远", there=make.site("柏林", "Europe/Berlin"))
    assert add(far, "11-19 09:00").at == dt.datetime(2026, 11, 19, 8, 0, tzinfo=dt.UTC)


def test_only_hr_corrects(cast):
    with pytest.raises(NotAllowed):
        add(cast.chen, "11-19 18:00", by=cast.by("wang"))
    with pytest.raises(NotFound):
        queries.punch(10**6, seen_by=make.ROOT, on=make.TODAY)


def test_the_pages_correct_void_and_attach(enter, cast):
    he = enter("he")
    taken(press(), press("77", origin="T9"))
    punch = Punch.objects.get(person_key="00013")
    told = {"number": "00013", "local_time": "2026-11-19T18:00", "reason": "忘打卡"}
    assert he.post("/punches/corrections/new/", told).status_code == 302
    assert he.post("/punches/corrections/new/", {**told, "number": "13"}).status_code == 422
    assert he.post(f"/punches/{punch.pk}/", {"reason": "代打卡"}).status_code == 302
    assert "已作废" in he.get("/punches/").content.decode()
    told = {"person_key": "77", "origin": "T9", "number": "00012", "begins_on": "2026-01-01", "where": "origin"}
    assert he.post("/punches/unknown/", told).status_code == 302
    assert Punch.objects.get(person_key="77").employee == cast.lin
    made = Correction.objects.get(kind="add")
    assert he.post(f"/punches/corrections/{made.pk}/withdraw/").status_code == 302


def test_the_ledger_is_searched_by_person_and_by_what_nobody_has(cast, enter):
    make.punch(cast.chen, "11-19 09:00")
    make.punch(cast.zhao, "11-19 21:55")
    take([Press("00987", make.at("11-19 08:00"), "Asia/Shanghai")], source=Source.FILE, by=make.ROOT, at=make.NOW)
    he = enter("he")
    assert 'type="search"' in he.get("/punches/").content.decode()

    def found(asked):
        rows = he.get(f"/punches/?q={asked}").context["list"].page.object_list
        return {row.person_key for row in rows}

    assert found("陈大") == found(cast.chen.number) == {cast.chen.number}
    assert found("0987") == {"00987"}
    assert found("没有") == set()
    assert found("") == {cast.chen.number, cast.zhao.number, "00987"}
