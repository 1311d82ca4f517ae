"""The ledger: every punch as it came, never altered. What is added later is another fact."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from kaoqin.punches.words import BatchState, CorrectionKind, LineState, Source, Trust


class ImportBatch(models.Model):
    """One file a person brought: kept whole, read with a format and its options, previewed, then taken."""

    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    format = models.CharField(max_length=40)
    options = models.JSONField(default=dict)
    zone = models.CharField(max_length=60)
    origin = models.CharField(max_length=60, default="", blank=True)
    state = models.CharField(max_length=10, choices=BatchState, default=BatchState.PREVIEW)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True)
    read_count = models.PositiveIntegerField(default=0)
    new_count = models.PositiveIntegerField(default=0)
    known_count = models.PositiveIntegerField(default=0)
    skipped_count = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["sha256"]), models.Index(fields=["-uploaded_at"])]


class BadLine(models.Model):
    """A line of a file that is not a punch as it stands: kept, shown, repairable."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="bad_lines")
    line_no = models.PositiveIntegerField()
    cell = models.CharField(max_length=20, default="", blank=True)
    raw = models.TextField()
    code = models.CharField(max_length=60)
    sentence = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=LineState, default=LineState.WAITING)
    repaired = models.TextField(default="", blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "batch", "line_no"])]


class SavedMapping(models.Model):
    """How the columns of somebody's own file are to be read, kept by name for the next time."""

    name = models.CharField(max_length=60, unique=True)
    mapping = models.JSONField()
    saved_at = models.DateTimeField()


class Punch(models.Model):
    """One press, as it came.

    `content_key` is the identity: the same content arriving again is the same punch. The database refuses
    every change of a row but the attaching of `employee` (a person found for `person_key` later).
    `device_time` is the wall clock of the source, `zone` the zone it was read in, `at` the instant.
    """

    content_key = models.UUIDField(unique=True)
    employee = models.ForeignKey(
        "org.Employee", null=True, on_delete=models.PROTECT, related_name="punches", db_index=False
    )
    person_key = models.CharField(max_length=60)
    person_name = models.CharField(max_length=60, default="")
    device_time = models.DateTimeField()
    zone = models.CharField(max_length=60)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    source = models.CharField(max_length=10, choices=Source)
    origin = models.CharField(max_length=60, default="")
    place = models.CharField(max_length=200, default="")
    trust = models.CharField(max_length=10, choices=Trust, default=Trust.COUNTS)
    evidence = models.JSONField(default=dict)
    batch = models.ForeignKey(ImportBatch, null=True, on_delete=models.PROTECT, related_name="punches", db_index=False)

    class Meta:
        indexes = [
            # All that a settlement reads: it never touches the table itself.
            models.Index(fields=["employee", "at"], include=["trust", "id"], name="punch_of_employee"),
            models.Index(fields=["person_key"], condition=Q(employee__isnull=True), name="punch_of_nobody"),
            models.Index(fields=["batch"], condition=Q(batch__isnull=False), name="punch_of_batch"),
            models.Index(fields=["at", "id"], name="punch_by_time"),
            models.Index(fields=["id"], condition=Q(trust=Trust.HELD), name="punch_held"),
        ]


class PersonKey(models.Model):
    """That a number means an employee, from a day on: in a source, in a group of terminals, or (neither) anywhere.

    A later row for the same number takes over on its first day; a row without employee ends the meaning
    (a number that is given to another person after somebody left).
    """

    person_key = models.CharField(max_length=60)
    origin = models.CharField(max_length=60, default="", blank=True)
    employee = models.ForeignKey("org.Employee", null=True, on_delete=models.CASCADE, related_name="person_keys")
    pin_group = models.ForeignKey("devices.PinGroup", null=True, on_delete=models.PROTECT, related_name="+")
    begins_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person_key", "origin", "pin_group", "begins_on"],
                name="person_key_means_one_a_day",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(origin="") | Q(pin_group__isnull=True), name="person_key_of_a_source_or_a_group"
            ),
        ]


class ClockRepair(models.Model):
    """That a terminal's clock was wrong for a stretch of held punches, and by how much; each has its Correction."""

    origin = models.CharField(max_length=60, default="", blank=True)
    ahead_seconds = models.BigIntegerField()
    punch_count = models.PositiveIntegerField()
    first_shown = models.DateTimeField()
    first_true = models.DateTimeField()
    reason = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)


class Correction(models.Model):
    """A fact added to the ledger: a punch that was forgotten (补卡), one that does not count (作废), or when a held one
    was really pressed (时钟修复), which is nobody's for as long as its number is.
    """

    kind = models.CharField(max_length=10, choices=CorrectionKind)
    employee = models.ForeignKey("org.Employee", null=True, on_delete=models.PROTECT, related_name="corrections")
    repair = models.ForeignKey(ClockRepair, null=True, on_delete=models.PROTECT, related_name="corrections")
    punch = models.ForeignKey(Punch, null=True, on_delete=models.PROTECT, related_name="voids")
    local_time = models.DateTimeField(null=True)
    at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    request = models.ForeignKey("approvals.Request", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=CorrectionKind.ADD, punch__isnull=True, local_time__isnull=False, at__isnull=False)
                | Q(kind=CorrectionKind.VOID, punch__isnull=False, local_time__isnull=True, at__isnull=True)
                | Q(kind=CorrectionKind.CLOCK, punch__isnull=False, local_time__isnull=False, at__isnull=False),
                name="correction_adds_voids_or_dates",
            ),
            models.CheckConstraint(
                condition=Q(kind=CorrectionKind.CLOCK, repair__isnull=False)
                | ~Q(kind=CorrectionKind.CLOCK) & Q(employee__isnull=False, repair__isnull=True),
                name="correction_is_somebodys_or_of_a_repair",
            ),
            models.UniqueConstraint(fields=["punch"], condition=Q(withdrawn_at__isnull=True), name="punch_voided_once"),
        ]
        indexes = [models.Index(fields=["employee", "at"])]
