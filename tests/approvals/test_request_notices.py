"""Notices of requests: one each, gone when it is done, told anew when it is somebody's turn again."""

import datetime as dt

import pytest
from asking import flow

import make
from kaoqin.approvals import actions, deciding_actions, delegating
from kaoqin.approvals.chasing import chase
from kaoqin.approvals.flowing import StepPlan
from kaoqin.approvals.words import DECIDED, REMINDED, WAITS, Mode, Who
from kaoqin.notices import queries as notices
from kaoqin.notices.models import Notice

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def inbox(us):
    """`inbox("wang")`: kind and title of what is unread, the oldest first."""

    def read(name):
        rows = notices.inbox(seen_by=us.cast.by(name)).filter(read_at=None).order_by("pk")
        return [(one.kind, one.title) for one in rows]

    return read


def both(us, mode):
    flow(StepPlan(Who.PEOPLE, mode, people=(us.cast.wang.pk, us.cast.he.pk)))
    return us.ask("chen")


def test_the_line_manager_is_told_once_and_the_link_opens_the_request(us, inbox, enter):
    made = us.ask("chen")
    assert inbox("wang") == [(WAITS, "陈大白的请求")]
    notice = Notice.objects.get()
    assert (notice.link, notice.body) == (f"/requests/{made.pk}/", "内容:借一把伞")
    assert enter("wang").get(notice.link).status_code == 200
    assert inbox("chen") == inbox("he") == []


def test_who_decided_is_rid_of_it_and_the_applicant_knows(us, inbox):
    us.yes(us.ask("chen"), "wang")
    assert inbox("wang") == []
    assert inbox("chen") == [(DECIDED, "您的请求:已同意")]


@pytest.mark.parametrize(("deed", "title"), [("no", "未同意"), ("back", "已退回")])
def test_a_no_comes_with_its_reason(us, inbox, deed, title):
    getattr(us, deed)(us.ask("chen"), "wang", "年底太忙")
    assert inbox("chen") == [(DECIDED, f"您的请求:{title}")]
    assert Notice.objects.get(kind=DECIDED).body == "原因:年底太忙"


def test_where_one_is_enough_the_others_are_rid_of_it_too(us, inbox):
    made = both(us, Mode.ANY)
    assert (len(inbox("wang")), len(inbox("he"))) == (1, 1)
    us.yes(made, "he")
    assert inbox("wang") == inbox("he") == []


def test_where_all_decide_only_who_did_is_rid_of_it(us, inbox):
    us.yes(both(us, Mode.ALL), "wang")
    assert (inbox("wang"), len(inbox("he"))) == ([], 1)


def test_in_turn_the_next_is_told_when_it_is_their_turn(us, inbox):
    made = both(us, Mode.IN_TURN)
    assert (len(inbox("wang")), inbox("he")) == (1, [])
    us.yes(made, "wang")
    assert (inbox("wang"), len(inbox("he"))) == ([], 1)


def test_whose_turn_it_is_again_is_told_anew(us, inbox):
    made = us.ask("chen")
    told = us.by("wang")
    deciding_actions.add_approver(made, us.cast.he, before=True, **told)
    assert (inbox("wang"), len(inbox("he"))) == ([], 1)
    us.yes(made, "he")
    assert (len(inbox("wang")), inbox("he")) == (1, [])
    us.back(made, "wang")
    actions.resubmit(made, {"what": "两把伞", "facts": {}}, **us.by("chen"))
    assert inbox("wang") == [(WAITS, "陈大白的请求")]


def test_the_delegate_is_told_too_and_rid_of_it_too(us, inbox):
    days = (make.TODAY, make.TODAY + make.DAY)
    delegating.delegate(us.cast.wang, us.cast.lin, *days, **us.by("wang"))
    made = us.ask("chen")
    assert (len(inbox("wang")), len(inbox("lin"))) == (1, 1)
    us.yes(made, "lin")
    assert inbox("wang") == inbox("lin") == []


def test_a_reminder_comes_anew_each_time_and_goes_with_the_rest(us, inbox):
    made = us.ask("chen")
    for hours in (0, 2):
        us.at = make.NOW + hours * HOUR
        actions.remind(made, **us.by("chen"))
        assert inbox("wang") == [(WAITS, "陈大白的请求"), (REMINDED, "请尽快审批:陈大白的请求")]
    us.yes(made, "wang")
    assert inbox("wang") == []


def test_who_is_passed_over_is_rid_of_it_and_the_one_above_is_told(us, inbox):
    flow(StepPlan(Who.MANAGER, escalate_hours=48))
    us.ask("lin")
    chase(make.NOW + 48 * HOUR)
    assert (inbox("wang"), inbox("he")) == ([], [(WAITS, "林小满的请求")])


def test_what_one_did_oneself_is_not_told(us, inbox):
    actions.withdraw(us.ask("chen"), **us.by("chen"))
    assert inbox("wang") == inbox("chen") == []


def test_who_asked_in_somebodys_place_is_told_with_the_name(us, inbox):
    made = actions.submit("plea", us.cast.chen, {"what": "伞", "facts": {}}, **us.by("he"))
    us.yes(made, "wang")
    assert inbox("he") == [(DECIDED, "陈大白的请求:已同意")]
    assert inbox("chen") == [(DECIDED, "您的请求:已同意")]


def test_an_undoing_is_told_once(us, inbox):
    made = us.ask("chen")
    us.yes(made, "wang")
    undoing = actions.ask_undo(made, "不用了", **us.by("chen"))
    assert inbox("wang") == [(WAITS, "撤销陈大白的请求")]
    us.yes(undoing, "wang")
    assert inbox("chen")[1:] == [(DECIDED, "撤销请求的申请:已同意")]
    other = us.ask("chen")
    us.yes(other, "wang")
    actions.undo_directly(other, "重复", **us.by("he"))
    assert inbox("chen")[-1] == (DECIDED, "您的请求:已撤销")
