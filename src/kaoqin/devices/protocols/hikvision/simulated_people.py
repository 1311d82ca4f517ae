"""The people and cards of a made-up terminal, as ISAPI tells and changes them. It has a word for forgetting all, as real
ones have, and counts how often it was said."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Said = tuple[int, str]
_UNSPOKEN = {"statusCode": 4, "statusString": "Invalid Operation", "subStatusCode": "notSupport"}


@dataclass
class PeopleFaults:
    """What is wrong with a unit. `looks`: so often it says that a removal goes on; `hides`: so many rows it counts and
    does not give; `unknown`: words its firmware does not know."""

    looks: int = 0
    fails_removal: bool = False
    hides: int = 0
    unknown: Sequence[str] = ()
    most_people: int = 3000


class HeldPeople:
    """`users` by number as they were told, `cards` with whose each is."""

    def __init__(self) -> None:
        self.users: dict[str, dict[str, Any]] = {}
        self.cards: dict[str, str] = {}
        self.faults = PeopleFaults()
        self.most_results = 30
        self.forgot_all = self._looks = 0

    def answer(self, method: str, word: str, body: bytes) -> Said | None:
        """The answer to `UserInfo/Search` and the like; None to what is none of these."""
        does = {
            ("PUT", "UserInfo/SetUp"): self._put,
            ("PUT", "UserInfo/Modify"): self._put,
            ("POST", "UserInfo/Record"): self._put,
            ("POST", "UserInfo/Search"): self._tell_people,
            ("PUT", "UserInfoDetail/Delete"): self._remove,
            ("GET", "UserInfoDetail/DeleteProcess"): self._removal,
            ("POST", "CardInfo/Search"): self._tell_cards,
            ("PUT", "CardInfo/SetUp"): self._give_card,
            ("PUT", "CardInfo/Delete"): self._take_cards,
        }.get((method, word))
        if does is None:
            return None
        if word in self.faults.unknown:
            return 403, json.dumps(_UNSPOKEN)
        return does(json.loads(body) if body else {})

    def _put(self, told: Mapping[str, Any]) -> Said:
        person = told["UserInfo"]
        if person["employeeNo"] not in self.users and len(self.users) >= self.faults.most_people:
            return _refused("deviceUserFull")
        self.users[person["employeeNo"]] = dict(person)
        return _well()

    def _tell_people(self, told: Mapping[str, Any]) -> Said:
        wanted = _wanted(told["UserInfoSearchCond"])
        rows = [
            {**person, "numOfFace": 1, "numOfCard": sum(owner == pin for owner in self.cards.values())}
            for pin, person in self.users.items()
            if wanted is None or pin in wanted
        ]
        return self._list("UserInfo", told["UserInfoSearchCond"], rows)

    def _tell_cards(self, told: Mapping[str, Any]) -> Said:
        wanted = _wanted(told["CardInfoSearchCond"])
        rows = [
            {"employeeNo": pin, "cardNo": card, "cardType": "normalCard"}
            for card, pin in self.cards.items()
            if wanted is None or pin in wanted
        ]
        return self._list("CardInfo", told["CardInfoSearchCond"], rows)

    def _list(self, what: str, asked: Mapping[str, Any], rows: list[dict[str, Any]]) -> Said:
        begin, size = int(asked["searchResultPosition"]), min(int(asked["maxResults"]), self.most_results)
        shown = rows[: len(rows) - self.faults.hides] if self.faults.hides else rows
        piece = shown[begin : begin + size]
        status = "MORE" if begin + len(piece) < len(shown) else "OK" if rows else "NO MATCH"
        told = {"searchID": asked["searchID"], "responseStatusStrg": status, "numOfMatches": len(piece)}
        return 200, json.dumps({f"{what}Search": told | {"totalMatches": len(rows)} | ({what: piece} if piece else {})})

    def _remove(self, told: Mapping[str, Any]) -> Said:
        asked = told["UserInfoDetail"]
        if asked["mode"] != "byEmployeeNo":
            self.forgot_all += 1
            self.users.clear()
        for one in asked.get("EmployeeNoList", ()):
            self.users.pop(one["employeeNo"], None)
            self.cards = {card: pin for card, pin in self.cards.items() if pin != one["employeeNo"]}
        self._looks = self.faults.looks
        return _well()

    def _removal(self, told: Mapping[str, Any]) -> Said:
        self._looks -= 1
        state = "processing" if self._looks >= 0 else "failed" if self.faults.fails_removal else "success"
        return 200, json.dumps({"UserInfoDetailDeleteProcess": {"status": state}})

    def _give_card(self, told: Mapping[str, Any]) -> Said:
        card = told["CardInfo"]
        if self.cards.get(card["cardNo"], card["employeeNo"]) != card["employeeNo"]:
            return _refused("cardNoAlreadyExist")
        self.cards[card["cardNo"]] = card["employeeNo"]
        return _well()

    def _take_cards(self, told: Mapping[str, Any]) -> Said:
        for one in told["CardInfoDelCond"]["CardNoList"]:
            self.cards.pop(one["cardNo"], None)
        return _well()


def _wanted(asked: Mapping[str, Any]) -> set[str] | None:
    told = asked.get("EmployeeNoList")
    return None if told is None else {one["employeeNo"] for one in told}


def _well() -> Said:
    return 200, json.dumps({"statusCode": 1, "statusString": "OK", "subStatusCode": "ok"})


def _refused(why: str) -> Said:
    return 400, json.dumps({"statusCode": 6, "statusString": "Invalid Content", "subStatusCode": why})
