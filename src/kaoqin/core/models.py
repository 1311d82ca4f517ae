"""Tables every room may use: long jobs with their progress."""

from django.db import models
from django.utils.translation import gettext_lazy


class JobState(models.TextChoices):
    WAITING = "waiting", gettext_lazy("等待中")
    RUNNING = "running", gettext_lazy("进行中")
    DONE = "done", gettext_lazy("已完成")
    FAILED = "failed", gettext_lazy("失败")


class JobRun(models.Model):
    """One long piece of work a person asked for, with a progress bar that survives a reload."""

    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    told = models.TextField(default="", blank=True)
    result = models.JSONField(default=dict)
    account_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account_id", "-asked_at"])]


class KeptFile(models.Model):
    """A file a job made for one account (an export), kept for some days and then deleted."""

    job = models.OneToOneField(JobRun, on_delete=models.CASCADE, related_name="file")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    path = models.CharField(max_length=300)
    size_bytes = models.PositiveBigIntegerField()
    expires_at = models.DateTimeField()


class OutboxEvent(models.Model):
    """Something that happened here and that others outside may take note of, kept in the transaction of its reason."""

    name = models.CharField(max_length=60)
    facts = models.JSONField()
    told_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["told_at"], name="outbox_by_time")]


class TableImport(models.Model):
    """A table somebody brought, with its mapping and repairs, until it is taken or given up."""

    kind = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    rows = models.JSONField()
    header = models.PositiveIntegerField()
    mapping = models.JSONField()
    edits = models.JSONField(default=dict)
    dropped = models.JSONField(default=list)
    account_id = models.BigIntegerField()
    brought_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    said = models.TextField(default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["account_id", "-brought_at"])]
