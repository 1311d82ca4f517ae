"""Accounts, roles with their scope, and what they did: append-only by the database."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from kaoqin.security.words import Look, Role, ScopeKind


class Account(AbstractBaseUser):
    """A login. Who it is as an employee is known by room `org`, one floor up."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    language = models.CharField(max_length=10, default="", blank=True)
    totp_secret = models.CharField(max_length=64, default="", blank=True)
    totp_last_step = models.BigIntegerField(default=0)
    begins_at = models.DateTimeField()
    password_changed_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "username"
    objects: models.Manager["Account"] = BaseUserManager()


class Grant(models.Model):
    """A role for an account in a scope, from–to. Ended, never edited."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=Role)
    scope_kind = models.CharField(max_length=20, choices=ScopeKind)
    scope_key = models.BigIntegerField(default=0)
    begins_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("begins_on")),
                name="grant_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["account", "role", "scope_kind", "scope_key"],
                condition=Q(ends_on__isnull=True),
                name="grant_open_once",
            ),
        ]


class LoginAttempt(models.Model):
    """A try to log in; failures are counted by name and by address to slow guessing down."""

    username = models.CharField(max_length=60)
    address = models.CharField(max_length=45)
    at = models.DateTimeField()
    succeeded = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(fields=["username", "-at"]),
            models.Index(fields=["address", "-at"]),
        ]


class AuditEntry(models.Model):
    """That somebody did something, in the transaction of the deed. The database refuses to change it."""

    at = models.DateTimeField()
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=60)
    address = models.CharField(max_length=45, default="")
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True)
    said = models.TextField()
    told = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["-at"]),
            models.Index(fields=["subject", "subject_id"]),
            models.Index(fields=["account", "-at"]),
        ]


class AccessRecord(models.Model):
    """That somebody read what is sensitive of another person (`Look`): location, photos, facts, pay. The database refuses to change it."""

    at = models.DateTimeField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    employee_id = models.BigIntegerField()
    what = models.CharField(max_length=60)
    page = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["employee_id", "-at"])]

    @property
    def said(self) -> str:
        """What was looked at; what was written before there were kinds, as it was written."""
        return str(Look(self.what).label) if self.what in Look.values else self.what
