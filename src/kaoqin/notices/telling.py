"""Rows of what is told: notices once by kind, key and recipient, and a delivery for each way to them."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import TextField, Value
from django.db.models.functions import Cast, Concat, Left
from django.utils import timezone

from kaoqin.core.arrays import any_of, array_of
from kaoqin.core.sentences import Sentence
from kaoqin.notices import queries
from kaoqin.notices.models import Delivery, GroupBot, Notice
from kaoqin.notices.timing import Due, due
from kaoqin.notices.words import Channel, Kind, notice_kinds

Text = Sentence | str
AT_ONCE = 5_000
_TELL = """
INSERT INTO notices_notice (kind, key, {to}_id, title, body, told, link, told_at)
SELECT %(kind)s, %(key)s, one, %(title)s, %(body)s, %(told)s::jsonb, %(link)s, %(at)s FROM unnest(%(to)s::bigint[]) one
ON CONFLICT (kind, key, {to}_id) DO NOTHING RETURNING {to}_id, id
"""


@dataclass(frozen=True)
class Told:
    """What is said: of which kind, under which key, in which words, leading where, when."""

    kind: Kind
    key: str
    title: Text
    body: Text
    link: str
    at: dt.datetime


def tell_accounts(told: Told, account_ids: Collection[int]) -> int:
    """Tell those that were not told yet, and put what goes out to them in the queue; returns how many they are."""
    _free(told, account_ids)
    made = _insert(told, "account", account_ids)
    ways = list(_ways(told, made)) if made else []
    Delivery.objects.bulk_create(ways, batch_size=AT_ONCE)
    return len(made)


def _free(told: Told, account_ids: Collection[int]) -> None:
    """What was taken back keeps another key, so that it may be told again."""
    gone = Notice.objects.filter(kind=told.kind.code, key=told.key, taken_back_at__isnull=False)
    other = Concat(Left("key", 180), Value("#"), Cast("pk", TextField()), output_field=TextField())
    gone.filter(any_of("account_id", account_ids)).update(key=other)


def tell_groups(told: Told) -> int:
    """Post it by every bot that posts this kind; returns how many they are."""
    bots = [bot.pk for bot in GroupBot.objects.filter(active=True) if told.kind.code in bot.kinds]
    made = _insert(told, "bot", bots) if told.kind.open else {}
    Delivery.objects.bulk_create(
        Delivery(notice_id=key, channel=Channel.BOT, due_at=told.at, together=True) for key in made.values()
    )
    return len(made)


def _insert(told: Told, to: str, ids: Iterable[int]) -> dict[int, int]:
    """The new rows: recipient → notice."""
    words = {name: _sentence(said) for name, said in (("title", told.title), ("body", told.body)) if str(said)}
    values: dict[str, Any] = {
        "kind": told.kind.code,
        "key": told.key,
        "title": words["title"].in_chinese()[:300],
        "body": words["body"].in_chinese() if "body" in words else "",
        "told": json.dumps({name: one.keep() for name, one in words.items()}, ensure_ascii=False),
        "link": told.link,
        "at": told.at,
        "to": array_of(sorted(set(ids))),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TELL.format(to=to), values)
        return dict(cursor.fetchall())


def _sentence(said: Text) -> Sentence:
    return said if isinstance(said, Sentence) else Sentence(said)


def _ways(told: Told, made: dict[int, int]) -> Iterator[Delivery]:
    kind, at = told.kind, told.at
    rhythms = queries.rhythms(list(made), timezone.localdate(at))
    when = {key: due(at, rhythm, urgent=kind.urgent) for key, rhythm in rhythms.items()}
    if queries.mail_works():
        wanted = queries.who_wants(kind.code, Channel.EMAIL, made)
        for key in sorted(queries.mailboxes(wanted)):
            yield _way(made[key], Channel.EMAIL, when[key])
    browsers = defaultdict(list)
    for one in queries.browsers(queries.who_wants(kind.code, Channel.PUSH, made)):
        browsers[one.account_id].append(one.pk)
    for key, subscriptions in browsers.items():
        for subscription in subscriptions:
            yield _way(made[key], Channel.PUSH, when[key], subscription)


def _way(notice_id: int, channel: Channel, when: Due, subscription: int | None = None) -> Delivery:
    told: dict[str, Any] = {"due_at": when.at, "together": when.together, "subscription_id": subscription}
    return Delivery(notice_id=notice_id, channel=channel, **told)


def kind_named(code: str) -> Kind:
    """A declared kind. Raises KeyError for a code nobody declared."""
    return notice_kinds()[code]
