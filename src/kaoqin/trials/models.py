"""Drafts of rules, their runs, and what came of each: kept as rows, so that a page of a run opens in a few questions."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Trial(models.Model):
    """A draft of a group's rules: `before` are the terms in force when it was begun, `after` those of the draft."""

    group = models.ForeignKey("scheduling.Group", on_delete=models.CASCADE, related_name="trials")
    name = models.CharField(max_length=60)
    before = models.JSONField()
    after = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    begins_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "name"], name="trial_named_once_a_group"),
            models.CheckConstraint(
                condition=Q(published_at=None, begins_on=None) | Q(published_at__isnull=False, begins_on__isnull=False),
                name="published_trial_has_a_day",
            ),
        ]


class TrialRun(models.Model):
    """The terms of a draft tried on some months of some people. `done` are the batches that are kept, by the place of
    their first employee: a run that died goes on with the others."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="runs")
    before = models.JSONField()
    after = models.JSONField()
    months = ArrayField(models.DateField())
    department = models.ForeignKey("org.Department", null=True, on_delete=models.PROTECT, related_name="+")
    employee_ids = ArrayField(models.BigIntegerField())
    done = ArrayField(models.IntegerField(), default=list)
    job_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["trial", "-asked_at"])]


class TrialPerson(models.Model):
    """Somebody of a run: each measure as it was over all its months (`was_…`), and what the draft adds to it.

    `closed`: a month of theirs is closed and would stay as it is. `unknown_days` could not be reckoned.
    """

    # Written by the ten thousand, and gone with their run: foreign keys in the database would double the time.
    run = models.ForeignKey(
        TrialRun, on_delete=models.CASCADE, related_name="people", db_constraint=False, db_index=False
    )
    employee = models.ForeignKey("org.Employee", on_delete=models.CASCADE, related_name="+", db_constraint=False)
    department = models.ForeignKey(
        "org.Department", null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    closed = models.BooleanField()
    compared_days = models.IntegerField()
    changed_days = models.IntegerField()
    unknown_days = models.IntegerField()
    touched = models.BooleanField()
    gains = models.BooleanField()
    loses = models.BooleanField()
    was_late_minutes = models.IntegerField()
    was_late_times = models.IntegerField()
    was_early_minutes = models.IntegerField()
    was_absent_hundredths = models.IntegerField()
    was_late_absent_hundredths = models.IntegerField()
    was_missing_times = models.IntegerField()
    was_unaccounted_minutes = models.IntegerField()
    was_forgiven_minutes = models.IntegerField()
    was_attended_days = models.IntegerField()
    was_worked_minutes = models.IntegerField()
    was_overtime_workday_minutes = models.IntegerField()
    was_overtime_rest_minutes = models.IntegerField()
    was_overtime_statutory_minutes = models.IntegerField()
    was_statutory_worked_minutes = models.IntegerField()
    was_night_minutes = models.IntegerField()
    was_full_months = models.IntegerField()
    late_minutes = models.IntegerField()
    late_times = models.IntegerField()
    early_minutes = models.IntegerField()
    absent_hundredths = models.IntegerField()
    late_absent_hundredths = models.IntegerField()
    missing_times = models.IntegerField()
    unaccounted_minutes = models.IntegerField()
    forgiven_minutes = models.IntegerField()
    attended_days = models.IntegerField()
    worked_minutes = models.IntegerField()
    overtime_workday_minutes = models.IntegerField()
    overtime_rest_minutes = models.IntegerField()
    overtime_statutory_minutes = models.IntegerField()
    statutory_worked_minutes = models.IntegerField()
    night_minutes = models.IntegerField()
    full_months = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "employee"], name="once_in_a_run")]


class TrialDay(models.Model):
    """A day of somebody that differs: the columns that do, before and after."""

    run = models.ForeignKey(
        TrialRun, on_delete=models.CASCADE, related_name="days", db_constraint=False, db_index=False
    )
    employee = models.ForeignKey(
        "org.Employee", on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    date = models.DateField()
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "employee", "date"], name="trial_day_once")]
