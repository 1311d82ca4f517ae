"""Dated rules in; days and months out. Results are derived and may be made again from the facts."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from kaoqin.attendance.words import (
    AdjustmentState,
    Answer,
    Cycle,
    Lapse,
    MissingPunch,
    OvertimeBasis,
    System,
    kind_label,
)
from kaoqin.core.ranges import days, same


class RuleVersion(models.Model):
    """The rules of an attendance group from a day on until the next version (minutes)."""

    group = models.ForeignKey("scheduling.Group", on_delete=models.CASCADE, related_name="rule_versions")
    begins_on = models.DateField()
    system = models.CharField(max_length=15, choices=System, default=System.STANDARD)
    cycle = models.CharField(max_length=10, choices=Cycle, default=Cycle.MONTH)
    overtime_basis = models.CharField(max_length=10, choices=OvertimeBasis, default=OvertimeBasis.BOTH)
    overtime_after = models.PositiveSmallIntegerField(default=0)
    overtime_min = models.PositiveSmallIntegerField(default=30)
    overtime_step = models.PositiveSmallIntegerField(default=30)
    early_overtime = models.BooleanField(default=False)
    missing_punch = models.CharField(max_length=10, choices=MissingPunch, default=MissingPunch.INCOMPLETE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "begins_on"], name="rule_version_once_a_day"),
            models.CheckConstraint(condition=Q(overtime_step__gte=1), name="overtime_step_at_least_one"),
        ]


class Absence(models.Model):
    """An approved leave, trip, outing or field time, in local wall-clock time [start, end).

    One that another room told of has an `origin`, by which that room ends it again; it is there once. A trip that was
    asked for has its `request`.
    """

    employee = models.ForeignKey("org.Employee", on_delete=models.CASCADE, related_name="absences")
    kind = models.CharField(max_length=30)
    start = models.DateTimeField()
    end = models.DateTimeField()
    remark = models.CharField(max_length=200, default="", blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey("approvals.Request", null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    origin = models.CharField(max_length=60, null=True, unique=True)  # noqa: DJ001 - unique where there is one

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(end__gt=F("start")), name="absence_ends_after_start")]
        indexes = [models.Index(fields=["employee", "start"])]

    @property
    def label(self) -> str:
        """What its kind is called; a word HR made up is its own label."""
        return kind_label(self.kind)


class AgreedOvertime(models.Model):
    """Approved overtime, in local wall-clock time [start, end). One that room overtime told of has an `origin`, by which
    that room ends it again; it is there once."""

    employee = models.ForeignKey("org.Employee", on_delete=models.CASCADE, related_name="agreed_overtime")
    start = models.DateTimeField()
    end = models.DateTimeField()
    remark = models.CharField(max_length=200, default="", blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    origin = models.CharField(max_length=60, null=True, unique=True)  # noqa: DJ001 - unique where there is one

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(end__gt=F("start")), name="overtime_ends_after_start")]
        indexes = [models.Index(fields=["employee", "start"])]


class CorrectionQuota(models.Model):
    """How often, until when and with what proof punches may be added for a reason, from a day on; without a group, for
    all that have none of their own."""

    group = models.ForeignKey("scheduling.Group", null=True, on_delete=models.CASCADE, related_name="quotas")
    begins_on = models.DateField()
    lapse = models.CharField(max_length=10, choices=Lapse)
    most = models.PositiveSmallIntegerField(null=True, blank=True)
    within_days = models.PositiveSmallIntegerField()
    proof = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "lapse", "begins_on"], name="correction_quota_once_a_day", nulls_distinct=False
            )
        ]


class Totals(models.Model):
    """The minute columns that a day has and a month sums."""

    planned_minutes = models.IntegerField()
    worked_minutes = models.IntegerField()
    late_minutes = models.IntegerField()
    early_minutes = models.IntegerField()
    absent_minutes = models.IntegerField()
    leave_minutes = models.IntegerField()
    trip_minutes = models.IntegerField()
    forgiven_minutes = models.IntegerField()
    unaccounted_minutes = models.IntegerField()
    overtime_workday_minutes = models.IntegerField()
    overtime_rest_minutes = models.IntegerField()
    overtime_statutory_minutes = models.IntegerField()
    statutory_worked_minutes = models.IntegerField()
    night_minutes = models.IntegerField()

    class Meta:
        abstract = True


class DayResult(Totals):
    """One employee-day as the engine reckoned it; `shift` is the shift's code, `first_in`/`last_out` local.

    A provisional one is of a day that is not over yet; it is in no month.
    """

    pk = models.CompositePrimaryKey("employee_id", "date")
    # A foreign key in the database would double the time of writing a month; who is settled is read from `org` in the
    # same transaction, and results can be made again.
    employee = models.ForeignKey(
        "org.Employee", on_delete=models.CASCADE, related_name="day_results", db_constraint=False, db_index=False
    )
    date = models.DateField()
    shift = models.CharField(max_length=40)
    day_kind = models.CharField(max_length=10)
    serious_late = models.BooleanField()
    missing_in = models.SmallIntegerField()
    missing_out = models.SmallIntegerField()
    first_in = models.DateTimeField(null=True)
    last_out = models.DateTimeField(null=True)
    status = models.CharField(max_length=80)
    provisional = models.BooleanField(default=False)
    settled_at = models.DateTimeField()

    class Meta:
        # Rows are written person by person, so a day of everybody lies all over the table whatever the index; a page of
        # some people is found by the primary key.
        indexes = [BrinIndex(fields=["date"], autosummarize=True, name="day_result_by_date")]


class MonthResult(Totals):
    """One employee-month, the sums of its days; `month` is its first day."""

    pk = models.CompositePrimaryKey("employee_id", "month")
    employee = models.ForeignKey("org.Employee", on_delete=models.CASCADE, related_name="month_results", db_index=False)
    month = models.DateField()
    planned_days = models.SmallIntegerField()
    attended_days = models.SmallIntegerField()
    rest_days = models.SmallIntegerField()
    late_times = models.SmallIntegerField()
    serious_late_times = models.SmallIntegerField()
    early_times = models.SmallIntegerField()
    missing_in = models.SmallIntegerField()
    missing_out = models.SmallIntegerField()
    absent_days = models.DecimalField(max_digits=6, decimal_places=2)
    leave_by_kind = models.JSONField(default=dict)
    settled_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["month", "employee"])]


class Touched(models.Model):
    """That days of people must be settled again. Rows are only added, so whoever adds one waits for nobody; those who
    settle take them away and queue their people.
    """

    employees = ArrayField(models.BigIntegerField())
    first = models.DateField()
    last = models.DateField()
    since = models.DateTimeField()


class Queued(models.Model):
    """Whose days are to be settled again: at most one span of an employee.

    `claim` is the batch that is settling them now; `again` says that they were touched since it began.
    """

    employee = models.OneToOneField("org.Employee", on_delete=models.CASCADE, primary_key=True, related_name="+")
    first = models.DateField()
    last = models.DateField()
    since = models.DateTimeField()
    claim = models.IntegerField(null=True)
    again = models.BooleanField(default=False)


class Waiting(models.Model):
    """A view: who waits to be settled, queued or touched since, and the span of it."""

    employee = models.OneToOneField("org.Employee", on_delete=models.DO_NOTHING, primary_key=True, related_name="+")
    first = models.DateField()
    last = models.DateField()

    class Meta:
        managed = False


class SettlementFault(models.Model):
    """Why an employee's days could not be settled: shown to HR until the cause is mended."""

    employee = models.ForeignKey("org.Employee", on_delete=models.CASCADE, related_name="settlement_faults")
    first = models.DateField()
    last = models.DateField()
    sentences = models.JSONField(default=list)
    found_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["employee", "first"], name="settlement_fault_once")]


class CycleHours(models.Model):
    """The ledger of comprehensive hours (综合计算工时): a person's cycle, the sums of its days that are kept, minutes.

    Counted are the days from `counted_from` to `counted_to` on which one was employed and under the system: who joins or
    leaves within the cycle has the standard of those days. `standard_minutes` are workdays × 8 h; `average_minutes` the
    share of 248 workdays a year, which some bureaus take. `closed_at`: all its days were closed, nobody writes it any more.
    """

    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="cycle_hours")
    group = models.ForeignKey("scheduling.Group", on_delete=models.PROTECT, related_name="+")
    begins_on = models.DateField()
    ends_on = models.DateField()
    counted_from = models.DateField()
    counted_to = models.DateField()
    standard_minutes = models.IntegerField()
    average_minutes = models.IntegerField()
    worked_minutes = models.IntegerField()
    statutory_minutes = models.IntegerField()
    excess_minutes = models.IntegerField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["employee", "begins_on", "ends_on"], name="cycle_hours_once"),
            models.CheckConstraint(condition=Q(counted_to__gte=F("counted_from")), name="cycle_hours_in_order"),
        ]
        indexes = [models.Index(fields=["ends_on", "employee"])]

    @property
    def partial(self) -> bool:
        """Whether not all days of the cycle are counted: joined or left within it, or it is not over."""
        return (self.counted_from, self.counted_to) != (self.begins_on, self.ends_on)

    @property
    def percent(self) -> int:
        """How much of the standard has been worked."""
        return self.worked_minutes * 100 // self.standard_minutes if self.standard_minutes else 0

    @property
    def average_excess_minutes(self) -> int:
        """What is beyond the average standard."""
        return max(self.worked_minutes - self.average_minutes - self.statutory_minutes, 0)


class ToldException(models.Model):
    """Of which exceptions of a day its person has been told: the words of its status, so that each is told once."""

    employee = models.ForeignKey("org.Employee", on_delete=models.CASCADE, related_name="+")
    date = models.DateField()
    words = models.CharField(max_length=80)
    told_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["date", "employee", "words"], name="exception_told_once")]


class MonthRule(models.Model):
    """The month of a group from a day on: where its cycle begins, and what is reckoned over the whole month.

    `first_day` 1 is the calendar month, 26 the 26th to the 25th. Of 0 the others mean never.
    """

    group = models.ForeignKey("scheduling.Group", on_delete=models.CASCADE, related_name="month_rules")
    begins_on = models.DateField()
    first_day = models.PositiveSmallIntegerField(default=1)
    free_late_times = models.PositiveSmallIntegerField(default=0)
    free_late_minutes = models.PositiveSmallIntegerField(default=0)
    lates_per_half_day = models.PositiveSmallIntegerField(default=0)
    late_breaks = models.BooleanField(default=True)
    early_breaks = models.BooleanField(default=True)
    missing_breaks = models.BooleanField(default=True)
    absent_breaks = models.BooleanField(default=True)
    leave_breaks = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "begins_on"], name="month_rule_once_a_day"),
            models.CheckConstraint(
                condition=Q(first_day__gte=1, first_day__lte=28), name="cycle_begins_on_a_day_of_any"
            ),
        ]


class Confirmation(models.Model):
    """What somebody was asked to confirm of a cycle, and what they said.

    `digest` is of what they saw when they answered, `sheet` a copy of it: what was confirmed can be shown for ever.
    """

    employee = models.ForeignKey("org.Employee", on_delete=models.CASCADE, related_name="confirmations")
    first = models.DateField()
    last = models.DateField()
    state = models.CharField(max_length=10, choices=Answer, default=Answer.ASKED)
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    answered_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, default="", blank=True)
    sheet = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, default="", blank=True)
    reply = models.CharField(max_length=500, default="", blank=True)
    replied_at = models.DateTimeField(null=True)
    replied_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["employee", "first"], name="confirmation_once_a_cycle")]
        indexes = [models.Index(fields=["last", "state"])]


class ClosedMonth(Totals):
    """A closed cycle of an employee: sums of its days, which nobody changes any more, and a digest of them.

    `rules` are the rule versions its days were reckoned by. One that was opened again stays on record.
    """

    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="closed_months")
    group = models.ForeignKey("scheduling.Group", on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    first = models.DateField()
    last = models.DateField()
    planned_days = models.SmallIntegerField()
    attended_days = models.SmallIntegerField()
    rest_days = models.SmallIntegerField()
    late_times = models.SmallIntegerField()
    serious_late_times = models.SmallIntegerField()
    early_times = models.SmallIntegerField()
    missing_in = models.SmallIntegerField()
    missing_out = models.SmallIntegerField()
    absent_days = models.DecimalField(max_digits=6, decimal_places=2)
    leave_by_kind = models.JSONField(default=dict)
    free_lates = models.SmallIntegerField(default=0)
    late_absent_days = models.DecimalField(max_digits=4, decimal_places=1, default=0)
    full_attendance = models.BooleanField(default=False)
    full_broken_by = models.JSONField(default=list)
    rules = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    answer = models.CharField(max_length=10, choices=Answer, default="", blank=True)
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    handed_over_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)
    reopen_reason = models.CharField(max_length=300, default="", blank=True)
    before = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="closed_month_in_order"),
            models.CheckConstraint(
                condition=Q(handed_over_at=None) | Q(reopened_at=None), name="handed_over_is_never_reopened"
            ),
            # One day is closed once: employee and days as ranges, for the database has no btree_gist.
            ExclusionConstraint(
                name="day_closed_once",
                expressions=[
                    (same("employee"), RangeOperators.OVERLAPS),
                    (days("first", "last"), RangeOperators.OVERLAPS),
                ],
                condition=Q(reopened_at=None),
            ),
        ]
        indexes = [models.Index(fields=["month", "employee"]), models.Index(fields=["employee", "last"])]


class Adjustment(models.Model):
    """What a closed day would be now: columns before → after, and why; accepted into a later month, or dismissed."""

    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="adjustments")
    closed = models.ForeignKey(ClosedMonth, on_delete=models.PROTECT, related_name="adjustments")
    date = models.DateField()
    before = models.JSONField()
    after = models.JSONField()
    causes = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=AdjustmentState, default=AdjustmentState.PENDING)
    found_at = models.DateTimeField()
    into = models.DateField(null=True)
    reason = models.CharField(max_length=300, default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "date"], condition=Q(state="pending"), name="one_adjustment_of_a_day_waits"
            )
        ]
        indexes = [models.Index(fields=["state", "-found_at"])]
