"""People of a terminal: how they are asked for, told, and kept. Pure. No face, fingerprint or password is ever said or kept."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kaoqin.devices.protocols.hikvision.messages import NotUnderstood
from kaoqin.devices.wire import BadLine, Decoded, Page, PersonOnTerminal
from kaoqin.devices.words import Fault

KIND, MOST_PEOPLE, MOST_RESULTS = "people", 500, 30
ADMINISTRATOR = "1"
_KEPT = ("employeeNo", "name", "userType", "localUIRight", "card")
_AS_IT_WAS = (
    *("userType", "Valid", "doorRight", "RightPlan", "localUIRight", "userVerifyMode", "gender", "belongGroup"),
    *("maxOpenDoorTime", "openDoorTime", "closeDelayEnabled", "roomNumber", "floorNumber"),
)
_FOR_EVER = {"enable": True, "beginTime": "2000-01-01T00:00:00", "endTime": "2037-12-31T23:59:59", "timeType": "local"}
_NEEDED = {"userType": "normal", "Valid": _FOR_EVER}
_MAY_PASS = {"doorRight": "1", "RightPlan": [{"doorNo": 1, "planTemplateNo": "1"}]}
"""Somebody new may pass, at any time, for good: whether they may at all is said by being there."""


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of a list: its rows, how many there are in all, where the next begins, whether there is more."""

    rows: Sequence[Mapping[str, Any]]
    total: int
    step: int
    more: bool


def say_search(what: str, search_id: str, position: int, pin: str = "") -> bytes:
    """The question for people (`UserInfo`) or cards (`CardInfo`), of everybody or of one."""
    asked: dict[str, Any] = {"searchID": search_id, "searchResultPosition": position, "maxResults": MOST_RESULTS}
    one = {"EmployeeNoList": [{"employeeNo": pin}]} if pin else {}
    return json.dumps({f"{what}SearchCond": asked | one}).encode()


def found(what: str, body: bytes) -> Found:
    """A piece of such a list; one without rows is empty. Raises NotUnderstood."""
    try:
        told = json.loads(body, strict=False)[f"{what}Search"]
        rows = [row for row in told.get(what) or [] if isinstance(row, dict)]
        step, total = int(told.get("numOfMatches", len(rows))), int(told.get("totalMatches", len(rows)))
        return Found(rows, total, step, str(told.get("responseStatusStrg", "")).upper() == "MORE")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
        raise NotUnderstood from fault


def say_person(told: Mapping[str, Any], known: Mapping[str, Any] | None) -> bytes:
    """Somebody as they are to be: who is there already keeps their validity and rights."""
    kept = _NEEDED | {name: known[name] for name in _AS_IT_WAS if name in known} if known else _NEEDED | _MAY_PASS
    rights = {"localUIRight": True} if told.get("administers") else {}
    return json.dumps({"UserInfo": {"employeeNo": told["pin"], "name": told["name"], **kept, **rights}}).encode()


def say_removal(pin: str) -> bytes:
    """One person, with their cards and templates. Nothing here speaks of all."""
    return json.dumps({"UserInfoDetail": {"mode": "byEmployeeNo", "EmployeeNoList": [{"employeeNo": pin}]}}).encode()


def removal_state(body: bytes) -> str:
    """`processing`, `success`, `failed`, or what else it says. Raises NotUnderstood."""
    try:
        return str(json.loads(body, strict=False)["UserInfoDetailDeleteProcess"]["status"]).lower()
    except (ValueError, TypeError, KeyError, RecursionError) as fault:
        raise NotUnderstood from fault


def say_card(pin: str, card: str) -> bytes:
    return json.dumps({"CardInfo": {"employeeNo": pin, "cardNo": card, "cardType": "normalCard"}}).encode()


def say_cards_away(cards: Iterable[str]) -> bytes:
    return json.dumps({"CardInfoDelCond": {"CardNoList": [{"cardNo": card} for card in cards]}}).encode()


def card_of(row: Mapping[str, Any]) -> str:
    return str(row.get("cardNo", "")).strip()


def pin_of(row: Mapping[str, Any]) -> str:
    return str(row.get("employeeNo", "")).strip()


def pages(people: Sequence[Mapping[str, Any]], cards: Mapping[str, str]) -> list[Page]:
    """Everybody once, with the first of their cards, as it is kept."""
    rows = [{**person, "employeeNo": pin_of(person), "card": cards.get(pin_of(person), "")} for person in people]
    kept = [{name: row[name] for name in _KEPT if row.get(name) not in {None, ""}} for row in rows]
    runs = [kept[begin : begin + MOST_PEOPLE] for begin in range(0, len(kept), MOST_PEOPLE)]
    return [
        Page(KIND, json.dumps(run, ensure_ascii=False).encode(errors="replace"), f"UserInfo {number}", len(run))
        for number, run in enumerate(runs)
    ]


def decode(body: bytes) -> Decoded:
    """Whom a kept page tells of; what is nobody is a bad line."""
    try:
        rows = json.loads(body)
    except (ValueError, RecursionError):
        rows = None
    if not isinstance(rows, list):
        return Decoded(bad_lines=[BadLine(0, body[:2000].decode("utf-8", "replace").replace("\0", "␀"), Fault.UNREAD)])
    read = [_person(number, row) for number, row in enumerate(rows, 1)]
    return Decoded(
        people=[one for one in read if isinstance(one, PersonOnTerminal)],
        bad_lines=[one for one in read if isinstance(one, BadLine)],
    )


def _person(number: int, row: Any) -> PersonOnTerminal | BadLine:
    told = {name: _text(row.get(name)) for name in _KEPT} if isinstance(row, dict) else {}
    pin = told.get("employeeNo", "")
    if not pin or len(pin) > 60 or not pin.isprintable():
        return BadLine(number, json.dumps(row, ensure_ascii=False)[:2000].replace("\0", "␀"), Fault.PIN)
    rights = ADMINISTRATOR if told["localUIRight"] == "true" else "0"
    return PersonOnTerminal(pin, told["name"][:60], rights, told["card"][:40], told["userType"][:20])


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).replace("\0", "").strip() if isinstance(value, str | int) else ""
