"""A terminal made up: it answers CGI with Digest, and takes days in the way its firmware does.

`days`: "seconds" (UNIX), "text" (its own wall clock), "silent" (wants text, finds nothing for seconds and says nothing),
"refused" (an error), "ignored" (takes them and gives all).
"""

import datetime as dt
import zoneinfo
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from kaoqin.devices.protocols.http_digest.simulator import DigestServer, Said

ERROR = "Error\r\nBad Request!\r\n"


@dataclass
class Faults:
    """What is wrong with a unit. `most` is how many records it gives at once, whatever is asked for."""

    days: str = "seconds"
    most: int = 1000
    newest_first: bool = False
    hides: int = 0
    error_status: int = 200
    clock: dt.timedelta = field(default_factory=dt.timedelta)


class Simulator(DigestServer):
    """`with Simulator(…) as unit:` listens on `unit.port`; `unit.press("00013", at)` is a person at it."""

    def __init__(
        self,
        serial: str = "9A00000PAZ00001",
        user: str = "admin",
        password: str = "made-up-1",  # noqa: S107 - a terminal that does not exist
        zone: str = "Asia/Shanghai",
    ) -> None:
        super().__init__(user, password)
        self.serial, self.zone = serial, zoneinfo.ZoneInfo(zone)
        self.faults = Faults()
        self.records: list[dict[str, Any]] = []
        self.questions: list[str] = []

    def press(self, pin: str, at: dt.datetime, **inside: Any) -> dict[str, Any]:
        """A person at the unit at an instant."""
        record = {
            "RecNo": len(self.records) + 1,
            "CreateTime": round((at + self.faults.clock).timestamp()),
            "CardNo": "",
            "CardName": "made up",
            "UserID": pin,
            "Method": 15,
            "Status": 1,
            "Type": "Entry",
            "Door": 0,
            "ErrorCode": 0,
        } | inside
        self.records.append(record)
        return record

    def answer(self, method: str, path: str, body: bytes) -> Said:
        parts = urlsplit(path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        does = (parts.path.removeprefix("/cgi-bin/"), asked.get("action", ""))
        if does == ("magicBox.cgi", "getSystemInfo"):
            return 200, f"deviceType=31\r\nserialNumber={self.serial}\r\nupdateSerial=ASI7214S\r\n"
        if does == ("magicBox.cgi", "getSoftwareVersion"):
            return 200, "version=1.000.0000000.1.R,build:2026-01-05\r\n"
        if does == ("global.cgi", "getCurrentTime"):
            return 200, f"result={self._now():%Y-%m-%d %H:%M:%S}\r\n"
        if does == ("global.cgi", "setCurrentTime"):
            self.faults.clock = self._instant(asked["time"]) - dt.datetime.now(dt.UTC)
            return 200, "OK\r\n"
        if does == ("recordFinder.cgi", "find"):
            return self._find(asked)
        return 404, "Error\r\nNot Found!\r\n"

    def _now(self) -> dt.datetime:
        return (dt.datetime.now(dt.UTC) + self.faults.clock).astimezone(self.zone)

    def _instant(self, wall: str) -> dt.datetime:
        return dt.datetime.strptime(wall, "%Y-%m-%d %H:%M:%S").replace(tzinfo=self.zone)

    def _find(self, asked: dict[str, str]) -> Said:
        self.questions.append(asked.get("StartTime", ""))
        found = list(self.records)
        if "StartTime" in asked and self.faults.days != "ignored":
            told = "seconds" if asked["StartTime"].isdecimal() else "text"
            if self.faults.days == "silent" and told == "seconds":
                return 200, "found=0\r\n"
            if self.faults.days not in {told, "silent"}:
                return self.faults.error_status, ERROR
            begins, ends = (self._second(asked[name]) for name in ("StartTime", "EndTime"))
            found = [record for record in found if begins <= record["CreateTime"] <= ends]
        found.sort(key=lambda record: (record["CreateTime"], record["RecNo"]), reverse=self.faults.newest_first)
        given = found[: min(int(asked["count"]), self.faults.most)]
        shown = given[: len(given) - self.faults.hides]
        lines = [f"records[{n}].{name}={value}" for n, one in enumerate(shown) for name, value in one.items()]
        return 200, "".join(f"{line}\r\n" for line in [f"found={len(given)}", *lines])

    def _second(self, told: str) -> float:
        return float(told) if told.isdecimal() else self._instant(told).timestamp()
