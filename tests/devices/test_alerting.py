"""Who is told of what happens to terminals: once, grouped, urgently where a whole site is out, and when it is over."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import make
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.devices import actions, alarms, alerting
from kaoqin.devices.alerting import SETTLING, tell_all
from kaoqin.devices.models import BadUploadLine, Device, DeviceAlarm, Heartbeat, RawUpload
from kaoqin.notices.models import Notice
from kaoqin.security.words import Role, Scope, ScopeKind

SECOND, MINUTE, HOUR = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1)
LONG_AGO = make.NOW - dt.timedelta(days=1)
SILENT = make.NOW - 2 * MINUTE - SECOND


def terminals(site, count, seen_at=SILENT, first=1):
    made = [
        Device(serial=f"T{number:03}", state="approved", site=site, first_seen_at=LONG_AGO, protocol="zk_att")
        for number in range(first, first + count)
    ]
    Device.objects.bulk_create(made)
    Heartbeat.objects.bulk_create(Heartbeat(device=one, seen_at=seen_at, address="10.0.0.9") for one in made)
    return made


def watch(at):
    alarms.watch(at, LONG_AGO)
    tell_all(at)


def told(who=None):
    """Kind and title of what was told, the oldest first."""
    rows = Notice.objects.order_by("pk")
    rows = rows.filter(account__username=who) if who else rows
    return [(one.kind, one.title) for one in rows]


def test_200_terminals_of_a_site_are_one_notice_though_they_fall_silent_one_after_the_other(cast):
    made = terminals(cast.site, 200)
    for number, one in enumerate(made):
        Heartbeat.objects.filter(device=one).update(seen_at=SILENT + dt.timedelta(seconds=number % 30))
    for seconds in range(0, 121, 20):
        watch(make.NOW + seconds * SECOND)
    assert told("sun") == [("devices.site_out", "整个地点失联:上海")]


def test_all_but_one_silent_is_one_notice_too(cast):
    made = terminals(cast.site, 40)
    terminals(cast.site, 1, seen_at=make.NOW + HOUR, first=900)
    Heartbeat.objects.filter(device=made[7]).update(seen_at=SILENT + 25 * SECOND)
    for seconds in range(0, 121, 20):
        watch(make.NOW + seconds * SECOND)
    ((kind, title),) = told("sun")
    assert (kind, title) == ("devices.alarm", "失联:上海 × 40")
    assert "T001, T002, T003 等" in Notice.objects.get().body


@pytest.mark.parametrize(("later", "count"), [(SETTLING - SECOND, 0), (SETTLING, 1)])
def test_one_terminal_is_told_of_when_it_has_settled(cast, later, count):
    terminals(cast.site, 1)
    watch(make.NOW)
    watch(make.NOW + later)
    assert len(told("sun")) == count


def test_what_is_over_before_is_told_to_nobody(cast):
    terminals(cast.site, 1)
    watch(make.NOW)
    Heartbeat.objects.update(seen_at=make.NOW + MINUTE)
    for minutes in range(1, 6):
        Heartbeat.objects.update(seen_at=make.NOW + minutes * MINUTE)
        watch(make.NOW + minutes * MINUTE)
    assert told() == []


def test_its_end_is_told_to_whom_its_beginning_was(cast):
    terminals(cast.site, 2)
    watch(make.NOW)
    watch(make.NOW + MINUTE)
    Heartbeat.objects.update(seen_at=make.NOW + 2 * MINUTE)
    watch(make.NOW + 2 * MINUTE)
    watch(make.NOW + 3 * MINUTE)
    assert told("sun") == [
        ("devices.site_out", "整个地点失联:上海"),
        ("devices.recovered", "已恢复:整个地点失联,上海"),
    ]


def test_silence_that_becomes_the_sites_is_not_told_as_over(cast):
    made = terminals(cast.site, 2)
    Heartbeat.objects.filter(device=made[1]).update(seen_at=make.NOW + 2 * MINUTE)
    for seconds in range(0, 400, 20):
        watch(make.NOW + seconds * SECOND)
    assert [kind for kind, _ in told("sun")] == ["devices.alarm", "devices.site_out"]


def test_a_terminal_that_is_retired_has_not_recovered(cast):
    (device,) = terminals(cast.site, 1)
    watch(make.NOW)
    watch(make.NOW + 2 * MINUTE)
    actions.retire(device, by=cast.by("he"), at=make.NOW)
    watch(make.NOW + 3 * MINUTE)
    watch(make.NOW + 6 * MINUTE)
    assert len(told("sun")) == 1


def test_an_alarm_leads_to_its_terminal(cast):
    (device,) = terminals(cast.site, 1)
    watch(make.NOW)
    watch(make.NOW + SETTLING)
    assert Notice.objects.get().link == f"/devices/{device.pk}/"


def recipients():
    return set(Notice.objects.values_list("account__username", flat=True))


def outage(site):
    terminals(site, 2)
    watch(make.NOW)


def test_without_keepers_the_administrators_whose_scope_reaches_the_site(cast):
    other = make.site("苏州")
    make.account("here", (Role.ADMINISTRATOR, Scope(ScopeKind.SITE, cast.site.pk)))
    make.account("there", (Role.ADMINISTRATOR, Scope(ScopeKind.SITE, other.pk)))
    outage(cast.site)
    assert recipients() == {"sun", "here"}


def test_keepers_and_nobody_else(cast):
    actions.name_keepers(cast.site, [cast.accounts["he"].pk], by=cast.by("sun"), at=make.NOW)
    outage(cast.site)
    assert recipients() == {"he"}


def test_a_keeper_who_may_not_log_in_any_more_leaves_it_to_the_administrators(cast):
    actions.name_keepers(cast.site, [cast.accounts["he"].pk], by=cast.by("sun"), at=make.NOW)
    cast.accounts["he"].is_active = False
    cast.accounts["he"].save()
    outage(cast.site)
    assert recipients() == {"sun"}


def test_who_may_not_see_terminals_cannot_answer_for_them(cast):
    with pytest.raises(Refusal, match="chen"):
        actions.name_keepers(cast.site, [cast.accounts["chen"].pk], by=cast.by("sun"), at=make.NOW)
    with pytest.raises(NotAllowed):
        actions.name_keepers(cast.site, [], by=cast.by("wang"), at=make.NOW)


def pending(count, first, at):
    Device.objects.bulk_create(Device(serial=f"P{n:03}", first_seen_at=at) for n in range(first, first + count))


def test_terminals_that_wait_are_told_to_who_may_approve_them_many_as_one(cast):
    pending(12, 0, make.NOW)
    for seconds in range(0, 60, 20):
        tell_all(make.NOW + seconds * SECOND)
    assert (told("he"), recipients()) == ([("devices.pending", "12 台考勤机等待批准")], {"he", "sun"})
    pending(1, 50, make.NOW + MINUTE)
    tell_all(make.NOW + 30 * MINUTE - SECOND)
    assert len(told("he")) == 1
    tell_all(make.NOW + 30 * MINUTE)
    assert told("he")[-1] == ("devices.pending", "13 台考勤机等待批准")


def bad_line(device, at, number):
    upload = RawUpload.objects.create(
        device=device,
        kind="ATTLOG",
        protocol="zk_att",
        sha256=str(number),
        body=b"?",
        size_bytes=1,
        path="/",
        address="",
        received_at=at,
        last_at=at,
    )
    BadUploadLine.objects.create(upload=upload, line_no=1, raw="?", fault="time")


def test_lines_nobody_could_read_are_told_once_a_day_and_only_where_new_ones_came(cast):
    (device,) = terminals(cast.site, 1, seen_at=make.NOW)
    day = dt.timedelta(days=1)
    bad_line(device, make.NOW, 1)
    tell_all(make.NOW)
    bad_line(device, make.NOW + HOUR, 2)
    tell_all(make.NOW + HOUR)
    assert (told(), recipients()) == ([("devices.bad_lines", "1 行考勤机上传读不懂,等待处理")], {"he"})
    tell_all(make.NOW + day)
    assert told()[-1] == ("devices.bad_lines", "2 行考勤机上传读不懂,等待处理")
    tell_all(make.NOW + 2 * day)
    assert len(told()) == 2


def test_looking_costs_little_when_there_is_nothing_to_tell(cast):
    terminals(cast.site, 20)
    watch(make.NOW)
    with CaptureQueriesContext(connection) as asked:
        tell_all(make.NOW + MINUTE)
    assert len(asked) <= 10
    assert DeviceAlarm.objects.get().told_at == make.NOW


def test_keepers_are_named_on_a_page(enter, cast):
    sun = enter("sun")
    assert "(系统管理员)" in sun.get("/devices/keepers/").content.decode()
    page = sun.get(f"/devices/keepers/{cast.site.pk}/").content.decode()
    assert "he(he)" in page
    assert "chen" not in page
    answer = sun.post(f"/devices/keepers/{cast.site.pk}/", {"accounts": [cast.accounts["he"].pk]})
    assert answer["Location"] == "/devices/keepers/"
    assert alerting.keepers(cast.site.pk, make.TODAY) == {cast.accounts["he"].pk}
    assert sun.post(f"/devices/keepers/{cast.site.pk}/", {"accounts": [cast.accounts["chen"].pk]}).status_code == 422
