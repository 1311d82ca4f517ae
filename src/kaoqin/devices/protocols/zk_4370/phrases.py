"""Commands to these terminals, as they wait for the next visit. Pure; there is no phrase for clearing anything."""

from django.utils.translation import gettext

from kaoqin.core.words import Refusal
from kaoqin.devices import wire
from kaoqin.devices.protocols.waiting import phrase
from kaoqin.devices.protocols.zk_4370 import users
from kaoqin.devices.protocols.zk_common.phrases import good

PUT, REMOVE, PEOPLE, STATE, RESTART = "put", "remove", "people", "state", "restart"
_MOST_CARD = 0xFFFFFFFF


def say(wanted: wire.Wanted, dialect: wire.Dialect) -> str:
    """The phrase of a command. Raises Refusal for what these terminals have no word for."""
    match wanted:
        case wire.PutPerson():
            name = " ".join("".join(c for c in wanted.name if c.isprintable() or c.isspace()).split())
            told = {"pin": _pin(wanted.pin), "name": name, "encoding": users.encoding_for(dialect)}
            return phrase(PUT, **told, role=_role(wanted.privilege), card=_card(wanted.card))
        case wire.RemovePerson():
            return phrase(REMOVE, pin=_pin(wanted.pin))
        case wire.TellPeople():
            return phrase(PEOPLE)
        case wire.TellState():
            return phrase(STATE)
        case wire.Restart():
            return phrase(RESTART)
    raise Refusal("devices.not_spoken", gettext("这种考勤机不认识这条命令。"))


def _pin(pin: str) -> str:
    if not users.holds(pin, users.LONG):
        raise Refusal("devices.bad_value", gettext("考勤号码「{pin}」放不进这种考勤机。").format(pin=pin[:40]))
    return good(pin)


def _role(privilege: str) -> int:
    number = int(privilege) if privilege.isascii() and privilege.isdecimal() and len(privilege) < 4 else 0
    return number & users.ROLE if number < 256 else 0


def _card(card: str) -> int:
    """A card number in decimal, or as the four bytes in brackets that PUSH terminals write; 0 is none."""
    text = card.strip()
    if text.startswith("[") and text.endswith("]") and len(text) == 10:
        try:
            return int.from_bytes(bytes.fromhex(text[1:-1]), "little")
        except ValueError:
            pass
    elif not text or (text.isascii() and text.isdecimal() and int(text) <= _MOST_CARD):
        return int(text or 0)
    raise Refusal("devices.bad_value", gettext("卡号「{card}」放不进这种考勤机。").format(card=card[:40]))
