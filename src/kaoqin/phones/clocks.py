"""When was it? Two clocks and the last answer of the server tell. Pure.

The phone's clock can be edited; the page's own clock (ticks) cannot be set back and stands still while the phone
sleeps, so what it tells is a floor. The server's clock bounds both: nothing was before its last answer to this page,
nothing comes after it arrives.
"""

import datetime as dt
from dataclasses import dataclass

from kaoqin.phones.words import Flag

NEAR = dt.timedelta(seconds=60)
"""How far two clocks may be apart and still agree."""


@dataclass(frozen=True)
class Contact:
    """The server's last answer to the phone: its time, and the ticks (ms) and life of the page then."""

    server_time: dt.datetime
    ticks: float
    boot: str


@dataclass(frozen=True)
class Told:
    """What a record says of its time. `contact` is one the server itself has signed, or None."""

    device_time: dt.datetime
    ticks: float
    boot: str
    contact: Contact | None


@dataclass(frozen=True)
class Reckoned:
    """The time that counts, and what is odd about it."""

    at: dt.datetime
    flags: frozenset[Flag]


def reckon(told: Told, received_at: dt.datetime, offline_hours: int) -> Reckoned:
    """When a record was made, as far as anybody can tell; held (`NO_TIME`, `LATE`) where nobody can."""
    at, flags = _when(told, received_at)
    late = received_at - at > dt.timedelta(hours=offline_hours)
    return Reckoned(at, frozenset(flags | ({Flag.LATE} if late else set())))


def is_prompt(told: Told, received_at: dt.datetime) -> bool:
    """Whether the record came at once, by the page's own clock: then the address it came from says where it was made."""
    ticked = _ticked(told)
    return ticked is not None and abs(received_at - ticked) <= NEAR


def _ticked(told: Told) -> dt.datetime | None:
    """The earliest it can have been by the page's own clock; None where the page has died since the contact."""
    contact = told.contact
    if contact is None or contact.boot != told.boot or told.ticks < contact.ticks:
        return None
    return contact.server_time + dt.timedelta(milliseconds=told.ticks - contact.ticks)


def _when(told: Told, received_at: dt.datetime) -> tuple[dt.datetime, set[Flag]]:
    device, ticked = told.device_time, _ticked(told)
    floor = ticked or (told.contact.server_time if told.contact else None)
    within = device <= received_at + NEAR and (floor is None or device >= floor - NEAR)
    if within:
        return min(device, received_at), _proof(device, ticked, floor, received_at)
    if ticked is not None and ticked <= received_at + NEAR:
        return min(ticked, received_at), {Flag.CLOCK_EDITED}
    return min(max(device, floor or device), received_at), {Flag.CLOCK_EDITED, Flag.NO_TIME}


def _proof(
    device: dt.datetime, ticked: dt.datetime | None, floor: dt.datetime | None, received_at: dt.datetime
) -> set[Flag]:
    """What stands behind a phone's clock that may be right: the server's arrival, the ticks, its last answer, nothing."""
    if abs(received_at - device) <= NEAR or (ticked is not None and device - ticked <= NEAR):
        return set()
    return {Flag.CLOCK_UNPROVEN} if floor is not None else {Flag.NO_TIME}
