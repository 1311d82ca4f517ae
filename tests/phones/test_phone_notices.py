"""Whoever decides is told of what waits, in one and not for each; the person is told what was decided."""

import datetime as dt

import pytest

import make
from handset import Handset
from kaoqin.notices.models import Notice
from kaoqin.org import lead_actions
from kaoqin.phones import actions
from kaoqin.phones.models import Phone, Record
from kaoqin.phones.telling import tell_waiting

HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)


@pytest.fixture
def led(cast):
    heads = [lead_actions.Heads(cast.sales, cast.wang, make.day("11-01"))]
    lead_actions.state_heads(heads, by=make.ROOT, at=make.NOW)
    return cast


def told(cast, name, kind="phones.waiting"):
    rows = Notice.objects.filter(account=cast.accounts[name], kind=kind, taken_back_at=None).order_by("pk")
    return list(rows.values_list("title", "body", "link"))


def send(cast, name, times=1):
    handset = Handset(cast.by(name))
    for _ in range(times):
        handset.send(handset.record(note="在外面"))
    return handset


def test_the_manager_is_told_once_of_many_and_of_the_phones_that_wait(led):
    send(led, "chen", 3)
    for _ in range(3):
        send(led, "lin", 0)
    assert tell_waiting(make.NOW) == 1
    both = ("手机打卡:3 条需要处理,1 部手机待批准", "林小满、陈大白", "/phones/records/")
    assert told(led, "wang") == [both]
    assert told(led, "he") == []


def test_nothing_new_tells_nobody_and_something_new_takes_the_place_of_what_was_told(led):
    handset = send(led, "chen")
    assert [tell_waiting(make.NOW), tell_waiting(make.NOW + HOUR)] == [1, 0]
    later = make.NOW + 90 * MINUTE
    handset.send(handset.record(later, note="还在外面"), at=later)
    assert tell_waiting(make.NOW + 2 * HOUR) == 1
    assert [title for title, _, _ in told(led, "wang")] == ["手机打卡:2 条需要处理"]


def test_the_managers_own_and_those_of_nobody_go_to_hr_but_not_to_whom_it_is_about(led):
    send(led, "wang")
    send(led, "he")
    tell_waiting(make.NOW)
    assert [title for title, _, _ in told(led, "he")] == ["手机打卡:1 条需要处理"]
    assert told(led, "wang") == []


def test_the_person_is_told_what_was_decided_and_why(led):
    send(led, "chen")
    decide = {"by": led.by("wang"), "at": make.NOW, "today": make.TODAY}
    actions.decide(Record.objects.get(), False, "当时在家", **decide)
    assert told(led, "chen", "phones.decided") == [
        ("11-20 10:00 的手机打卡未采用", "理由:当时在家", "/my/attendance/2026-11-20/")
    ]
    for _ in range(3):
        send(led, "lin", 0)
    waiting = Phone.objects.get(state="waiting")
    actions.decide_phone(waiting.pk, True, **decide)
    assert told(led, "lin", "phones.decided") == [("手机「测试手机」已批准", "", "/my/phone/")]
