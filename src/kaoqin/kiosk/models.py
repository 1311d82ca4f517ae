"""Tablets, PINs, and what tablets sent. What was sent is kept as it came, but for the PIN."""

from django.conf import settings
from django.db import models

from kaoqin.kiosk.words import Fault, PressState, TabletState


class Tablet(models.Model):
    """A tablet at a site (打卡平板). Of its link and its cookie only SHA-256 is kept; `sealing` is the private key its PINs are sealed
    for, itself sealed, `sealing_for` the public half; `key` is the tablet's own (P-256, DER)."""

    site = models.ForeignKey("org.Site", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=TabletState)
    link_hash = models.CharField(max_length=64, db_index=True)
    token_hash = models.CharField(max_length=64, default="", blank=True, db_index=True)
    key = models.BinaryField(default=b"")
    sealing = models.TextField()
    sealing_for = models.TextField()
    made_at = models.DateTimeField()
    bound_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)


class Pin(models.Model):
    """Somebody's PIN for tablets (打卡密码), hashed as passwords are."""

    employee = models.OneToOneField("org.Employee", on_delete=models.PROTECT, related_name="+")
    secret = models.CharField(max_length=200)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")


class Attempt(models.Model):
    """A number and PIN that did not fit (输错), whether there is such a number or not; kept for a day."""

    tablet = models.ForeignKey(Tablet, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["number", "at"], name="kiosk_attempts_of_number")]


class KioskPunch(models.Model):
    """A punch as a tablet sent it, without the PIN, what was found, and the punch it became."""

    tablet = models.ForeignKey(Tablet, on_delete=models.PROTECT, related_name="+")
    employee = models.ForeignKey("org.Employee", null=True, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    key = models.UUIDField()
    digest = models.CharField(max_length=64)
    payload = models.TextField()
    signature = models.CharField(max_length=100)
    received_at = models.DateTimeField()
    device_time = models.DateTimeField()
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=PressState)
    fault = models.CharField(max_length=10, choices=Fault, default="", blank=True)
    punch = models.ForeignKey("punches.Punch", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tablet", "digest"], name="kiosk_punch_kept_once")]
        indexes = [models.Index(fields=["-at"], name="kiosk_punches_by_time")]
