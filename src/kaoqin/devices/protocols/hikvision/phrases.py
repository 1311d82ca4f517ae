"""Commands to these terminals, as they wait for the next visit. Pure; there is no phrase for clearing anything."""

import re

from django.utils.translation import gettext

from kaoqin.core.words import Refusal
from kaoqin.devices import wire
from kaoqin.devices.protocols.waiting import phrase

PUT, REMOVE, PEOPLE, STATE = "put", "remove", "people", "state"
LONGEST_NAME = 32
_PIN = re.compile(r"[A-Za-z0-9_-]{1,32}", re.ASCII)
_CARD = re.compile(r"[A-Za-z0-9]{0,20}", re.ASCII)


def say(wanted: wire.Wanted, dialect: wire.Dialect) -> str:
    """The phrase of a command. Raises Refusal for what these terminals have no word for."""
    match wanted:
        case wire.PutPerson():
            told = {"pin": _pin(wanted.pin), "name": held(wanted.name, dialect), "card": _card(wanted.card)}
            return phrase(PUT, **told, administers=wanted.privilege not in {"", "0"})
        case wire.RemovePerson():
            return phrase(REMOVE, pin=_pin(wanted.pin))
        case wire.TellPeople():
            return phrase(PEOPLE)
        case wire.TellState():
            return phrase(STATE)
    raise Refusal("devices.not_spoken", gettext("这种考勤机不认识这条命令。"))


def held(name: str, dialect: wire.Dialect) -> str:
    """A name as a terminal can hold it: in one line, at most 32 characters, in Unicode."""
    return " ".join("".join(c for c in name if c.isprintable() or c.isspace()).split())[:LONGEST_NAME].strip()


def _pin(pin: str) -> str:
    if not _PIN.fullmatch(pin):
        raise Refusal("devices.bad_value", gettext("考勤号码「{pin}」放不进这种考勤机。").format(pin=pin[:40]))
    return pin


def _card(card: str) -> str:
    if not _CARD.fullmatch(card.strip()):
        raise Refusal("devices.bad_value", gettext("卡号「{card}」放不进这种考勤机。").format(card=card[:40]))
    return card.strip()
