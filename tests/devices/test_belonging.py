"""Who belongs on a terminal on a day."""

import datetime as dt

import pytest

import make
from kaoqin.devices import people_actions
from kaoqin.devices.belonging import Belonging, days_meant
from kaoqin.devices.people_actions import Rule
from kaoqin.devices.words import AccessKind
from kaoqin.org import actions as org


@pytest.fixture
def device(terminal):
    return terminal.device()


def there(device, day="11-20"):
    on = Belonging(make.day(day))
    return {on.people[key].name for key in on.of(device)}


def rule(device, kind, begins_on="11-20", ends_on=None, **told):
    ends = make.day(ends_on) if ends_on else None
    said = Rule(AccessKind(kind), make.day(begins_on), ends, **told)
    return people_actions.add_access(device, said, by=make.ROOT, at=make.NOW)


ALL = {"林小满", "陈大白", "王主管", "赵夜班", "何人事"}


@pytest.mark.parametrize(("day", "is_there"), [("11-19", False), ("11-20", True), ("11-25", True), ("11-26", False)])
def test_from_the_first_day_to_the_last(device, cast, day, is_there):
    one = make.employee("新人", hired_on=make.TODAY)
    make.leave(one, make.day("11-25"))
    assert ("新人" in there(device, day)) is is_there


def test_a_department_with_all_below_it_and_instead_of_the_site(device, cast):
    rule(device, "chosen_only")
    assert there(device) == set()
    rule(device, "department", department=cast.sales)
    assert there(device) == {"林小满", "陈大白", "王主管"}
    assert there(device, "11-19") == ALL


@pytest.mark.parametrize(("day", "is_there"), [("11-19", False), ("11-20", True), ("11-22", True), ("11-23", False)])
def test_a_guest_is_there_for_some_days(device, cast, day, is_there):
    guest = make.employee("客人", there=make.site("北京"))
    rule(device, "employee", ends_on="11-22", employee=guest)
    assert ("客人" in there(device, day)) is is_there


def test_another_site_and_a_guest_who_left(device, cast):
    beijing = make.site("北京")
    guest = make.employee("客人", there=beijing)
    rule(device, "site", site=beijing)
    rule(device, "employee", employee=guest)
    assert there(device) == ALL | {"客人"}
    make.leave(guest, make.day("11-19"))
    assert there(device) == ALL


def test_a_rule_for_all_terminals_of_a_site_is_for_no_other(device, cast):
    beijing = make.site("北京")
    guest = make.employee("客人", there=beijing)
    rule(device, "employee", everywhere=True, employee=guest)
    assert there(device) == ALL | {"客人"}
    device.site = beijing
    assert there(device) == {"客人"}
    org.move(guest, make.TODAY, org.Place(cast.plant, cast.site), by=make.ROOT, at=make.NOW)
    assert there(device) == set()


@pytest.mark.parametrize(
    ("time", "days"),
    [("00:00", ["11-19", "11-20"]), ("11:59", ["11-19", "11-20"]), ("12:00", ["11-20"]), ("23:59", ["11-20"])],
)
def test_until_noon_those_of_yesterday_belong_too(time, days):
    at = dt.datetime.fromisoformat(f"2026-11-20 {time}+08:00")
    assert days_meant(at, "Asia/Shanghai") == tuple(map(make.day, days))
