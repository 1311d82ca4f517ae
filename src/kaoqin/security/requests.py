"""The request every page of the house gets: it knows who asks and when."""

import datetime as dt

from django.conf import settings
from django.http import HttpRequest

from kaoqin.security.models import Account
from kaoqin.security.words import Actor


class AskedBy(HttpRequest):
    """A request after the door: `by` the actor, `asked_at` the instant, `today` the date in the house's zone."""

    by: Actor
    asked_at: dt.datetime
    today: dt.date
    user: Account


def address_of(request: HttpRequest) -> str:
    """The address a request came from; behind our own HTTPS proxy, the one the proxy saw last."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.HTTPS else ""
    return (forwarded.split(",")[-1].strip() or request.META.get("REMOTE_ADDR", ""))[:45]
