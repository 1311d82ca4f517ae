"""What is done at a terminal when a command is carried out there."""

import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from kaoqin.devices.protocols.hikvision import people, phrases
from kaoqin.devices.protocols.hikvision.messages import NotUnderstood, strange
from kaoqin.devices.protocols.http_digest.conversation import Conversation, Declined
from kaoqin.devices.wire import Done, VisitFailed

REFUSED, CARD_TAKEN, UNKNOWN = -1, -2, -3
"""The terminal said no; the card is somebody else's; firmware or we have no such word."""
MOST_ROWS, MOST_LOOKS, LOOK_SECONDS = 100_000, 40, 0.5
_AT = "/ISAPI/AccessControl"
_UNSPOKEN = ("notsupport", "methodnotallowed", "badurl")


def carry_out(line: Conversation, do: str, told: Mapping[str, Any]) -> Done:
    """Do what a phrase says. Raises VisitFailed where the terminal is gone or cannot do it now."""
    try:
        if do == phrases.PEOPLE:
            return _tell_people(line)
        if do == phrases.PUT and told.get("pin"):
            return _put(line, told)
        if do == phrases.REMOVE and told.get("pin"):
            return _remove(line, str(told["pin"]))
    except Declined as declined:
        if declined.status >= 500:
            raise
        return Done(_code(declined))
    except NotUnderstood:
        raise strange() from None
    return Done(UNKNOWN)


def _put(line: Conversation, told: Mapping[str, Any]) -> Done:
    known = _all(line, "UserInfo", told["pin"])
    person = people.say_person(told, known[0] if known else None)
    try:
        _tell(line, "PUT", "UserInfo/SetUp", person)
    except Declined as declined:
        if not _unspoken(declined):
            raise
        method, word = ("PUT", "UserInfo/Modify") if known else ("POST", "UserInfo/Record")
        _tell(line, method, word, person)
    return _give_card(line, told["pin"], told["card"])


def _give_card(line: Conversation, pin: str, card: str) -> Done:
    """This card and no other, or none; nothing where it is so: of several, the first is the one that is told of."""
    cards = [people.card_of(row) for row in _cards(line, pin)]
    if cards[:1] == [card] or not (cards or card):
        return Done()
    others = [one for one in cards if one != card]
    if others:
        _tell(line, "PUT", "CardInfo/Delete", people.say_cards_away(others))
    if card and card not in cards:
        _tell(line, "PUT", "CardInfo/SetUp", people.say_card(pin, card))
    return Done()


def _cards(line: Conversation, pin: str = "") -> list[Mapping[str, Any]]:
    """The cards of somebody, or all; none where the terminal has no reader for them."""
    try:
        return _all(line, "CardInfo", pin)
    except Declined as declined:
        if not _unspoken(declined):
            raise
        return []


def _remove(line: Conversation, pin: str) -> Done:
    """Forget somebody; who is not there is forgotten already. The terminal takes its time."""
    if not _all(line, "UserInfo", pin):
        return Done()
    _tell(line, "PUT", "UserInfoDetail/Delete", people.say_removal(pin))
    for _ in range(MOST_LOOKS):
        state = _removal_state(line)
        if state != "processing":
            return Done(REFUSED if state == "failed" else 0)
        time.sleep(LOOK_SECONDS)
    raise VisitFailed(gettext("考勤机还在删除人员,下次再核对。"))


def _removal_state(line: Conversation) -> str:
    """Firmware that cannot be asked has done it at once."""
    try:
        return people.removal_state(line.ask("GET", f"{_AT}/UserInfoDetail/DeleteProcess?format=json"))
    except Declined as declined:
        if not _unspoken(declined):
            raise
        return "success"


def _tell_people(line: Conversation) -> Done:
    """Everybody once; the result is how many."""
    everybody = {people.pin_of(row): row for row in _all(line, "UserInfo") if people.pin_of(row)}
    cards = {people.pin_of(row): people.card_of(row) for row in reversed(_cards(line))}
    return Done(len(everybody), people.pages(list(everybody.values()), cards))


def _all(line: Conversation, what: str, pin: str = "") -> list[Mapping[str, Any]]:
    """All rows of a list. Raises VisitFailed where the terminal told of more than it gave."""
    rows: list[Mapping[str, Any]] = []
    search_id, total, position, more = str(uuid.uuid4()), 0, 0, True
    while more and position < MOST_ROWS:
        asked = people.say_search(what, search_id, position, pin)
        piece = people.found(what, _tell(line, "POST", f"{what}/Search", asked))
        rows += piece.rows
        total, position, more = piece.total, position + piece.step, piece.more and piece.step > 0
    if len(rows) < total:
        sentence = gettext("考勤机说有 {total} 人或卡,只给出 {count},下次再取。")
        raise VisitFailed(sentence.format(total=total, count=len(rows)))
    return [row for row in rows if not pin or people.pin_of(row) == pin]


def _tell(line: Conversation, method: str, word: str, body: bytes) -> bytes:
    """The answer. Raises Declined where it says no, also where it says so with HTTP 200."""
    answer = line.ask(method, f"{_AT}/{word}?format=json", body, "application/json")
    if _status(answer).get("statusCode") not in {None, 1, "1"}:
        raise Declined(200, answer)
    return answer


def _status(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body, strict=False)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _why(declined: Declined) -> str:
    return str(_status(declined.body).get("subStatusCode", "")).lower()


def _unspoken(declined: Declined) -> bool:
    """Whether the firmware has no such word."""
    return declined.status in {404, 405, 501} or _why(declined) in _UNSPOKEN


def _code(declined: Declined) -> int:
    if "cardno" in _why(declined) and "exist" in _why(declined):
        return CARD_TAKEN
    return UNKNOWN if _unspoken(declined) else REFUSED


def reason(code: int) -> str:
    """Why a terminal did not do what it was told."""
    return str(_REASONS.get(code, gettext("考勤机返回代码 {code}").format(code=code)))


_REASONS: Mapping[int, str | Promise] = {
    REFUSED: gettext_lazy("考勤机拒绝了这条命令"),
    CARD_TAKEN: gettext_lazy("这张卡在机内已属于别人"),
    UNKNOWN: gettext_lazy("固件不支持这条命令"),
}
