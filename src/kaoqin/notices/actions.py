"""Telling people, and what they do with it: read, choose, subscribe; and the channels' keeping."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext

from kaoqin.core.outgoing import Unreached, check_address
from kaoqin.core.sealed import seal
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import NotFound, Refusal
from kaoqin.notices import pushing, queries, senders
from kaoqin.notices.delivering import ask_worker
from kaoqin.notices.models import (
    Choice,
    CompanyChoice,
    Delivery,
    GroupBot,
    Notice,
    PersonalRhythm,
    PushSubscription,
)
from kaoqin.notices.queries import Rule
from kaoqin.notices.senders import NotTaken
from kaoqin.notices.telling import Text, Told, kind_named, tell_accounts, tell_groups
from kaoqin.notices.words import MANAGE_CHANNELS, OWN_NOTICES, PERSONAL, TEST, Channel, DeliveryState, Vendor
from kaoqin.security import queries as security
from kaoqin.security.audit import record
from kaoqin.security.doors import require
from kaoqin.security.words import Actor

MOST_BROWSERS = 10


@transaction.atomic
def tell(
    kind: str, to: Iterable[int], title: Text, body: Text = "", link: str = "", *, key: str, at: dt.datetime
) -> int:
    """Tell accounts something of a declared kind: in their inbox at once, by their channels when they let us.

    By `(kind, key, account)` everybody is told once, however often it is said; returns how many are told now. Texts are
    Sentences, which each reads in the own language, or texts of people. `link` is an address of ours (`/days/…`). An
    open kind is posted by the group bots that post it, too. Raises KeyError for a kind nobody declared, ValueError for
    a link that leads out of the house or a key too long.
    """
    told = Told(kind_named(kind), key, title, body, _inside(link), at)
    if len(key) > 200:
        raise ValueError(key)
    found = tell_accounts(told, security.in_use(set(to)).keys())
    posted = tell_groups(told) if told.kind.open else 0
    if found or posted:
        ask_worker()
    return found


def _inside(link: str) -> str:
    if link and (not link.startswith("/") or link.startswith("//") or "\\" in link or len(link) > 500):
        raise ValueError(link)
    return link


@transaction.atomic
def take_back(kind: str, key: str, *, keep: Collection[int] = (), at: dt.datetime) -> int:
    """What was told is not so any more: it leaves the inboxes, but for those of the accounts in `keep`, and what still
    waits does not go out. Whoever it is told again is told anew. Returns how many notices."""
    rows = Notice.objects.filter(kind=kind, key=key, taken_back_at=None).exclude(account__in=keep)
    gone = [notice.pk for notice in rows.select_for_update()]
    Notice.objects.filter(pk__in=gone).update(taken_back_at=at)
    _drop(gone, at)
    return len(gone)


def _drop(notice_ids: Collection[int], at: dt.datetime) -> None:
    """Whoever read it in the inbox need not be told again elsewhere."""
    waiting = Delivery.objects.filter(notice__in=notice_ids, state=DeliveryState.WAITING)
    waiting.update(state=DeliveryState.DROPPED, ended_at=at)


@transaction.atomic
def mark_read(notice_id: int, *, by: Actor, at: dt.datetime) -> Notice:
    """One's own notice is read, from the first time on."""
    found = queries.notice(notice_id, seen_by=by)
    if found.read_at is None:
        found.read_at = at
        found.save(update_fields=["read_at"])
        _drop([found.pk], at)
    return found


@transaction.atomic
def mark_all_read(*, by: Actor, at: dt.datetime) -> int:
    """All of one's notices are read; returns how many were not."""
    unread = list(queries.inbox(seen_by=by).filter(read_at=None).values_list("pk", flat=True))
    Notice.objects.filter(pk__in=unread).update(read_at=at)
    _drop(unread, at)
    return len(unread)


@dataclass(frozen=True)
class Preferences:
    """What somebody chose: quiet hours and digest in minutes of the day, an address, and by kind and channel."""

    wishes: Mapping[tuple[str, Channel], bool]
    quiet_from: int | None = None
    quiet_until: int | None = None
    digest_at: int | None = None
    email: str = ""


@transaction.atomic
def choose(chosen: Preferences, *, by: Actor, at: dt.datetime) -> None:
    """One's own preferences. What the company has fixed stays as it is; what is as the company says is not kept, so that
    it follows the company."""
    require(by, OWN_NOTICES)
    _refuse_half(chosen)
    rules = queries.company_rules()
    for (kind, channel), wanted in chosen.wishes.items():
        rule = rules[kind, channel]
        mine: dict[str, Any] = {"account_id": by.account_id or 0, "kind": kind, "channel": channel}
        if rule.fixed or rule.wanted == wanted:
            Choice.objects.filter(**mine).delete()
        else:
            Choice.objects.update_or_create(**mine, defaults={"wanted": wanted})
    names = ("quiet_from", "quiet_until", "digest_at")
    told = {name: getattr(chosen, name) for name in names}
    told["email"] = "" if by.employee_id else chosen.email
    PersonalRhythm.objects.update_or_create(account_id=by.account_id or 0, defaults=told)
    record(by, "notices.choose", "notices.personalrhythm", Sentence("修改自己的通知设置"), at=at)


def _refuse_half(chosen: Preferences) -> None:
    if (chosen.quiet_from is None) != (chosen.quiet_until is None):
        raise Refusal("notices.half_quiet", gettext("免打扰时段要有开始和结束,或者都留空。"), "quiet_until")
    if chosen.quiet_from is not None and chosen.quiet_from == chosen.quiet_until:
        raise Refusal("notices.no_quiet", gettext("免打扰的开始和结束相同;不需要就都留空。"), "quiet_until")


@transaction.atomic
def subscribe(
    endpoint: str, p256dh: str, auth: str, *, browser: str = "", by: Actor, at: dt.datetime
) -> PushSubscription:
    """Push to this browser from now on. One that was another account's is this one's now: whoever sits before it."""
    require(by, OWN_NOTICES)
    check_address(endpoint)
    pushing.check_keys(pushing.Browser(endpoint, p256dh, auth))
    others = queries.own_browsers(seen_by=by).exclude(endpoint=endpoint)
    if others.count() >= MOST_BROWSERS:
        raise Refusal(
            "notices.many_browsers", gettext("已有 {count} 个浏览器,请先停用不用的。").format(count=MOST_BROWSERS)
        )
    told = {"account_id": by.account_id, "p256dh": p256dh, "auth_sealed": seal(auth), "browser": browser[:200]}
    made, _ = PushSubscription.objects.update_or_create(
        endpoint=endpoint, defaults={**told, "begun_at": at, "ended_at": None}
    )
    record(by, "notices.subscribe", made, Sentence("在浏览器上开启推送"), at=at)
    return made


@transaction.atomic
def unsubscribe(subscription_id: int, *, by: Actor, at: dt.datetime) -> None:
    """Push to one of one's browsers no more."""
    found = queries.own_browsers(seen_by=by).filter(pk=subscription_id).first()
    if found is None:
        raise NotFound("notices.no_browser", gettext("没有这个浏览器,或者已经停用。"))
    _end_subscription(found, at)
    record(by, "notices.unsubscribe", found, Sentence("停用一个浏览器的推送"), at=at)


def _end_subscription(found: PushSubscription, at: dt.datetime) -> None:
    PushSubscription.objects.filter(pk=found.pk).update(ended_at=at)
    waiting = Delivery.objects.filter(subscription=found, state=DeliveryState.WAITING)
    waiting.update(state=DeliveryState.DROPPED, ended_at=at)


@transaction.atomic
def test_own(*, by: Actor, at: dt.datetime) -> int:
    """A message to oneself by all one's channels; returns by how many ways."""
    require(by, OWN_NOTICES)
    if by.account_id is None:
        return 0
    key = f"{at.isoformat()}"
    title = Sentence("测试消息")
    body = Sentence("看到这条消息,说明这个渠道可以收到通知。")
    tell_accounts(Told(kind_named(TEST), key, title, body, "/me/notices/", at), [by.account_id])
    ask_worker()
    return Delivery.objects.filter(notice__kind=TEST, notice__key=key, notice__account=by.account_id).count()


@transaction.atomic
def fix_company(rules: Mapping[tuple[str, Channel], Rule], *, by: Actor, at: dt.datetime) -> None:
    """What holds for everybody who chose nothing else, and what nobody may choose."""
    require(by, MANAGE_CHANNELS, everywhere=True)
    before = queries.company_rules()
    for (kind, channel), rule in rules.items():
        if before[kind, channel] != rule and channel in PERSONAL and channel not in kind_named(kind).fixed:
            told = {"wanted": rule.wanted, "fixed": rule.fixed}
            CompanyChoice.objects.update_or_create(kind=kind, channel=channel, defaults=told)
    record(by, "notices.company", "notices.companychoice", Sentence("修改公司的通知默认设置"), at=at)


@dataclass(frozen=True)
class BotDetails:
    """A group bot as it was typed in. An empty address or secret keeps the one there is."""

    name: str
    vendor: Vendor
    address: str = ""
    secret: str = ""
    keyword: str = ""
    kinds: tuple[str, ...] = ()
    no_secret: bool = False


@transaction.atomic
def keep_bot(details: BotDetails, *, by: Actor, at: dt.datetime, bot: GroupBot | None = None) -> GroupBot:
    """A new bot, or one as it is to be. Refuses an address that is not its vendor's, and a name that is taken."""
    require(by, MANAGE_CHANNELS, everywhere=True)
    kept = bot or GroupBot()
    if GroupBot.objects.filter(name=details.name).exclude(pk=kept.pk).exists():
        said = gettext("已经有群机器人 {name}。").format(name=details.name)
        raise Refusal("notices.bot_exists", said, "name")
    _address(kept, details)
    kept.name, kept.vendor, kept.keyword = details.name, details.vendor, details.keyword
    kept.kinds = [code for code in details.kinds if kind_named(code).open]
    if details.secret or details.no_secret:
        kept.secret_sealed = seal(details.secret) if details.secret else ""
    kept.save()
    record(by, "notices.bot", kept, Sentence("设置群机器人 {name}", name=kept.name), at=at, shown=kept.shown)
    return kept


def _address(kept: GroupBot, details: BotDetails) -> None:
    if details.address:
        senders.refuse_other_hosts(details.vendor, details.address)
        kept.address_sealed, kept.shown = seal(details.address), masked(details.address)
    elif not kept.address_sealed or kept.vendor != details.vendor:
        raise Refusal("notices.no_address", gettext("请填写机器人的 Webhook 地址。"), "address")


def masked(address: str) -> str:
    """An address as it may be shown: the host, and the last characters of its key."""
    return f"{urlsplit(address).netloc}/…{address[-4:]}"[:120]


@transaction.atomic
def switch_bot(bot: GroupBot, active: bool, *, by: Actor, at: dt.datetime) -> None:
    """A bot posts, or posts no more; what waits for it is dropped."""
    require(by, MANAGE_CHANNELS, everywhere=True)
    GroupBot.objects.filter(pk=bot.pk).update(active=active)
    if not active:
        _drop(list(bot.notices.values_list("pk", flat=True)), at)
    text = Sentence("启用群机器人 {name}", name=bot.name) if active else Sentence("停用群机器人 {name}", name=bot.name)
    record(by, "notices.switch_bot", bot, text, at=at)


def test_bot(bot: GroupBot, *, by: Actor, at: dt.datetime) -> None:
    """Post something by a bot now. Refuses with what went wrong."""
    require(by, MANAGE_CHANNELS, everywhere=True)
    text = gettext("这是 {name} 从考勤系统发出的测试消息。").format(name=by.name)
    _try(lambda: senders.post_text(bot, text, at))
    record(by, "notices.test_bot", bot, Sentence("用群机器人 {name} 发测试消息", name=bot.name), at=at)


def test_mail(address: str, *, by: Actor, at: dt.datetime) -> None:
    """Write to an address now. Refuses with what went wrong."""
    require(by, MANAGE_CHANNELS, everywhere=True)
    title, body = gettext("测试邮件"), gettext("这是 {name} 从考勤系统发出的测试邮件。").format(name=by.name)
    _try(lambda: senders.send_test_mail(address, title, body))
    record(by, "notices.test_mail", "notices.delivery", Sentence("发测试邮件到 {address}", address=address), at=at)


def _try(send: Callable[[], None]) -> None:
    try:
        send()
    except (NotTaken, Unreached) as fault:
        raise Refusal("notices.test_failed", gettext("没有送出:{fault}").format(fault=fault), "address") from fault


@transaction.atomic
def send_again(deliveries: Iterable[Delivery], *, by: Actor, at: dt.datetime) -> int:
    """What was given up is tried anew; returns how many it were."""
    require(by, MANAGE_CHANNELS, everywhere=True)
    keys = [one.pk for one in deliveries]
    found = Delivery.objects.filter(pk__in=keys, state=DeliveryState.DEAD)
    count = found.update(state=DeliveryState.WAITING, tries=0, due_at=at, ended_at=None)
    record(by, "notices.send_again", "notices.delivery", Sentence("重新发送 {count} 条", count=count), at=at)
    ask_worker()
    return count
