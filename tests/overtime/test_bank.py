"""From a request to comp time, its use and its end; every step through the worker."""

import pytest
from django.db import connection
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext

import make
from kaoqin.attendance import actions as attendance
from kaoqin.attendance.models import AgreedOvertime, DayResult, Waiting
from kaoqin.attendance.words import System
from kaoqin.core.words import NotFound, Refusal
from kaoqin.leave import actions as leave
from kaoqin.org import facts
from kaoqin.org.facts import Delivery, Facts
from kaoqin.overtime import actions, bank, queries
from kaoqin.overtime.models import BankEntry, Overtime
from kaoqin.overtime.words import Cap, Entry, Rules, Way


def minutes(cast, day):
    row = DayResult.objects.get(employee=cast.chen, date=make.day(day))
    return row.overtime_workday_minutes, row.overtime_rest_minutes, row.overtime_statutory_minutes


def take(shop, begin, end):
    return leave.take(shop.cast.chen, "comp_time", make.at(begin), make.at(end), by=make.ROOT, at=make.NOW)


def test_a_rest_day_that_was_worked_becomes_comp_time_once_it_is_settled(shop):
    shop.agree("11-14 09:00", "11-14 17:00")
    assert shop.left() == 0
    shop.work("11-14 08:55", "11-14 17:10")
    assert minutes(shop.cast, "11-14") == (0, 480, 0)
    assert shop.left() == 480
    (entry,) = queries.explained(shop.cast.chen.pk, make.TODAY)
    assert (entry.entry, entry.begins_on, entry.ends_on, entry.percent) == (
        Entry.CREDIT,
        make.day("11-14"),
        make.day("2027-05-14"),
        200,
    )
    make.settle()
    assert BankEntry.objects.count() == 1


def test_under_comprehensive_hours_a_day_off_is_banked_at_150(shop):
    rules = attendance.Rules(system=System.COMPREHENSIVE)
    attendance.keep_rules(shop.cast.day_group, make.day("01-01"), rules, by=make.ROOT, at=make.NOW)
    start, end = make.at("11-14 09:00"), make.at("11-14 12:00")
    assert queries.spells([shop.cast.chen.pk], start, end)[shop.cast.chen.pk].parts == {"workday": 180}
    shop.agree("11-14 09:00", "11-14 12:00")
    shop.work("11-14 09:00", "11-14 12:00")
    assert [(row.minutes, row.percent) for row in BankEntry.objects.all()] == [(180, 150)]


def test_less_work_than_agreed_earns_less_and_a_later_punch_brings_the_rest(shop):
    shop.agree("11-14 09:00", "11-14 17:00")
    shop.work("11-14 09:00", "11-14 12:00")
    assert shop.left() == 180
    shop.work("11-14 17:00")
    assert shop.left() == 480
    assert [row.minutes for row in BankEntry.objects.order_by("pk")] == [180, 300]


def test_a_workday_is_banked_at_150_and_a_paid_one_is_not_banked(shop):
    shop.agree("11-18 18:00", "11-18 20:00", way=Way.BANK)
    shop.agree("11-19 18:00", "11-19 20:00", way=Way.PAY)
    shop.work("11-18 09:00", "11-18 20:00", "11-19 09:00", "11-19 20:00")
    assert (minutes(shop.cast, "11-18"), minutes(shop.cast, "11-19")) == ((120, 0, 0), (120, 0, 0))
    assert [(row.minutes, row.percent) for row in BankEntry.objects.all()] == [(120, 150)]


def test_a_statutory_day_is_refused_as_comp_time_and_settled_at_300(shop, clock):
    rules = Rules(days_after=60)
    actions.keep_rules(None, make.day("01-01"), rules, **shop.by("he"))
    with pytest.raises(Refusal, match="300%"):
        shop.ask("10-02 09:00", "10-02 17:00")
    shop.agree("10-02 09:00", "10-02 17:00", way=Way.PAY)
    shop.work("10-02 09:00", "10-02 17:00")
    assert (minutes(shop.cast, "10-02"), shop.left()) == ((0, 0, 480), 0)


def test_taking_it_back_settles_again_and_takes_the_comp_time_away(shop):
    made = shop.agree("11-14 09:00", "11-14 17:00")
    shop.work("11-14 09:00", "11-14 17:00")
    shop.undo(made)
    assert set(Waiting.objects.values_list("employee", flat=True)) == {shop.cast.chen.pk}
    shop.settle()
    assert (minutes(shop.cast, "11-14"), shop.left()) == ((0, 0, 0), 0)
    assert [row.minutes for row in BankEntry.objects.order_by("pk")] == [480, -480]
    assert AgreedOvertime.objects.get().withdrawn_at == make.NOW


def test_what_was_used_already_is_taken_from_other_comp_time(shop):
    first = shop.agree("11-14 09:00", "11-14 17:00")
    shop.work("11-14 09:00", "11-14 17:00")
    take(shop, "11-23 09:00", "11-23 18:00")
    shop.agree("11-15 09:00", "11-15 17:00")
    shop.work("11-15 09:00", "11-15 17:00")
    shop.undo(first)
    shop.settle()
    assert shop.left() == 0


def test_comp_time_is_taken_by_leave_and_given_back(shop):
    shop.agree("11-14 09:00", "11-14 17:00")
    shop.work("11-14 09:00", "11-14 17:00")
    made = take(shop, "11-23 09:00", "11-23 12:00")
    assert shop.left() == 300
    leave.give_back(made, make.at("11-23 11:00"), by=make.ROOT, at=make.NOW)
    assert shop.left() == 360
    leave.give_back(made, make.at("11-23 09:00"), by=make.ROOT, at=make.NOW)
    assert shop.left() == 480


def test_leave_is_refused_where_the_bank_is_short_and_nothing_is_kept(shop):
    shop.agree("11-14 09:00", "11-14 12:00")
    shop.work("11-14 09:00", "11-14 12:00")
    with pytest.raises(Refusal, match="调休只剩 3 小时,这次需要 8 小时"):
        take(shop, "11-23 09:00", "11-23 18:00")
    rehearsed = leave.rehearse(
        shop.cast.chen, "comp_time", make.at("11-23 09:00"), make.at("11-23 18:00"), by=make.ROOT, at=make.NOW
    )
    assert "调休只剩" in rehearsed.refused.sentence
    assert shop.left() == 180


def test_what_ends_first_is_taken_first_and_what_ends_is_paid_out(shop):
    chen = shop.cast.chen
    actions.adjust(chen, 120, "补", ends_on=make.day("12-31"), **shop.by("he"))
    actions.adjust(chen, 60, "补", ends_on=make.day("11-30"), **shop.by("he"))
    take(shop, "11-23 09:00", "11-23 10:30")
    assert [(lot.ends_on, lot.left) for lot in queries.lots([chen.pk])] == [
        (make.day("11-30"), 0),
        (make.day("12-31"), 90),
    ]
    assert bank.pay_out(make.day("12-31"), make.NOW) == 0
    assert bank.pay_out(make.day("2027-01-01"), make.NOW) == 1
    paid = BankEntry.objects.get(entry=Entry.PAYOUT)
    assert (paid.minutes, paid.percent, paid.on) == (-90, 200, make.day("2027-01-01"))
    assert bank.pay_out(make.day("2027-01-02"), make.NOW) == 0


def test_who_leaves_is_paid_out(shop):
    actions.adjust(shop.cast.chen, 120, "补", **shop.by("he"))
    make.leave(shop.cast.chen, make.day("11-25"))
    assert bank.pay_out(make.day("11-25"), make.NOW) == 0
    assert bank.pay_out(make.day("11-26"), make.NOW) == 1


def test_the_ledger_refuses_to_be_changed(shop):
    actions.adjust(shop.cast.chen, 120, "补", **shop.by("he"))
    with pytest.raises(DatabaseError, match="append-only"):
        BankEntry.objects.update(minutes=999)


def test_hr_cannot_take_more_than_there_is_and_a_manager_cannot_adjust(shop):
    with pytest.raises(Refusal, match="只剩 0 分"):
        actions.adjust(shop.cast.chen, -60, "多了", **shop.by("he"))
    with pytest.raises(Refusal, match="没有"):
        actions.adjust(shop.cast.chen, 60, "补", **shop.by("wang"))


def test_whom_the_law_spares_it_is_refused_and_also_at_the_click(shop):
    asked = shop.ask("11-21 09:00", "11-21 12:00")
    facts.keep_facts(shop.cast.chen, Facts("female"), by=make.ROOT, at=make.NOW)
    facts.keep_birth(shop.cast.chen, Delivery(expected_on=make.day("12-31")), by=make.ROOT, at=make.NOW)
    with pytest.raises(Refusal, match="怀孕满 7 个月"):
        shop.ask("11-22 09:00", "11-22 12:00")
    from kaoqin.approvals import deciding_actions

    with pytest.raises(Refusal, match="怀孕满 7 个月"):
        deciding_actions.approve(asked, "", **shop.by("wang"))
    assert not Overtime.objects.exists()


def test_a_manager_asks_for_several_whom_he_reaches(shop):
    chen, lin, zhao = (getattr(shop.cast, name).pk for name in ("chen", "lin", "zhao"))
    told = ("11-21 09:00", "11-21 12:00")
    made = shop.ask(*told, who="wang", people=(chen, lin))
    from kaoqin.approvals import deciding_actions

    deciding_actions.approve(made, "", **shop.by("he"))
    assert set(Overtime.objects.values_list("employee", flat=True)) == {chen, lin}
    assert AgreedOvertime.objects.count() == 2
    with pytest.raises(NotFound):
        shop.ask(*told, who="wang", people=(zhao,))
    with pytest.raises(Refusal):
        shop.ask("11-21 13:00", "11-21 14:00", who="lin", people=(chen,))


def test_what_is_planned_what_overlaps_and_what_is_too_long_ago_is_refused(shop):
    with pytest.raises(Refusal, match="有排班「D」"):
        shop.ask("11-19 17:00", "11-19 20:00", way=Way.PAY)
    shop.agree("11-19 18:00", "11-19 19:00", way=Way.PAY)
    with pytest.raises(Refusal, match="已有批准的加班"):
        shop.ask("11-19 18:30", "11-19 20:00", way=Way.PAY)
    shop.ask("11-13 18:00", "11-13 19:00", way=Way.PAY)
    with pytest.raises(Refusal, match="7 天内补申请"):
        shop.ask("11-12 18:00", "11-12 19:00", way=Way.PAY)


def test_the_rules_of_a_group_go_before_those_of_the_company(shop):
    actions.keep_rules(None, make.day("01-01"), Rules(months_valid=3), **shop.by("he"))
    actions.keep_rules(shop.cast.day_group, make.day("11-01"), Rules(months_valid=12), **shop.by("he"))
    chen, lin = shop.cast.chen.pk, shop.cast.lin.pk
    told = queries.rules_of([chen, lin], make.TODAY)
    assert (told[chen].months_valid, told[lin].months_valid) == (12, 3)
    assert queries.rules_of([chen], make.day("10-31"))[chen].months_valid == 3


def test_two_that_pass_the_cap_together_are_not_both_agreed(shop):
    actions.keep_rules(None, make.day("01-01"), Rules(most_month_minutes=600, month_cap=Cap.BLOCK), **shop.by("he"))
    shop.agree("11-21 09:00", "11-21 15:00", way=Way.PAY)
    with pytest.raises(Refusal, match="每月 10 小时"):
        shop.ask("11-22 09:00", "11-22 15:00", way=Way.PAY)


def test_settling_people_without_comp_time_asks_no_more_than_two_questions_for_it(shop):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert queries.banked_days([shop.cast.chen.pk, shop.cast.lin.pk], make.day("11-01"), make.day("11-30")) == {}
    assert len(asked) == 2
