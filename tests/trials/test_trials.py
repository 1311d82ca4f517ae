"""A draft is begun, changed, tried, published: what it says is what comes, and nothing comes before."""

import datetime as dt

import pytest
from trials_case import HR, OCTOBER, change, row, run

import make
from kaoqin.attendance import actions as attendance
from kaoqin.attendance import closing
from kaoqin.attendance.actions import Rules
from kaoqin.attendance.models import DayResult, MonthResult, MonthRule, RuleVersion
from kaoqin.attendance.words import MissingPunch
from kaoqin.core.jobs import do_job
from kaoqin.core.models import JobRun, JobState
from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.scheduling import queries as plans
from kaoqin.security.models import AuditEntry
from kaoqin.security.words import Role, Scope, ScopeKind
from kaoqin.trials import actions, queries, running, saying
from kaoqin.trials.models import Trial, TrialDay, TrialPerson, TrialRun
from kaoqin.trials.terms import Terms, differences

DECEMBER = make.day("12-01")


def results():
    return list(DayResult.objects.order_by("pk").values()), list(MonthResult.objects.order_by("pk").values())


def lines(trial):
    said = saying.say_lines(differences(Terms.load(trial.before), Terms.load(trial.after)))
    return [f"{one.where}:{one.label} {one.before} → {one.after}" for one in said]


def test_a_draft_begins_as_the_rules_in_force(trial):
    assert trial.before == trial.after
    assert lines(trial) == []


def test_what_differs_is_said_line_by_line(october, trial):
    changed = change(trial, grace=5, shift=october.day, month={"absent_breaks": False}, missing_punch="absent")
    assert lines(changed) == [
        "考勤规则:缺卡时 记缺卡,工时待定 → 记旷工",
        "月度规则:旷工不计全勤 是 → 否",
        "班次 D 白班:迟到宽限(分) 0 → 5",
    ]


def test_a_run_says_who_gains_and_keeps_no_result(october, trial):
    before = results()
    made = run(change(trial, grace=5, shift=october.day))
    assert results() == before
    chen, wang = row(made, october.chen), row(made, october.wang)
    assert (chen.was_late_minutes, chen.late_minutes, chen.late_times, chen.changed_days) == (25, -5, -1, 1)
    assert saying.verdict(chen) == saying.GAINS
    assert saying.say_changes(chen) == "迟到 −5 分、迟到次数 −1 次"
    assert saying.verdict(wang) == saying.SAME
    day = TrialDay.objects.get(run=made)
    assert (day.employee_id, day.date) == (october.chen.pk, make.day("10-12"))
    assert (day.before["late_minutes"], day.after["late_minutes"]) == (5, 0)


def test_the_headline_sums_what_the_people_say(october, trial):
    made = run(change(trial, grace=10, shift=october.day, month={"lates_per_half_day": 1}))
    head = queries.headline(queries.people(made, seen_by=make.ROOT, on=make.TODAY))
    assert (head["tried"], head["touched"], head["gaining"], head["both"]) == (3, 2, 1, 1)
    assert (head["was_late_minutes_sum"], head["late_minutes_sum"]) == (33, -13)
    assert head["late_absent_hundredths_sum"] == 50


def test_the_rule_itself_changes_nobody(trial):
    made = run(trial)
    head = queries.headline(queries.people(made, seen_by=make.ROOT, on=make.TODAY))
    assert (head["tried"], head["touched"], head["changed_days_sum"]) == (3, 0, 0)
    assert not TrialDay.objects.exists()


def test_who_has_the_shift_in_another_group_is_tried_too(october, trial):
    other = make.group(make.weekdays(october.day), name="另一组")
    guest = make.employee("客人", where=october.plant)
    make.join(other, guest)
    make.settle()
    assert not TrialPerson.objects.filter(run=run(trial), employee=guest).exists()
    made = run(change(trial, grace=5, shift=october.day))
    assert TrialPerson.objects.filter(run=made, employee=guest).exists()
    assert queries.others_planned(Trial.objects.get(pk=trial.pk), make.TODAY) == 1


def test_full_attendance_is_gained_and_lost(october, trial):
    lone = make.employee("全勤", where=october.sales)
    make.join(october.day_group, lone)
    days = [make.day("10-08") + n * make.DAY for n in range(24)]
    times = [f"{day:%m-%d} {clock}" for day in days for clock in ("09:03", "18:00")]
    make.punch(lone, *times)
    make.absence(lone, "annual", "10-01 09:00", "10-07 18:00")
    made = run(change(trial, grace=3, shift=october.day))
    assert row(made, lone).full_months == 1
    lost = run(change(trial, grace=0, shift=october.day, month={"late_breaks": False}))
    assert row(lost, lone).full_months == 1
    none = run(change(trial, month={"late_breaks": True}))
    assert row(none, lone).full_months == 0


def test_a_closed_month_is_compared_and_stays(october, trial):
    closing.close_people([october.chen.pk], OCTOBER, None, make.NOW)
    before = results()
    made = run(change(trial, grace=5, shift=october.day))
    assert row(made, october.chen).closed
    assert not row(made, october.wang).closed
    assert results() == before


def test_publishing_is_what_the_run_said(october, trial):
    """The dates are of the past here, so that the days it was tried on are those it then holds for."""
    make.punch(october.he, "10-12 09:00", "10-13 18:00")
    make.settle()
    made = run(change(trial, grace=5, shift=october.day, missing_punch=MissingPunch.ABSENT))
    told = {(d.employee_id, d.date): (d.before, d.after) for d in TrialDay.objects.filter(run=made)}
    was = {(d.employee_id, d.date): d for d in DayResult.objects.filter(provisional=False)}
    actions.publish(trial, OCTOBER, **HR)
    make.settle()
    changed = {}
    for day in DayResult.objects.filter(date__month=10, provisional=False):
        old = was[day.employee_id, day.date]
        names = [f.attname for f in DayResult._meta.fields if f.attname != "settled_at"]
        apart = [name for name in names if getattr(old, name) != getattr(day, name)]
        if apart:
            pair = ({n: getattr(one, n) for n in apart} for one in (old, day))
            changed[day.employee_id, day.date] = tuple(pair)
    assert told == changed
    assert len(told) == 3


def test_publishing_goes_through_the_rules_own_actions(october, trial):
    made = change(trial, grace=5, shift=october.day, month={"free_late_times": 2}, overtime_step=15)
    run(made)
    published = actions.publish(trial, DECEMBER, **HR)
    version = RuleVersion.objects.get(group=october.day_group, begins_on=DECEMBER)
    assert version.overtime_step == 15
    assert MonthRule.objects.get(group=october.day_group, begins_on=DECEMBER).free_late_times == 2
    shift = plans.shift(october.day.pk)
    assert shift.on(DECEMBER).segments[0].late_grace == 5
    assert shift.on(DECEMBER - make.DAY).segments[0].late_grace == 0
    assert (published.begins_on, published.published_at) == (DECEMBER, make.NOW)
    entry = AuditEntry.objects.get(action="trials.publish")
    assert "迟到宽限" in entry.said
    with pytest.raises(Refusal, match="已经发布"):
        change(trial, overtime_step=30)
    with pytest.raises(Refusal, match="已经发布"):
        actions.delete(trial, **HR)


def test_only_what_differs_is_published(october, trial):
    run(change(trial, overtime_step=15))
    actions.publish(trial, DECEMBER, **HR)
    assert not MonthRule.objects.exists()
    assert len(plans.shift(october.day.pk).begins) == 1


def test_a_draft_nobody_tried_is_published_only_when_that_is_said(trial):
    change(trial, overtime_step=15)
    with pytest.raises(Refusal) as refused:
        actions.publish(trial, DECEMBER, **HR)
    assert (refused.value.code, refused.value.field) == ("trials.untried", "untried")
    assert actions.publish(trial, DECEMBER, **HR, untried=True).begins_on == DECEMBER


def test_a_run_of_other_terms_is_no_trial_of_these(trial):
    run(change(trial, overtime_step=15))
    change(trial, overtime_step=20)
    with pytest.raises(Refusal, match="没有按现在的内容试算过"):
        actions.publish(trial, DECEMBER, **HR)


def test_nothing_new_is_not_published(trial):
    with pytest.raises(Refusal, match="与现行规则相同"):
        actions.publish(trial, DECEMBER, **HR, untried=True)


def test_a_closed_day_and_a_later_version_are_refused(october, trial):
    change(trial, overtime_step=15)
    closing.close_people([october.chen.pk], OCTOBER, None, make.NOW)
    with pytest.raises(Refusal, match="已经月结") as refused:
        actions.publish(trial, make.day("10-31"), **HR, untried=True)
    assert refused.value.field == "begins_on"
    attendance.keep_rules(october.day_group, DECEMBER, Rules(), **HR)
    with pytest.raises(Refusal, match="已有自 2026-12-01 起"):
        actions.publish(trial, DECEMBER - make.DAY, **HR, untried=True)
    assert actions.publish(trial, DECEMBER, **HR, untried=True).published_at


def test_rules_that_changed_since_are_taken_over(october, trial):
    change(trial, overtime_step=15)
    attendance.keep_rules(october.day_group, make.day("11-01"), Rules(overtime_min=60), **HR)
    assert queries.outdated(Trial.objects.get(pk=trial.pk), make.TODAY)
    with pytest.raises(Refusal, match="现行规则在草稿之后变过"):
        actions.publish(trial, DECEMBER, **HR, untried=True)
    again = actions.begin_again(trial, **HR)
    assert not queries.outdated(again, make.TODAY)
    assert lines(again) == ["考勤规则:加班取整单位(分) 30 → 15"]
    assert Terms.load(again.after).rules["overtime_min"] == 60


def test_facts_that_changed_since_are_told(october, trial, clock):
    made = run(change(trial, grace=5, shift=october.day))
    assert not queries.facts_changed(made)
    clock(make.NOW + dt.timedelta(hours=1))
    make.punch(october.he, "10-14 09:30", "10-14 18:00")
    make.settle()
    assert queries.facts_changed(made)


def test_a_run_that_died_goes_on_where_it_was(october, trial, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 1)
    monkeypatch.setattr(running, "SIDE_BY_SIDE", 1)
    monkeypatch.setattr(running, "_apart", lambda run, place, language: running.try_batch(run, place))
    monkeypatch.setattr(running, "ThreadPoolExecutor", InThisThread)
    real, calls = running.try_batch, []

    def dies(run, place):
        calls.append(place)
        if len(calls) == 2:
            raise SystemExit
        return real(run, place)

    made = actions.run(change(trial, grace=5, shift=october.day), [OCTOBER], None, **HR)
    job = arguments(made)
    monkeypatch.setattr(running, "try_batch", dies)
    with pytest.raises(SystemExit):
        do_job(**job)
    made.refresh_from_db()
    assert (made.done, made.ended_at) == ([0], None)
    monkeypatch.setattr(running, "try_batch", lambda run, place: calls.append(place) or real(run, place))
    do_job(**job)
    made.refresh_from_db()
    assert calls == [0, 1, 1, 2]
    assert made.ended_at
    assert TrialPerson.objects.filter(run=made).count() == 3


class InThisThread:
    """A pool of no threads: other sessions would not see what this test has not committed."""

    def __init__(self, _):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def map(self, work, places):
        return map(work, places)


def arguments(made):
    from procrastinate.contrib.django.models import ProcrastinateJob

    return ProcrastinateJob.objects.get(args__run_id=made.job_id).args


def test_batches_side_by_side_come_out_the_same(company, monkeypatch):
    from trials_case import settled

    october = settled(company)
    trial = actions.begin(october.day_group, "并行", **HR)
    changed = change(trial, grace=5, shift=october.day)
    whole = run(changed)
    monkeypatch.setattr(running, "BATCH", 1)
    parted = run(changed)
    names = [f.attname for f in TrialPerson._meta.fields if f.attname not in {"id", "run_id"}]
    rows = [list(TrialPerson.objects.filter(run=one).order_by("employee").values(*names)) for one in (whole, parted)]
    assert rows[0] == rows[1]
    assert len(parted.done) == 3
    assert len(rows[0]) == 3


def test_a_batch_is_kept_once(october, trial):
    made = run(change(trial, grace=5, shift=october.day))
    running.try_batch(made, 0)
    assert TrialPerson.objects.filter(run=made).count() == 3


def test_a_draft_goes_with_all_its_runs(october, trial):
    run(change(trial, grace=5, shift=october.day))
    actions.delete(trial, **HR)
    assert not any(model.objects.exists() for model in (Trial, TrialRun, TrialPerson, TrialDay))


def test_a_run_of_a_draft_that_is_gone_says_so(october, trial):
    made = actions.run(trial, [OCTOBER], None, **HR)
    job = arguments(made)
    actions.delete(trial, **HR)
    do_job(**job)
    done = JobRun.objects.get(pk=made.job_id)
    assert (done.state, done.told) == (JobState.FAILED, "没有这次试算,或者它已随草稿删除。")


@pytest.mark.parametrize("month", [make.day("11-01"), make.day("2025-10-01"), make.day("12-01")])
def test_only_months_that_are_over_can_be_tried(trial, month):
    with pytest.raises(Refusal) as refused:
        actions.run(trial, [month], None, **HR)
    assert refused.value.field == "months"


def test_a_department_narrows_whom_it_is_about(october, trial):
    made = run(trial, department=october.sales)
    assert {one.employee_id for one in TrialPerson.objects.filter(run=made)} == {october.chen.pk, october.wang.pk}
    with pytest.raises(Refusal, match="没有您管理范围内的人"):
        run(trial, department=october.plant)


def test_several_months_are_added_up(october, trial):
    make.punch(october.chen, "09-30 09:30", "09-30 18:00")
    made = run(change(trial, grace=5, shift=october.day), make.day("09-01"), OCTOBER)
    assert row(made, october.chen).compared_days == 31  # attendance is kept since October
    assert made.months == [make.day("09-01"), OCTOBER]


def test_names_are_once_a_group(october, trial):
    with pytest.raises(Refusal, match="已有名为"):
        actions.begin(october.day_group, "迟到宽限", **HR)
    other = actions.begin(october.day_group, "别的", **HR)
    with pytest.raises(Refusal, match="已有名为"):
        actions.change(other, "迟到宽限", Terms.load(other.after), **HR)


def test_a_group_without_rules_has_nothing_to_try(october):
    RuleVersion.objects.filter(group=october.night_group).delete()
    with pytest.raises(Refusal, match="还没有规则"):
        actions.begin(october.night_group, "空", **HR)


def test_flex_that_the_break_does_not_allow_is_refused_in_the_draft(october, trial):
    told = Terms.load(trial.after).keep()
    told["shifts"][str(october.day.pk)]["flex_late"] = 240
    with pytest.raises(Refusal, match="休息须在最晚上班之后"):
        actions.change(trial, trial.name, Terms.load(told), **HR)


@pytest.mark.parametrize("who", ["outsider", "chen", "wang", "sun", "qian"])
def test_who_may_not_publish_rules_may_not_try_them(october, trial, who):
    told = {"by": october.by(who), "at": make.NOW}
    attempts = [
        lambda: actions.begin(october.day_group, "别的", **told),
        lambda: actions.change(trial, "别的", Terms.load(trial.after), **told),
        lambda: actions.begin_again(trial, **told),
        lambda: actions.run(trial, [OCTOBER], None, **told),
        lambda: actions.publish(trial, DECEMBER, **told, untried=True),
        lambda: actions.delete(trial, **told),
        lambda: queries.trials(seen_by=told["by"]),
        lambda: queries.run(1, seen_by=told["by"]),
    ]
    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt()


def test_people_are_seen_as_far_as_ones_reach_goes(october, trial):
    make.account("local", (Role.HR, Scope(ScopeKind.DEPARTMENT, october.sales.pk)))
    from kaoqin.security.doors import actor_of
    from kaoqin.security.models import Account

    local = actor_of(Account.objects.get(username="local"), make.TODAY)
    changed = change(trial, grace=5, shift=october.day)
    whole, own = run(changed), run(changed, by=local)
    assert {one.employee_id for one in queries.people(whole, seen_by=local, on=make.TODAY)} == {
        october.chen.pk,
        october.wang.pk,
    }
    assert TrialPerson.objects.filter(run=own).count() == 2
    with pytest.raises(NotFound):
        queries.person(whole, october.he.pk, seen_by=local, on=make.TODAY)


def test_every_change_is_audited(trial):
    run(change(trial, overtime_step=15))
    actions.begin_again(trial, **HR)
    actions.delete(trial, **HR)
    kept = AuditEntry.objects.filter(action__startswith="trials.").order_by("pk").values_list("action", flat=True)
    assert list(kept) == [f"trials.{one}" for one in ("begin", "change", "run", "begin_again", "delete")]


def test_a_run_asks_a_fixed_number_of_questions(october, trial, django_assert_max_num_queries):
    made = actions.run(change(trial, grace=5, shift=october.day), [OCTOBER], None, **HR)
    with django_assert_max_num_queries(75):
        running.try_batch(made, 0)
