"""Notices, how they are delivered, what people chose, and announcements."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kaoqin.notices.words import Audience, Channel, DeliveryState, Vendor

DAY_MINUTES = 24 * 60


class GroupBot(models.Model):
    """A bot of a group in 企业微信, 钉钉 or 飞书. Its address holds a key: sealed, shown by its last characters only.

    `kinds` are what it posts. `free_at`: it may not be called before, so that its limit a minute holds.
    """

    name = models.CharField(max_length=60, unique=True)
    vendor = models.CharField(max_length=10, choices=Vendor)
    address_sealed = models.TextField()
    shown = models.CharField(max_length=120)
    secret_sealed = models.TextField(default="", blank=True)
    keyword = models.CharField(max_length=30, default="", blank=True)
    kinds = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    free_at = models.DateTimeField(null=True)


class Notice(models.Model):
    """Something told to an account, or to a group by its bot; told once by its kind and key. The account's are its inbox.

    `title` and `body` are Chinese, `told` the sentences for readers of other languages. `link` is an address of ours.
    """

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="notices")
    bot = models.ForeignKey(GroupBot, null=True, on_delete=models.CASCADE, related_name="notices")
    title = models.CharField(max_length=300)
    body = models.TextField(default="", blank=True)
    told = models.JSONField(default=dict)
    link = models.CharField(max_length=500, default="", blank=True)
    told_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "account"], name="notice_told_once"),
            models.UniqueConstraint(fields=["kind", "key", "bot"], name="notice_posted_once"),
            models.CheckConstraint(
                condition=Q(account__isnull=True, bot__isnull=False) | Q(account__isnull=False, bot__isnull=True),
                name="notice_has_one_recipient",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-told_at"]),
            models.Index(
                fields=["account"], condition=Q(read_at=None, taken_back_at=None), name="notice_unread_of_account"
            ),
            models.Index(fields=["kind", "-told_at"]),
        ]


class PushSubscription(models.Model):
    """A browser that an account lets us push to, until the push service says that it is gone. `endpoint` is a secret
    address, `auth_sealed` the browser's secret (RFC 8291)."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions")
    endpoint = models.TextField(unique=True)
    p256dh = models.CharField(max_length=100)
    auth_sealed = models.TextField()
    browser = models.CharField(max_length=200, default="", blank=True)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class Delivery(models.Model):
    """A notice on its way by a channel. `together`: with whatever else goes to the same place then, as one message.

    A row is `sending` before the message is handed over and `sent` after; one that was left `sending` is sent again
    when its time is over, for a message twice is better than none.
    """

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel)
    subscription = models.ForeignKey(PushSubscription, null=True, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    due_at = models.DateTimeField()
    together = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    fault = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "channel", "subscription"], nulls_distinct=False, name="delivery_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["channel", "due_at"],
                condition=Q(state__in=[DeliveryState.WAITING, DeliveryState.SENDING]),
                name="delivery_due",
            ),
            models.Index(fields=["state", "-ended_at"]),
        ]


class ServerKey(models.Model):
    """The key pair by which push services know this installation (VAPID, RFC 8292): made once, and kept."""

    only = models.BooleanField(default=True, unique=True)
    private_sealed = models.TextField()
    public = models.CharField(max_length=100)
    made_at = models.DateTimeField()


class Choice(models.Model):
    """That somebody wants a kind of notices by a channel, or does not; without a row it is as the company says."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_choices")
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=10, choices=Channel)
    wanted = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "kind", "channel"], name="choice_once")]


class CompanyChoice(models.Model):
    """What the company says of a kind and a channel; `fixed`: nobody may choose otherwise."""

    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=10, choices=Channel)
    wanted = models.BooleanField()
    fixed = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "channel"], name="company_choice_once")]


class PersonalRhythm(models.Model):
    """When somebody may be disturbed, in minutes of the day, and the e-mail address of an account that is nobody's."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="notice_rhythm"
    )
    quiet_from = models.PositiveSmallIntegerField(null=True)
    quiet_until = models.PositiveSmallIntegerField(null=True)
    digest_at = models.PositiveSmallIntegerField(null=True)
    email = models.EmailField(default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__lt=DAY_MINUTES, quiet_until__lt=DAY_MINUTES) & ~Q(quiet_from=F("quiet_until")),
                name="quiet_hours_begin_and_end",
            ),
            models.CheckConstraint(
                condition=Q(digest_at__isnull=True) | Q(digest_at__lt=DAY_MINUTES), name="digest_in_a_day"
            ),
        ]


class Announcement(models.Model):
    """Something the company tells many (公告), as plain text, from an instant to the end of a day or for good.

    `told_at`: when its notices were told. Nobody edits it; it is withdrawn.
    """

    title = models.CharField(max_length=100)
    text = models.TextField()
    begins_at = models.DateTimeField()
    ends_on = models.DateField(null=True)
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.EVERYONE)
    departments = models.ManyToManyField("org.Department", related_name="+")
    sites = models.ManyToManyField("org.Site", related_name="+")
    must_confirm = models.BooleanField(default=False)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-begins_at"])]


class Reading(models.Model):
    """That an employee read an announcement, and confirmed it where that was asked for."""

    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="readings")
    employee = models.ForeignKey("org.Employee", on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["announcement", "employee"], name="announcement_read_once")]
