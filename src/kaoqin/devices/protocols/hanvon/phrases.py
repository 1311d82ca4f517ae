"""Commands in the words of these terminals. There is none that deletes records."""

import datetime as dt

from django.utils.translation import gettext

from kaoqin.core.words import Refusal
from kaoqin.devices.protocols.hanvon.messages import TIME, say
from kaoqin.devices.wire import (
    CountPunches,
    PutPerson,
    RemovePerson,
    TellPeople,
    TellPunches,
    TellState,
    Wanted,
)

NO_CARD = "0Xffffffff"
LONGEST_NAME = 24
SET_PERSON, REMOVE_PERSON, PEOPLE, RECORDS, STATE = (
    *("SetEmployee", "DeleteEmployee"),
    *("GetEmployeeID", "GetRecord", "GetDeviceInfo"),
)


def phrase(wanted: Wanted) -> str:
    """A command. Refuses what the terminal has no word for."""
    if isinstance(wanted, PutPerson):
        return say(SET_PERSON, _person(wanted))
    if isinstance(wanted, RemovePerson):
        return say(REMOVE_PERSON, [("id", wanted.pin)])
    if isinstance(wanted, TellPeople):
        return say(PEOPLE)
    if isinstance(wanted, TellPunches | CountPunches):
        return records(wanted.first, wanted.last)
    if isinstance(wanted, TellState):
        return say(STATE)
    raise Refusal("devices.not_spoken", gettext("这种考勤机不接受这个命令。"))


def records(first: dt.datetime, last: dt.datetime) -> str:
    """The question for the records between two wall clocks; both are always said."""
    return say(RECORDS, [("start_time", f"{first:{TIME}}"), ("end_time", f"{last:{TIME}}")])


def fit_name(name: str) -> str:
    """A name as a terminal can hold it: what GBK lacks as `?`, cut at 24 bytes between characters."""
    held = " ".join(name.split()).encode("gbk", "replace").decode("gbk")
    while len(held.encode("gbk")) > LONGEST_NAME:
        held = held[:-1]
    return held


def _person(wanted: PutPerson) -> list[tuple[str, str]]:
    card = f"0X{int(wanted.card):08x}" if wanted.card.isascii() and wanted.card.isdecimal() else NO_CARD
    return [
        *(("id", wanted.pin), ("name", fit_name(wanted.name)), ("calid", "")),
        *(("card_num", card), ("authority", "0X0"), ("check_type", "face"), ("opendoor_type", "face")),
    ]
