"""Customers with their owners, kinds of visits, plans, visits with their photos and notes."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from kaoqin.field.words import RADIUS_M, Ending, Sureness
from kaoqin.org.words import Datum
from kaoqin.phones.words import Seen


class Customer(models.Model):
    """Whom people visit (客户). `latitude` and `longitude` are as they were told, in `datum`; `north` and `east` are the
    same place in WGS-84, for what is near."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=200, default="", blank=True)
    contact_name = models.CharField(max_length=40, default="", blank=True)
    contact_phone = models.CharField(max_length=30, default="", blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    datum = models.CharField(max_length=10, choices=Datum, default="", blank=True)
    north = models.FloatField(null=True)
    east = models.FloatField(null=True)
    radius_m = models.PositiveIntegerField(default=RADIUS_M)
    sureness = models.CharField(max_length=10, choices=Sureness, default=Sureness.UNPLACED)
    closed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sureness=Sureness.UNPLACED, latitude=None, longitude=None, datum="", north=None, east=None)
                | (
                    ~Q(sureness=Sureness.UNPLACED)
                    & Q(latitude__isnull=False, longitude__isnull=False, north__isnull=False, east__isnull=False)
                    & ~Q(datum="")
                ),
                name="customer_placed_or_not",
            )
        ]
        indexes = [
            models.Index(fields=["name"], name="customer_by_name"),
            models.Index(fields=["north", "east"], name="customer_by_place"),
        ]


class Ownership(models.Model):
    """Whose customer it is, from–to (负责人); several people may share one."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="owners")
    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="+")
    begins_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "employee", "begins_on"], name="owner_once_a_day"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("begins_on")), name="owner_ends_after_it_begins"
            ),
        ]
        indexes = [models.Index(fields=["employee", "customer"], name="owned_customers")]


class VisitKind(models.Model):
    """A kind of visits (拜访类型)."""

    name = models.CharField(max_length=40, unique=True)
    closed = models.BooleanField(default=False)


class KindVersion(models.Model):
    """What a kind asks for from a day on until the next version. `fields` is a list of `words.Asked`."""

    kind = models.ForeignKey(VisitKind, on_delete=models.PROTECT, related_name="versions")
    begins_on = models.DateField()
    least_minutes = models.PositiveSmallIntegerField()
    photo_needed = models.BooleanField()
    note_needed = models.BooleanField()
    fields = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "begins_on"], name="visit_kind_once_a_day")]


class PlanStop(models.Model):
    """That somebody means to visit a customer on a day (计划), in which place of the day, at what time where that is told."""

    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="+")
    date = models.DateField()
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()
    time = models.TimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["employee", "date", "customer"], name="planned_once_a_day")]
        indexes = [models.Index(fields=["date", "employee"], name="plan_of_a_day")]


class Visit(models.Model):
    """A visit from arrival to departure (拜访), on the local `date` of its zone.

    `out_at` is when somebody checked out; `ended_at` and `ending` are found by `ends.ends_of` from all visits of the day.
    `dwell_minutes` is None while it goes on, and where nobody can tell. `lacking` are the keys of what was asked and
    not answered, `photo` and `note` among them.
    """

    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="visits")
    terms = models.ForeignKey(KindVersion, on_delete=models.PROTECT, related_name="visits")
    record = models.OneToOneField("phones.Record", on_delete=models.PROTECT, related_name="+")
    out_record = models.OneToOneField("phones.Record", null=True, on_delete=models.PROTECT, related_name="+")
    date = models.DateField()
    zone = models.CharField(max_length=60)
    started_at = models.DateTimeField()
    out_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=12, choices=Ending, default="", blank=True)
    dwell_minutes = models.PositiveIntegerField(null=True)
    short = models.BooleanField(default=False)
    verdict = models.CharField(max_length=10, choices=Seen)
    distance_m = models.IntegerField(null=True)
    flags = ArrayField(models.CharField(max_length=20), default=list)
    note = models.CharField(max_length=500, default="", blank=True)
    answers = models.JSONField(default=dict)
    lacking = ArrayField(models.CharField(max_length=10), default=list)

    class Meta:
        indexes = [
            models.Index(fields=["employee", "-started_at"], name="visits_of_employee"),
            models.Index(fields=["date"], name="visits_of_a_day"),
        ]


class VisitPhoto(models.Model):
    """A photo somebody took for a visit, by the id the phone gave it. It comes before its visit's record, and is dropped
    where that never comes. One that was kept long enough has no `path` any more. One that came with the token of a `phone` is
    for a record of that phone."""

    key = models.UUIDField()
    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="+")
    phone = models.ForeignKey("phones.Phone", null=True, on_delete=models.PROTECT, related_name="+")
    visit = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT, related_name="photos")
    path = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    brought_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["employee", "key"], name="visit_photo_once")]
        indexes = [models.Index(fields=["brought_at"], condition=~Q(path=""), name="visit_photo_with_file")]


class VisitNote(models.Model):
    """What a manager noted on a visit (批注); appended, never changed."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="notes")
    text = models.CharField(max_length=500)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
