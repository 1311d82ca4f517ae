"""Who should work when: shifts, calendars, groups, patterns and the roster. All dated."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Q

from kaoqin.core.ranges import StretchesField, days, same
from kaoqin.scheduling.words import DayKind, GroupMode, PlanSource


class Shift(models.Model):
    """A shift by its code; its times are dated (`ShiftVersion`)."""

    code = models.CharField(max_length=40, unique=True)
    colour = models.CharField(max_length=20, default="blue")


class ShiftVersion(models.Model):
    """A shift as it is from a day on until the next version. Minutes; 0 of a threshold means never.

    A free shift (自由工时) has no segments: its day runs from `day_start` and asks for `required_minutes`.
    """

    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="versions")
    begins_on = models.DateField()
    name = models.CharField(max_length=60)
    closed = models.BooleanField(default=False)
    free = models.BooleanField(default=False)
    day_start = models.PositiveSmallIntegerField(default=300)
    required_minutes = models.PositiveSmallIntegerField(default=480)
    flex_early = models.PositiveSmallIntegerField(default=0)
    flex_late = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shift", "begins_on"], name="shift_version_once_a_day")]


class ShiftSegment(models.Model):
    """One stretch of work of a shift, in minutes from 00:00 of the roster day (1800 = 06:00 next day)."""

    version = models.ForeignKey(ShiftVersion, on_delete=models.CASCADE, related_name="segments")
    number = models.PositiveSmallIntegerField()
    start = models.PositiveSmallIntegerField()
    end = models.PositiveSmallIntegerField()
    break_start = models.PositiveSmallIntegerField(null=True, blank=True)
    break_end = models.PositiveSmallIntegerField(null=True, blank=True)
    in_required = models.BooleanField(default=True)
    out_required = models.BooleanField(default=True)
    in_before = models.PositiveSmallIntegerField(default=240)
    out_after = models.PositiveSmallIntegerField(default=480)
    late_grace = models.PositiveSmallIntegerField(default=0)
    early_grace = models.PositiveSmallIntegerField(default=0)
    serious_late = models.PositiveSmallIntegerField(default=0)
    absent_late = models.PositiveSmallIntegerField(default=0)
    absent_early = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="segment_number_once"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="segment_ends_after_start"),
            models.CheckConstraint(
                condition=Q(break_start__isnull=True, break_end__isnull=True)
                | Q(break_start__gte=F("start"), break_end__gt=F("break_start"), break_end__lte=F("end")),
                name="segment_break_inside",
            ),
        ]


class LateOffLateOn(models.Model):
    """晚走晚到: who left `off_after` minutes late yesterday may come `on_later` minutes later today."""

    version = models.ForeignKey(ShiftVersion, on_delete=models.CASCADE, related_name="late_off_late_on")
    off_after = models.PositiveSmallIntegerField()
    on_later = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "off_after"], name="late_off_once")]


class Calendar(models.Model):
    """A calendar of day kinds; regions and companies may have their own."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)


class CalendarYear(models.Model):
    """A year the calendar knows. Without the State Council's notice only the statutory days are sure."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField()
    noticed = models.BooleanField(default=False)
    source = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "year"], name="calendar_year_once")]


class CalendarDay(models.Model):
    """A date that differs from its weekday's kind, or has a name."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="special_days")
    date = models.DateField()
    kind = models.CharField(max_length=10, choices=DayKind)
    name = models.CharField(max_length=40, default="", blank=True)
    adjusted = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "date"], name="calendar_day_once")]


class Group(models.Model):
    """An attendance group (考勤组): people under the same rules, by its code; its plan is dated."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)


class GroupPlan(models.Model):
    """How a group's days are planned from a day on: a fixed week, a roster, or free hours."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="plans")
    begins_on = models.DateField()
    mode = models.CharField(max_length=10, choices=GroupMode)
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="+")
    follows_calendar = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "begins_on"], name="group_plan_once_a_day")]


class GroupWeekday(models.Model):
    """The shift of a weekday (0 = Monday) in a fixed week; a weekday without a row is a rest day."""

    plan = models.ForeignKey(GroupPlan, on_delete=models.CASCADE, related_name="weekdays")
    weekday = models.PositiveSmallIntegerField()
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "weekday"], name="group_weekday_once"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="group_weekday_in_week"),
        ]


class Membership(models.Model):
    """Which group an employee belongs to, from–to; at most one on a day."""

    employee = models.ForeignKey("org.Employee", on_delete=models.CASCADE, related_name="memberships")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="memberships")
    begins_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="membership_one_a_day",
                expressions=[
                    (same("employee_id"), RangeOperators.OVERLAPS),
                    (days(), RangeOperators.OVERLAPS),
                ],
            )
        ]
        indexes = [models.Index(fields=["group", "begins_on"])]


class Pattern(models.Model):
    """A rotation (两班倒, 四班三运转, 上二休二 …): a sequence of shifts and rest days that repeats."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)


class PatternDay(models.Model):
    """The n-th day of a rotation; no shift is a rest day."""

    pattern = models.ForeignKey(Pattern, on_delete=models.CASCADE, related_name="days")
    position = models.PositiveSmallIntegerField()
    shift = models.ForeignKey(Shift, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pattern", "position"], name="pattern_day_once")]


class RosterDay(models.Model):
    """What an employee should work on a date; no shift is a planned rest day.

    `planned` is the local wall clock of the timed shift's segments, as of its version on that day; the database
    refuses two that overlap (one may lie in the gap between another's segments). It is empty for rest days and free
    shifts.
    """

    employee = models.ForeignKey("org.Employee", on_delete=models.CASCADE, related_name="roster_days")
    date = models.DateField()
    shift = models.ForeignKey(Shift, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    planned = StretchesField(null=True)
    source = models.CharField(max_length=10, choices=PlanSource)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["employee", "date"], name="roster_day_once"),
            ExclusionConstraint(
                name="roster_plans_do_not_overlap",
                expressions=[
                    (same("employee_id"), RangeOperators.OVERLAPS),
                    ("planned", RangeOperators.OVERLAPS),
                ],
                condition=Q(planned__isnull=False),
                deferrable=Deferrable.DEFERRED,
            ),
        ]
        indexes = [models.Index(fields=["date", "employee"])]


class RestRule(models.Model):
    """How long people rest between two days of work when shifts are swapped, from a day on: a warning, or it blocks."""

    begins_on = models.DateField(unique=True)
    minutes = models.PositiveSmallIntegerField()
    blocks = models.BooleanField()


class Skill(models.Model):
    """What somebody must have learnt, or hold a paper of, to work some shifts (技能: 叉车证, 电工证, 收银)."""

    name = models.CharField(max_length=60, unique=True)


class HeldSkill(models.Model):
    """That somebody has a skill, from–to; a paper that ends is another row when it is renewed."""

    employee = models.ForeignKey("org.Employee", on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="holders")
    begins_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["employee", "skill", "begins_on"], name="skill_begins_once"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("begins_on")), name="skill_lasts"
            ),
        ]


class NeededSkill(models.Model):
    """That a shift needs a skill, from–to."""

    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="needed_skills")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="shifts")
    begins_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shift", "skill", "begins_on"], name="needed_skill_begins_once"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("begins_on")), name="needed_skill_lasts"
            ),
        ]


class RosterChange(models.Model):
    """One stroke on the roster board, with what stood there before: what undo puts back."""

    account_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    title = models.CharField(max_length=100)
    before = models.JSONField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account_id", "-at"])]
