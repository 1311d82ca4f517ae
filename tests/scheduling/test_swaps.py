"""Two people swap shifts: both agree, then the manager; the roster follows, and back."""

import datetime as dt

import pytest

import make
from kaoqin.approvals import actions as approvals
from kaoqin.approvals import deciding_actions, flow_actions
from kaoqin.attendance.models import DayResult, Waiting
from kaoqin.attendance.settling import settle_all
from kaoqin.core.words import NotFound, Refusal
from kaoqin.org import facts, lead_actions
from kaoqin.org.facts import Delivery, Facts
from kaoqin.org.lead_actions import Heads
from kaoqin.punches.ledger import Press, take
from kaoqin.punches.words import Source
from kaoqin.scheduling import queries, roster, swap_actions
from kaoqin.scheduling.models import RosterChange, RosterDay
from kaoqin.scheduling.swaps import read_swap, short_rests, touches_night
from kaoqin.scheduling.words import Cell


@pytest.fixture
def led(cast):
    heads = [Heads(cast.sales, cast.wang, make.day("01-01")), Heads(cast.company, cast.he, make.day("01-01"))]
    lead_actions.state_heads(heads, by=make.ROOT, at=make.NOW)
    flow_actions.seed_default_flow()
    cast.lin2 = make.employee("林二", where=cast.sales, no="00099")
    make.account("lin2", employee=cast.lin2)
    cast.accounts["lin2"] = cast.lin2.account
    make.join(cast.day_group, cast.lin2)
    plan(cast, cast.lin2, "11-23", cast.night)
    return cast


def plan(cast, who, day, shift):
    cells = [Cell(who.pk, make.day(day), shift.pk if shift else None)]
    roster.paint(cells, by=make.ROOT, at=make.NOW, today=make.TODAY)


def told(cast, name):
    return {"by": cast.by(name), "at": make.NOW}


def swap(cast, *days):
    return swap_actions.plan(cast.chen, cast.lin2, [make.day(day) for day in days], "孩子家长会")


def ask(cast, *days):
    return swap_actions.ask(cast.chen, swap(cast, *days), **told(cast, "chen"))


def agree(cast, made):
    deciding_actions.approve(made, "", **told(cast, "lin2"))
    deciding_actions.approve(made, "", **told(cast, "wang"))


def planned(cast, day):
    rows = queries.roster([cast.chen.pk, cast.lin2.pk], make.day(day), make.day(day))
    return tuple(rows[who.pk, make.day(day)].shift_id for who in (cast.chen, cast.lin2))


def test_the_same_day_is_exchanged_once_both_and_the_manager_agree(led):
    made = ask(led, "11-23")
    with pytest.raises(Refusal):
        deciding_actions.approve(made, "", **told(led, "wang"))
    make.nobody_waits()
    agree(led, made)
    assert planned(led, "11-23") == (led.night.pk, led.day.pk)
    assert set(Waiting.objects.values_list("employee", flat=True)) == {led.chen.pk, led.lin2.pk}
    approvals.undo_directly(made, "不换了", **told(led, "he"))
    assert planned(led, "11-23") == (led.day.pk, led.night.pk)


def test_the_worker_settles_what_was_swapped_and_swapped_back(led, clock):
    made = ask(led, "11-23")
    agree(led, made)
    later = dt.datetime(2026, 11, 25, 2, tzinfo=dt.UTC)
    clock(later)
    presses = [Press(led.chen.number, make.at(one), "Asia/Shanghai") for one in ("11-23 21:58", "11-24 06:01")]
    take(presses, source=Source.TERMINAL, by=make.ROOT, at=later)
    settle_all()
    row = DayResult.objects.get(employee=led.chen, date=make.day("11-23"))
    assert (row.shift, row.status) == ("N", "normal")
    approvals.undo_directly(made, "其实没换", **told(led, "he"))
    settle_all()
    row.refresh_from_db()
    assert (row.shift, "normal" in row.status) == ("D", False)


def test_two_days_are_exchanged_both(led):
    plan(led, led.chen, "11-26", None)
    made = ask(led, "11-23", "11-26")
    agree(led, made)
    assert planned(led, "11-23") == (led.night.pk, led.day.pk)
    assert planned(led, "11-26") == (led.day.pk, None)
    assert read_swap(made.details) == read_swap(read_swap(made.details).keep())


def test_a_roster_that_changed_meanwhile_is_not_overwritten(led):
    made = ask(led, "11-23")
    deciding_actions.approve(made, "", **told(led, "lin2"))
    plan(led, led.chen, "11-23", None)
    with pytest.raises(Refusal, match="在申请之后改过了"):
        deciding_actions.approve(made, "", **told(led, "wang"))
    assert planned(led, "11-23") == (None, led.night.pk)


def test_nothing_is_kept_of_a_rehearsal(led):
    before = list(RosterDay.objects.order_by("pk").values_list("pk", "shift"))
    make.nobody_waits()
    swap_actions.rehearse(swap(led, "11-23"), **told(led, "chen"))
    assert list(RosterDay.objects.order_by("pk").values_list("pk", "shift")) == before
    assert not Waiting.objects.exists()


@pytest.mark.parametrize(("minutes", "warned"), [(180, []), (181, ["不足 3 小时 1 分"])])
def test_too_little_rest_is_warned_of(led, minutes, warned):
    """Chen would end the night of 11-23 at 06:00 on the 24th and begin at 09:00."""
    swap_actions.keep_rest(make.day("01-01"), minutes, False, **told(led, "he"))
    said = swap_actions.rehearse(swap(led, "11-23"), **told(led, "chen"))
    assert [word in one for one, word in zip(said, warned, strict=True)] == [True] * len(warned)


def test_too_little_rest_blocks_where_the_company_says_so(led):
    assert "不足 11 小时" in swap_actions.rehearse(swap(led, "11-23"), **told(led, "chen"))[0]
    swap_actions.keep_rest(make.day("01-01"), 660, True, **told(led, "he"))
    with pytest.raises(Refusal, match="不足 11 小时"):
        ask(led, "11-23")


def test_overlap_is_refused(led):
    early = make.shift("E3", make.ShiftPlan("凌晨", (make.Segment(300, 780),)))
    plan(led, led.chen, "11-24", early)
    with pytest.raises(Refusal, match="重叠"):
        ask(led, "11-23")


def test_nights_are_refused_to_whom_the_law_spares_them(led):
    facts.keep_facts(led.chen, Facts("female"), by=make.ROOT, at=make.NOW)
    facts.keep_birth(led.chen, Delivery(born_on=make.day("06-01")), by=make.ROOT, at=make.NOW)
    with pytest.raises(Refusal, match=r"陈大白.*第九条.*不得安排夜班"):
        ask(led, "11-23")


def test_what_cannot_be_swapped(led):
    with pytest.raises(Refusal, match="一样"):
        swap(led, "11-24")
    with pytest.raises(Refusal, match="还没有排班"):
        swap(led, "2027-06-01")
    with pytest.raises(Refusal, match="自己"):
        swap_actions.plan(led.chen, led.chen, [make.day("11-23")], "")
    plan(led, led.lin2, "11-19", led.night)
    with pytest.raises(Refusal, match="已经过去"):
        ask(led, "11-19")
    plan(led, led.zhao, "11-23", led.night)
    other = swap_actions.plan(led.chen, led.zhao, [make.day("11-23")], "")
    with pytest.raises(Refusal, match="不在同一个考勤组"):
        swap_actions.ask(led.chen, other, **told(led, "chen"))


@pytest.mark.parametrize(
    ("begin", "end", "night"),
    [
        ("11-23 06:00", "11-23 22:00", False),
        ("11-23 05:59", "11-23 14:00", True),
        ("11-23 14:00", "11-23 22:01", True),
        ("11-24 00:00", "11-24 08:00", True),
    ],
)
def test_the_night_is_from_ten_to_six(begin, end, night):
    assert touches_night((make.at(begin), make.at(end))) == night


def test_rest_is_measured_from_an_end_to_the_next_begin():
    spans = [(make.at("11-23 09:00"), make.at("11-23 18:00")), (make.at("11-24 05:00"), make.at("11-24 12:00"))]
    assert short_rests(spans, dt.timedelta(hours=11)) == []
    assert len(short_rests(spans, dt.timedelta(hours=11, minutes=1))) == 1


def test_the_board_of_who_agreed_does_not_undo_a_swap(led):
    own = roster.paint([Cell(led.chen.pk, make.day("11-23"), led.day.pk)], **told(led, "wang"), today=make.TODAY)
    made = ask(led, "11-23")
    agree(led, made)
    wang = led.accounts["wang"].pk
    assert queries.last_change(wang).pk == own
    assert RosterChange.objects.latest("pk").title.startswith("换班")
    with pytest.raises(Refusal, match="之后又有「换班"):
        roster.undo(own, **told(led, "wang"), today=make.TODAY)
    with pytest.raises(NotFound):
        roster.undo(RosterChange.objects.latest("pk").pk, **told(led, "wang"), today=make.TODAY)
    assert planned(led, "11-23") == (led.night.pk, led.day.pk)


def test_the_form_shows_what_comes_of_it_and_whom_it_goes_to(led, enter):
    form = {"other": "00099", "my_date": "2026-11-23", "other_date": "", "reason": "家长会"}
    chen = enter("chen")
    assert "林二" in chen.get("/requests/new/swap/").content.decode()
    preview = chen.post("/requests/new/swap/", {**form, "reason": "", "preview": "1"}).content.decode()
    assert all(word in preview for word in ("11-23 D → N", "11-23 N → D", "不足 11 小时", "lin2", "wang"))
    assert chen.post("/requests/new/swap/", form).status_code == 302
    assert "陈大白的换班" in enter("lin2").get("/approvals/").content.decode()


def test_hr_states_the_rest_on_the_page(led, enter):
    form = {"begins_on": "2026-12-01", "hours": "12", "blocks": "on"}
    assert enter("he").post("/swaps/rests/new/", form).status_code == 302
    rule = queries.rest_rule(make.day("12-01"))
    assert (rule.minutes, rule.blocks) == (720, True)
    assert "不能换班" in enter("he").get("/swaps/rests/").content.decode()
