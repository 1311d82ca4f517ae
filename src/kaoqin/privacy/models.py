"""Copies of people's data: whose, for whom, why, until when."""

from django.conf import settings
from django.db import models


class DataCopy(models.Model):
    """A copy of all that is kept of somebody, made for themselves or, once they have left, for whoever answers their request.

    Whoever asked fetches it at an address with the `token` until it `expires_at`; then there is no file any more (`path`). The row
    stays as the record of it.
    """

    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reason = models.CharField(max_length=200, default="", blank=True)
    token = models.CharField(max_length=60, unique=True)
    path = models.CharField(max_length=100, default="", blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["employee", "-asked_at"], name="data_copy_of_employee"),
            models.Index(fields=["expires_at"], condition=~models.Q(path=""), name="data_copy_with_file"),
        ]
