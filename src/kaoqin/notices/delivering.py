"""Deliveries are worked off: claimed, handed over, and noted; tried again later, and given up after the last try.

A claimed row is `sending` before anything leaves the house and `sent` after. If the process dies in between, nobody can
know whether the message left: after `LEASE` it is sent again. A mail then has the same Message-ID and a push the same
tag and topic, so that mail programs and browsers show one; a group may see a message twice.
"""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from procrastinate.contrib.django import app

from kaoqin.core.jobs import ask_once
from kaoqin.core.outgoing import Unreached
from kaoqin.core.words import Refusal
from kaoqin.notices import senders
from kaoqin.notices.models import Delivery, GroupBot
from kaoqin.notices.senders import Gone, NotTaken
from kaoqin.notices.words import Channel, DeliveryState

log = logging.getLogger(__name__)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
BACKOFF = (MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR)
"""How long to wait after each try; after one more it is given up: about 20 hours in all."""
LEASE = 10 * MINUTE
"""Longer than handing over a batch can take."""
BATCH = 50
_OPEN = (DeliveryState.WAITING, DeliveryState.SENDING)
Send = Callable[[Sequence[Delivery], dt.datetime], None]
SENDS: dict[Channel, Send] = {
    Channel.EMAIL: senders.send_mail,
    Channel.PUSH: senders.send_push,
    Channel.BOT: senders.send_post,
}


def ask_worker() -> None:
    """Have what is due worked off once this transaction is done."""
    transaction.on_commit(_ask_each)


def _ask_each() -> None:
    now = timezone.now()
    for channel in Channel:
        if _due(channel, now).exists():
            ask_once(deliver, f"notices.deliver.{channel}", channel=channel.value)


@app.task(name="notices.deliver")
def deliver(channel: str) -> None:
    """Work off all that is due by a channel."""
    work_off(Channel(channel))


@app.periodic(cron="* * * * *")
@app.task(name="notices.look", queueing_lock="notices.look")
def look(timestamp: int) -> None:
    """Every minute: whatever has become due, and what was left behind."""
    _ask_each()


def work_off(channel: Channel) -> int:
    """Deliver what is due by a channel now; returns how many messages left."""
    sent = 0
    while claimed := claim(channel, timezone.now()):
        for message in _messages(claimed):
            sent += _hand_over(channel, message)
    return sent


def _due(channel: Channel, at: dt.datetime) -> models.QuerySet[Delivery]:
    left = models.Q(state=DeliveryState.SENDING, begun_at__lt=at - LEASE)
    ready = models.Q(state=DeliveryState.WAITING)
    rows = Delivery.objects.filter(ready | left, state__in=_OPEN, channel=channel, due_at__lte=at)
    if channel == Channel.BOT:
        rows = rows.filter(models.Q(notice__bot__free_at=None) | models.Q(notice__bot__free_at__lte=at))
    return rows


@transaction.atomic
def claim(channel: Channel, at: dt.datetime) -> list[Delivery]:
    """Some of what is due, the longest waiting first, for this worker alone. Those that go together come together."""
    _give_up_left(channel, at)
    rows = _due(channel, at).select_related("notice").order_by("due_at", "pk")
    found = list(rows.select_for_update(of=("self",), skip_locked=True)[:BATCH])
    found += _companions(channel, at, found)
    mine = [one.pk for one in found]
    Delivery.objects.filter(pk__in=mine).update(state=DeliveryState.SENDING, begun_at=at, tries=models.F("tries") + 1)
    told = ("notice__account", "notice__bot", "subscription")
    return list(Delivery.objects.filter(pk__in=mine).select_related(*told).order_by("due_at", "pk"))


def _give_up_left(channel: Channel, at: dt.datetime) -> None:
    """What was left behind at the last try too is not tried for ever: it may be what stops the worker."""
    rows = _due(channel, at).filter(state=DeliveryState.SENDING, tries__gt=len(BACKOFF))
    left = list(rows.select_for_update(of=("self",), skip_locked=True))
    _end(left, DeliveryState.DEAD, gettext("发送多次中断,不知道是否送达。"), at)


def _companions(channel: Channel, at: dt.datetime, found: Sequence[Delivery]) -> list[Delivery]:
    """Whatever else goes to the same places with those found that go together."""
    there = models.Q(pk__in=())
    for account, bot, subscription in {_place(one) for one in found if one.together}:
        there |= models.Q(notice__account=account, notice__bot=bot, subscription=subscription)
    rows = _due(channel, at).filter(there, together=True).exclude(pk__in=[one.pk for one in found])
    return list(rows.select_for_update(of=("self",), skip_locked=True))


def _place(delivery: Delivery) -> tuple[int | None, int | None, int | None]:
    return delivery.notice.account_id, delivery.notice.bot_id, delivery.subscription_id


def _messages(claimed: Sequence[Delivery]) -> Iterator[list[Delivery]]:
    """What goes out as one message each."""
    groups: dict[object, list[Delivery]] = defaultdict(list)
    for one in claimed:
        groups[_place(one) if one.together else one.pk].append(one)
    yield from groups.values()


@dataclass(frozen=True)
class Outcome:
    """What became of a message: no fault, or the fault, whether trying again helps, and when at the earliest. A message
    that nobody took because of a limit does not count as a try."""

    fault: str = ""
    final: bool = False
    wait: dt.timedelta | None = None
    gone: bool = False


def _hand_over(channel: Channel, message: list[Delivery]) -> bool:
    still = _still_wanted(message)
    if not still:
        return False
    at = timezone.now()
    if channel == Channel.BOT and not _take_turn(still, at):
        return False
    outcome = _sent(channel, still, at)
    _note(still, outcome, timezone.now())
    return not outcome.fault


def _still_wanted(message: list[Delivery]) -> list[Delivery]:
    """Those that were not read or taken back while they waited; the others are dropped."""
    rows = Delivery.objects.filter(pk__in=[one.pk for one in message]).select_related("notice", "subscription")
    fresh = {one.pk: one for one in rows}
    over = [key for key, one in fresh.items() if _is_over(one)]
    Delivery.objects.filter(pk__in=over).update(state=DeliveryState.DROPPED, ended_at=timezone.now())
    return [one for one in message if one.pk in fresh and one.pk not in over]


def _is_over(delivery: Delivery) -> bool:
    gone = delivery.subscription and delivery.subscription.ended_at
    return bool(gone or delivery.notice.read_at or delivery.notice.taken_back_at)


@transaction.atomic
def _take_turn(message: Sequence[Delivery], at: dt.datetime) -> bool:
    """Whether the bot may be called now; if so nobody else may for as long as its limit asks. Those whose turn it is not
    wait again."""
    bot = GroupBot.objects.select_for_update().get(pk=message[0].notice.bot_id or 0)
    free = bot.free_at is None or bot.free_at <= at
    if free:
        GroupBot.objects.filter(pk=bot.pk).update(free_at=at + senders.apart(bot))
    else:
        _wait(message, bot.free_at or at, "")
    return free


def _sent(channel: Channel, message: Sequence[Delivery], at: dt.datetime) -> Outcome:
    try:
        SENDS[channel](message, at)
    except Gone as gone:
        return Outcome(str(gone), final=True, gone=True)
    except NotTaken as answer:
        return Outcome(str(answer), answer.final, answer.wait)
    except Unreached as error:
        return Outcome(str(error))
    except Refusal as refusal:
        return Outcome(refusal.sentence, final=True)
    except Exception:
        log.exception("a message by %s could not be sent", channel)
        return Outcome(gettext("发送时出现意外错误,已记入日志。"))
    return Outcome()


@transaction.atomic
def _note(message: Sequence[Delivery], outcome: Outcome, at: dt.datetime) -> None:
    if not outcome.fault:
        _end(message, DeliveryState.SENT, "", at)
    elif outcome.wait:
        GroupBot.objects.filter(notices__deliveries__in=message).update(free_at=at + outcome.wait)
        _wait(message, at + outcome.wait, outcome.fault)
    elif outcome.gone:
        senders.end_subscription(message, at)
        _end(message, DeliveryState.DROPPED, outcome.fault, at)
    else:
        for one in message:
            _again_or_never(one, outcome, at)


def _again_or_never(one: Delivery, outcome: Outcome, at: dt.datetime) -> None:
    if outcome.final or one.tries > len(BACKOFF):
        _end([one], DeliveryState.DEAD, outcome.fault, at)
        return
    told = {"state": DeliveryState.WAITING, "due_at": at + BACKOFF[one.tries - 1], "fault": outcome.fault}
    Delivery.objects.filter(pk=one.pk).update(**told)


def _wait(message: Sequence[Delivery], until: dt.datetime, fault: str) -> None:
    """It was not its turn: that was no try."""
    told = {"state": DeliveryState.WAITING, "due_at": until, "fault": fault, "tries": models.F("tries") - 1}
    Delivery.objects.filter(pk__in=[one.pk for one in message]).update(**told)


def _end(message: Sequence[Delivery], state: DeliveryState, fault: str, at: dt.datetime) -> None:
    told = {"state": state, "ended_at": at, "fault": fault}
    Delivery.objects.filter(pk__in=[one.pk for one in message]).update(**told)
