"""Pages of room security: logging in, one's own account, accounts and grants, the audit log."""

import datetime as dt
from collections.abc import Sequence
from urllib.parse import urlencode

import pyotp
import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as start_session
from django.contrib.auth import logout as end_session
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from kaoqin.core.pages import attempt, go_on
from kaoqin.core.sentences import tell
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.words import Refusal, say_list
from kaoqin.security import actions, queries
from kaoqin.security.doors import actor_of, may, require
from kaoqin.security.forms import AccountForm, CodeForm, GrantForm, LoginForm, PasswordForm, PasswordOnlyForm
from kaoqin.security.models import Account, AuditEntry, Grant
from kaoqin.security.neighbours import scope_choices
from kaoqin.security.requests import AskedBy, address_of
from kaoqin.security.words import (
    LANGUAGES,
    MANAGE_ACCOUNTS,
    SEE_OWN_ACCOUNT,
    THEME_COOKIE,
    Role,
    Scope,
    ScopeKind,
    Theme,
)

YEAR = 365 * 24 * 3600
CODE_WITHIN = dt.timedelta(minutes=5)
_BACKEND = "django.contrib.auth.backends.ModelBackend"


def login(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("web:home")
    form = LoginForm(request.POST or None)
    account = attempt(form, lambda said: _try_login(request, said)) if request.method == "POST" else None
    if account is None:
        return render(request, "security/login.html", {"form": form}, status=422 if form.errors else 200)
    if account.totp_secret:
        request.session["half_in"] = [account.pk, timezone.now().timestamp()]
        request.session["next"] = request.GET.get("next", "")
        return redirect("security:code")
    return _let_in(request, account, request.GET.get("next", ""))


def _try_login(request: HttpRequest, said: dict[str, str]) -> Account:
    return actions.log_in(said["username"], said["password"], address=address_of(request), at=timezone.now())


def code(request: HttpRequest) -> HttpResponse:
    account = _half_in(request)
    if account is None:
        wanted = request.session.pop("next", "")
        return redirect(f"{reverse('security:login')}?{urlencode({'next': wanted})}" if wanted else "security:login")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.check_code(account, form.cleaned_data["code"], address=address_of(request), at=timezone.now())
            return _let_in(request, account, request.session.pop("next", ""))
        except Refusal as refusal:
            actions.count_attempt(account.username, False, address=address_of(request), at=timezone.now())
            form.add_error("code", refusal.sentence)
    return render(request, "security/code.html", {"form": form}, status=422 if form.errors else 200)


def _half_in(request: HttpRequest) -> Account | None:
    """Who gave the right password less than five minutes ago and owes the code."""
    key, since = request.session.get("half_in", (0, 0.0))
    if key and timezone.now().timestamp() - since > CODE_WITHIN.total_seconds():
        del request.session["half_in"]
        messages.warning(request, gettext("等待动态验证码超过 5 分钟,请重新登录。"))
        return None
    return Account.objects.filter(pk=key, is_active=True).first()


def _let_in(request: HttpRequest, account: Account, wanted: str) -> HttpResponse:
    request.session.pop("half_in", None)
    start_session(request, account, backend=_BACKEND)
    return go_on(request, wanted, "web:home")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Show pages in another language: kept with the account of somebody logged in, and in this browser."""
    chosen = _choice(request, "language", LANGUAGES)
    if request.user.is_authenticated:
        actions.choose_language(request.user, chosen, by=actor_of(request.user, timezone.localdate()))
    return _remembered(_back(request), settings.LANGUAGE_COOKIE_NAME, chosen)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Show pages light, dark, or as the system is; kept in this browser."""
    return _remembered(_back(request), THEME_COOKIE, _choice(request, "theme", Theme.values))


def _choice(request: HttpRequest, name: str, choices: Sequence[str]) -> str:
    chosen = request.POST.get(name, "")
    if chosen not in choices:
        raise BadRequest(f"no such {name}")
    return chosen


def _back(request: HttpRequest) -> HttpResponse:
    """To the page the person was on."""
    return go_on(request, request.POST.get("next", ""), "web:home")


def _remembered(response: HttpResponse, name: str, value: str) -> HttpResponse:
    response.set_cookie(name, value, max_age=YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax")
    return response


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    end_session(request)
    return redirect("security:login")


def password(request: AskedBy) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and attempt(form, lambda said: _change(request, said)):
        update_session_auth_hash(request, request.user)
        messages.success(request, gettext("密码已修改。"))
        return redirect("security:own")
    context = {"form": form, "forced": request.user.must_change_password}
    return render(request, "security/password.html", context, status=422 if form.errors else 200)


def _change(request: AskedBy, said: dict[str, str]) -> bool:
    actions.change_password(request.user, said["old"], said["new"], by=request.by, at=request.asked_at)
    return True


def own(request: AskedBy) -> HttpResponse:
    require(request.by, SEE_OWN_ACCOUNT)
    grants = request.user.grants.filter(ends_on__isnull=True)
    return render(request, "security/own.html", {"grants": named_grants(list(grants), request)})


def totp(request: AskedBy) -> HttpResponse:
    """Turn the second factor on (show the key, ask for a code) or off (ask for the password)."""
    require(request.by, SEE_OWN_ACCOUNT)
    if request.user.totp_secret:
        return _totp_off(request)
    secret = request.session.setdefault("totp_offer", pyotp.random_base32())
    form = CodeForm(request.POST or None)
    if request.method == "POST" and attempt(form, lambda said: _turn_on(request, secret, said)):
        del request.session["totp_offer"]
        messages.success(request, gettext("两步验证已开启,下次登录需要动态验证码。"))
        return redirect("security:own")
    uri = pyotp.TOTP(secret).provisioning_uri(name=request.user.username, issuer_name=actions.ISSUER)
    context = {"form": form, "secret": secret, "picture": segno.make(uri).svg_data_uri(scale=5)}
    return render(request, "security/totp.html", context, status=422 if form.errors else 200)


def _turn_on(request: AskedBy, secret: str, said: dict[str, str]) -> bool:
    actions.turn_on_totp(request.user, secret, said["code"], by=request.by, at=request.asked_at)
    return True


def _totp_off(request: AskedBy) -> HttpResponse:
    form = PasswordOnlyForm(request.POST or None)
    if request.method == "POST" and attempt(form, lambda said: _turn_off(request, said)):
        messages.success(request, gettext("两步验证已关闭。"))
        return redirect("security:own")
    return render(request, "security/totp_off.html", {"form": form}, status=422 if form.errors else 200)


def _turn_off(request: AskedBy, said: dict[str, str]) -> bool:
    actions.turn_off_totp(request.user, said["password"], by=request.by, at=request.asked_at)
    return True


def accounts(request: AskedBy) -> HttpResponseBase:
    page = ListPage(
        request,
        queries.accounts(seen_by=request.by),
        title=pgettext("list", "账号"),
        columns=[
            Column(
                "username",
                gettext("用户名"),
                lambda a: a.username,
                sort="username",
                link=lambda a: f"/accounts/{a.pk}/",
            ),
            Column("name", gettext("姓名"), lambda a: a.name, sort="name"),
            Column(
                "roles",
                gettext("角色"),
                lambda a: say_list(sorted({str(Role(g.role).label) for g in a.grants.all()})) or gettext("员工"),
            ),
            Column("totp", gettext("两步验证"), lambda a: gettext("已开启") if a.totp_secret else gettext("未开启")),
            Column(
                "state",
                gettext("状态"),
                lambda a: pgettext("state", "启用") if a.is_active else pgettext("state", "停用"),
                sort="is_active",
            ),
            Column("last_login", gettext("上次登录"), lambda a: a.last_login, sort="last_login"),
        ],
        search=["username", "name"],
        filters=[
            Filter(
                "role", gettext("角色"), [c for c in Role.choices if c[0] != Role.EMPLOYEE], "grants__role", many=True
            ),
            Filter(
                "active",
                gettext("状态"),
                [("1", pgettext("state", "启用")), ("0", pgettext("state", "停用"))],
                "is_active",
            ),
        ],
        empty=gettext("还没有账号。为员工开通账号:打开员工详情,点「开通账号」。"),
        add=("/accounts/new/", gettext("新建账号")) if may(request.by, MANAGE_ACCOUNTS) else None,
    )
    return page.answer()


def new_account(request: AskedBy) -> HttpResponse:
    require(request.by, MANAGE_ACCOUNTS, everywhere=True)
    form = AccountForm(request.POST or None)
    made = attempt(form, lambda said: _open(request, said)) if request.method == "POST" else None
    if made:
        account, first = made
        request.session["initial_password"] = [account.pk, first]
        return redirect("security:account", account.pk)
    return render(request, "security/new_account.html", {"form": form}, status=422 if form.errors else 200)


def _open(request: AskedBy, said: dict[str, str]) -> tuple[Account, str]:
    return actions.open_account(said["username"], said["name"], by=request.by, at=request.asked_at)


def account(request: AskedBy, account_id: int) -> HttpResponse:
    found = queries.account(account_id, seen_by=request.by)
    if request.method == "POST":
        require(request.by, MANAGE_ACCOUNTS, everywhere=True)
    form = GrantForm(scope_choices(request.today), request.POST or None)
    given = attempt(form, lambda said: _grant(request, found, said)) if request.method == "POST" else None
    if given:
        messages.success(request, gettext("授权已生效。"))
        return redirect("security:account", found.pk)
    told = request.session.pop("initial_password", None)
    context = {
        "account": found,
        "grants": named_grants(list(found.grants.order_by("-begins_on", "pk")), request),
        "form": form,
        "initial_password": told[1] if told and told[0] == found.pk else "",
        "may_manage": may(request.by, MANAGE_ACCOUNTS),
    }
    return render(request, "security/account.html", context, status=422 if form.errors else 200)


def _grant(request: AskedBy, found: Account, said: dict[str, str]) -> Grant:
    kind, key = said["scope"].split(":")
    scope = Scope(ScopeKind(kind), int(key))
    return actions.grant(found, Role(said["role"]), scope, by=request.by, at=request.asked_at, begins_on=request.today)


def named_grants(grants: list[Grant], request: AskedBy) -> list[tuple[Grant, str]]:
    """Each grant with its scope in words."""
    names = {f"{ScopeKind.ALL}:0": gettext("全公司"), **dict(scope_choices(request.today))}
    return [(grant, names.get(f"{grant.scope_kind}:{grant.scope_key}", gettext("已撤销的范围"))) for grant in grants]


@require_POST
def reset_password(request: AskedBy, account_id: int) -> HttpResponse:
    found = queries.account(account_id, seen_by=request.by)
    request.session["initial_password"] = [
        found.pk,
        actions.reset_password(found, by=request.by, at=request.asked_at),
    ]
    return redirect("security:account", found.pk)


@require_POST
def set_active(request: AskedBy, account_id: int) -> HttpResponse:
    found = queries.account(account_id, seen_by=request.by)
    actions.set_active(found, request.POST.get("active") == "1", by=request.by, at=request.asked_at)
    return redirect("security:account", found.pk)


@require_POST
def end_grant(request: AskedBy, grant_id: int) -> HttpResponse:
    require(request.by, MANAGE_ACCOUNTS, everywhere=True)
    given = get_object_or_404(Grant, pk=grant_id)
    actions.end_grant(given, by=request.by, at=request.asked_at, today=request.today)
    return redirect("security:account", given.account_id)


def audit(request: AskedBy) -> HttpResponseBase:
    page: ListPage[AuditEntry] = ListPage(
        request,
        queries.audit_entries(seen_by=request.by),
        title=gettext("审计日志"),
        columns=[
            Column("at", gettext("时间"), lambda e: e.at, sort="at"),
            Column(
                "actor",
                gettext("操作人"),
                lambda e: e.actor_name if e.account_id else gettext("系统"),
                sort="actor_name",
            ),
            Column("said", gettext("做了什么"), lambda e: tell(e.told, e.said)),
            Column("action", gettext("动作"), lambda e: e.action, sort="action"),
            Column("address", gettext("地址"), lambda e: e.address),
        ],
        search=["actor_name", "said", "action"],
        empty=gettext("还没有记录。"),
    )
    return page.answer()
