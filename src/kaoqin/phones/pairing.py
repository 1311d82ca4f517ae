"""A native client is paired (配对): a code shown to whoever is logged in is traded, once, for the token of a phone."""

import datetime as dt
import secrets
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext

from kaoqin.core.sentences import Sentence
from kaoqin.core.words import NotFound, Refusal
from kaoqin.org import queries as org
from kaoqin.phones import tokens
from kaoqin.phones.actions import register, self_of
from kaoqin.phones.models import PairingCode, Phone, Token
from kaoqin.phones.words import APPROVE_PHONES, PUNCH, SPEAKING
from kaoqin.security.actions import count_attempt, refuse_guessing
from kaoqin.security.audit import record
from kaoqin.security.doors import actor_of, may, require
from kaoqin.security.models import Account
from kaoqin.security.words import Actor

LASTS = dt.timedelta(minutes=5)
DIGITS = 8
_WRONG = "phones.wrong_pairing"


@dataclass(frozen=True)
class Claim:
    """What a client says that wants to be paired: whose it is by the log-in name, the digits, and from which address."""

    username: str
    code: str
    address: str


def offer(account: Account, *, by: Actor, at: dt.datetime, today: dt.date) -> str:
    """Eight digits with which whoever asks may pair one client within five minutes; the ones before are worth nothing."""
    self_of(by, today)
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    told = {"digest": _digest(account, digits), "ends_at": at + LASTS}
    PairingCode.objects.update_or_create(account=account, defaults=told)
    return digits


def _digest(account: Account, digits: str) -> str:
    """Keyed, for a hash of eight digits alone is soon guessed; of the password too, so that a new one ends it."""
    return salted_hmac("phones.pairing", f"{account.get_session_auth_hash()}.{digits}", algorithm="sha256").hexdigest()


def pair(claim: Claim, key: bytes, name: str, *, replace: bool, at: dt.datetime, today: dt.date) -> tuple[Phone, str]:
    """The phone of a key (DER), registered by the rules of every phone, and its token, which is told this once. A wrong code
    counts as a failed log-in; one that fits is used up, unless the phone is refused."""
    refuse_guessing(claim.username, claim.address, at)
    try:
        made = _trade(claim, key, name, replace, at, today)
    except Refusal as refusal:
        if refusal.code == _WRONG:
            count_attempt(claim.username, False, address=claim.address, at=at)
        raise
    count_attempt(claim.username, True, address=claim.address, at=at)
    return made


@transaction.atomic
def _trade(claim: Claim, key: bytes, name: str, replace: bool, at: dt.datetime, today: dt.date) -> tuple[Phone, str]:
    offered = _offered(claim, at)
    by = actor_of(offered.account, today, claim.address)
    phone = register(key, name, replace=replace, by=by, at=at, today=today)
    if phone.state not in SPEAKING:
        raise Refusal("phones.ended", gettext("这部手机已停用。请在客户端换一把新的密钥后再配对。"))
    account = offered.account
    offered.delete()
    return phone, _issue(phone, account, by, at, today)


def _offered(claim: Claim, at: dt.datetime) -> PairingCode:
    rows = PairingCode.objects.select_for_update(of=("self",)).select_related("account")
    found = rows.filter(account__username=claim.username, account__is_active=True, ends_at__gt=at).first()
    digits = "".join(filter(str.isdigit, claim.code))
    if found is None or not constant_time_compare(found.digest, _digest(found.account, digits)):
        raise Refusal(_WRONG, gettext("登录名或配对码不正确,或者配对码已过期、已用过。"), "code")
    return found


def _issue(phone: Phone, account: Account, by: Actor, at: dt.datetime, today: dt.date) -> str:
    """A new token of a phone; the one before is revoked."""
    for before in Token.objects.filter(phone=phone, revoked_at=None).select_related("phone__employee"):
        _revoke(before, by, at)
    drawn = tokens.draw()
    told = {"digest": tokens.digest_of(drawn), "session_hash": account.get_session_auth_hash()}
    made = Token.objects.create(phone=phone, account=account, made_at=at, last_used_on=today, **told)
    said = Sentence("{name} 的手机「{phone}」连接客户端", name=phone.employee.name, phone=phone.name)
    record(by, "phones.pair", made, said, at=at)
    return drawn


@transaction.atomic
def revoke(token_id: int, *, by: Actor, at: dt.datetime, today: dt.date) -> Token:
    """A token is none any more: one's own, or one of a person whose phones one approves."""
    require(by, PUNCH)
    within = Q(phone__employee=by.employee_id or 0)
    if may(by, APPROVE_PHONES):
        within |= Q(phone__employee__in=org.people(APPROVE_PHONES, seen_by=by, on=today))
    rows = Token.objects.select_for_update(of=("self",)).select_related("phone__employee")
    found = rows.filter(within, pk=token_id, revoked_at=None).first()
    if found is None:
        raise NotFound("phones.no_client", gettext("没有这个客户端连接,或者已经断开。"))
    _revoke(found, by, at)
    return found


def _revoke(token: Token, by: Actor, at: dt.datetime) -> None:
    token.revoked_at = at
    token.save(update_fields=["revoked_at"])
    said = Sentence("{name} 的手机「{phone}」断开客户端", name=token.phone.employee.name, phone=token.phone.name)
    record(by, "phones.revoke_token", token, said, at=at)
