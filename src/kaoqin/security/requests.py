"""The request every page of the house gets: it knows who asks and when."""

import datetime as dt

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from kaoqin.security.models import Account
from kaoqin.security.words import LANGUAGES, Actor


class AskedBy(HttpRequest):
    """A request after the door: `by` the actor, `asked_at` the instant, `today` the date in the house's zone."""

    by: Actor
    asked_at: dt.datetime
    today: dt.date
    user: Account
    stands_at: str
    """Where the page stands in the menu, for a page that serves many rooms."""


def address_of(request: HttpRequest) -> str:
    """The address a request came from; behind our own HTTPS proxy, the one the proxy saw last."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.HTTPS else ""
    return (forwarded.split(",")[-1].strip() or request.META.get("REMOTE_ADDR", ""))[:45]


def language_of(request: HttpRequest) -> str:
    """The account's choice, else this browser's, else English where the browser asks for English and for no Chinese."""
    kept = request.user.language if isinstance(request.user, Account) else ""
    chosen = kept or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in LANGUAGES:
        return chosen
    accepted = parse_accept_lang_header(request.headers.get("Accept-Language", "").lower())
    asked = {code.split("-")[0] for code, weight in accepted if weight}
    return "en" if "en" in asked and "zh" not in asked else settings.LANGUAGE_CODE
