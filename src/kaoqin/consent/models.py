"""Consent: to biometrics (texts and entries), and to further purposes; appended and never altered. The last one holds."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from kaoqin.consent.words import ConsentState, Manner, Trait


class Notice(models.Model):
    """The text people agree to (告知书), by its version. The database refuses changes."""

    version = models.PositiveIntegerField(unique=True)
    text = models.TextField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")


class ConsentEntry(models.Model):
    """That somebody agreed to a trait being kept, or does so no longer, on a day. The database refuses changes.

    A consent names the text it was given to; `paper_sha256` is of the scan that was shown, which is not kept here.
    """

    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="consents", db_index=False)
    trait = models.CharField(max_length=20, choices=Trait)
    state = models.CharField(max_length=10, choices=ConsentState)
    on = models.DateField()
    manner = models.CharField(max_length=10, choices=Manner)
    notice = models.ForeignKey(Notice, null=True, on_delete=models.PROTECT, related_name="entries")
    note = models.CharField(max_length=200, default="", blank=True)
    paper_sha256 = models.CharField(max_length=64, default="", blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=ConsentState.GIVEN) | Q(notice__isnull=False), name="consent_is_given_to_a_text"
            )
        ]
        indexes = [models.Index(fields=["employee", "trait", "-id"], name="consent_last")]


class PurposeChoice(models.Model):
    """That somebody agreed to a purpose, to which version of its text, or does so no longer. The database refuses changes."""

    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="+", db_index=False)
    purpose = models.CharField(max_length=20)
    given = models.BooleanField()
    version = models.PositiveSmallIntegerField()
    said_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["employee", "purpose", "-id"], name="purpose_choice_last")]
