"""Rules of overtime, dated; overtime that was agreed; the bank of comp time, a ledger."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from kaoqin.core.ranges import same
from kaoqin.overtime.words import Cap, Entry, Treatment, Way


class OvertimeRules(models.Model):
    """The rules of a group from a day on until its next row; without a group, of all that have none of their own."""

    group = models.ForeignKey("scheduling.Group", null=True, on_delete=models.CASCADE, related_name="overtime_rules")
    begins_on = models.DateField()
    workday = models.CharField(max_length=10, choices=Treatment)
    rest = models.CharField(max_length=10, choices=Treatment)
    usual_day_minutes = models.PositiveSmallIntegerField()
    most_day_minutes = models.PositiveSmallIntegerField()
    most_month_minutes = models.PositiveSmallIntegerField()
    day_cap = models.CharField(max_length=5, choices=Cap)
    month_cap = models.CharField(max_length=5, choices=Cap)
    banked_counts = models.BooleanField()
    months_valid = models.PositiveSmallIntegerField()
    days_after = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "begins_on"], name="overtime_rules_once_a_day", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(months_valid__range=(1, 36)), name="overtime_months_sound"),
        ]


class Overtime(models.Model):
    """Overtime that was agreed, local wall clock [start, end), and how it is repaid."""

    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="overtime")
    start = models.DateTimeField()
    end = models.DateTimeField()
    way = models.CharField(max_length=5, choices=Way)
    reason = models.CharField(max_length=200)
    request = models.ForeignKey("approvals.Request", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="agreed_overtime_ends_after_start"),
            ExclusionConstraint(
                name="agreed_overtime_does_not_overlap",
                expressions=[
                    (same("employee_id"), RangeOperators.OVERLAPS),
                    (Func(F("start"), F("end"), Value("[)"), function="tstzrange"), RangeOperators.OVERLAPS),
                ],
                condition=Q(ended_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["employee", "start"])]

    @property
    def origin(self) -> str:
        """What room attendance knows it by."""
        return f"overtime:{self.pk}"


class BankEntry(models.Model):
    """One line of somebody's comp time, in minutes. The database refuses to change it.

    An entry without a lot begins one: minutes usable from `begins_on` to `ends_on`, paid out at `percent` when they were
    not taken. All others name the lot they take from or give to. `key` makes an entry once; `series` names the day and
    the kind of day that were worked (`2026-11-21:rest`), so that what was credited already is known.
    """

    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="bank_entries")
    entry = models.CharField(max_length=10, choices=Entry)
    on = models.DateField()
    minutes = models.IntegerField()
    lot = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="takings")
    begins_on = models.DateField()
    ends_on = models.DateField()
    percent = models.PositiveSmallIntegerField()
    series = models.CharField(max_length=30, default="", blank=True)
    origin = models.CharField(max_length=60, default="", blank=True)
    key = models.CharField(max_length=80)
    said = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["employee", "key"], name="bank_entry_once"),
            models.CheckConstraint(condition=Q(lot__isnull=False) | Q(minutes__gt=0), name="bank_lot_gives"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("begins_on")), name="bank_lot_lasts"),
        ]
        indexes = [
            models.Index(fields=["employee", "ends_on"]),
            models.Index(fields=["entry", "on"]),
            models.Index(fields=["origin"], condition=~Q(origin=""), name="bank_entry_of_a_leave"),
        ]
