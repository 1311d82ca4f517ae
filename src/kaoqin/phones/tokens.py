"""Tokens of native clients: what one is written like, and whose a shown one is."""

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.utils.crypto import constant_time_compare

from kaoqin.phones.models import Phone, Token
from kaoqin.phones.words import SPEAKING

PREFIX = "kq1_"
BYTES = 32


def draw() -> str:
    """A new token: 32 random bytes, base64url, after what says that it is one of ours."""
    return PREFIX + secrets.token_urlsafe(BYTES)


def digest_of(token: str) -> str:
    """What is kept of a token: its SHA-256, in hex. It is random enough to need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def in_force(on: dt.date) -> Q:
    """Tokens that speak on a day, as far as their rows say: not revoked, used of late, of a phone in use or waiting, of
    an open account whose employee has not left."""
    used = Q(last_used_on__gte=on - dt.timedelta(days=settings.TOKEN_DAYS))
    here = Q(phone__employee__left_on=None) | Q(phone__employee__left_on__gte=on)
    return used & here & Q(revoked_at=None, phone__state__in=SPEAKING, account__is_active=True)


def fits(token: Token) -> bool:
    """Whether the account's password is the one with which the token was made."""
    return constant_time_compare(token.session_hash, token.account.get_session_auth_hash())


def bearer(shown: str, on: dt.date) -> Token | None:
    """The token that was shown, with its phone and its account, if it speaks on a day."""
    rows = Token.objects.filter(in_force(on), digest=digest_of(shown)).select_related("phone", "account")
    found = rows.first() if shown.startswith(PREFIX) else None
    return found if found and fits(found) else None


def note_use(token: Token, on: dt.date) -> None:
    """Remember the day; no more is kept of when somebody's phone called."""
    if token.last_used_on < on:
        Token.objects.filter(pk=token.pk, last_used_on__lt=on).update(last_used_on=on)


def with_tokens(phones: QuerySet[Phone], on: dt.date) -> QuerySet[Phone]:
    """Phones, each with the tokens that may speak for it as `speaking`."""
    rows = Token.objects.filter(in_force(on)).select_related("account")
    return phones.prefetch_related(Prefetch("tokens", rows, to_attr="speaking"))


def token_of(phone: Phone) -> Token | None:
    """The token that speaks for a phone of `with_tokens`."""
    speaking: list[Token] = getattr(phone, "speaking", [])
    return next(filter(fits, speaking), None)
