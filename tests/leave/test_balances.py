"""The ledger: what is granted, taken, given back, carried, expired, paid out; every balance a sum with its reasons."""

import datetime as dt

import pytest
from balanced import keep, known
from django.db import connection, transaction
from django.db.utils import IntegrityError, InternalError
from hypothesis import given, settings
from hypothesis import strategies as st

import make
from kaoqin.attendance.models import Absence, Waiting
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.leave import actions, balance_actions, keeping, kind_actions, ledger, queries
from kaoqin.leave.models import BalanceRun, LeaveEntry, TakenLeave
from kaoqin.leave.words import Entry, Rules
from kaoqin.org import actions as org
from kaoqin.scheduling import roster
from kaoqin.scheduling.words import Cell

DAY = dt.timedelta(days=1)


def left(employee, kind="annual", on=make.TODAY):
    """Days left of a kind."""
    return queries.explain(employee.pk, kind, on).left / 480


def take(employee, kind, first, last=None, by=make.ROOT, **told):
    """Whole roster days of leave, `11-23` to `11-24`."""
    start, end = queries.interval(employee.pk, make.day(first), make.day(last or first))
    return actions.take(employee, kind, start, end, by=by, at=make.NOW, **told)


def leave_company(employee, on):
    """The last day; the night that follows does the rest."""
    org.leave(employee, make.day(on), by=make.ROOT, at=make.NOW)


def entries(employee, kind="annual"):
    rows = LeaveEntry.objects.filter(employee=employee, kind__code=kind).order_by("pk")
    return [(row.entry, row.minutes / 480) for row in rows]


def test_facts_that_change_make_adjusting_entries_and_no_edit(there):
    assert left(there.chen) == 10
    known(there.chen, gender="female", worked_since=make.day("2020-03-01"))
    assert left(there.chen) == 5
    known(there.chen, gender="female", worked_since=make.day("2002-03-01"))
    assert left(there.chen) == 15
    assert entries(there.chen) == [("grant", 10), ("adjustment", -5), ("adjustment", 10)]
    assert keep(there.chen) == 0


def test_an_entry_can_be_neither_changed_nor_deleted(there):
    for query in ("UPDATE leave_leaveentry SET minutes = 1", "DELETE FROM leave_leaveentry"):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(query)


def test_why_it_is_so_much_is_said_step_by_step(there):
    joined = make.employee("新人", make.day("07-01"), there.sales)
    known(joined, worked_since=make.day("2012-05-01"))
    why = queries.explain(joined.pk, "annual", make.TODAY)
    assert why.left == 5 * 480
    assert [line.said for line in why.lines] == ["应有 5 天"]
    assert "184 ÷ 365 × 10 = 5.041 天" in why.lines[0].steps[2]


@pytest.mark.parametrize(("taken", "paid"), [(3, 4), (8, 0)])
def test_who_leaves_is_paid_what_the_days_until_then_give(there, taken, paid):
    days = [make.day("09-01") + n * DAY for n in range(taken)]
    known(there.he, worked_since=make.day("2012-03-01"))
    for day in days:
        start, end = dt.datetime.combine(day, dt.time(9)), dt.datetime.combine(day, dt.time(18))
        _use(there.he, start, end)
    leave_company(there.he, "09-30")
    keep(there.he, on=make.day("10-01"))
    paid_out = LeaveEntry.objects.filter(employee=there.he, kind__code="annual", entry="payout")
    assert sum(-row.minutes for row in paid_out) == paid * 480
    assert sum(minutes for _, minutes in entries(there.he)) == 0
    assert keep(there.he, on=make.day("10-02")) == 0
    # An average wage of 10,875 is 10,875 ÷ 21.75 = 500 a day: 4 days at 200 % are 4,000 besides the wage paid already.
    rows = queries.payouts(seen_by=there.by("he"), on=make.day("10-01")).filter(employee=there.he)
    shares = [-row.minutes / 480 * row.percent / 100 for row in rows if row.kind.code == "annual"]
    assert sum(share * 10_875 / 21.75 for share in shares) == paid * 1_000


def _use(employee, start, end):
    """A day of annual leave taken while there was no roster yet: straight into the ledger."""
    (lot,) = [lot for lot in ledger.lots([employee.pk]) if lot.series == "2026" and lot.left]
    line = ledger.from_lot(lot, Entry.USE, start.date(), -480, f"t:{start}", Sentence("请假"))
    ledger.write([line], at=make.NOW, by=None)


def test_what_is_left_at_the_years_end_is_paid_or_carried_with_consent(there):
    balance_actions.carry_over(there.chen, "annual", 2 * 480, by=there.by("he"), at=make.NOW)
    assert (left(there.chen), left(there.chen, on=make.day("2027-01-01"))) == (8, 2)
    with pytest.raises(Refusal, match="可以结转的只有 8 天"):
        balance_actions.carry_over(there.chen, "annual", 9 * 480, by=there.by("he"), at=make.NOW)
    keep(there.chen, on=make.day("2027-01-01"))
    assert left(there.chen, on=make.day("2027-01-01")) == 12
    (row,) = queries.payouts(seen_by=there.by("he"), on=make.TODAY)
    assert (row.employee, row.minutes, row.percent, row.on) == (there.chen, -8 * 480, 200, make.day("2027-01-01"))
    keep(there.chen, on=make.day("2028-01-01"))
    assert left(there.chen, on=make.day("2028-01-01")) == 10


def test_the_last_day_of_a_lot_and_of_an_employee_are_still_theirs(there):
    keep(there.chen, on=make.day("12-31"))
    assert left(there.chen, on=make.day("12-31")) == 10
    leave_company(there.zhao, "11-20")
    keep(there.zhao)
    assert left(there.zhao) == 13  # 324 / 365 × 15 = 13.3
    keep(there.zhao, on=make.day("11-21"))
    assert left(there.zhao, on=make.day("11-21")) == 0


def test_company_days_are_a_balance_of_their_own_used_before_or_after(there):
    rules = {**vars(queries.kind("company_annual", make.TODAY).rules), "entitled_days": 3}
    by = {"by": there.by("he"), "at": make.NOW}
    kind_actions.keep_kind("company_annual", make.day("11-01"), Rules(**{**rules, "joined": "first"}), **by)
    keep(there.chen)
    take(there.chen, "annual", "11-23", "11-26")
    assert (left(there.chen, "company_annual", make.day("11-27")), left(there.chen, on=make.day("11-27"))) == (0, 9)
    kind_actions.keep_kind("company_annual", make.day("11-02"), Rules(**{**rules, "joined": "after"}), **by)
    take(there.chen, "annual", "11-27")
    assert left(there.chen, on=make.day("11-30")) == 8


def test_leave_is_taken_told_and_given_back(there):
    make.nobody_waits()
    made = take(there.chen, "annual", "11-23", "11-25")
    absence = Absence.objects.get(origin=made.origin)
    assert (absence.kind, absence.start.day, absence.end.day, absence.end.hour) == ("annual", 23, 26, 0)
    assert Waiting.objects.filter(employee=there.chen).exists()
    assert left(there.chen) == 7
    back = actions.give_back(made, make.at("11-24 13:00"), by=there.by("he"), at=make.NOW, reason="提前回来")
    assert back == 480 + 240
    absence.refresh_from_db()
    assert (absence.end.day, absence.end.hour, absence.withdrawn_at) == (24, 13, None)
    made.refresh_from_db()
    assert made.days == [["2026-11-23", 480, 480], ["2026-11-24", 180, 240]]
    assert actions.give_back(made, make.at("11-01 00:00"), by=there.by("he"), at=make.NOW) == 480 + 240
    absence.refresh_from_db()
    assert absence.withdrawn_at == make.NOW
    assert left(there.chen) == 10
    with pytest.raises(Refusal, match="没有可销的部分"):
        actions.give_back(made, make.at("11-23 00:00"), by=there.by("he"), at=make.NOW)
    take(there.chen, "annual", "11-23")  # what was given back may be taken again


def test_leave_is_taken_once_a_request(there):
    take(there.chen, "annual", "11-23", request_id=7)
    with pytest.raises(IntegrityError), transaction.atomic():
        take(there.chen, "annual", "11-24", request_id=7)


@pytest.mark.parametrize(
    ("kind", "days", "code"),
    [
        ("annual", ("11-23", "12-31"), "leave.balance_short"),
        ("annual", ("11-21", "11-22"), "leave.costs_nothing"),
        ("sick", ("11-23", "11-24"), "leave.proof_missing"),
        ("paternity", ("11-23", "11-23"), "leave.not_entitled"),
        ("bereavement", ("11-23", "11-26"), "leave.too_long"),
        ("personal", ("2027-01-04", "2027-02-26"), "leave.no_roster"),
    ],
)
def test_leave_that_cannot_be_is_refused_with_its_reason(there, kind, days, code):
    with pytest.raises(Refusal) as refused:
        take(there.chen, kind, *days)
    assert refused.value.code == code
    assert not TakenLeave.objects.exists()


def test_a_short_balance_says_what_is_left(there):
    with pytest.raises(Refusal, match="年假只剩 10 天,这次需要 11 天"):
        take(there.chen, "annual", "11-23", "12-07")


def test_what_overlaps_is_refused(there):
    take(there.chen, "annual", "11-23", "11-24")
    with pytest.raises(Refusal, match="与 11-23 00:00 开始的年假重叠"):
        take(there.chen, "personal", "11-24", "11-25")
    with pytest.raises(Refusal):
        actions.take(there.chen, "annual", make.at("11-25 09:00"), make.at("11-25 09:00"), by=make.ROOT, at=make.NOW)


def test_who_works_less_than_a_year_takes_no_annual_leave(there):
    joined = make.employee("新人", make.day("07-01"), there.sales)
    make.join(there.day_group, joined, since=make.day("11-01"))
    known(joined, worked_since=make.day("07-01"))
    with pytest.raises(Refusal, match="须工作满 12 个月"):
        take(joined, "annual", "11-23")


def test_leave_in_the_year_to_come_grants_its_days_first(there):
    before = left(there.zhao, on=make.day("2027-01-04"))
    night = [Cell(there.zhao.pk, make.day("2027-01-04"), there.night.pk)]
    roster.paint(night, by=make.ROOT, at=make.NOW, today=make.TODAY)
    take(there.zhao, "annual", "2027-01-04")
    assert (before, left(there.zhao, on=make.day("2027-01-04"))) == (0, 14)


def test_hr_adjusts_with_a_reason_and_takes_no_more_than_there_is(there):
    by = {"by": there.by("he"), "at": make.NOW}
    assert balance_actions.adjust(there.chen, "annual", 240, "补发", **by) == 10.5 * 480
    assert balance_actions.adjust(there.chen, "annual", -480, "多发", **by) == 9.5 * 480
    with pytest.raises(Refusal, match="只剩"):
        balance_actions.adjust(there.chen, "annual", -9.6 * 480, "多发", **by)
    for minutes, reason in ((480, " "), (0, "无")):
        with pytest.raises(Refusal):
            balance_actions.adjust(there.chen, "annual", minutes, reason, **by)
    assert keep(there.chen) == 0


def test_only_hr_takes_adjusts_and_carries(there):
    for name in ("wang", "chen", "sun", "qian", "outsider"):
        told = {"by": there.by(name), "at": make.NOW}
        with pytest.raises(NotAllowed):
            balance_actions.adjust(there.chen, "annual", 480, "x", **told)
        with pytest.raises(NotAllowed):
            actions.take(there.chen, "annual", make.at("11-23 00:00"), make.at("11-24 00:00"), **told)
        with pytest.raises(NotAllowed):
            balance_actions.carry_over(there.chen, "annual", 480, **told)
        with pytest.raises(NotAllowed):
            kind_actions.keep_kind("annual", make.TODAY, Rules(), **told)


def test_a_manager_sees_days_and_nothing_of_health(there):
    take(there.chen, "annual", "11-23")
    take(there.chen, "sick", "11-24")
    assert {one.kind.code for one in queries.taken(seen_by=there.by("wang"), on=make.TODAY)} == {"annual"}
    assert {one.kind.code for one in queries.taken(seen_by=there.by("he"), on=make.TODAY)} == {"annual", "sick"}
    with pytest.raises(NotFound):
        queries.person(there.zhao.pk, seen_by=there.by("wang"), on=make.TODAY)
    with pytest.raises(NotAllowed):
        queries.person(there.zhao.pk, seen_by=there.by("chen"), on=make.TODAY)


def test_opening_balances_are_a_difference_that_is_told(there):
    told = [
        balance_actions.Opening(there.chen, "annual", 6 * 480),
        balance_actions.Opening(there.zhao, "annual", 17 * 480),
    ]
    balance_actions.open_balances(told, by=there.by("he"), at=make.NOW)
    assert (left(there.chen), left(there.zhao)) == (6, 17)
    assert entries(there.chen) == [("grant", 10), ("adjustment", -4)]
    assert queries.explain(there.chen.pk, "annual", make.TODAY).lines[-1].said == "迁移期初余额"
    balance_actions.open_balances(told, by=there.by("he"), at=make.NOW)
    assert entries(there.chen) == [("grant", 10), ("adjustment", -4)]


def test_the_run_catches_up_after_a_pause_over_new_year(there):
    make.employee("旧人", dt.date(2020, 1, 1))
    assert keeping.keep_all(make.TODAY, make.NOW) == 1
    assert keeping.keep_all(make.TODAY, make.NOW) == 0
    keeping.keep_all(make.day("2028-02-01"), make.NOW)
    rows = LeaveEntry.objects.filter(employee=there.chen, kind__code="annual").order_by("on", "pk")
    assert sorted((str(row.on), row.entry, row.minutes / 480) for row in rows) == [
        ("2026-01-01", "grant", 10),
        ("2027-01-01", "grant", 10),
        ("2027-01-01", "payout", -10),
        ("2028-01-01", "grant", 10),
        ("2028-01-01", "payout", -10),
    ]
    assert BalanceRun.objects.count() == 2


def test_balances_of_many_are_a_few_questions(there, django_assert_max_num_queries):
    people = [make.employee(f"人{n}", where=there.sales) for n in range(20)]
    with django_assert_max_num_queries(22):
        keeping.keep([one.pk for one in people], make.TODAY, make.NOW)
    with django_assert_max_num_queries(4):
        found = queries.balances_of([one.pk for one in people], make.TODAY)
    assert len(found) == 20


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=6))
def test_whatever_is_taken_and_given_back_the_sum_is_right(db_blocked_cast, steps):
    """Days taken one by one, some given back: what is left is what was there less what is still taken."""
    there = db_blocked_cast
    with transaction.atomic():
        days = ["11-23", "11-24", "11-25", "11-26", "11-27", "11-30", "12-01", "12-02", "12-03", "12-04"]
        standing = {}
        for place, back in steps:
            day = days[place]
            if day in standing and back:
                actions.give_back(standing.pop(day), make.at(f"{day} 00:00"), by=make.ROOT, at=make.NOW)
            elif day not in standing:
                standing[day] = take(there.chen, "annual", day)
        assert left(there.chen, on=make.day("12-31")) == 10 - len(standing)
        assert all(lot.left >= 0 for lot in ledger.lots([there.chen.pk]))
        transaction.set_rollback(True)


@pytest.fixture
def db_blocked_cast(there):
    return there
