"""How far it is with one person on one terminal, reckoned from what was told and what is known. Pure."""

import datetime as dt

from kaoqin.devices import queue
from kaoqin.devices.differences import fulfilled
from kaoqin.devices.models import Command, PersonOnDevice, Placement
from kaoqin.devices.wire import PersonOnTerminal, PutPerson, RemovePerson
from kaoqin.devices.words import CommandState, PlacementFault, PlacementState, Wish

PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (5, 15, 60, 240))
MOST_TRIES = len(PAUSES) + 1
OPEN = {CommandState.WAITING, CommandState.SENT}


def on_terminal(row: PersonOnDevice | None) -> PersonOnTerminal | None:
    return PersonOnTerminal(row.pin, row.name, row.privilege, row.card, row.group) if row else None


def is_open(command: Command | None) -> bool:
    return command is not None and command.state in OPEN


def told_after(command: Command, whole: Command | None) -> bool:
    """Whether the terminal told all its people after it had done this."""
    if whole is None or whole.ended_at is None or command.ended_at is None:
        return False
    return whole.pk > command.pk and whole.ended_at >= command.ended_at


def may_be_there(row: Placement, command: Command | None, whole: Command | None) -> bool:
    """Whether somebody whom the terminal did not tell may be on it all the same: a put is on its way, or was."""
    if row.unsure:
        return True
    put = command is not None and command.wish == Wish.PUT_PERSON and command.state != CommandState.WAITING
    return put and command is not None and not told_after(command, whole)


def outdated(row: Placement, command: Command | None, whole: Command | None) -> bool:
    """There is a newer wish: forget the tries of the old one. Says whether its command is to be taken back; what was
    handed out already may have been done, so what the terminal told before means nothing."""
    row.tries, row.next_try_at, row.fault, row.result_code, row.command = 0, None, "", None, None
    if command is None:
        return False
    row.unsure = row.unsure or (command.state != CommandState.WAITING and not told_after(command, whole))
    return is_open(command)


def settled(
    row: Placement,
    wanted: PutPerson | RemovePerson,
    there: PersonOnDevice | None,
    command: Command | None,
    whole: Command | None,
) -> bool:
    """Whether the terminal told, since it was asked for, that it is so."""
    if row.unsure or not fulfilled(wanted, on_terminal(there)):
        return False
    if command is None:
        return True
    return there.told_at >= command.asked_at if there else told_after(command, whole)


def calm(row: Placement) -> None:
    """All is as it should be."""
    row.state, row.tries, row.next_try_at = PlacementState.SAME, 0, None
    row.fault, row.result_code, row.command = "", None, None


def judge(row: Placement, command: Command | None, whole: Command | None, at: dt.datetime) -> bool:
    """How far it is where the terminal does not tell what was wished; True: it is to be sent (again) now."""
    if command is not None:
        if is_open(command) or (command.state == CommandState.DONE and not told_after(command, whole)):
            waits = command.state == CommandState.WAITING
            row.state = PlacementState.WAITING if waits else PlacementState.SENT
            return False
        _failed(row, command, at)
    row.state = PlacementState.FAILED if row.tries >= MOST_TRIES else PlacementState.WAITING
    return row.state == PlacementState.WAITING and (row.next_try_at is None or row.next_try_at <= at)


def _failed(row: Placement, command: Command, at: dt.datetime) -> None:
    row.command, row.tries, row.result_code = None, row.tries + 1, None
    if command.state == CommandState.DONE:
        row.fault = PlacementFault.NOT_SHOWN
    elif command.result_code is None:
        given_up = command.tries >= queue.MOST_TRIES
        row.fault = PlacementFault.UNANSWERED if given_up else PlacementFault.WITHDRAWN
    else:
        row.fault, row.result_code = PlacementFault.CODE, command.result_code
    row.next_try_at = at + PAUSES[row.tries - 1] if row.tries < MOST_TRIES else None
