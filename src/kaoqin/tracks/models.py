"""Points as they came, and days that were made of them. Times within a day are seconds since its midnight (wall clock of the
person's zone); coordinates are WGS-84."""

from django.db import models
from django.db.models import Q


class Batch(models.Model):
    """Some points of somebody's day as they were sent, kept once. `points` as `points.write` packs them."""

    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="+", db_index=False)
    phone = models.ForeignKey("phones.Phone", on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.UUIDField()
    date = models.DateField()
    received_at = models.DateTimeField()
    points = models.BinaryField()
    count = models.PositiveIntegerField()
    not_kept = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["employee", "key"], name="track_batch_once")]
        indexes = [
            models.Index(fields=["employee", "date"], name="track_batch_of_day"),
            models.Index(fields=["date"], name="track_batch_date"),
        ]


class TrackDay(models.Model):
    """One day of somebody: the way packed (`reckon.tracks.pack`), metres gone, how many points it was made of. `waits`: a
    batch came since it was reckoned. `coarse`: its places are known to 0.01° only, for the month is closed."""

    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="+", db_index=False)
    date = models.DateField()
    zone = models.CharField(max_length=60)
    content = models.BinaryField(default=b"")
    kept = models.PositiveIntegerField(default=0)
    count = models.PositiveIntegerField(default=0)
    not_kept = models.PositiveIntegerField(default=0)
    metres = models.PositiveIntegerField(default=0)
    first_s = models.PositiveIntegerField(null=True)
    last_s = models.PositiveIntegerField(null=True)
    waits = models.BooleanField(default=True)
    coarse = models.BooleanField(default=False)
    reckoned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["employee", "date"], name="track_day_once")]
        indexes = [
            models.Index(fields=["date"], name="track_day_date"),
            models.Index(fields=["id"], condition=Q(waits=True), name="track_day_waits"),
        ]


class TrackStay(models.Model):
    """A place where somebody stayed, five minutes or more."""

    day = models.ForeignKey(TrackDay, on_delete=models.CASCADE, related_name="stays")
    arrived_s = models.PositiveIntegerField()
    left_s = models.PositiveIntegerField()
    latitude = models.FloatField()
    longitude = models.FloatField()
