"""Changes to accounts and grants, and the log-in itself."""

import datetime as dt
import secrets

import pyotp
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from kaoqin.core.sentences import Sentence
from kaoqin.core.words import Refusal
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.models import Account, Grant, LoginAttempt
from kaoqin.security.words import LANGUAGES, MANAGE_ACCOUNTS, SEE_OWN_ACCOUNT, Actor, Role, Scope, ScopeKind

THROTTLE_WINDOW = dt.timedelta(minutes=10)
FAILURES_PER_NAME = 5
FAILURES_PER_ADDRESS = 50
ISSUER = "kaoqin 考勤"
_NOBODY = make_password(None)


def log_in(username: str, password: str, *, address: str, at: dt.datetime) -> Account:
    """The account of a name and password. Refuses without saying which of the two was wrong; slows guessing."""
    refuse_guessing(username, address, at)
    account = Account.objects.filter(username=username).first()
    right = check_password(password, account.password if account else _NOBODY)
    passed = account if account and right and account.is_active else None
    if passed is None:
        count_attempt(username, False, address=address, at=at)
        raise Refusal("security.wrong_login", gettext("用户名或密码不正确。"))
    if not passed.totp_secret:  # with a second factor one is in, and one's failures forgiven, after the code only
        count_attempt(username, True, address=address, at=at)
    return passed


def refuse_guessing(username: str, address: str, at: dt.datetime) -> None:
    """Refuse whoever failed too often of late, by the name that was tried or by the address it came from."""
    recent = LoginAttempt.objects.filter(at__gt=at - THROTTLE_WINDOW, succeeded=False)
    last_success = LoginAttempt.objects.filter(username=username, succeeded=True).order_by("-at").first()
    of_name = recent.filter(username=username)
    if last_success:
        of_name = of_name.filter(at__gt=last_success.at)
    if of_name.count() >= FAILURES_PER_NAME or recent.filter(address=address).count() >= FAILURES_PER_ADDRESS:
        raise Refusal("security.too_many_attempts", gettext("尝试次数过多,请 10 分钟后再试,或请管理员重置密码。"))


def _step_of(secret: str, code: str, at: dt.datetime) -> int | None:
    """The 30-second step a code belongs to: this one or a neighbour, or none."""
    step = int(at.timestamp()) // 30
    return next((s for s in (step, step - 1, step + 1) if pyotp.TOTP(secret).at(s * 30) == code), None)


@transaction.atomic
def check_code(account: Account, code: str, *, address: str, at: dt.datetime) -> None:
    """Refuse a wrong second factor; a code works once."""
    refuse_guessing(account.username, address, at)
    fits = _step_of(account.totp_secret, code, at)
    accepted = Account.objects.filter(pk=account.pk, totp_last_step__lt=fits or 0).update(totp_last_step=fits or 0)
    if not accepted:
        raise Refusal("security.wrong_code", gettext("动态验证码不正确或已使用,请等待下一个。"), "code")
    count_attempt(account.username, True, address=address, at=at)


def count_attempt(username: str, succeeded: bool, *, address: str, at: dt.datetime) -> None:
    """Remember a try to log in, or a code; a failure outside the transaction that refused it."""
    LoginAttempt.objects.create(username=username[:60], address=address, at=at, succeeded=succeeded)


@transaction.atomic
def change_password(account: Account, old: str, new: str, *, by: Actor, at: dt.datetime) -> None:
    """Set one's own password; refuses a wrong old one, the same one, and a weak one."""
    require(by, SEE_OWN_ACCOUNT)
    if not check_password(old, account.password):
        raise Refusal("security.wrong_password", gettext("原密码不正确。"), "old")
    if old == new:
        raise Refusal("security.same_password", gettext("新密码不能与原密码相同。"), "new")
    _refuse_weak(new, account)
    Account.objects.filter(pk=account.pk).update(
        password=make_password(new), must_change_password=False, password_changed_at=at
    )
    account.refresh_from_db()
    record(by, "security.change_password", account, Sentence("{name} 修改了密码", name=account.name), at=at)


def _refuse_weak(password: str, account: Account) -> None:
    try:
        validate_password(password, account)
    except ValidationError as weak:
        raise Refusal("security.weak_password", " ".join(weak.messages), "new") from weak


def choose_language(account: Account, language: str, *, by: Actor) -> None:
    """The language one's pages are shown in from now on; the empty text follows the browser."""
    require(by, SEE_OWN_ACCOUNT)
    if language and language not in LANGUAGES:
        raise Refusal("security.no_language", gettext("没有这种语言。"))
    Account.objects.filter(pk=account.pk).update(language=language)


@transaction.atomic
def open_account(
    username: str, name: str, *, by: Actor, at: dt.datetime, password: str = "", must_change: bool = True
) -> tuple[Account, str]:
    """A new account and its initial password, to be changed at the first log-in. Refuses a taken name."""
    require(by, MANAGE_ACCOUNTS, everywhere=True)
    password = password or initial_password()
    try:
        with transaction.atomic():
            account = Account.objects.create(
                username=username.strip(),
                name=name.strip(),
                password=make_password(password),
                must_change_password=must_change,
                begins_at=at,
            )
    except IntegrityError as taken:
        raise Refusal(
            "security.name_taken", gettext("用户名 {username} 已被使用。").format(username=username), "username"
        ) from taken
    record(
        by,
        "security.open_account",
        account,
        Sentence("开通账号 {username}({name})", username=username, name=name),
        at=at,
    )
    return account, password


def initial_password() -> str:
    """A random password that meets the rules and can be read aloud: no letter O, I or l beside 0 and 1."""
    letters = "abcdefghjkmnpqrstuvwxyz"
    return f"{''.join(secrets.choice(letters) for _ in range(6)).capitalize()}-{secrets.randbelow(9000) + 1000}"


@transaction.atomic
def reset_password(account: Account, *, by: Actor, at: dt.datetime) -> str:
    """A new initial password; also takes the second factor off. Returns it, to be told to the person."""
    require(by, MANAGE_ACCOUNTS, everywhere=True)
    password = initial_password()
    Account.objects.filter(pk=account.pk).update(
        password=make_password(password), must_change_password=True, totp_secret="", totp_last_step=0
    )
    LoginAttempt.objects.filter(username=account.username, succeeded=False).delete()
    record(by, "security.reset_password", account, Sentence("重置 {username} 的密码", username=account.username), at=at)
    return password


@transaction.atomic
def set_active(account: Account, active: bool, *, by: Actor, at: dt.datetime) -> None:
    """Open or close an account; nobody closes one's own."""
    require(by, MANAGE_ACCOUNTS, everywhere=True)
    if account.pk == by.account_id and not active:
        raise Refusal("security.not_oneself", gettext("不能停用自己的账号。"))
    Account.objects.filter(pk=account.pk).update(is_active=active)
    name = account.username
    said = Sentence("启用账号 {username}", username=name) if active else Sentence("停用账号 {username}", username=name)
    record(by, "security.set_active", account, said, at=at)


@transaction.atomic
def grant(account: Account, role: Role, scope: Scope, *, by: Actor, at: dt.datetime, begins_on: dt.date) -> Grant:
    """Give a role in a scope from a day on. Refuses one that is already given."""
    require(by, MANAGE_ACCOUNTS, everywhere=True)
    try:
        with transaction.atomic():
            given = Grant.objects.create(
                account=account, role=role, scope_kind=scope.kind, scope_key=scope.key, begins_on=begins_on
            )
    except IntegrityError as taken:
        raise Refusal("security.granted_already", gettext("该账号已有同样的授权。")) from taken
    record(
        by,
        "security.grant",
        account,
        Sentence("授予 {username} {role}", username=account.username, role=Role(role).label),
        at=at,
        scope=str(scope),
    )
    return given


@transaction.atomic
def end_grant(given: Grant, *, by: Actor, at: dt.datetime, today: dt.date) -> None:
    """End a grant with yesterday; one's own last administrator grant stays."""
    require(by, MANAGE_ACCOUNTS, everywhere=True)
    if given.account_id == by.account_id and given.role == Role.ADMINISTRATOR:
        raise Refusal("security.not_oneself", gettext("不能收回自己的系统管理员授权,请由另一位管理员操作。"))
    yesterday = today - dt.timedelta(days=1)
    if given.ends_on and given.ends_on < today:
        raise Refusal("security.ended_already", gettext("这项授权已经收回。"))
    if given.begins_on > yesterday:
        given.delete()
    else:
        Grant.objects.filter(pk=given.pk).update(ends_on=yesterday)
    record(
        by,
        "security.end_grant",
        given.account,
        Sentence("收回 {username} 的{role}", username=given.account.username, role=Role(given.role).label),
        at=at,
    )


@transaction.atomic
def turn_on_totp(account: Account, secret: str, code: str, *, by: Actor, at: dt.datetime) -> None:
    """Begin to ask for a code at log-in, once the person has shown one that fits."""
    require(by, SEE_OWN_ACCOUNT)
    shown = _step_of(secret, code, at)
    if shown is None:
        raise Refusal("security.wrong_code", gettext("动态验证码不正确,请检查手机时间后重试。"), "code")
    Account.objects.filter(pk=account.pk).update(totp_secret=secret, totp_last_step=shown)
    record(by, "security.totp_on", account, Sentence("{name} 开启两步验证", name=account.name), at=at)


@transaction.atomic
def turn_off_totp(account: Account, password: str, *, by: Actor, at: dt.datetime) -> None:
    """Stop asking for a code; asks for the password."""
    require(by, SEE_OWN_ACCOUNT)
    if not check_password(password, account.password):
        raise Refusal("security.wrong_password", gettext("密码不正确。"), "password")
    Account.objects.filter(pk=account.pk).update(totp_secret="", totp_last_step=0)
    record(by, "security.totp_off", account, Sentence("{name} 关闭两步验证", name=account.name), at=at)


@transaction.atomic
def first_administrator(*, at: dt.datetime) -> str | None:
    """Where there is no account yet: open `admin` with all rights to begin with; returns its password."""
    if Account.objects.exists():
        return None
    password = initial_password()
    account = Account.objects.create(
        username="admin",
        name="管理员",
        password=make_password(password),
        must_change_password=True,
        begins_at=at,
    )
    for role in (Role.ADMINISTRATOR, Role.HR):
        Grant.objects.create(account=account, role=role, scope_kind=ScopeKind.ALL, begins_on=at.date())
    record(Actor(None, "系统"), "security.first_administrator", account, Sentence("建立首个管理员账号"), at=at)
    return password
