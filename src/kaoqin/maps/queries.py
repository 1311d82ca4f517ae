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


def left_today(today: dt.date) -> int:
    """How many look-ups are left on a day, as far as the setting says; none where no service is set."""
    service = provider()
    if service is None:
        return 0
    used = GeocoderDay.objects.filter(provider=service, day=today).values_list("asked", flat=True).first() or 0
    return max(0, settings.GEOCODER_DAILY - used)


def days(today: dt.date, *, seen_by: Actor) -> QuerySet[GeocoderDay]:
    """What was asked in the last thirty days, the newest first."""
    require(seen_by, SEE_MAPS)
    return GeocoderDay.objects.filter(day__gt=today - dt.timedelta(days=30)).order_by("-day", "provider")
