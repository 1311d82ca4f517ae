"""Commands on their way: handed out when a terminal polls, told of again, given up after some tries."""

import datetime as dt
from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import F, Q

from kaoqin.core.sealed import unseal
from kaoqin.core.words import Refusal
from kaoqin.devices.models import Command
from kaoqin.devices.protocols import adapter_named
from kaoqin.devices.wire import WISHES, CommandResult, Terminal, Wanted
from kaoqin.devices.words import CommandState

AGAIN_AFTER = dt.timedelta(minutes=5)
MOST_TRIES = 5
MOST_AT_ONCE = 50
MOST_BYTES = 60_000


def due(at: dt.datetime) -> Q:
    """Commands to hand out: new ones, and those sent five minutes ago without a result."""
    return Q(state=CommandState.WAITING) | Q(state=CommandState.SENT, sent_at__lte=at - AGAIN_AFTER)


def worded(terminal: Terminal, wanted: Wanted, at: dt.datetime, *, target: str, asked_by: int | None = None) -> Command:
    """A command for a terminal, not kept yet. Refuses what it has no words for; there is no free text."""
    phrase = adapter_named(terminal.dialect.protocol).say(wanted, terminal.dialect)
    wish = WISHES[type(wanted)]
    return Command(device_id=terminal.id, wish=wish, target=target, phrase=phrase, asked_at=at, asked_by_id=asked_by)


def speaks(terminal: Terminal, wanted: Wanted) -> bool:
    """Whether a terminal has words for something."""
    try:
        adapter_named(terminal.dialect.protocol).say(wanted, terminal.dialect)
    except Refusal:
        return False
    return True


@transaction.atomic
def hand_out(device_id: int, at: dt.datetime, most: int = MOST_AT_ONCE) -> tuple[tuple[str, str], ...]:
    """(number, phrase) of what a terminal is told now, in the order it was asked for; less than 64 KB in all.

    One that was handed out five times without a result has failed.
    """
    found = Command.objects.select_for_update(of=("self",), skip_locked=True).select_related("template")
    waiting = list(found.filter(due(at), device_id=device_id).order_by("pk")[:MOST_AT_ONCE])
    tired = [command.pk for command in waiting if command.tries >= MOST_TRIES]
    Command.objects.filter(pk__in=tired).update(state=CommandState.FAILED, ended_at=at)
    chosen = _that_fit(_whole([command for command in waiting if command.tries < MOST_TRIES][:most], at))
    sent = Command.objects.filter(pk__in=[command.pk for command, _ in chosen])
    sent.update(state=CommandState.SENT, sent_at=at, tries=F("tries") + 1)
    return tuple((str(command.pk), phrase) for command, phrase in chosen)


def _whole(commands: Iterable[Command], at: dt.datetime) -> Iterator[tuple[Command, str]]:
    """Commands with their phrases as they are said, each with the template it is about. One whose template was sealed
    with another key has failed."""
    for command in commands:
        try:
            yield command, command.phrase + (unseal(command.template.sealed) if command.template else "")
        except Refusal:
            Command.objects.filter(pk=command.pk).update(state=CommandState.FAILED, ended_at=at)


def take_back(device_id: int, number: str) -> None:
    """A command that did not get through: it is the first again; the try counts."""
    sent = Command.objects.filter(device_id=device_id, pk=int(number), state=CommandState.SENT)
    sent.update(state=CommandState.WAITING)


def _that_fit(commands: Iterable[tuple[Command, str]]) -> list[tuple[Command, str]]:
    chosen: list[tuple[Command, str]] = []
    size = 0
    for command, phrase in commands:
        size += len(phrase.encode()) + 30
        if chosen and size > MOST_BYTES:
            break
        chosen.append((command, phrase))
    return chosen


def take_results(device_id: int, results: Iterable[CommandResult], at: dt.datetime) -> list[Command]:
    """What became of commands of this terminal; numbers nobody gave, those already ended well and
    those replaced are passed over. Returns those that ended."""
    told = {int(one.id): one for one in results if one.id.isascii() and one.id.isdecimal()}
    over = [CommandState.DONE, CommandState.REPLACED]
    waiting = Command.objects.filter(device_id=device_id, pk__in=told).exclude(state__in=over)
    ended = list(waiting.select_for_update(of=("self",)).select_related("device"))
    for command in ended:
        result = told[command.pk]
        command.state = CommandState.DONE if result.code >= 0 else CommandState.FAILED
        counted = {} if result.count is None else {"told": result.count}
        command.ended_at, command.result_code, command.result = at, result.code, {**result.values, **counted}
        command.save(update_fields=["state", "ended_at", "result_code", "result"])
    return ended
