"""How one enters the API of phones, of visits and of tracks: with a session, as browsers do, or with the token of a phone."""

from dataclasses import replace

from django.http import HttpRequest
from django.utils import translation
from ninja.errors import AuthenticationError
from ninja.security import HttpBearer, SessionAuth

from kaoqin.phones import tokens
from kaoqin.phones.models import Token
from kaoqin.security.doors import actor_of
from kaoqin.security.requests import address_of, language_of


class PhoneToken(HttpBearer):
    """`Authorization: Bearer kq1_…`. Whoever shows one is the person of the phone, and speaks for that phone only; no
    other site can make a browser send it, so that it needs no CSRF. One that is none is refused, and no session is asked then."""

    def authenticate(self, request: HttpRequest, token: str) -> Token:
        today = request.today  # type: ignore[attr-defined]
        found = tokens.bearer(token, today)
        by = actor_of(found.account, today, address_of(request)) if found else None
        if found is None or by is None or by.employee_id != found.phone.employee_id:
            raise AuthenticationError
        tokens.note_use(found, today)
        request.user = found.account
        request.by = replace(by, phone_id=found.phone_id)  # type: ignore[attr-defined]
        translation.activate(language_of(request))
        return found


SESSION_OR_TOKEN = (PhoneToken(), SessionAuth())
"""In this order: whoever shows a token is judged by it, whoever shows none by the session, whose calls need CSRF."""
