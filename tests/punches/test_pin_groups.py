"""The same number on different terminals: by source, by group of terminals, anywhere, each since a day."""

import pytest
from django.db import IntegrityError, transaction

import make
from kaoqin.attendance.models import DayResult
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.devices import actions as devices
from kaoqin.devices.models import Device, PinGroup
from kaoqin.punches import actions, queries
from kaoqin.punches.ledger import Press, Whose, take
from kaoqin.punches.models import PersonKey, Punch
from kaoqin.punches.words import Source


@pytest.fixture
def plant(cast):
    """Group 厂区 with terminals A1 and A2 since 11-01, group 门店 with B1; C1 in none."""
    made = {name: devices.new_pin_group(name, by=make.ROOT, at=make.NOW) for name in ("厂区", "门店")}
    for serial, group in (("A1", "厂区"), ("A2", "厂区"), ("B1", "门店"), ("C1", "")):
        device = Device.objects.create(serial=serial, first_seen_at=make.NOW)
        if group:
            put(device, made[group])
    return made


def put(device, group, since="11-01"):
    found = device if isinstance(device, Device) else Device.objects.get(serial=device)
    devices.put_in_pin_group(found, group, make.day(since), by=make.ROOT, at=make.NOW)


def mean(key, employee, since="11-01", origin="", group=None):
    told = {"by": make.ROOT, "at": make.NOW, "pin_group_id": group and group.pk}
    return actions.attach(key, origin, employee, make.day(since), **told)


def punched(key, origin, *times):
    presses = [Press(key, make.at(one), "Asia/Shanghai", origin=origin) for one in times]
    take(presses, source=Source.TERMINAL, by=make.ROOT, at=make.NOW)


def whose(key, origin, on="11-19"):
    return Whose([key]).employee(key, origin, make.day(on))


def test_a_number_means_different_people_in_different_groups(cast, plant):
    mean("7", cast.chen, group=plant["厂区"])
    mean("7", cast.lin, group=plant["门店"])
    said = [whose("7", serial) for serial in ("A1", "A2", "B1", "C1", "")]
    assert said == [cast.chen.pk, cast.chen.pk, cast.lin.pk, None, None]


def test_the_terminal_goes_before_its_group_and_that_before_anywhere_and_that_before_the_employee_number(cast, plant):
    wang = make.employee("同号", no="7")
    assert whose("7", "A1") == wang.pk
    mean("7", cast.zhao)
    mean("7", cast.chen, group=plant["厂区"])
    mean("7", cast.lin, origin="A2")
    assert [whose("7", serial) for serial in ("A1", "A2", "B1")] == [cast.chen.pk, cast.lin.pk, cast.zhao.pk]


def test_a_meaning_in_a_group_begins_and_ends_by_the_day(cast, plant):
    mean("7", cast.chen, "11-10", group=plant["厂区"])
    mean("7", cast.lin, "11-15", group=plant["厂区"])
    said = [whose("7", "A1", day) for day in ("11-09", "11-10", "11-14", "11-15")]
    assert said == [None, cast.chen.pk, cast.chen.pk, cast.lin.pk]
    ends = PersonKey.objects.get(employee=cast.lin)
    actions.end_key(ends, make.day("11-18"), by=make.ROOT, at=make.NOW)
    assert [whose("7", "A1", day) for day in ("11-17", "11-18")] == [cast.lin.pk, None]
    shown = queries.person_keys(seen_by=make.ROOT).values_list("employee__name", "until")
    assert list(shown) == [("陈大白", make.day("11-15")), ("林小满", make.day("11-18"))]


def test_meanings_of_different_groups_do_not_end_each_other(cast, plant):
    mean("7", cast.chen, "11-01", group=plant["厂区"])
    mean("7", cast.lin, "11-10", group=plant["门店"])
    assert list(queries.person_keys(seen_by=make.ROOT).values_list("until", flat=True)) == [None, None]


def test_a_terminal_moves_to_another_group_by_the_day_and_its_punches_follow(cast, plant):
    mean("7", cast.chen, group=plant["厂区"])
    mean("7", cast.wang, group=plant["门店"])
    punched("7", "A1", "11-18 09:00", "11-18 18:00", "11-19 09:00", "11-19 18:00")
    punched("7", "A2", "11-19 12:00")
    put("A1", plant["门店"], "11-19")
    owners = Punch.objects.order_by("origin", "at").values_list("employee__name", flat=True)
    assert list(owners) == ["陈大白", "陈大白", "王主管", "王主管", "陈大白"]
    make.settle()
    days = DayResult.objects.filter(date=make.day("11-19"), employee__in=[cast.chen, cast.wang])
    assert {row.employee_id: row.worked_minutes for row in days}[cast.wang.pk] == 480
    put("A1", None, "11-19")
    assert whose("7", "A1") is None
    assert Punch.objects.filter(employee__isnull=True).count() == 2


def test_a_meaning_is_of_a_source_or_of_a_group_and_one_a_day(cast, plant):
    told = {"person_key": "7", "employee": cast.chen, "begins_on": make.day("11-01")}
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonKey.objects.create(**told, origin="A1", pin_group=plant["厂区"])
    PersonKey.objects.create(**told)
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonKey.objects.create(**told)


def test_no_line_asks_a_question_of_its_own(cast, plant, django_assert_num_queries):
    mean("7", cast.chen, group=plant["厂区"])
    with django_assert_num_queries(2):
        found = Whose([str(n) for n in range(500)])
        assert [found.employee("7", "A1", make.day("11-19")) for _ in range(500)] == [cast.chen.pk] * 500
    PersonKey.objects.all().delete()
    with django_assert_num_queries(1):
        Whose(["7"]).employee("7", "A1", make.day("11-19"))


def test_zeros_are_stripped_only_where_one_is_meant_and_a_person_says_so(cast, enter):
    punched("13", "A1", "11-19 09:00")
    punched("012", "A1", "11-19 09:00")
    punched("00", "A1", "11-19 09:00")
    assert Punch.objects.filter(employee__isnull=False).count() == 0
    shown = {one.person_key: one for one in queries.unknown_keys(seen_by=make.ROOT)}
    assert shown["13"].only == cast.chen
    assert (shown["012"].only, len(shown["012"].suggestions)) == (None, 2)
    assert shown["00"].only is None
    he = enter("he")
    page = he.get("/punches/unknown/").content.decode()
    assert "只差前导零,且只有一人:陈大白 (00013)" in page
    assert Punch.objects.filter(employee__isnull=False).count() == 0
    told = {"person_key": "13", "origin": "A1", "number": "00013", "begins_on": "2026-11-19", "where": "origin"}
    assert he.post("/punches/unknown/", told).status_code == 302
    assert Punch.objects.get(employee__isnull=False).employee == cast.chen


def test_a_number_is_given_to_a_group_in_the_browser(cast, plant, enter):
    punched("77", "A1", "11-19 09:00")
    punched("77", "A2", "11-19 10:00")
    punched("77", "B1", "11-19 11:00")
    he = enter("he")
    assert "编号组 厂区" in he.get("/punches/unknown/").content.decode()
    told = {"person_key": "77", "origin": "A1", "number": "00013", "begins_on": "2026-11-19", "where": "group"}
    assert he.post("/punches/unknown/", told | {"origin": "C1"}).status_code == 422
    assert he.post("/punches/unknown/", told | {"begins_on": "2026-10-31"}).status_code == 422
    assert he.post("/punches/unknown/", told).status_code == 302
    assert list(Punch.objects.order_by("at").values_list("employee__name", flat=True)) == ["陈大白", "陈大白", None]
    assert "编号组 厂区" in he.get("/punches/keys/").content.decode()


def test_groups_are_made_and_terminals_put_into_them_in_the_browser(cast, enter):
    device = Device.objects.create(serial="A1", first_seen_at=make.NOW)
    he = enter("he")
    assert "还没有编号组" in he.get("/devices/pin-groups/").content.decode()
    assert he.post("/devices/pin-groups/new/", {"name": "厂区"}).status_code == 302
    assert he.post("/devices/pin-groups/new/", {"name": "厂区"}).status_code == 422
    told = {"group": PinGroup.objects.get().pk, "begins_on": "2026-11-20"}
    assert he.post(f"/devices/{device.pk}/pin-group/", told).status_code == 302
    assert "厂区" in he.get(f"/devices/{device.pk}/").content.decode()
    assert he.post(f"/devices/{device.pk}/pin-group/", told | {"begins_on": ""}).status_code == 422


@pytest.mark.parametrize("who", ["wang", "sun", "chen", "qian"])
def test_only_hr_groups(cast, plant, who):
    by = cast.by(who)
    with pytest.raises(NotAllowed):
        devices.new_pin_group("x", by=by, at=make.NOW)
    with pytest.raises(NotAllowed):
        devices.put_in_pin_group(Device.objects.get(serial="A1"), None, make.TODAY, by=by, at=make.NOW)


def test_a_group_of_that_name_is_refused(plant):
    with pytest.raises(Refusal, match="已经有编号组"):
        devices.new_pin_group(" 厂区 ", by=make.ROOT, at=make.NOW)
