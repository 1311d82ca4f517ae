"""An employee confirms a month, objects to it, or says nothing; what was confirmed can be shown for ever."""

import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import make
from kaoqin.attendance import closing, confirming, months
from kaoqin.attendance.actions import Rules, keep_rules
from kaoqin.attendance.models import Adjustment, ClosedMonth, Confirmation, DayResult
from kaoqin.attendance.scopes import Scope
from kaoqin.attendance.sheet_views import COLUMNS, said_sums
from kaoqin.core.models import JobRun
from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.leave import queries as leave
from kaoqin.notices.models import Notice
from kaoqin.punches import actions as punches
from papers import paper

OCTOBER = make.day("10-01")
LATER = make.NOW + dt.timedelta(hours=1)


@pytest.fixture
def asked(cast):
    """Chen, late once in October, is asked to confirm with all others."""
    make.punch(cast.chen, "10-12 09:00", "10-12 18:00", "10-13 09:20", "10-13 18:00")
    make.settle()
    make.work_off(confirming.ask_all(Scope(OCTOBER), 5, by=make.ROOT, at=make.NOW))
    return cast


def answer(employee):
    return Confirmation.objects.get(employee=employee)


def digest(employee):
    return confirming.sheet_of(answer(employee)).digest


def confirm(cast, at=LATER):
    return confirming.confirm(OCTOBER, digest(cast.chen), by=cast.by("chen"), at=at)


def test_everybody_is_asked_once_and_told_once(asked):
    assert Confirmation.objects.count() == 5
    assert answer(asked.chen).due_on == make.day("11-25")
    make.work_off(confirming.ask_all(Scope(OCTOBER), 5, by=make.ROOT, at=LATER))
    assert Confirmation.objects.count() == 5
    assert Notice.objects.filter(kind="attendance.month_ready", account=asked.accounts["chen"]).count() == 1


def test_confirming_keeps_when_and_a_digest_of_what_was_seen(asked):
    made = confirm(asked)
    assert (made.state, made.answered_at, len(made.digest)) == ("confirmed", LATER, 64)
    assert [day["said"] for day in made.sheet["days"] if day["date"] == "2026-10-13"] == ["迟到20分钟"]
    with pytest.raises(Refusal, match="已经确认过"):
        confirm(asked)


def test_numbers_that_changed_meanwhile_are_not_confirmed_unseen(asked):
    seen = digest(asked.chen)
    punches.add_correction(asked.chen, make.at("10-13 08:58"), "忘", by=make.ROOT, at=make.NOW, today=make.TODAY)
    make.settle()
    with pytest.raises(Refusal, match="重新核对"):
        confirming.confirm(OCTOBER, seen, by=asked.by("chen"), at=LATER)
    assert confirm(asked).state == "confirmed"


def test_silence_is_read_and_never_confirmed(asked):
    assert confirming.chase(make.day("11-24"), LATER) == 0
    reminded = Notice.objects.filter(account=asked.accounts["chen"], key__contains=":last:")
    assert reminded.count() == 1
    assert confirming.chase(make.day("11-25"), LATER) == 0
    assert confirming.chase(make.day("11-26"), LATER) == 5
    assert {row.state for row in Confirmation.objects.all()} == {"read"}
    closing.close_people([asked.chen.pk], OCTOBER, None, LATER)
    assert ClosedMonth.objects.get().answer == "read"


def test_a_head_who_may_not_answer_is_not_told_of_an_objection(asked):
    from kaoqin.org import lead_actions

    lead_actions.state_heads([lead_actions.Heads(asked.sales, asked.lin, make.TODAY)], by=make.ROOT, at=make.NOW)
    confirming.object_to(OCTOBER, "13 日没有迟到", by=asked.by("chen"), at=LATER)
    told = set(Notice.objects.filter(kind="attendance.objection").values_list("account__username", flat=True))
    assert told == {"he"}


def test_an_objection_goes_to_hr_and_the_manager_stops_closing_and_is_answered(asked, clock):
    from kaoqin.org import lead_actions

    lead_actions.state_heads([lead_actions.Heads(asked.sales, asked.wang, make.TODAY)], by=make.ROOT, at=make.NOW)
    made = confirming.object_to(OCTOBER, "13 日没有迟到", by=asked.by("chen"), at=LATER)
    told = set(Notice.objects.filter(kind="attendance.objection").values_list("account__username", flat=True))
    assert told == {"he", "wang"}
    assert closing.close_people([asked.chen.pk], OCTOBER, None, LATER) == 0
    with pytest.raises(Refusal, match="写明答复"):
        confirming.reply(made.pk, " ", by=asked.by("wang"), at=LATER)
    confirming.reply(made.pk, "已查监控,确实迟到", by=asked.by("wang"), at=LATER)
    with pytest.raises(Refusal, match="已经答复"):
        confirming.reply(made.pk, "再答", by=asked.by("he"), at=LATER)
    assert Notice.objects.filter(kind="attendance.objection_answered", account=asked.accounts["chen"]).exists()
    assert confirm(asked).state == "confirmed"
    closing.close_people([asked.chen.pk], OCTOBER, None, LATER)
    assert ClosedMonth.objects.get().answer == "confirmed"
    with pytest.raises(Refusal, match="已经月结"):
        confirming.object_to(OCTOBER, "还是不对", by=asked.by("chen"), at=LATER)


def test_a_confirmation_of_other_numbers_is_none_of_those_closed(asked):
    confirm(asked)
    punches.add_correction(asked.chen, make.at("10-13 08:58"), "忘", by=make.ROOT, at=make.NOW, today=make.TODAY)
    closing.close_people([asked.chen.pk], OCTOBER, None, LATER)
    assert ClosedMonth.objects.get().answer == ""


def test_nobody_answers_for_another(asked):
    with pytest.raises(NotFound):
        confirming.confirm(OCTOBER, "x", by=asked.by("outsider"), at=LATER)
    made = confirming.object_to(OCTOBER, "不对", by=asked.by("zhao"), at=LATER)
    with pytest.raises(NotFound):
        confirming.reply(made.pk, "好", by=asked.by("wang"), at=LATER)
    with pytest.raises(NotAllowed):
        confirming.reply(made.pk, "好", by=asked.by("chen"), at=LATER)
    own = confirming.object_to(OCTOBER, "不对", by=asked.by("wang"), at=LATER)
    with pytest.raises(Refusal, match="他人"):
        confirming.reply(own.pk, "好", by=asked.by("wang"), at=LATER)


def test_home_says_what_is_to_be_confirmed_answered_and_decided(asked, enter):
    def home(who):
        return enter(who).get("/").content.decode()

    mine, objected = "请确认 2026-10-01 至 10-31 的考勤", "1 条考勤异议等您答复"
    assert (mine in home("chen"), objected in home("wang")) == (True, False)
    made = confirming.object_to(OCTOBER, "不对", by=asked.by("chen"), at=LATER)
    assert [mine in home("chen"), *(objected in home(who) for who in ("wang", "he", "chen", "zhao"))] == [
        *(False, True, True, False, False)
    ]
    confirming.reply(made.pk, "好", by=asked.by("wang"), at=LATER)
    assert (mine in home("chen"), objected in home("he")) == (True, False)
    closing.close_people([asked.chen.pk], OCTOBER, None, make.NOW)
    assert mine not in home("chen")
    punches.add_correction(asked.chen, make.at("10-13 08:58"), "忘", by=make.ROOT, at=LATER, today=make.TODAY)
    make.settle()
    assert ["1 条月结差异等您处理" in home(who) for who in ("he", "wang", "qian")] == [True, False, False]


def test_the_paper_after_closing_is_of_the_closed_numbers(asked, enter):
    confirm(asked)
    punches.add_correction(asked.chen, make.at("10-13 08:58"), "忘", by=make.ROOT, at=make.NOW, today=make.TODAY)
    closing.close_people([asked.chen.pk], OCTOBER, None, LATER)
    said = paper(enter("chen").get(f"/attendance/people/{asked.chen.pk}/2026-10-01/month.pdf").content)
    assert ("月结。内容摘要" in said, "确认。内容摘要" in said, "迟到\n1 次" in said) == (True, False, False)


def test_days_are_said_without_noughts_behind_the_point():
    sums = dict.fromkeys([*months.SUMS, *COLUMNS], 0) | {"absent_days": "10.00"}
    said = {"sums": sums, "free_lates": 0, "late_absent_days": "0.50", "leave": {}, "full_broken_by": ["absent"]}
    told = dict(said_sums(said))
    assert (told["旷工"], told["迟到折算旷工"], told["全勤"]) == ("10 天", "0.5 天", "否")


def test_the_pdf_is_there_once_a_month_is_confirmed_and_only_for_who_may_see_it(asked, enter):
    where = f"/attendance/people/{asked.chen.pk}/2026-10-01/month.pdf"
    assert enter("chen").get(where).status_code == 404
    confirm(asked)
    answer_ = enter("chen").get(where)
    assert (answer_["Content-Type"], answer_.content[:5]) == ("application/pdf", b"%PDF-")
    assert [enter(name).get(where).status_code for name in ("he", "wang", "zhao", "sun")] == [200, 200, 403, 403]


def test_month_end_in_the_browser_from_asking_to_a_difference_in_the_next_month(asked, enter, clock):
    page = enter("chen").get("/my/months/2026-10-01/").content.decode()
    assert "确认无误" in page
    enter("chen").post("/my/months/2026-10-01/confirm/", {"digest": digest(asked.chen)})
    assert "您已于" in enter("chen").get("/my/months/2026-10-01/").content.decode()
    preview = enter("he").post("/closing/close/", {"month": "2026-10", "preview": "1"}).content.decode()
    assert "<html" not in preview
    assert ">5<" in preview
    enter("he").post("/closing/close/", {"month": "2026-10"})
    make.work_off(JobRun.objects.latest("pk"))
    clock(LATER)
    punches.add_correction(asked.chen, make.at("10-13 08:58"), "忘打卡", by=make.ROOT, at=LATER, today=make.TODAY)
    make.settle()
    found = Adjustment.objects.get()
    text = enter("he").get("/closing/adjustments/").content.decode()
    assert "20 分 → 0 分" in text
    assert "补卡 10-13 08:58" in text
    enter("he").post(f"/closing/adjustments/{found.pk}/accept/")
    assert "上期差异" in enter("chen").get("/my/months/2026-11-01/").content.decode()
    enter("he").post("/closing/hand-over/", {"month": "2026-10"})
    assert ClosedMonth.objects.filter(handed_over_at=None).count() == 0
    assert "已移交" in enter("he").get("/closing/?month=2026-10").content.decode()


def test_the_workbook_of_closed_months_holds_the_frozen_numbers(asked, enter):
    closing.close_people([asked.chen.pk], OCTOBER, None, make.NOW)
    DayResult.objects.filter(employee=asked.chen).update(late_minutes=0)
    body = enter("he").get("/closing/people/?month=2026-10&export=xlsx").content
    header, row = openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True)
    assert dict(zip(header, row, strict=True))["迟到次数"] == 1


PAGES = [
    *("/closing/?month=2026-10", "/closing/people/", "/closing/people/?month=2026-10", "/closing/confirmations/"),
    *("/closing/adjustments/", "/closing/close/?month=2026-10", "/closing/exceptions/?month=2026-10"),
    *("/attendance/comprehensive/?month=2026-10", "/attendance/months/?month=2026-10"),
]


def questions(client, page):
    with CaptureQueriesContext(connection) as asked_:
        assert client.get(page).status_code == 200
    return len(asked_)


def crowd(cast, month_closed):
    """Twelve more who are asked, closed and found different since."""
    more = [make.employee(f"员工{n}", where=cast.sales) for n in range(12)]
    make.join(cast.day_group, *more)
    for one in more:
        make.punch(one, "10-12 09:20", "10-12 18:00")
    make.settle()
    confirming.ask_people([one.pk for one in more], OCTOBER, make.day("11-25"), make.NOW)
    if month_closed:
        closing.close_people([one.pk for one in more], OCTOBER, None, make.NOW)
        for one in more:
            make.punch(one, "10-13 09:00", "10-13 18:00")
        make.settle()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("month_closed", [True, False])
def test_a_page_asks_as_many_questions_for_many_as_for_few(asked, enter, page, month_closed):
    keep_rules(asked.day_group, OCTOBER, Rules(system="comprehensive", cycle="quarter"), by=make.ROOT, at=make.NOW)
    make.settle()
    closing.close_people([asked.chen.pk], OCTOBER, None, make.NOW)
    make.punch(asked.chen, "10-14 09:00", "10-14 18:00")
    make.settle()
    he = enter("he")
    few = questions(he, page)
    crowd(asked, month_closed)
    assert questions(he, page) <= few + 2


def test_a_wrong_address_is_nothing(asked, enter):
    for where in ("/my/months/x/", "/my/months/2026-10-02/", f"/attendance/people/{asked.chen.pk}/x/month.pdf"):
        assert enter("chen").get(where).status_code == 404


def test_the_month_rules_of_a_group_are_kept_on_their_page(asked, enter):
    where = f"/groups/{asked.day_group.pk}/months/"
    told = {"begins_on": "2026-11-01", "first_day": "26", "free_late_times": "3", "free_late_minutes": "10"}
    assert enter("he").post(where, {**told, "lates_per_half_day": "x"}).status_code == 422
    enter("he").post(where, {**told, "lates_per_half_day": "3", "late_breaks": "on"})
    assert "3 次,每次 10 分以内" in enter("he").get(where).content.decode()
    row = months.rules_in_force([asked.day_group.pk], make.TODAY)[asked.day_group.pk]
    assert (row.first_day, row.lates_per_half_day, row.late_breaks, row.leave_breaks) == (26, 3, True, False)


def test_annual_leave_harms_no_full_attendance(db):
    from kaoqin.core.seeds import plant

    plant()
    assert "annual" in leave.harmless_for_full_attendance(make.TODAY)
    assert "personal" not in leave.harmless_for_full_attendance(make.TODAY)
