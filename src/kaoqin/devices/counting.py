"""Counting: each night a terminal is asked how many punches it holds of yesterday. Where the ledger has fewer, it is asked
to send that day again, and counted once more; what is missing still is an alarm."""

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone
from procrastinate.contrib.django import app

from kaoqin.core.words import Refusal
from kaoqin.devices import fleet, queue
from kaoqin.devices.models import Command
from kaoqin.devices.wire import CountPunches, TellPunches, Terminal, Wanted
from kaoqin.devices.words import CommandState, DeviceState, Wish

DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)


@app.periodic(cron="10 4 * * *")
@app.task(name="devices.ask_counts", lock="devices.ask_counts", queueing_lock="devices.ask_counts")
def ask_counts(timestamp: int) -> None:
    """At ten past four: yesterday is over everywhere people here work, and what was kept back at night has come."""
    now = timezone.now()
    ask_all(timezone.localdate(now) - DAY, now)


def ask_all(day: dt.date, at: dt.datetime) -> int:
    """Ask all terminals that can count for their count of a day; returns how many. One that has not answered the last
    time is not asked more and more."""
    unanswered = Command.objects.filter(wish=Wish.COUNT_PUNCHES, state__in=[CommandState.WAITING, CommandState.SENT])
    open_ids = set(unanswered.values_list("device", flat=True))
    asked = [one for one in fleet.terminals(at, state=DeviceState.APPROVED).values() if one.id not in open_ids]
    return ask(asked, CountPunches(*_span(day)), day, at)


def ask(terminals: Iterable[Terminal], wanted: Wanted, day: dt.date, at: dt.datetime) -> int:
    """Tell terminals something about a day of theirs; those without a word for it are passed over."""
    made = []
    for terminal in terminals:
        try:
            made.append(queue.worded(terminal, wanted, at, target=day.isoformat()))
        except Refusal:
            continue
    Command.objects.bulk_create(made)
    return len(made)


def _span(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    begin = dt.datetime.combine(day, dt.time())
    return begin, begin + DAY - SECOND


def ask_again(terminal: Terminal, day: dt.date, at: dt.datetime) -> None:
    """The terminal is to send a day again, unless it was asked to before."""
    asked = Command.objects.filter(device=terminal.id, wish=Wish.TELL_PUNCHES, target=day.isoformat())
    if not asked.exists():
        ask([terminal], TellPunches(*_span(day)), day, at)


def count_again(terminal: Terminal, day: dt.date, at: dt.datetime) -> None:
    """A terminal has sent a day again: it is counted anew, for what it sent has arrived before."""
    ask([terminal], CountPunches(*_span(day)), day, at)
