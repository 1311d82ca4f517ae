"""Questions about the map service: which one, how it is, how much it was used."""

import datetime as dt

from django.conf import settings
from django.db.models import QuerySet

from kaoqin.maps.models import GeocoderDay
from kaoqin.maps.words import SEE_MAPS, Provider
from kaoqin.security.doors import require
from kaoqin.security.words import Actor


def provider() -> Provider | None:
    """The service that finds addresses; None where none is set."""
    return Provider(settings.GEOCODER) if settings.GEOCODER and settings.GEOCODER_KEY else None


def days(today: dt.date, *, seen_by: Actor) -> QuerySet[GeocoderDay]:
    """What was asked in the last thirty days, the newest first."""
    require(seen_by, SEE_MAPS)
    return GeocoderDay.objects.filter(day__gt=today - dt.timedelta(days=30)).order_by("-day", "provider")
