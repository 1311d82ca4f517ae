"""Roll-calls and who was ticked."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from kaoqin.rollcall.words import Direction


class RollCall(models.Model):
    """That somebody called the roll at a site: `local_time` is the moment by the site's wall clock, `at` the instant.
    `passed_over`: the employees who were on the list and not ticked."""

    site = models.ForeignKey("org.Site", on_delete=models.PROTECT, related_name="roll_calls")
    direction = models.CharField(max_length=3, choices=Direction)
    local_time = models.DateTimeField()
    at = models.DateTimeField()
    passed_over = ArrayField(models.BigIntegerField(), default=list)
    called_at = models.DateTimeField()
    called_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["-at"])]


class Tick(models.Model):
    """That somebody was there, and the punch it became."""

    roll_call = models.ForeignKey(RollCall, on_delete=models.PROTECT, related_name="ticks")
    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="+")
    punch = models.OneToOneField("punches.Punch", on_delete=models.PROTECT, related_name="tick")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["roll_call", "employee"], name="ticked_once")]
