"""What a draft would change is what it changes when it is published: of random companies, and at the edges."""

import json
from contextlib import suppress
from dataclasses import asdict, replace
from random import Random

import pytest
from companies import random_company
from company_rows import LATER, LONG_AGO, TOLD, could_be, load
from django.db import transaction

import make
from kaoqin.attendance import actions, closing, month_plans, months, reckoning, trying
from kaoqin.attendance.actions import Rules
from kaoqin.attendance.drafts import Draft
from kaoqin.attendance.models import DayResult, MonthResult, RuleVersion
from kaoqin.attendance.month_plans import MonthPlan
from kaoqin.attendance.monthly import Rule
from kaoqin.attendance.settling import settle_people
from kaoqin.attendance.trying import NUMBERS, SUMMED
from kaoqin.attendance.words import MissingPunch, OvertimeBasis, System
from kaoqin.core.words import Refusal
from kaoqin.scheduling import actions as scheduling
from kaoqin.scheduling import queries as plans
from kaoqin.scheduling.models import Group, Shift
from kaoqin.scheduling.words import Thresholds, Tolerances

OCTOBER = make.day("10-01")
HR = {"by": make.ROOT, "at": make.NOW}
NAMES = tuple(Rules.__dataclass_fields__)


class ImpossibleShiftError(Exception):
    """Flex that the break of the shift does not allow: nobody could publish it."""


def rules_of(group):
    row = RuleVersion.objects.filter(group=group).latest("begins_on")
    return {name: getattr(row, name) for name in NAMES}


def draft_of(group, *, month_rule=None, shifts=None, **changed):
    return Draft(group.pk, rules_of(group) | changed, month_rule or Rule(), shifts or {})


def random_rules(random):
    return Rules(
        system=random.choice(list(System)),
        overtime_basis=random.choice(list(OvertimeBasis)),
        overtime_after=random.choice([0, 30]),
        overtime_min=random.choice([0, 30, 60]),
        overtime_step=random.choice([1, 15, 60]),
        early_overtime=random.random() < 0.5,
        missing_punch=random.choice(list(MissingPunch)),
    )


def random_month(random):
    return Rule(
        random.randrange(3), random.choice([5, 30]), random.randrange(3), *(random.random() < 0.5 for _ in "12345")
    )


def random_tolerances(random, shift):
    plan = shift.latest()
    told = [Thresholds(*(random.choice([0, 5, 30]) for _ in range(5))) for _ in plan.segments]
    flex = random.choice([0, 15]) if len(told) == 1 else 0
    return Tolerances(flex, flex, tuple(told))


def random_draft(random):
    group = random.choice(list(Group.objects.order_by("pk")))
    shifts = {key: random_tolerances(random, one) for key, one in plans.shifts().items() if random.random() < 0.6}
    return Draft(group.pk, vars(random_rules(random)), random_month(random), shifts)


def publish(draft, begins_on):
    """The draft as the rules of all time, by the actions themselves."""
    group = Group.objects.get(pk=draft.group_id)
    actions.keep_rules(group, begins_on, Rules(**draft.rules), **TOLD)
    month_plans.keep_month_rule(group, begins_on, MonthPlan(1, draft.month_rule), **TOLD)
    for key, told in draft.shifts.items():
        shift = plans.shift(key)
        try:
            scheduling.change_shift(Shift.objects.get(pk=key), shift.latest().tolerating(told), begins_on, **TOLD)
        except Refusal as refusal:
            raise ImpossibleShiftError from refusal


def days_now():
    names = [*NUMBERS, "status"]
    return {(row[0], row[1]): dict(zip(names, row[2:], strict=True)) for row in rows_of(names)}


def rows_of(names):
    return DayResult.objects.values_list("employee_id", "date", *names)


def differences(before, after):
    """{(employee, date): (columns before, after)} of what differs."""
    found = {}
    for key, old in before.items():
        names = [name for name in old if old[name] != after[key][name]]
        if names:
            found[key] = {n: old[n] for n in names}, {n: after[key][n] for n in names}
    return found


def told(compared):
    return {
        (row["employee_id"], row["date"]): (json.loads(row["before"]), json.loads(row["after"]))
        for one in compared
        for row in one.days.to_pylist()
    }


def sheets(people, month):
    """What each person's month says: sums, absent days, half days of lates, 全勤."""
    found = {}
    for person in people:
        for period in months.periods_in([person.pk], month).get(person.pk, []):
            sheet = months.sheet(person, period)
            sums = {
                name: sheet.sums[name]
                for name in (*SUMMED, "planned_days", "attended_days", "late_times", "early_times")
            }
            sums["missing_times"] = sums["missing_in"] + sums["missing_out"]
            sums["absent_hundredths"] = int(sheet.sums["absent_days"] * 100)
            sums["late_absent_hundredths"] = int(sheet.verdict.absent_days * 100)
            found[person.pk] = {**sums, "full_months": int(sheet.verdict.full)}
    return found


def of_each(compared, side):
    return {
        key: {name: int(values[place]) for name, values in getattr(one, side).items()}
        for one in compared
        for place, key in enumerate(one.employee_ids.tolist())
    }


def prove(company, random):
    """Try a random draft, then publish it for real: both say the same. Returns how many days it changed."""
    people = list(load(company).values())
    ids, month = [person.pk for person in people], company.first.replace(day=1)
    for group in Group.objects.all():
        month_plans.keep_month_rule(group, LONG_AGO, MonthPlan(1, random_month(random)), **TOLD)
    span = month, (month + 31 * make.DAY).replace(day=1) - make.DAY
    settle_people(ids, *span, LATER)
    before, sheets_before = days_now(), sheets(people, month)
    draft = random_draft(random)
    compared = trying.compare(ids, month, draft)
    assert days_now() == before
    publish(draft, LONG_AGO)
    settle_people(ids, *span, LATER)
    assert told(compared) == differences(before, days_now())
    assert of_each(compared, "before") == sheets_before
    assert of_each(compared, "after") == sheets(people, month)
    return len(told(compared))


def test_a_draft_changes_what_it_would_change(db):
    changed = 0
    for seed in range(8, 24):
        company = random_company(Random(seed), most_employees=4, most_days=9)
        if could_be(company):
            with transaction.atomic():
                with suppress(ImpossibleShiftError):
                    changed += prove(company, Random(seed))
                transaction.set_rollback(True)
    assert changed > 10, changed


@pytest.fixture
def october(cast):
    """Chen came 5 and 20 minutes late and stayed 50 minutes once; all is settled."""
    make.punch(cast.chen, "10-12 09:05", "10-12 18:00", "10-13 09:20", "10-13 18:50")
    make.settle()
    return cast


def tried(cast, draft, *people):
    found = trying.compare([one.pk for one in people or (cast.chen,)], OCTOBER, draft)
    assert len(found) == 1
    return found[0]


def grace(cast, minutes):
    return {cast.day.pk: Tolerances(0, 0, (Thresholds(late_grace=minutes),))}


def test_the_rule_itself_changes_nothing(october):
    found = tried(october, draft_of(october.day_group), october.chen, october.zhao, october.lin)
    assert len(found.days) == 0
    assert not found.changed_days.any()
    assert all((found.before[name] == found.after[name]).all() for name in found.before)
    assert found.compared_days.tolist() == [31, 31, 31]


@pytest.mark.parametrize(("minutes", "late"), [(4, 25), (5, 20), (19, 20), (20, 0)])
def test_grace_forgives_lates_up_to_it(october, minutes, late):
    found = tried(october, draft_of(october.day_group, shifts=grace(october, minutes)))
    assert (found.before["late_minutes"][0], found.after["late_minutes"][0]) == (25, late)


def test_a_shift_changes_for_other_groups_too(october):
    make.punch(october.wang, "10-12 09:05", "10-12 18:00")
    other = make.group(make.weekdays(october.day), name="另一组")
    found = tried(october, draft_of(other, shifts=grace(october, 10)), october.chen, october.wang)
    assert found.after["late_times"].tolist() == [0, 1] or found.after["late_times"].tolist() == [1, 0]


def test_the_months_rule_is_tried_for_the_group_only(october):
    rule = Rule(lates_per_half_day=2)
    own = tried(october, draft_of(october.day_group, month_rule=rule))
    other = tried(october, draft_of(october.night_group, month_rule=rule))
    assert (own.before["late_absent_hundredths"][0], own.after["late_absent_hundredths"][0]) == (0, 50)
    assert other.after["late_absent_hundredths"][0] == 0


def test_trying_keeps_nothing(october):
    kept = list(DayResult.objects.order_by("pk").values()), list(MonthResult.objects.order_by("pk").values())
    tried(october, draft_of(october.day_group, missing_punch=MissingPunch.ABSENT, shifts=grace(october, 30)))
    assert kept == (list(DayResult.objects.order_by("pk").values()), list(MonthResult.objects.order_by("pk").values()))


def test_closed_months_are_compared_and_named(october):
    closing.close_people([october.chen.pk], OCTOBER, None, make.NOW)
    found = tried(october, draft_of(october.day_group, shifts=grace(october, 10)), october.chen, october.wang)
    assert sorted(found.closed.tolist()) == [0, 1]
    assert (found.before["late_minutes"] - found.after["late_minutes"]).sum() == 5


def test_days_nobody_can_reckon_are_told(october):
    lone = make.employee("未分组", hired_on=make.day("09-01"))
    make.join(october.day_group, lone, since=make.day("10-15"))
    RuleVersion.objects.filter(group=october.night_group).delete()
    found = trying.compare([lone.pk, october.zhao.pk], OCTOBER, draft_of(october.day_group))
    days = {key: one.compared_days[place] for one in found for place, key in enumerate(one.employee_ids.tolist())}
    assert days == {lone.pk: 17, october.zhao.pk: 0}
    assert [gap.employee_id for one in found for gap in one.gaps] == [october.zhao.pk]


def test_a_draft_explains_a_day(october):
    draft = draft_of(october.day_group, shifts=grace(october, 5))
    own = reckoning.explain(october.chen.pk, make.day("10-12"))
    new = reckoning.explain(october.chen.pk, make.day("10-12"), draft=draft)
    assert any("宽限内" in step.zh for step in new.steps), [step.zh for step in new.steps]
    assert not any("宽限内" in step.zh for step in own.steps)


def test_a_segment_a_draft_does_not_know_keeps_its_own(db):
    plan = replace(make.DAY_PLAN, segments=make.DAY_PLAN.segments * 2)
    mixed = plan.tolerating(Tolerances(10, 10, (Thresholds(late_grace=3),)))
    assert [one.late_grace for one in mixed.segments] == [3, 0]
    assert mixed.flex_late == 0
    assert asdict(plan.tolerating(plan.tolerances)) == asdict(plan)
