"""Terminals and what they sent: uploads and operations as they came, never altered; commands with their results."""

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from kaoqin.consent.words import Trait
from kaoqin.devices.words import (
    AccessKind,
    Alarm,
    BadLineState,
    CommandState,
    Deed,
    DeviceState,
    Fault,
    PlacementFault,
    PlacementState,
    Wish,
)


class Device(models.Model):
    """One terminal, by its serial. `zone` empty: the site's. `facts` is what it tells of itself.

    `options` are chosen by people: `encoding`, and what the protocol's folder names. Until `again_until` its greetings
    are answered so that it sends everything again.
    """

    serial = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=60, default="", blank=True)
    protocol = models.CharField(max_length=20, default="", blank=True)
    site = models.ForeignKey("org.Site", null=True, on_delete=models.PROTECT, related_name="devices")
    zone = models.CharField(max_length=60, default="", blank=True)
    options = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    keeps_templates = models.BooleanField(default=False)
    again_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=DeviceState, default=DeviceState.PENDING)
    first_seen_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=DeviceState.APPROVED) | Q(site__isnull=False), name="approved_device_has_a_site"
            )
        ]


class PinGroup(models.Model):
    """Terminals on which a number means the same person (编号组). A terminal in none is with all others in none."""

    name = models.CharField(max_length=60, unique=True)


class PinGroupMember(models.Model):
    """That a terminal is in a group, or in none, from a day on until the next row."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="pin_groups")
    group = models.ForeignKey(PinGroup, null=True, on_delete=models.PROTECT, related_name="members")
    begins_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "begins_on"], name="pin_group_once_a_day")]


class Heartbeat(models.Model):
    """The last sign of life of a terminal; written in bulk every few seconds.

    `clock_ahead_seconds`: how far its clock was ahead of ours at the last live punch. `clash_at`: when it last called
    from two addresses in turn, here and at `clash_address`.
    """

    device = models.OneToOneField(Device, primary_key=True, on_delete=models.CASCADE, related_name="heartbeat")
    seen_at = models.DateTimeField()
    address = models.CharField(max_length=45)
    upload_at = models.DateTimeField(null=True)
    clock_ahead_seconds = models.IntegerField(null=True)
    clash_address = models.CharField(max_length=45, default="", blank=True)
    clash_at = models.DateTimeField(null=True)


class BarredCall(models.Model):
    """The last time a terminal, or another under its serial, called from where it may not, and how often ever; written
    in bulk every few seconds."""

    device = models.OneToOneField(Device, primary_key=True, on_delete=models.CASCADE, related_name="barred")
    address = models.CharField(max_length=45)
    at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)


class RawUpload(models.Model):
    """A body as it came, without passwords, templates and photos; the hash is of all of it.

    The database refuses every change but the counts, and but the emptying of an old body (`cleared_at`). The same bytes
    again are the same upload, seen once more.
    """

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="uploads")
    kind = models.CharField(max_length=120)
    protocol = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64)
    body = models.BinaryField()
    size_bytes = models.PositiveIntegerField()
    path = models.CharField(max_length=500)
    address = models.CharField(max_length=45)
    received_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times_seen = models.PositiveIntegerField(default=1)
    record_count = models.PositiveIntegerField(default=0)
    reading_count = models.PositiveIntegerField(default=0)
    operation_count = models.PositiveIntegerField(default=0)
    bad_count = models.PositiveIntegerField(default=0)
    new_count = models.PositiveIntegerField(default=0)
    known_count = models.PositiveIntegerField(default=0)
    held_count = models.PositiveIntegerField(default=0)
    unknown_count = models.PositiveIntegerField(default=0)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "kind", "sha256"], name="upload_kept_once")]
        indexes = [
            models.Index(fields=["device", "-received_at"]),
            BrinIndex(fields=["last_at"], name="upload_by_last"),
        ]


class BadUploadLine(models.Model):
    """A line of an upload that says nothing as it stands: kept, shown, repairable. Line 0 is the whole upload."""

    upload = models.ForeignKey(RawUpload, on_delete=models.PROTECT, related_name="bad_lines")
    line_no = models.PositiveIntegerField()
    raw = models.TextField()
    fault = models.CharField(max_length=20, choices=Fault)
    state = models.CharField(max_length=10, choices=BadLineState, default=BadLineState.WAITING)
    repaired = models.TextField(default="", blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "line_no"], name="bad_line_kept_once")]
        indexes = [models.Index(fields=["state", "upload", "line_no"])]


class Operation(models.Model):
    """Something done at a terminal, at its wall clock (none where it told no time). The database refuses changes."""

    content_key = models.UUIDField(unique=True)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="operations")
    upload = models.ForeignKey(RawUpload, on_delete=models.PROTECT, related_name="operations")
    deed = models.CharField(max_length=30, choices=Deed)
    code = models.CharField(max_length=20)
    device_time = models.DateTimeField(null=True)
    operator = models.CharField(max_length=60, default="", blank=True)
    target = models.CharField(max_length=60, default="", blank=True)
    values = models.JSONField(default=list)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["device", "deed", "device_time"])]


class PersonOnDevice(models.Model):
    """Somebody as a terminal told last that it knows them."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="people")
    pin = models.CharField(max_length=60)
    name = models.CharField(max_length=60, default="", blank=True)
    privilege = models.CharField(max_length=10, default="", blank=True)
    card = models.CharField(max_length=40, default="", blank=True)
    group = models.CharField(max_length=20, default="", blank=True)
    told_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "pin"], name="person_on_device_once")]


class BiometricTemplate(models.Model):
    """A finger, a face or a picture of somebody who agreed, as a terminal told it, sealed (生物特征模板).

    Only where the terminal's templates are kept (`Device.keeps_templates`), and only while the consent is in force.
    `form`, `number` and `part` are in the words of the terminal's protocol.
    """

    employee = models.ForeignKey("org.Employee", on_delete=models.CASCADE, related_name="templates")
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="templates")
    pin = models.CharField(max_length=60)
    trait = models.CharField(max_length=20, choices=Trait)
    form = models.CharField(max_length=20)
    number = models.CharField(max_length=10, default="", blank=True)
    part = models.CharField(max_length=10, default="", blank=True)
    version = models.CharField(max_length=20, default="", blank=True)
    details = models.JSONField(default=dict)
    size = models.PositiveIntegerField()
    sealed = models.TextField()
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "pin", "form", "number", "part"], name="template_kept_once")
        ]


class Command(models.Model):
    """Something a terminal is told: handed out when it polls, again after five minutes without a result.

    Where there is a `template`, its secret is added behind the phrase when it is handed out.
    """

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="commands")
    wish = models.CharField(max_length=20, choices=Wish)
    target = models.CharField(max_length=60, default="", blank=True)
    phrase = models.TextField()
    template = models.ForeignKey(BiometricTemplate, null=True, on_delete=models.SET_NULL, related_name="commands")
    state = models.CharField(max_length=10, choices=CommandState, default=CommandState.WAITING)
    tries = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    result_code = models.IntegerField(null=True)
    result = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(
                fields=["device", "id"],
                condition=Q(state__in=[CommandState.WAITING, CommandState.SENT]),
                name="command_open",
            )
        ]


class TemplateRemoval(models.Model):
    """That a terminal is to forget a trait of somebody whose consent ended. Without a command the terminal has no word for
    it: a person does it there, and says so (`by_hand_at`)."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="template_removals")
    employee = models.ForeignKey("org.Employee", on_delete=models.CASCADE, related_name="template_removals")
    pin = models.CharField(max_length=60)
    trait = models.CharField(max_length=20, choices=Trait)
    command = models.ForeignKey(Command, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    by_hand_at = models.DateTimeField(null=True)
    by_hand_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["-asked_at"])]


class DeviceAlarm(models.Model):
    """That something was wrong with a terminal, or with a whole site (`device` empty), and since when; open until
    `cleared_at`. `facts` are the numbers it is told with; `told_at`, `cleared_told_at`: when notices of it went out."""

    kind = models.CharField(max_length=20, choices=Alarm)
    device = models.ForeignKey(Device, null=True, on_delete=models.CASCADE, related_name="alarms")
    site = models.ForeignKey("org.Site", null=True, on_delete=models.CASCADE, related_name="device_alarms")
    facts = models.JSONField(default=dict)
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    cleared_told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device", "kind"],
                condition=Q(cleared_at=None, device__isnull=False),
                name="device_alarm_open_once",
            ),
            models.UniqueConstraint(
                fields=["site", "kind"], condition=Q(cleared_at=None, device=None), name="site_alarm_open_once"
            ),
        ]
        indexes = [
            models.Index(fields=["device", "-raised_at"]),
            models.Index(fields=["site"], condition=Q(told_at=None, cleared_at=None), name="alarm_to_tell"),
            models.Index(
                fields=["site"],
                condition=Q(told_at__isnull=False, cleared_at__isnull=False, cleared_told_at=None),
                name="alarm_end_to_tell",
            ),
        ]


class SiteKeeper(models.Model):
    """Who answers for the terminals of a site, and is told of their alarms."""

    site = models.ForeignKey("org.Site", on_delete=models.CASCADE, related_name="device_keepers")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "account"], name="keeper_of_a_site_once")]


class EmployeeCard(models.Model):
    """Which card somebody carries from a day on (工卡号), until the next row; empty: none."""

    employee = models.ForeignKey("org.Employee", on_delete=models.CASCADE, related_name="cards")
    card = models.CharField(max_length=20, default="", blank=True)
    begins_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["employee", "begins_on"], name="employee_card_once_a_day")]


class TerminalAccess(models.Model):
    """Who belongs on a terminal (`device`), or on all terminals of a site (`at_site`), besides those who work at its
    site or, with `CHOSEN_ONLY`, instead of them; from–to."""

    device = models.ForeignKey(Device, null=True, on_delete=models.CASCADE, related_name="access")
    at_site = models.ForeignKey("org.Site", null=True, on_delete=models.CASCADE, related_name="terminal_access")
    kind = models.CharField(max_length=20, choices=AccessKind)
    site = models.ForeignKey("org.Site", null=True, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey("org.Department", null=True, on_delete=models.PROTECT, related_name="+")
    employee = models.ForeignKey("org.Employee", null=True, on_delete=models.CASCADE, related_name="+")
    begins_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(device__isnull=False, at_site=None) | Q(device=None, at_site__isnull=False),
                name="access_of_a_terminal_or_a_site",
            ),
            models.CheckConstraint(
                condition=Q(kind=AccessKind.CHOSEN_ONLY, site=None, department=None, employee=None)
                | Q(kind=AccessKind.SITE, site__isnull=False, department=None, employee=None)
                | Q(kind=AccessKind.DEPARTMENT, site=None, department__isnull=False, employee=None)
                | Q(kind=AccessKind.EMPLOYEE, site=None, department=None, employee__isnull=False),
                name="access_names_what_its_kind_says",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=models.F("begins_on")), name="access_ends_after_it_begins"
            ),
        ]


class PeopleKeeping(models.Model):
    """Whether the house keeps the people of a terminal (下发人员), and when to look at it next. `telling` is the last
    answer about its people that came whole: before there is one, nothing is written. Until `may_remove_until` a person
    has allowed that many are removed at once."""

    device = models.OneToOneField(Device, primary_key=True, on_delete=models.CASCADE, related_name="keeping")
    on = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    telling = models.ForeignKey(Command, null=True, on_delete=models.SET_NULL, related_name="+")
    may_remove_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(on=True), name="people_due")]


class PeopleMark(models.Model):
    """That something changed which may change who belongs on a terminal: on this one, or on those of this employee.
    Only ever added, so that whoever adds one waits for nobody; taken away once a minute."""

    device = models.ForeignKey(Device, null=True, on_delete=models.CASCADE, related_name="+")
    employee = models.ForeignKey("org.Employee", null=True, on_delete=models.CASCADE, related_name="+")


class Placement(models.Model):
    """Somebody on a terminal whose people the house keeps, or who is to be there: how far that is.

    `ours`: the house put them there, or a person said that it may remove them; nobody else is ever removed.
    `phrase` is the last wish as it is told, `command` the one that is not judged yet. `unsure`: a write was replaced
    after it was handed out, so what the terminal told before means nothing.
    """

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="placements")
    pin = models.CharField(max_length=60, default="", blank=True)
    employee = models.ForeignKey("org.Employee", null=True, on_delete=models.CASCADE, related_name="placements")
    belongs = models.BooleanField(default=False)
    ours = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=PlacementState)
    fault = models.CharField(max_length=20, choices=PlacementFault, default="", blank=True)
    result_code = models.IntegerField(null=True)
    name = models.CharField(max_length=60, default="", blank=True)
    phrase = models.TextField(default="", blank=True)
    command = models.ForeignKey(Command, null=True, on_delete=models.SET_NULL, related_name="+")
    unsure = models.BooleanField(default=False)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "pin"], condition=~Q(pin=""), name="placement_once"),
            models.UniqueConstraint(fields=["device", "employee"], condition=Q(pin=""), name="placement_wanting_once"),
        ]
        indexes = [models.Index(fields=["device", "state"])]
