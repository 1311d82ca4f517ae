"""What happens around every page: who asks, what a refusal looks like, what a browser may load."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.security.doors import actor_of
from kaoqin.security.models import Account
from kaoqin.security.requests import address_of, language_of

Answer = Callable[[HttpRequest], HttpResponseBase]
TOKENS_OPEN = ("/api/v1/phone/", "/api/v1/field/")
PAIRINGS = "/api/v1/phone/pairings"


def content_security_policy() -> str:
    """What a browser may load: nothing from another origin but the tiles of the maps, by setting."""
    tiles = "".join(f" {origin}" for origin in settings.TILE_ORIGINS)
    return "; ".join(
        [
            "default-src 'self'",
            f"img-src 'self' data: blob:{tiles}",
            f"connect-src 'self'{tiles}",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def content_security(answer: Answer) -> Answer:
    """No inline script or style, nothing from another origin."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        response.headers.setdefault("Content-Security-Policy", content_security_policy())
        response.headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()")
        return response

    return middleware


def actor(answer: Answer) -> Answer:
    """Put `by`, `asked_at` and `today` on the request: the clock is read here and passed in from here."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        now = timezone.now()
        request.asked_at = now  # type: ignore[attr-defined]
        request.today = timezone.localdate(now)  # type: ignore[attr-defined]
        account = request.user
        if not isinstance(account, Account) or not account.is_active:
            return answer(request) if is_open(request) else to_login(request)
        request.by = actor_of(account, request.today, address_of(request))  # type: ignore[attr-defined]
        if account.must_change_password and not may_wait(request):
            return redirect("security:password")
        return answer(request)

    return middleware


def language(answer: Answer) -> Answer:
    """Speak the language of whoever asks: the one chosen, else the browser's.

    In the place of Django's LocaleMiddleware: that one knows no accounts and would follow the first language of the
    browser. Like it, this leaves the language on afterwards: a streamed answer is written after it returns.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        translation.activate(language_of(request))
        response = answer(request)
        response.headers.setdefault("Content-Language", translation.get_language())
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response

    return middleware


def is_open(request: HttpRequest) -> bool:
    """Pages for people who have not logged in. Everything else is closed by default."""
    return (
        brings_token(request)
        or request.path.startswith(("/static/", "/screens/", "/kiosk/"))
        or request.path
        in {
            PAIRINGS,
            reverse("security:login"),
            reverse("security:code"),
            reverse("security:language"),
            reverse("security:theme"),
            reverse("web:health"),
            reverse("web:app_manifest"),
            reverse("web:worker"),
        }
    )


def brings_token(request: HttpRequest) -> bool:
    """Whether a phone's token is shown where one may open something; there, the door itself looks whether it is one."""
    told = request.headers.get("Authorization", "")
    return request.path.startswith(TOKENS_OPEN) and told.lower().startswith("bearer ")


def may_wait(request: HttpRequest) -> bool:
    """Pages that may be seen before an initial password is changed."""
    return request.path in {reverse("security:password"), reverse("security:logout")} or is_open(request)


def to_login(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("security:login")})
    if request.path.startswith("/api/"):
        return HttpResponse('{"code": "security.log_in"}', status=401, content_type="application/json")
    return redirect(f"{reverse('security:login')}?{urlencode({'next': request.get_full_path()})}")


class refusals:  # noqa: N801 - named like its neighbours
    """Turn a refusal that no form caught into a page that says it: 403, 404 or 409."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.answer(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal):
            return None
        status = 403 if isinstance(exception, NotAllowed) else 404 if isinstance(exception, NotFound) else 409
        template = "web/_refused.html" if request.headers.get("HX-Request") else "web/refused.html"
        return render(request, template, {"refusal": exception, "status": status}, status=status)
