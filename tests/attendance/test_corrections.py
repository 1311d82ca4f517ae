"""A correction is asked for, agreed, counted against a quota, settled, and taken back."""

import pytest

import make
from kaoqin.approvals import actions as approvals
from kaoqin.approvals import deciding_actions, flow_actions
from kaoqin.approvals.models import Request
from kaoqin.attendance import correction_actions as actions
from kaoqin.attendance.correcting import Wanted, points_of, quota, read_wanted
from kaoqin.attendance.models import DayResult
from kaoqin.attendance.settling import settle_all
from kaoqin.attendance.words import Lapse, Point, Quota
from kaoqin.core.words import Refusal
from kaoqin.org import lead_actions
from kaoqin.org.lead_actions import Heads
from kaoqin.punches import actions as punches
from kaoqin.punches.models import Correction

PDF = ("故障.pdf", b"%PDF-1.7 x")


@pytest.fixture
def led(cast):
    heads = [Heads(cast.sales, cast.wang, make.day("01-01")), Heads(cast.company, cast.he, make.day("01-01"))]
    lead_actions.state_heads(heads, by=make.ROOT, at=make.NOW)
    flow_actions.seed_default_flow()
    return cast


def told(cast, name):
    return {"by": cast.by(name), "at": make.NOW}


def ask(cast, day, clock="18:00", lapse=Lapse.FORGOT, files=(), point=Point.OUT):
    wanted = Wanted(make.day(day), point, 1, make.at(f"{day} {clock}"), lapse, "走得急")
    return actions.ask(cast.chen, wanted, files, **told(cast, "chen"))


def yes(cast, request):
    deciding_actions.approve(request, "", **told(cast, "wang"))


def status(cast, day):
    return DayResult.objects.get(employee=cast.chen, date=make.day(day)).status


def test_a_missing_punch_is_added_and_the_day_settled_again_and_back(led):
    make.punch(led.chen, "11-19 09:00")
    settle_all()
    assert status(led, "11-19") == "missing"
    made = ask(led, "11-19")
    assert not Correction.objects.exists()
    yes(led, made)
    settle_all()
    assert status(led, "11-19") == "normal"
    approvals.undo_directly(made, "弄错了", **told(led, "he"))
    settle_all()
    assert status(led, "11-19") == "missing"


def test_a_third_in_the_month_is_refused_before_it_is_submitted_naming_the_quota(led):
    yes(led, ask(led, "11-16"))
    ask(led, "11-17")
    with pytest.raises(Refusal, match=r"11 月「忘记打卡」的补卡最多 2 次,已用 2 次\(11-16、11-17\)"):
        ask(led, "11-18")
    ask(led, "11-18", lapse=Lapse.OTHER)


def test_a_refused_or_withdrawn_one_is_free_again(led):
    first, second = ask(led, "11-16"), ask(led, "11-17")
    deciding_actions.refuse(first, "不行", **told(led, "wang"))
    approvals.withdraw(second, "", **told(led, "chen"))
    ask(led, "11-18")
    ask(led, "11-19")


def test_the_quota_holds_again_at_the_click(led):
    first, second, third = ask(led, "11-16"), ask(led, "11-17"), None
    actions.keep_quota(None, Lapse.FORGOT, make.day("01-01"), Quota(3, 7), **told(led, "he"))
    third = ask(led, "11-18")
    actions.keep_quota(None, Lapse.FORGOT, make.day("01-01"), Quota(2, 7), **told(led, "he"))
    yes(led, first)
    yes(led, second)
    with pytest.raises(Refusal, match="最多 2 次"):
        yes(led, third)
    assert Request.objects.get(pk=third.pk).state == "open"
    assert Correction.objects.count() == 2


def test_the_window_and_the_future(led):
    ask(led, "11-13")
    with pytest.raises(Refusal, match="7 天内补卡"):
        ask(led, "11-12")
    with pytest.raises(Refusal, match="将来"):
        ask(led, "11-20", "10:01")
    ask(led, "11-20", "10:00", point=Point.IN)


def test_a_broken_terminal_has_no_quota_and_wants_proof(led):
    with pytest.raises(Refusal, match="须附上证明"):
        ask(led, "11-16", lapse=Lapse.DEVICE)
    for day in ("11-16", "11-17", "11-18"):
        ask(led, day, lapse=Lapse.DEVICE, files=[PDF])


def test_a_group_has_rules_of_its_own_from_a_day_on(led):
    actions.keep_quota(led.day_group, Lapse.FORGOT, make.day("11-10"), Quota(0, 7), **told(led, "he"))
    assert quota(led.chen.pk, Lapse.FORGOT, make.day("11-09")).most == 2
    assert quota(led.zhao.pk, Lapse.FORGOT, make.day("11-10")).most == 2
    with pytest.raises(Refusal, match="最多 0 次"):
        ask(led, "11-17")


def test_hr_cannot_take_back_what_a_request_added(led):
    made = ask(led, "11-17")
    yes(led, made)
    row = Correction.objects.get()
    assert (row.request_id, row.reason) == (made.pk, "忘记打卡:走得急")
    with pytest.raises(Refusal, match="在那个申请里撤销"):
        punches.withdraw_correction(row, today=make.TODAY, **told(led, "he"))


def test_the_points_of_a_day_and_what_is_kept(led):
    assert [one.label for one in points_of(led.chen.pk, make.day("11-19"))] == ["上班 11-19 09:00", "下班 11-19 18:00"]
    assert [one.moment for one in points_of(led.chen.pk, make.day("11-21"))] == [None, None]
    wanted = Wanted(make.day("11-19"), Point.IN, 2, make.at("11-19 13:00"), Lapse.OTHER, "会议")
    assert read_wanted(wanted.keep()) == wanted


def test_the_form_is_prefilled_says_the_quota_and_refuses(led, enter):
    make.punch(led.chen, "11-19 09:00")
    settle_all()
    chen = enter("chen")
    day = chen.get(f"/attendance/people/{led.chen.pk}/2026-11-19/").content.decode()
    assert "/requests/new/correction/?date=2026-11-19" in day
    page = chen.get("/requests/new/correction/?date=2026-11-19").content.decode()
    assert ('value="2026-11-19T18:00"' in page, 'value="1:out" selected' in page) == (True, True)
    form = {"date": "2026-11-19", "point": "1:out", "moment": "2026-11-19T18:00", "lapse": "forgot", "reason": "忘"}
    preview = chen.post("/requests/new/correction/", {**form, "reason": "", "preview": "1"}).content.decode()
    assert "已用 0 次,这是第 1 次" in preview
    assert chen.post("/requests/new/correction/", form).status_code == 302
    ask(led, "11-18")
    refused = chen.post("/requests/new/correction/", {**form, "date": "2026-11-17", "moment": "2026-11-17T18:00"})
    assert (refused.status_code, "最多 2 次" in refused.content.decode()) == (422, True)
    assert not Correction.objects.exists()


def test_hr_states_a_quota_on_the_page(led, enter):
    form = {"group": "", "lapse": "forgot", "begins_on": "2026-12-01", "most": "", "within_days": "3"}
    assert enter("he").post("/corrections/quotas/new/", form).status_code == 302
    assert "不限" in enter("he").get("/corrections/quotas/").content.decode()
    assert quota(led.chen.pk, Lapse.FORGOT, make.day("12-01")) == Quota(None, 3)
