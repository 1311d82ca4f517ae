"""Leave as a request: refused before it is submitted where it could not be taken, held against the balance while it is
open, taken and given back by what is decided."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from balanced import keep, known
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

import make
from kaoqin.approvals import actions, deciding_actions
from kaoqin.approvals.models import Request
from kaoqin.attendance.models import Absence, DayResult, Waiting
from kaoqin.core.seeds import plant
from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.leave import actions as leave
from kaoqin.leave import asking, asking_actions, balance_actions, queries
from kaoqin.leave.asking import AskedLeave
from kaoqin.leave.models import TakenLeave
from kaoqin.org import lead_actions
from kaoqin.org.lead_actions import Heads
from kaoqin.scheduling import roster
from kaoqin.scheduling.words import Cell
from kaoqin.security.models import AuditEntry

ANNUAL = {"kind": "annual", "first": "2026-11-23", "last": "2026-11-24", "reason": "回家"}
PDF = b"%PDF-1.7 x"


def lead(cast):
    heads = [Heads(cast.sales, cast.wang, make.SINCE), Heads(cast.company, cast.he, make.SINCE)]
    lead_actions.state_heads(heads, by=make.ROOT, at=make.NOW)


@pytest.fixture
def us(there):
    """Chen has ten days of annual leave; Wang leads her, He leads Wang."""
    lead(there)
    keep(there.chen)
    return there


def wish(first="11-23", last=None, kind="annual", **told):
    return AskedLeave(kind, make.day(first), make.day(last or first), **told)


def ask(us, asked, who="chen", files=()):
    return asking_actions.ask(us.chen, asked, files, by=us.by(who), at=make.NOW)


def yes(us, request, who="wang"):
    return deciding_actions.approve(request, by=us.by(who), at=make.NOW)


def left(employee):
    return queries.explain(employee.pk, "annual", make.TODAY).left / 480


def refused(deed, *args, **told):
    with pytest.raises(Refusal) as refusal:
        deed(*args, **told)
    return refusal.value


def at_once(deed, several):
    """Do something to several at the same moment, on connections of their own; what each gave or was refused with."""
    gate = threading.Barrier(len(several), timeout=20)

    def run(one):
        try:
            gate.wait()
            return deed(one)
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(several)) as pool:
        return sorted(pool.map(run, several))


def text(answer):
    return answer.content.decode()


def test_approved_leave_is_taken_and_its_days_settle_anew(us):
    make.punch(us.chen, "11-18 09:00")
    make.settle()
    made = ask(us, wish("11-18", "11-19", reason="回家"))
    assert (left(us.chen), TakenLeave.objects.exists()) == (10, False)
    make.nobody_waits()
    yes(us, made)
    taken = TakenLeave.objects.get()
    assert (taken.request_id, taken.taken_minutes, taken.reason, left(us.chen)) == (made.pk, 960, "回家", 8)
    assert Absence.objects.get().origin == taken.origin
    assert Waiting.objects.get().employee_id == us.chen.pk
    make.settle()
    assert DayResult.objects.get(employee=us.chen, date=make.day("11-19")).leave_minutes == 480


def test_what_people_and_flows_read_of_it(us):
    made = ask(us, wish("11-23", "11-24", last_half="first", reason="回家"))
    assert made.summary == "年假 · 2026-11-23 – 2026-11-24 上半天 · 1.5 天 · 回家"
    assert made.facts == {"kind": "annual", "days": "1.50", "hours": "11.00"}
    short = ask(us, wish("11-25", kind="personal", start_time="09:00", end_time="10:10"))
    assert short.summary == "事假 · 2026-11-25 09:00 – 10:10 · 1 小时 30 分"
    assert asking.read_leave(made.details) == wish("11-23", "11-24", last_half="first", reason="回家")
    assert asking.pending(us.chen.pk) == {"annual": 720, "personal": 90}


@pytest.mark.parametrize(("last", "deciders"), [("11-25", 1), ("11-26", 2)])
def test_three_days_the_line_manager_decides_more_the_head_too(us, last, deciders, enter):
    shown = text(enter("chen").post("/requests/new/leave/", {**ANNUAL, "last": f"2026-{last}", "preview": "1"}))
    assert shown.count("course-step") == deciders


def test_what_is_open_is_held_against_the_balance(us):
    ask(us, wish("11-23", "11-27"))
    assert asking_actions.try_out(us.chen, wish("11-30", "12-04"), at=make.NOW).after == 0
    why = refused(ask, us, wish("11-30", "12-07"))
    assert (why.code, why.field) == ("leave.balance_short", "end")
    assert why.sentence == "年假只剩 5 天,这次需要 6 天。请改短,或换一种假。另有 5 天 在审批中,已经留出。"
    assert refused(ask, us, wish("11-27", "11-30")).code == "leave.overlaps"


def test_what_is_decided_holds_nothing_any_more(us):
    first = ask(us, wish("11-23", "11-27"))
    deciding_actions.refuse(first, "年底太忙", by=us.by("wang"), at=make.NOW)
    assert asking.pending(us.chen.pk) == {}
    again = ask(us, wish("11-23", "12-04"))
    actions.withdraw(again, by=us.by("chen"), at=make.NOW)
    assert ask(us, wish("11-23", "12-04")).state == "open"


def test_the_click_is_refused_where_the_balance_went_meanwhile_and_the_request_stays(us):
    made = ask(us, wish("11-23", "11-24"))
    balance_actions.adjust(us.chen, "annual", -9 * 480, "更正", by=make.ROOT, at=make.NOW)
    assert refused(yes, us, made).code == "leave.balance_short"
    assert Request.objects.get().state == "open"


def test_undone_leave_comes_back_as_far_as_it_still_holds(us):
    made = ask(us, wish("11-23", "11-24"))
    yes(us, made)
    undoing = actions.ask_undo(made, "不去了", by=us.by("chen"), at=make.NOW)
    assert (left(us.chen), asking.pending(us.chen.pk)) == (8, {})
    yes(us, undoing)
    assert (left(us.chen), Absence.objects.get().withdrawn_at) == (10, make.NOW)
    again = ask(us, wish("11-23", "11-24"))
    yes(us, again)
    taken = TakenLeave.objects.get(request_id=again.pk)
    leave.give_back(taken, make.at("11-23 00:00"), by=make.ROOT, at=make.NOW)
    actions.undo_directly(again, "人事已销", by=us.by("he"), at=make.NOW)
    assert left(us.chen) == 10


def test_the_rest_is_given_back_by_a_request_of_its_own(us):
    yes(us, ask(us, wish("11-23", "11-25")))
    taken = TakenLeave.objects.get()
    told = {"by": us.by("chen"), "at": make.NOW}
    made = asking_actions.ask_end(taken, make.at("11-24 00:00"), "提前回来", **told)
    assert made.summary == "年假 2026-11-23 – 2026-11-25 · 2026-11-24 · 2 天 · 提前回来"
    assert (made.facts["days"], left(us.chen)) == ("2.00", 7)
    assert refused(asking_actions.ask_end, taken, make.at("11-25 00:00"), "", **told).code == "leave.end_asked"
    yes(us, made)
    assert left(us.chen) == 9
    assert refused(asking_actions.ask_end, taken, make.at("11-24 00:00"), "", **told).code == "leave.over"
    assert refused(actions.undo_directly, made, "错了", by=us.by("he"), at=make.NOW).code == "leave.end_stays"


def test_nobody_asks_for_others_but_hr(us):
    assert ask(us, wish(), who="he").submitted_by == us.accounts["he"]
    for who in ("wang", "lin", "outsider"):
        with pytest.raises((NotAllowed, NotFound)):
            ask(us, wish("11-25"), who=who)
    yes(us, Request.objects.get())
    with pytest.raises((NotAllowed, NotFound)):
        asking_actions.ask_end(TakenLeave.objects.get(), make.at("11-23 00:00"), "", by=us.by("lin"), at=make.NOW)


def test_looking_what_it_costs_keeps_nothing(us):
    before = AuditEntry.objects.count()
    asking_actions.try_out(us.chen, wish(), at=make.NOW)
    assert (TakenLeave.objects.count(), Absence.objects.count(), AuditEntry.objects.count()) == (0, 0, before)


def test_the_form_shows_balance_cost_and_deciders_while_one_types(us, enter):
    chen = enter("chen")
    page = text(chen.get("/requests/new/leave/?kind=annual&date=2026-11-23"))
    assert ("剩 10 天" in page, 'value="2026-11-23"' in page) == (True, True)
    shown = text(chen.post("/requests/new/leave/", {**ANNUAL, "shape": "halves", "preview": "1"}))
    assert all(word in shown for word in ("2 天", "10 天", "8 天", "wang"))
    assert "hx-swap-oob" not in shown
    other = text(chen.post("/requests/new/leave/", {**ANNUAL, "kind": "personal", "shape": "halves", "preview": "1"}))
    assert ('hx-swap-oob="true"' in other, 'name="start_time"' in other) == (True, True)
    assert not Request.objects.exists()
    assert chen.post("/requests/new/leave/", {**ANNUAL, "shape": "halves"}).status_code == 302
    assert "审批中 2 天" in text(chen.get("/requests/new/leave/"))
    assert "审批中 2 天" in text(chen.get("/my/leave/"))


def test_refusals_are_said_before_and_after_with_what_was_typed(us, enter):
    chen = enter("chen")
    told = {**ANNUAL, "last": "2026-12-18"}
    assert "年假只剩 10 天,这次需要 20 天" in text(chen.post("/requests/new/leave/", {**told, "preview": "1"}))
    answer = chen.post("/requests/new/leave/", told)
    assert (answer.status_code, 'value="回家"' in text(answer)) == (422, True)
    for wrong in ({"kind": ""}, {"kind": "paternity"}, {"first": "x"}, {"last": "2026-11-01"}):
        assert chen.post("/requests/new/leave/", {**ANNUAL, **wrong}).status_code == 422
    assert not Request.objects.exists()


def test_proof_is_asked_for_and_goes_with_the_leave(us, enter):
    chen = enter("chen")
    told = {**ANNUAL, "kind": "sick"}
    assert "病假超过 1 天须附证明" in text(chen.post("/requests/new/leave/", {**told, "preview": "1"}))
    assert "须附证明" not in text(chen.post("/requests/new/leave/", {**told, "last": told["first"], "preview": "1"}))
    refused_ = chen.post("/requests/new/leave/", told)
    assert (refused_.status_code, "须有证明" in text(refused_)) == (422, True)
    assert (
        chen.post("/requests/new/leave/", {**told, "files": SimpleUploadedFile("病假条.pdf", PDF)}).status_code == 302
    )
    made = Request.objects.get()
    assert "病假条.pdf" in text(enter("wang").get(f"/requests/{made.pk}/"))
    yes(us, made)
    assert TakenLeave.objects.get().proof == "病假条.pdf"


def test_what_is_sent_back_is_edited_and_submitted_again(us, enter):
    made = ask(us, wish("11-23", "11-24", kind="sick"), files=[("a.pdf", PDF)])
    deciding_actions.send_back(made, "日期不对", by=us.by("wang"), at=make.NOW)
    chen = enter("chen")
    where = f"/requests/new/leave/?request={made.pk}"
    assert 'value="2026-11-24"' in text(chen.get(where))
    told = {"kind": "sick", "first": "2026-11-24", "last": "2026-11-25", "reason": ""}
    assert chen.post(where, told)["Location"] == f"/requests/{made.pk}/"
    yes(us, made)
    assert TakenLeave.objects.get().days[0][0] == "2026-11-24"
    assert enter("lin").get(where).status_code == 404


def test_hr_asks_for_somebody_on_the_page(us, enter):
    where = "/requests/new/leave/?for=00013"
    assert "代 陈大白 00013 提交" in text(enter("he").get(where))
    assert enter("he").post(where, ANNUAL).status_code == 302
    assert Request.objects.get().employee == us.chen
    assert [enter(who).get(where).status_code for who in ("wang", "lin", "outsider")] == [403, 403, 403]
    assert "这个账号没有对应的员工" in text(enter("sun").get("/requests/new/leave/"))


def test_the_end_of_a_leave_on_its_page(us, enter):
    chen = enter("chen")
    assert "没有可以销的假" in text(chen.get("/requests/new/leave-end/"))
    yes(us, ask(us, wish("11-23", "11-25")))
    taken = TakenLeave.objects.get()
    chen = enter("chen")
    told = {"leave": taken.pk, "since_day": "2026-11-24", "shape": "day", "reason": "提前回来"}
    assert "2 天" in text(chen.post("/requests/new/leave-end/", {**told, "preview": "1"}))
    late = {**told, "since_day": "2026-11-26"}
    assert "没有可销的部分" in text(chen.post("/requests/new/leave-end/", {**late, "preview": "1"}))
    assert chen.post("/requests/new/leave-end/", late).status_code == 422
    assert chen.post("/requests/new/leave-end/", told).status_code == 302
    made = Request.objects.get(kind="leave_end")
    deciding_actions.send_back(made, "改成 25 日", by=us.by("wang"), at=make.NOW)
    again = f"/requests/new/leave-end/?request={made.pk}"
    assert 'value="2026-11-24"' in text(chen.get(again))
    assert chen.post(again, {**told, "since_day": "2026-11-25"}).status_code == 302
    yes(us, made)
    assert left(us.chen) == 8


def test_a_night_shift_is_asked_for_by_its_roster_day(there):
    lead(there)
    keep(there.zhao)
    cells = [Cell(there.zhao.pk, make.day(f"11-{n}"), there.night.pk) for n in (23, 24, 25)]
    roster.paint(cells, by=make.ROOT, at=make.NOW, today=make.TODAY)
    made = asking_actions.ask(there.zhao, wish("11-23", "11-24"), by=there.by("zhao"), at=make.NOW)
    assert made.facts["days"] == "2.00"
    yes(there, made, "he")
    row = Absence.objects.get()
    assert (f"{row.start:%m-%d %H:%M}", f"{row.end:%m-%d %H:%M}") == ("11-23 00:00", "11-25 06:00")


def test_two_requests_at_once_never_ask_for_the_same_days(company):
    plant()
    known(company.chen, gender="female", worked_since=make.day("2012-03-01"))
    lead(company)
    keep(company.chen)
    by = company.by("chen")
    found = at_once(
        lambda asked: asking_actions.ask(company.chen, asked, by=by, at=make.NOW).state,
        (wish("11-23", "11-30"), wish("12-01", "12-08")),
    )
    assert found == ["leave.balance_short", "open"]


def test_two_approvals_at_once_never_overdraw(company):
    """Ten days were asked for; two were taken away since. Wang decides both at the same moment."""
    plant()
    known(company.chen, gender="female", worked_since=make.day("2012-03-01"))
    lead(company)
    keep(company.chen)
    told = {"by": company.by("chen"), "at": make.NOW}
    both = [asking_actions.ask(company.chen, wish(first, first), **told) for first in ("11-23", "11-24")]
    balance_actions.adjust(company.chen, "annual", -9 * 480, "更正", by=make.ROOT, at=make.NOW)
    wang = company.by("wang")
    found = at_once(lambda one: deciding_actions.approve(one, by=wang, at=make.NOW).state, both)
    assert found == ["approved", "leave.balance_short"]
    assert left(company.chen) == 0
