"""Exceptions are told to whom they concern, once, and to the manager as one digest; not where they are explained."""

import datetime as dt

import pytest

import make
from kaoqin.attendance import closing, correction_actions, reminding
from kaoqin.attendance.models import DayResult, ToldException
from kaoqin.attendance.month_plans import MonthPlan, keep_month_rule
from kaoqin.attendance.scopes import Scope
from kaoqin.attendance.words import Lapse, Quota
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.notices import actions as notices
from kaoqin.notices import queries as asked_notices
from kaoqin.notices.models import Notice
from kaoqin.notices.words import Channel
from kaoqin.org import lead_actions
from kaoqin.punches import actions as punches

MORNING = make.NOW
WEDNESDAY, THURSDAY = make.day("11-18"), make.day("11-19")
HR = {"by": make.ROOT, "at": MORNING}


@pytest.fixture
def week(cast):
    """Chen came 20 minutes late on Thursday, He forgot to press off, Wang and Zhao are as they should be; Wang leads sales."""
    make.punch(cast.chen, "11-18 09:00", "11-18 18:00", "11-19 09:20", "11-19 18:00")
    make.punch(cast.he, "11-18 09:00", "11-18 18:00", "11-19 09:00")
    make.punch(cast.wang, "11-18 09:00", "11-18 18:00", "11-19 09:00", "11-19 18:00")
    make.punch(cast.lin, "11-19 09:00", "11-19 18:00")
    make.settle()
    lead_actions.state_heads([lead_actions.Heads(cast.sales, cast.wang, make.day("11-01"))], by=make.ROOT, at=MORNING)
    return cast


def told(cast, name, kind="attendance.exception"):
    rows = Notice.objects.filter(account=cast.accounts[name], kind=kind, taken_back_at=None)
    return list(rows.order_by("pk").values_list("title", "body", "link"))


def titles(cast, name, kind="attendance.exception"):
    return [title for title, _, _ in told(cast, name, kind)]


def test_each_is_told_of_the_day_and_what_can_be_done_and_the_manager_of_the_team(week):
    assert reminding.tell_day(THURSDAY, MORNING) == 2
    assert told(week, "chen") == [
        (
            "11-19 考勤异常:迟到",
            "请核对。忘打卡可以申请补卡,当月还可补 2 次;请假、外出请补申请。",
            "/my/attendance/2026-11-19/",
        )
    ]
    assert titles(week, "he") == ["11-19 考勤异常:缺卡"]
    assert told(week, "wang", "attendance.team_exceptions") == [
        ("11-19 团队考勤异常:1 人", "陈大白", "/attendance/exceptions/?month=2026-11")
    ]
    assert titles(week, "wang") == titles(week, "zhao") == []


def test_each_exception_is_told_once(week):
    reminding.tell_day(THURSDAY, MORNING)
    assert reminding.tell_day(THURSDAY, MORNING + make.DAY) == 0
    assert len(titles(week, "chen")) == 1
    assert len(titles(week, "wang", "attendance.team_exceptions")) == 1


def test_a_new_exception_of_a_day_is_told_and_nothing_else_of_it(week):
    reminding.tell_day(THURSDAY, MORNING)
    DayResult.objects.filter(employee=week.chen, date=THURSDAY).update(status="missing+late", missing_out=1)
    assert reminding.tell_day(THURSDAY, MORNING) == 1
    assert titles(week, "chen") == ["11-19 考勤异常:迟到", "11-19 考勤异常:缺卡"]


def test_what_is_explained_is_not_told_and_what_was_told_is_taken_back(week):
    make.absence(week.he, "personal", "11-19 09:00", "11-19 18:00")
    make.settle()
    reminding.tell_day(THURSDAY, MORNING)
    assert titles(week, "he") == []
    punches.add_correction(week.chen, make.at("11-19 08:58"), "忘打卡", by=make.ROOT, at=MORNING, today=make.TODAY)
    make.settle()
    reminding.tell_day(THURSDAY, MORNING)
    assert titles(week, "chen") == []
    assert not ToldException.objects.filter(employee=week.chen).exists()


def test_taking_one_back_leaves_those_of_others_alone(week):
    reminding.tell_day(THURSDAY, MORNING)
    DayResult.objects.filter(employee=week.he, date=THURSDAY).update(status="late")
    reminding.tell_day(THURSDAY, MORNING)
    assert titles(week, "he") == ["11-19 考勤异常:迟到"]
    DayResult.objects.filter(employee=week.he, date=THURSDAY).update(status="normal")
    reminding.tell_day(THURSDAY, MORNING)
    assert (titles(week, "he"), titles(week, "chen")) == ([], ["11-19 考勤异常:迟到"])
    DayResult.objects.filter(employee=week.he, date=THURSDAY).update(status="late")
    reminding.tell_day(THURSDAY, MORNING)
    assert titles(week, "he") == ["11-19 考勤异常:迟到"]


def body(cast, name):
    return told(cast, name)[0][1]


def test_a_correction_is_offered_only_while_one_is_left_and_in_time(week):
    correction_actions.keep_quota(None, Lapse.FORGOT, make.day("01-01"), Quota(0, 7), **HR)
    correction_actions.keep_quota(week.day_group, Lapse.FORGOT, make.day("01-01"), Quota(None, 0), **HR)
    reminding.tell_day(THURSDAY, MORNING)
    assert "已过期限" in body(week, "chen")
    correction_actions.keep_quota(week.day_group, Lapse.FORGOT, make.day("01-02"), Quota(None, 1), **HR)
    Notice.objects.all().delete()
    ToldException.objects.all().delete()
    reminding.tell_day(THURSDAY, MORNING)
    assert body(week, "chen") == "请核对。忘打卡可以申请补卡;请假、外出请补申请。"


def test_a_day_that_is_closed_or_not_over_is_not_told(week):
    assert reminding.tell_day(make.TODAY, MORNING) == 0
    assert reminding.tell_day(make.day("10-13"), MORNING) == 4
    closing.close_people([week.chen.pk, week.he.pk], make.day("10-01"), None, MORNING)
    assert reminding.tell_day(make.day("10-14"), MORNING) == 2


def test_who_does_not_want_them_pushed_has_them_in_the_inbox_all_the_same(week):
    by = week.by("chen")
    wishes = {("attendance.exception", Channel.PUSH): False}
    notices.choose(notices.Preferences(wishes), by=by, at=MORNING)
    reminding.tell_day(THURSDAY, MORNING)
    assert titles(week, "chen") == ["11-19 考勤异常:迟到"]
    account = week.accounts["chen"].pk
    assert asked_notices.who_wants("attendance.exception", Channel.PUSH, [account]) == set()


def test_a_leader_who_may_not_see_days_gets_no_digest(week):
    week.accounts["wang"].grants.all().delete()
    reminding.tell_day(THURSDAY, MORNING)
    assert titles(week, "wang", "attendance.team_exceptions") == []


def test_the_morning_tells_the_last_days_and_the_cycle_that_ended_yesterday(week):
    keep_month_rule(week.day_group, make.day("01-01"), MonthPlan(20), **HR)
    reminding.tell_exceptions(int(MORNING.timestamp()))
    assert "11-19 考勤异常:迟到" in titles(week, "chen")
    assert titles(week, "chen")[-1] == "2026-11 还有 22 天考勤异常"
    assert titles(week, "wang", "attendance.team_exceptions")[-1] == "2026-11 团队还有 1 人有考勤异常"
    before = Notice.objects.count()
    reminding.tell_exceptions(int(MORNING.timestamp()))
    assert Notice.objects.count() == before


def test_hr_pushes_what_is_open_of_a_scope_once_a_day(week):
    october = make.day("10-01")
    run = make.work_off(reminding.push(Scope(october, numbers=(week.chen.number,)), **HR))
    assert run.result["said"] == "已提醒 1 人和他们的主管。"
    assert titles(week, "chen") == ["2026-10 还有 18 天考勤异常"]
    assert titles(week, "wang", "attendance.team_exceptions") == ["2026-10 团队还有 1 人有考勤异常"]
    make.work_off(reminding.push(Scope(october, numbers=(week.chen.number,)), **HR))
    assert len(titles(week, "chen")) == 1
    later = {"by": make.ROOT, "at": MORNING + dt.timedelta(days=1)}
    make.work_off(reminding.push(Scope(october, numbers=(week.chen.number,)), **later))
    assert len(titles(week, "chen")) == 2
    closing.close_people([week.chen.pk], october, None, MORNING)
    with pytest.raises(Refusal, match="没有还开着"):
        reminding.push(Scope(october, numbers=(week.chen.number,)), **HR)


def test_only_hr_pushes_and_the_page_says_how_many(week, enter):
    with pytest.raises(NotAllowed):
        reminding.push(Scope(make.day("10-01")), by=week.by("wang"), at=MORNING)
    page = enter("he").get("/closing/exceptions/?month=2026-10").content.decode()
    assert "有异常还没有处理的人" in page
    answer = enter("he").post("/closing/exceptions/", {"month": "2026-10"})
    assert answer.status_code == 302
    assert enter("chen").get("/my/attendance/2026-11-19/").url == f"/attendance/people/{week.chen.pk}/2026-11-19/"


def test_many_are_told_by_few_questions(week, django_assert_max_num_queries):
    with django_assert_max_num_queries(70):
        reminding.tell_day(make.day("10-13"), MORNING)
