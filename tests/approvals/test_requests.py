"""A request from its submission to its end: who is asked, what an answer does, what is told to whom."""

from decimal import Decimal

import pytest
from asking import deeds, flow, state

import make
from kaoqin.approvals import actions, deciding_actions, queries
from kaoqin.approvals.flowing import StepPlan, When
from kaoqin.approvals.models import Request, Seat
from kaoqin.approvals.words import Missing, Mode, Who
from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.security.models import AuditEntry
from kaoqin.security.words import Role, Scope, ScopeKind

DAYS = {"days": Decimal(3)}


def refused(change, *args, **kwargs):
    with pytest.raises(Refusal) as refusal:
        change(*args, **kwargs)
    return refusal.value.code


def test_the_line_manager_decides_and_beyond_three_days_the_head_too(us):
    short, long = us.ask("chen", days=3), us.ask("wang", days=4)
    assert us.waits_for(short) == ["wang"]
    us.yes(short, "wang")
    assert state(short) == "approved"
    assert us.waits_for(long) == ["he"]
    us.yes(long, "he")
    assert state(long) == "approved"
    assert "carried" in deeds(long)


def test_what_is_told_and_when(us, heard):
    made = us.ask("chen")
    wang, chen = us.cast.accounts["wang"].pk, us.cast.accounts["chen"].pk
    assert [(name, facts["account_ids"]) for name, facts in heard] == [("requests.waiting", [wang])]
    assert (str(heard[0][1]["title"]), heard[0][1]["link"]) == ("陈大白的请求", f"/requests/{made.pk}/")
    us.yes(made, "wang")
    assert heard.names() == ["requests.waiting", "requests.decided", "requests.approved"]
    assert (heard[1][1]["account_id"], heard[1][1]["state"]) == (chen, "approved")
    approved = heard[2][1]
    assert (approved["request_id"], approved["kind"], approved["employee_id"]) == (made.pk, "plea", us.cast.chen.pk)
    assert approved["details"] == {"what": "借一把伞", "facts": {}}


def test_a_listener_that_cannot_follow_refuses_the_click_and_the_request_stays_open(us, heard):
    made = us.ask("chen")
    heard.refusal = Refusal("leave.balance_short", "年假只剩 2 天。")
    assert refused(us.yes, made, "wang") == "leave.balance_short"
    assert (state(made), us.waits_for(made), deeds(made)) == ("open", ["wang"], ["submitted"])
    heard.refusal = None
    us.yes(made, "wang")
    assert state(made) == "approved"


def test_a_no_ends_it_and_wants_a_reason(us, heard):
    made = us.ask("chen")
    assert refused(us.no, made, "wang", "  ") == "approvals.no_reason"
    us.no(made, "wang", "人手不够")
    assert (state(made), us.waits_for(made)) == ("refused", [])
    assert "requests.approved" not in heard.names()
    assert refused(us.yes, made, "wang") == "approvals.over"


def test_only_who_is_asked_decides(us):
    made = us.ask("chen")
    for stranger in ("lin", "zhao", "sun", "outsider"):
        with pytest.raises(NotAllowed):
            us.yes(made, stranger)
    with pytest.raises(NotAllowed):
        us.yes(made, "chen")
    assert state(made) == "open"


def test_nobody_asks_for_somebody_else_but_hr(us):
    told = ("plea", us.cast.zhao, {"what": ""})
    with pytest.raises(NotAllowed):
        actions.submit(*told, **us.by("wang"))
    made = actions.submit(*told, **us.by("he"))
    assert made.employee == us.cast.zhao
    assert us.waits_for(made) == ["he"]


def everybody(us, mode, *names):
    people = tuple(getattr(us.cast, name).pk for name in names)
    return StepPlan(Who.PEOPLE, mode, people=people)


def test_all_of_several(us):
    flow(everybody(us, Mode.ALL, "wang", "he"))
    made = us.ask("chen")
    assert us.waits_for(made) == ["he", "wang"]
    us.yes(made, "he")
    assert (state(made), us.waits_for(made)) == ("open", ["wang"])
    assert refused(us.yes, made, "he") == "approvals.not_waiting"
    us.yes(made, "wang")
    assert state(made) == "approved"


def test_any_of_several(us):
    flow(everybody(us, Mode.ANY, "wang", "he"))
    made = us.ask("chen")
    us.yes(made, "he")
    assert state(made) == "approved"
    assert refused(us.yes, made, "wang") == "approvals.over"


def test_in_turn(us):
    flow(everybody(us, Mode.IN_TURN, "wang", "he"))
    made = us.ask("chen")
    assert us.waits_for(made) == ["wang"]
    assert refused(us.yes, made, "he") == "approvals.not_waiting"
    us.yes(made, "wang")
    assert us.waits_for(made) == ["he"]
    us.yes(made, "he")
    assert state(made) == "approved"


def test_a_role_is_held_by_whoever_reaches_the_applicant(us):
    flow(StepPlan(Who.ROLE, role=Role.MANAGER))
    make.account("plant", (Role.MANAGER, Scope(ScopeKind.DEPARTMENT, us.cast.plant.pk)))
    make.account("place", (Role.MANAGER, Scope(ScopeKind.SITE, us.cast.site.pk)))
    assert us.waits_for(us.ask("chen")) == ["place", "wang"]
    assert us.waits_for(us.ask("zhao")) == ["place", "plant"]


def test_the_first_flow_that_fits_carries_it(us):
    flow(everybody(us, Mode.ANY, "zhao"), when=When(departments=frozenset({us.cast.sales.pk}), over=DAYS))
    assert us.waits_for(us.ask("lin", days=3)) == ["wang"]
    assert us.waits_for(us.ask("lin", days=4)) == ["zhao"]
    assert us.waits_for(us.ask("zhao", days=4)) == ["he"]


def test_where_nobody_is_found_it_goes_up_to_others_or_to_hr(us):
    nobody = (make.employee("无账号", where=us.cast.plant).pk,)
    flow(StepPlan(Who.PEOPLE, people=nobody), name="一")
    assert us.waits_for(us.ask("chen")) == ["wang"]
    flow(StepPlan(Who.PEOPLE, people=nobody, missing=Missing.PEOPLE, substitutes=(us.cast.zhao.pk,)), name="二")
    assert us.waits_for(us.ask("chen")) == ["zhao"]
    flow(StepPlan(Who.PEOPLE, people=nobody, missing=Missing.HR), name="三")
    assert us.waits_for(us.ask("chen")) == ["he"]


def test_without_anybody_at_all_it_is_not_submitted(us):
    us.cast.accounts["he"].grants.all().delete()
    make.leave(us.cast.he, make.day("11-10"))
    us.cast.accounts["he"].is_active = False
    us.cast.accounts["he"].save()
    assert refused(us.ask, "wang") == "approvals.nobody"
    assert not Request.objects.exists()


def test_without_a_flow_it_is_not_submitted(us):
    from kaoqin.approvals import flow_actions
    from kaoqin.approvals.models import Flow

    flow_actions.close_flow(Flow.objects.get(), make.TODAY, **us.by("he"))
    assert refused(us.ask, "chen") == "approvals.no_flow"


def test_within_its_limits_a_flow_says_yes_by_itself(us, heard):
    flow(StepPlan(Who.MANAGER), automatic=When(upto={"days": Decimal("0.5")}))
    made = us.ask("chen", days="0.5")
    assert (state(made), deeds(made)) == ("approved", ["submitted", "automatic", "approved"])
    assert "requests.approved" in heard.names()
    assert state(us.ask("chen", days=1)) == "open"


def test_consents_come_before_all_steps_and_before_a_yes_by_itself(us):
    flow(StepPlan(Who.MANAGER), automatic=When(upto={"days": Decimal(1)}))
    made = us.ask("chen", [us.cast.lin.pk], days=1)
    assert us.waits_for(made) == ["lin"]
    us.yes(made, "lin")
    assert state(made) == "approved"
    other = us.ask("chen", [us.cast.lin.pk, us.cast.zhao.pk], days=2)
    us.yes(other, "lin")
    assert us.waits_for(other) == ["zhao"]
    us.no(other, "zhao", "那天我有事")
    assert state(other) == "refused"


def test_a_consent_needs_an_account(us):
    assert refused(us.ask, "chen", [make.employee("无账号").pk]) == "approvals.no_account"


def test_withdrawn_before_it_is_decided(us, heard):
    made = us.ask("chen")
    with pytest.raises(NotAllowed):
        actions.withdraw(made, **us.by("wang"))
    actions.withdraw(made, "改主意了", **us.by("chen"))
    assert (state(made), us.waits_for(made)) == ("withdrawn", [])
    assert "requests.withdrawn" not in heard.names()
    assert refused(us.yes, made, "wang") == "approvals.over"
    assert refused(actions.withdraw, made, **us.by("chen")) == "approvals.over"


def test_sent_back_changed_and_submitted_again(us):
    flow(everybody(us, Mode.ALL, "wang", "he"))
    made = us.ask("chen")
    us.yes(made, "wang")
    us.back(made, "he", "写清楚")
    assert (state(made), us.waits_for(made)) == ("sent_back", [])
    flow(everybody(us, Mode.ALL, "zhao"), name="后来的")
    actions.resubmit(made, {"what": "借两把伞", "facts": {}}, **us.by("chen"))
    assert us.waits_for(made) == ["he", "wang"]
    made.refresh_from_db()
    assert (made.round, made.details["what"]) == (2, "借两把伞")
    us.yes(made, "he")
    us.yes(made, "wang")
    assert state(made) == "approved"


def test_a_request_keeps_the_version_with_which_it_began(us):
    from kaoqin.approvals import flow_actions

    made_flow = flow(everybody(us, Mode.ANY, "wang"), everybody(us, Mode.ANY, "he"))
    made = us.ask("chen")
    flow_actions.put_step(made_flow, 1, everybody(us, Mode.ANY, "zhao"), by=make.ROOT, at=make.NOW)
    flow_actions.publish(made_flow, make.TODAY, by=make.ROOT, at=make.NOW)
    us.yes(made, "wang")
    assert us.waits_for(made) == ["he"]
    later = us.ask("chen")
    us.yes(later, "wang")
    assert us.waits_for(later) == ["zhao"]


def test_whoever_leaves_before_the_turn_decides_nothing(us):
    from kaoqin.org import lead_actions

    flow(everybody(us, Mode.ANY, "zhao"), StepPlan(Who.MANAGER))
    made = us.ask("chen")
    lead_actions.state_heads([lead_actions.Heads(us.cast.sales, us.cast.lin, make.TODAY)], by=make.ROOT, at=make.NOW)
    us.yes(made, "zhao")
    assert us.waits_for(made) == ["lin"]


def test_an_approver_is_added_after_or_before_oneself(us):
    after, before = us.ask("chen"), us.ask("chen")
    told = {"text": "请会签", **us.by("wang")}
    deciding_actions.add_approver(after, us.cast.zhao, before=False, **told)
    us.yes(after, "wang")
    assert (state(after), us.waits_for(after)) == ("open", ["zhao"])
    us.yes(after, "zhao")
    assert state(after) == "approved"
    deciding_actions.add_approver(before, us.cast.zhao, before=True, **told)
    assert us.waits_for(before) == ["zhao"]
    assert refused(us.yes, before, "wang") == "approvals.not_waiting"
    us.yes(before, "zhao")
    assert us.waits_for(before) == ["wang"]
    us.yes(before, "wang")
    assert state(before) == "approved"


def test_not_everybody_can_be_added(us):
    made = us.ask("chen")
    told = {"before": True, **us.by("wang")}
    assert refused(deciding_actions.add_approver, made, us.cast.chen, **told) == "approvals.own"
    nobody = make.employee("无账号")
    assert refused(deciding_actions.add_approver, made, nobody, **told) == "approvals.no_account"


def test_hr_hands_over_what_nobody_answers(us):
    made = us.ask("chen")
    with pytest.raises(NotAllowed):
        deciding_actions.hand_over(made, us.cast.zhao, "王主管休假", **us.by("wang"))
    deciding_actions.hand_over(made, us.cast.zhao, "王主管休假", **us.by("he"))
    assert us.waits_for(made) == ["zhao"]


def test_an_approved_request_is_undone_by_the_same_flow(us, heard):
    made = us.ask("chen")
    us.yes(made, "wang")
    undoing = actions.ask_undo(made, "不去了", **us.by("chen"))
    assert us.waits_for(undoing) == ["wang"]
    assert str(undoing.title) == "撤销陈大白的请求"
    assert refused(actions.ask_undo, made, "", **us.by("chen")) == "approvals.undone_already"
    assert refused(us.back, undoing, "wang") == "approvals.undo_not_sent_back"
    us.yes(undoing, "wang")
    assert (state(made), state(undoing)) == ("undone", "approved")
    assert heard.names().count("requests.approved") == 1
    told = next(facts for name, facts in heard if name == "requests.withdrawn")
    assert (told["request_id"], told["by"].name) == (made.pk, "wang")
    assert refused(actions.ask_undo, undoing, "", **us.by("chen")) == "approvals.undoes_already"


def test_an_undoing_that_was_refused_leaves_all_as_it_was(us, heard):
    made = us.ask("chen")
    us.yes(made, "wang")
    us.no(actions.ask_undo(made, "不去了", **us.by("chen")), "wang")
    assert state(made) == "approved"
    assert "requests.withdrawn" not in heard.names()
    assert us.waits_for(actions.ask_undo(made, "真的不去了", **us.by("chen"))) == ["wang"]


def test_hr_undoes_at_once_with_a_reason(us, heard):
    made = us.ask("chen")
    us.yes(made, "wang")
    undoing = actions.ask_undo(made, "不去了", **us.by("chen"))
    with pytest.raises(NotAllowed):
        actions.undo_directly(made, "重复", **us.by("wang"))
    assert refused(actions.undo_directly, made, " ", **us.by("he")) == "approvals.no_reason"
    actions.undo_directly(made, "重复", **us.by("he"))
    assert (state(made), state(undoing)) == ("undone", "withdrawn")
    assert heard.names().count("requests.withdrawn") == 1


def test_reminding_not_too_often(us, heard):
    made = us.ask("chen")
    actions.remind(made, **us.by("chen"))
    assert heard.names()[-1] == "requests.reminded"
    us.at = make.NOW + actions.REMIND_AGAIN - make.DAY / 86400
    assert refused(actions.remind, made, **us.by("chen")) == "approvals.reminded_lately"
    us.at = make.NOW + actions.REMIND_AGAIN
    actions.remind(made, **us.by("chen"))


def test_comments_are_of_the_people_of_a_request(us):
    made = us.ask("chen")
    actions.comment(made, "急", **us.by("chen"))
    actions.comment(made, "为什么?", **us.by("wang"))
    with pytest.raises(NotFound):
        actions.comment(made, "我也想", **us.by("lin"))
    assert refused(actions.comment, made, " ", **us.by("chen")) == "approvals.no_text"


def test_who_may_open_a_request(us):
    made = us.ask("chen")

    def sees(who):
        return queries.visible(seen_by=us.cast.by(who), on=make.TODAY).filter(pk=made.pk).exists()

    assert [who for who in ("chen", "wang", "he", "lin", "zhao", "sun", "qian", "outsider") if sees(who)] == [
        *("chen", "wang", "he")
    ]


def test_many_at_once_each_for_itself(us):
    some = [us.ask("chen"), us.ask("lin"), us.ask("zhao")]
    told = deciding_actions.decide_many(some, True, "", **us.by("wang"))
    assert [state(one) for one in some] == ["approved", "approved", "open"]
    assert told == ["赵夜班的请求:这个申请不由您审批。"]


def test_every_deed_is_remembered(us):
    made = us.ask("chen")
    us.yes(made, "wang", "同意")
    entries = AuditEntry.objects.filter(subject="approvals.request", subject_id=made.pk).order_by("pk")
    assert list(entries.values_list("action", "said")) == [
        ("approvals.submitted", "陈大白的请求:提交申请"),
        ("approvals.yes", "陈大白的请求:同意"),
    ]


def test_the_forecast_says_who_is_not_asked_twice(us):
    told = queries.who_would_decide("plea", us.cast.chen, {"days": 4}, on=make.TODAY)
    assert [(step.names, step.carried) for step in told.steps] == [(("wang",), False), (("wang",), True)]


def test_the_forecast_is_what_happens(us):
    flow(everybody(us, Mode.ALL, "wang", "he"), StepPlan(Who.HEAD, when=When(over=DAYS)))
    told = queries.who_would_decide("plea", us.cast.chen, {"days": 4}, on=make.TODAY)
    assert [(step.names, step.carried) for step in told.steps] == [(("wang", "he"), False), (("wang",), False)]
    made = us.ask("chen", days=4)
    seats = Seat.objects.filter(step__request=made).order_by("step__position", "position")
    assert list(seats.values_list("account__username", flat=True)) == ["wang", "he", "wang"]


def test_lists_ask_few_questions(us, django_assert_max_num_queries):
    for _ in range(12):
        us.ask("chen")
    with django_assert_max_num_queries(6):
        rows = us.waiting("wang")
        assert len(queries.deciding_now(rows, make.TODAY)) == 12
