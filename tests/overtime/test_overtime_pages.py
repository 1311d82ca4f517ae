"""The pages: the form on the phone, one's own comp time with why, HR's list, rules, payouts, the import."""

import datetime as dt

import pytest

import make
from kaoqin.approvals.models import Request
from kaoqin.core.words import Refusal
from kaoqin.overtime import actions, bank, opening_import, queries
from kaoqin.overtime.actions import Opening
from kaoqin.overtime.models import BankEntry, OvertimeRules

FORM = {"date": "2026-11-21", "start": "09:00", "end": "12:00", "way": "bank", "reason": "赶工"}


def text(answer):
    return answer.content.decode()


def test_the_form_says_the_rate_the_warnings_and_who_decides(shop, enter):
    chen = enter("chen")
    page = text(chen.get("/requests/new/overtime/"))
    assert ("wang" in page, 'name="people"' in page) == (True, False)
    preview = text(chen.post("/requests/new/overtime/", {**FORM, "preview": "1"}))
    assert all(word in preview for word in ("3 小时", "休息日 200%", "wang"))
    worked = {**FORM, "date": "2026-11-20", "start": "18:00", "end": "20:00", "preview": "1"}
    assert "须经本人同意" in text(chen.post("/requests/new/overtime/", worked))
    holiday = {**FORM, "date": "2027-01-01", "preview": "1"}
    assert "不能转调休" in text(chen.post("/requests/new/overtime/", holiday))
    assert not Request.objects.exists()
    assert chen.post("/requests/new/overtime/", FORM).status_code == 302
    assert "加班" in text(enter("wang").get("/approvals/"))


def test_a_way_the_day_does_not_allow_cannot_be_chosen(shop, enter, clock):
    chen = enter("chen")

    def way(**told):
        told = {name: value for name, value in {**FORM, **told, "preview": "1"}.items() if value}
        page = text(chen.post("/requests/new/overtime/", told))
        return ['value="bank" disabled' in page, 'value="bank" selected' in page, "只付加班费" in page]

    assert way() == [False, True, False]
    assert way(date="2027-01-01") == [True, False, True]
    assert way(reason="") == [False, True, False]
    usual = text(chen.get("/requests/new/overtime/"))
    assert ('value="pay" selected' in usual, "disabled" in usual) == (True, False)
    clock(make.NOW + make.DAY)
    assert 'value="bank" selected' in text(enter("chen").get("/requests/new/overtime/"))
    forged = enter("chen").post("/requests/new/overtime/", {**FORM, "date": "2027-01-01"})
    assert (forged.status_code, "不能转调休(劳动法" in text(forged)) == (422, True)


def test_an_end_before_the_start_is_on_the_next_day(shop, enter):
    enter("chen").post("/requests/new/overtime/", {**FORM, "start": "22:00", "end": "02:00"})
    assert Request.objects.get().details["end"] == "2026-11-22T02:00:00"


def test_a_manager_names_several_and_whoever_is_out_of_reach_is_refused_at_the_field(shop, enter):
    wang = enter("wang")
    assert 'name="people"' in text(wang.get("/requests/new/overtime/"))
    assert wang.post("/requests/new/overtime/", {**FORM, "people": "00012、00013"}).status_code == 302
    assert wang.post("/requests/new/overtime/", {**FORM, "people": "没有这人"}).status_code == 422
    assert wang.post("/requests/new/overtime/", {**FORM, "people": "赵夜班"}).status_code == 404


def test_one_that_was_sent_back_is_taken_up_again(shop, enter):
    from kaoqin.approvals import deciding_actions

    made = shop.ask("11-21 09:00", "11-21 12:00")
    deciding_actions.send_back(made, "写清楚", **shop.by("wang"))
    chen = enter("chen")
    page = text(chen.get(f"/requests/new/overtime/?request={made.pk}"))
    assert ("赶工" in page, 'value="09:00"' in page) == (True, True)
    assert chen.post(f"/requests/new/overtime/?request={made.pk}", {**FORM, "end": "13:00"}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.details["end"]) == ("open", "2026-11-21T13:00:00")


def test_ones_own_comp_time_with_why(shop, enter):
    assert "没有可用的调休" in text(enter("chen").get("/my/bank/"))
    shop.agree("11-14 09:00", "11-14 12:00")
    shop.work("11-14 09:00", "11-14 12:00")
    page = text(enter("chen").get("/my/bank/"))
    assert all(word in page for word in ("为什么是 3 小时", "2026-11-14 休息日加班,核算 180 分钟转调休", "2027-05-14"))


def test_hrs_list_the_ledger_and_adjusting(shop, enter):
    he = enter("he")
    where = f"/bank/people/{shop.cast.chen.pk}/"
    assert he.post(f"{where}adjust/", {"hours": "1.5", "ends_on": "", "reason": "补录"}).status_code == 302
    assert he.post(f"{where}adjust/", {"hours": "-2", "ends_on": "", "reason": "扣"}).status_code == 422
    assert "人事调整:补录" in text(he.get(where))
    assert "1.5" in text(he.get("/bank/?q=00013"))
    assert "陈大白" in text(enter("wang").get("/bank/"))
    assert enter("wang").get(f"/bank/people/{shop.cast.zhao.pk}/").status_code == 404


def test_the_list_asks_no_more_for_many(shop, enter, django_assert_max_num_queries):
    for n in range(8):
        actions.adjust(make.employee(f"人{n}"), 60, "补", **shop.by("he"))
    he = enter("he")
    with django_assert_max_num_queries(30):
        he.get("/bank/")


def test_payouts_and_rules(shop, enter):
    he = enter("he")
    assert "还没有调休折算" in text(he.get("/bank/payouts/"))
    actions.adjust(shop.cast.chen, 90, "补", ends_on=make.TODAY, **shop.by("he"))
    bank.pay_out(make.day("11-21"), make.NOW)
    assert all(word in text(he.get("/bank/payouts/")) for word in ("陈大白", "90", "200"))
    form = {"group": cast_group(shop), "begins_on": "2026-12-01", "workday": "pay", "rest": "bank_first"}
    form |= {"usual_day_minutes": "60", "most_day_minutes": "180", "day_cap": "block", "most_month_minutes": "2160"}
    form |= {"month_cap": "block", "months_valid": "3", "days_after": "7"}
    assert he.post("/overtime/rules/new/", form).status_code == 302
    assert OvertimeRules.objects.get().day_cap == "block"
    assert "白班组" in text(he.get("/overtime/rules/"))


def cast_group(shop):
    return shop.cast.day_group.pk


def test_opening_balances_once_each(shop):
    he, chen = shop.cast.by("he"), shop.cast.chen
    rows = [{"number": "00013", "hours": "12.5", "ends_on": "2027-03-31"}]
    assert opening_import.check(rows, he, make.TODAY) == []
    bad = [
        *rows,
        {"number": "00013", "hours": "0", "ends_on": "2026-11-19"},
        {"number": "9", "hours": "x", "ends_on": ""},
    ]
    assert len(opening_import.check(bad, he, make.TODAY)) == 6
    opening_import.take(rows, he, make.NOW, lambda done: None)
    assert queries.balance(chen.pk, make.TODAY).left == 750
    with pytest.raises(Refusal, match="已经导入过"):
        actions.open_balances([Opening(chen, 60, dt.date(2027, 1, 1))], by=he, at=make.NOW)
    assert BankEntry.objects.count() == 1
