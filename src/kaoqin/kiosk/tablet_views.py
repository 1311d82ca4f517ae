"""What a tablet itself opens and asks. No account: the link, then the cookie, says which tablet it is."""

import datetime as dt
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from pydantic import ValidationError

from kaoqin.core.words import NotFound, Refusal
from kaoqin.kiosk import actions, queries
from kaoqin.kiosk.models import Tablet
from kaoqin.kiosk.taking import ORIGIN, take_presses
from kaoqin.kiosk.wire import SENT
from kaoqin.phones.signing import read_spki, sign_contact
from kaoqin.security.requests import address_of
from kaoqin.security.words import Actor

COOKIE, PATH = "kiosk", "/kiosk/"
LIVES = dt.timedelta(days=400)
"""As long as browsers keep a cookie; each visit of the page gives it anew."""


def _spoken(view: Callable[..., JsonResponse]) -> Callable[..., JsonResponse]:
    """Refusals as JSON: a code, and a sentence for whoever stands there."""

    @wraps(view)
    def answer(request: HttpRequest, *told: str) -> JsonResponse:
        try:
            return view(request, *told)
        except Refusal as refusal:
            status = 404 if isinstance(refusal, NotFound) else 409
            return JsonResponse({"code": refusal.code, "sentence": refusal.sentence}, status=status)

    return answer


def _tablet(request: HttpRequest) -> Tablet:
    """The tablet that asks; that it did is remembered."""
    found = queries.bound(request.COOKIES.get(COOKIE, ""))
    Tablet.objects.filter(pk=found.pk).update(last_seen_at=timezone.now())
    return found


def _remember(answer: HttpResponse, token: str) -> None:
    answer.set_cookie(COOKIE, token, max_age=LIVES, path=PATH, httponly=True, samesite="Strict", secure=settings.HTTPS)


@require_GET
@ensure_csrf_cookie
def show(request: HttpRequest) -> HttpResponse:
    """The pad of a tablet that is bound."""
    try:
        tablet = _tablet(request)
    except NotFound as refusal:
        return render(request, "kiosk/no_tablet.html", {"refusal": refusal}, status=404)
    answer = render(request, "kiosk/pad.html", {"tablet": tablet})
    _remember(answer, request.COOKIES[COOKIE])
    return answer


@require_http_methods(["GET"])
@ensure_csrf_cookie
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """What the link opens: which tablet this will be, and the button that makes it so."""
    try:
        tablet = queries.linked(secret)
    except NotFound as refusal:
        return render(request, "kiosk/no_tablet.html", {"refusal": refusal}, status=404)
    return render(request, "kiosk/bind.html", {"tablet": tablet, "to": request.path})


@_spoken
def _bind(request: HttpRequest, secret: str) -> JsonResponse:
    key = read_spki(request.POST.get("spki", ""))
    by = Actor(None, "打卡平板", address=address_of(request))
    tablet, token = actions.bind(secret, key, by=by, at=timezone.now())
    answer = JsonResponse({"tablet": tablet.pk})
    _remember(answer, token)
    return answer


@require_http_methods(["GET", "POST"])
def bind(request: HttpRequest, secret: str) -> HttpResponse:
    """The link: opened, it says what it is for; by its button the device becomes the tablet."""
    return _bind(request, secret) if request.method == "POST" else link(request, secret)


@require_GET
@_spoken
def time(request: HttpRequest) -> JsonResponse:
    """The contact, as phones have it."""
    tablet, now = _tablet(request), timezone.now()
    return JsonResponse({"server_time": now.isoformat(), "proof": sign_contact(ORIGIN.format(tablet.pk), now)})


@require_POST
@_spoken
def records(request: HttpRequest) -> JsonResponse:
    """Up to a hundred signed punches, answered in their order."""
    tablet = _tablet(request)
    try:
        sent = SENT.validate_json(request.body)
    except ValidationError:
        return JsonResponse({"code": "kiosk.shape", "sentence": ""}, status=422)
    told = take_presses(tablet, sent, at=timezone.now())
    return JsonResponse([one.model_dump(mode="json") for one in told], safe=False)
