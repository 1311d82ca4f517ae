"""What was asked of the service that finds addresses, and what it answered."""

from django.db import models

from kaoqin.core.places import Datum
from kaoqin.maps.words import Provider, Sureness


class FoundAddress(models.Model):
    """An answer, kept by the digest of what was asked: addresses themselves are not kept here. Without a place: that
    nothing was found."""

    provider = models.CharField(max_length=10, choices=Provider)
    digest = models.CharField(max_length=64)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    datum = models.CharField(max_length=10, choices=[(one.value, one.name) for one in Datum], default="", blank=True)
    level = models.CharField(max_length=40, default="", blank=True)
    sureness = models.CharField(max_length=10, choices=Sureness, default="", blank=True)
    found_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "digest"], name="address_found_once")]


class GeocoderDay(models.Model):
    """How often a service was asked on a day, tries included; and until when it is not asked again, and why."""

    provider = models.CharField(max_length=10, choices=Provider)
    day = models.DateField()
    asked = models.PositiveIntegerField(default=0)
    fault = models.CharField(max_length=10, default="", blank=True)
    said = models.CharField(max_length=200, default="", blank=True)
    rests_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "day"], name="geocoder_day_once")]
