"""A terminal made up: it answers ISAPI with Digest, pushes its events, and has the faults real ones have.

Lost replies, outages whose backlog comes late or only by search, numbers that begin anew, a clock that is wrong or set to
another zone, firmware that forgets where to send. Everything it holds is in `events`, so what arrived can be compared.
"""

import contextlib
import datetime as dt
import http.client
import json
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from kaoqin.devices.protocols.hikvision import messages, stream
from kaoqin.devices.protocols.hikvision.events import read_time
from kaoqin.devices.protocols.hikvision.simulated_people import HeldPeople
from kaoqin.devices.protocols.http_digest.simulator import DigestServer

_XML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<{0} version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema">{1}</{0}>'
)
WELL = _XML.format("ResponseStatus", "<statusCode>1</statusCode>")
PICTURE = b"\xff\xd8\xff\xe0" + b"made up" * 40 + b"\xff\xd9"
SHAPES = ("json", "xml", "multipart", "bare multipart")


@dataclass
class Faults:
    """What is wrong with a unit. `late_by`: how events of an outage come, pushed or only by search."""

    lost_replies: int = 0
    late_by: str = "push"
    forgets_url: bool = False
    refuses_hosts: bool = False
    hides: int = 0
    no_lengths: bool = False
    clock: dt.timedelta = field(default_factory=dt.timedelta)


class Simulator(DigestServer):
    """`with Simulator(…) as unit:` listens on `unit.port`; `unit.press("00013", at)` is a person at it."""

    def __init__(
        self,
        serial: str = "DS-K1T671M20260101V030200ENG00000001",
        user: str = "admin",
        password: str = "made-up-1",  # noqa: S107 - a terminal that does not exist
        offset_hours: float = 8,
        shape: str = "json",
        sha256: bool = False,
    ) -> None:
        super().__init__(user, password, sha256=sha256)
        self.serial, self.shape = serial, shape
        self.mac = "24:0f:" + ":".join(serial[-8:][index : index + 2] for index in range(0, 8, 2))
        self.zone = dt.timezone(dt.timedelta(hours=offset_hours))
        self.faults, self.people = Faults(), HeldPeople()
        self.events: list[dict[str, Any]] = []
        self.host: dict[str, str] = {}
        self.most_results = messages.MOST_RESULTS
        self._waiting: list[dict[str, Any]] = []
        self._lines: list[queue.SimpleQueue[bytes]] = []
        self._numbers = 0
        self._lock = threading.Lock()

    def press(self, pin: str, at: dt.datetime, minor: int = 75, **inside: Any) -> dict[str, Any]:
        """A person at the unit at an instant: kept, and waiting to be pushed."""
        with self._lock:
            self._numbers += 1
            shown = (at + self.faults.clock).astimezone(self.zone).replace(microsecond=0)
            event = {
                "major": 5,
                "minor": minor,
                "time": shown.isoformat(),
                "employeeNoString": pin,
                "serialNo": self._numbers,
                "currentVerifyMode": "face",
                "attendanceStatus": "undefined",
            } | inside
            self.events.append(event)
            if self._lines:
                self._tell(self._parts(event, live=True))
            else:
                self._waiting.append(event)
            return event

    def restart_numbers(self) -> None:
        """A reset: serial numbers begin at 1 again."""
        self._numbers = 0

    def push(self, *, live: bool = True) -> int:
        """Send what waits, in order, until one is not taken; returns how many were taken."""
        taken = 0
        while self._waiting and self.host.get("url"):
            if self.send(self.body(self._waiting[0], live=live)) != 200:
                break
            self._waiting.pop(0)
            taken += 1
        return taken

    def end_outage(self) -> int:
        """The line is back: the backlog is pushed as stored events, or waits for a search for ever."""
        if self.faults.late_by == "push":
            return self.push(live=False)
        self._waiting.clear()
        return 0

    def beat(self) -> int:
        """A heart beat; the status it was answered with."""
        told = {"macAddress": self.mac, "eventType": "heartBeat", "eventState": "active"}
        return self.send(json.dumps(told).encode())

    def body(self, event: dict[str, Any], *, live: bool = True) -> bytes:
        """An event as it is pushed."""
        inside = {key: value for key, value in event.items() if key not in {"major", "minor", "time"}}
        inside |= {"majorEventType": event["major"], "subEventType": event["minor"], "currentEvent": live}
        told = {"ipAddress": "127.0.0.1", "macAddress": self.mac, "dateTime": event["time"]}
        told |= {"eventType": "AccessControllerEvent", "eventState": "active", "AccessControllerEvent": inside}
        if self.shape == "xml":
            return _XML.format("EventNotificationAlert", _elements(told)).encode()
        text = json.dumps(told, ensure_ascii=False).encode()
        return _multipart(text, typed=self.shape == "multipart") if "multipart" in self.shape else text

    def send(self, body: bytes) -> int:
        """Post to where we were told to; 0 where the reply was lost or nobody answered."""
        kind = (
            "multipart/form-data; boundary=MIME_boundary" if "multipart" in self.shape else f"application/{self.shape}"
        )
        where = self.host.get("ipAddress") or self.host.get("hostName") or ""
        line = http.client.HTTPConnection(where, int(self.host.get("portNo") or 80), timeout=10)
        try:
            with contextlib.closing(line):
                line.request("POST", self.host["url"], body, {"Content-Type": kind})
                status = line.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        if self.faults.lost_replies:
            self.faults.lost_replies -= 1
            return 0
        return status

    def stream(self, method: str, path: str) -> tuple[str, Iterator[bytes]] | None:
        """The live line: what waited first, then what happens, until it is broken."""
        if urlsplit(path).path != stream.PATH:
            return None
        line: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        with self._lock:
            for event in self._waiting:
                line.put(self._parts(event, live=False))
            self._waiting.clear()
            self._lines.append(line)
        return "multipart/mixed; boundary=MIME_boundary", iter(line.get, b"")

    @property
    def lines(self) -> int:
        """How many live lines are open."""
        return len(self._lines)

    def beat_live(self) -> None:
        """A heart beat on the live lines."""
        told = {"macAddress": self.mac, "eventType": "videoloss", "eventState": "inactive"}
        self._tell(_part(json.dumps(told).encode(), "application/json", length=True))

    def break_lines(self) -> None:
        """Every live line ends."""
        with self._lock:
            self._tell(b"")
            self._lines.clear()

    def _tell(self, piece: bytes) -> None:
        for line in self._lines:
            line.put(piece)

    def _parts(self, event: dict[str, Any], *, live: bool) -> bytes:
        shape, self.shape = self.shape, "json"
        text, self.shape = self.body(event, live=live), shape
        length = not self.faults.no_lengths
        picture = _part(PICTURE, "image/jpeg", length=length) if "multipart" in shape else b""
        return _part(text, "application/json", length=length) + picture

    def __exit__(self, *told: object) -> None:
        self.break_lines()
        super().__exit__(*told)

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, str]:
        """What ISAPI says to a request whose log-in was right."""
        route = (method, urlsplit(path).path.removeprefix("/ISAPI/"))
        if route == ("GET", "System/deviceInfo"):
            told = {"deviceName": "simulated", "model": "DS-K1T671M", "serialNumber": self.serial}
            return 200, _XML.format(
                "DeviceInfo", _elements(told | {"macAddress": self.mac, "firmwareVersion": "V3.2.0"})
            )
        if route == ("GET", "System/time"):
            return 200, _XML.format("Time", _elements({"timeMode": "manual", "localTime": self._now().isoformat()}))
        if route == ("PUT", "System/time"):
            return 200, self._set_clock(body)
        if route[1] == "Event/notification/httpHosts/1":
            return self._hosts(method, body)
        if route == ("POST", "AccessControl/AcsEvent"):
            return 200, self._search(json.loads(body)["AcsEventCond"])
        told_of_people = self.people.answer(method, route[1].removeprefix("AccessControl/"), body)
        return told_of_people or (404, _XML.format("ResponseStatus", "<statusCode>4</statusCode>"))

    def _now(self) -> dt.datetime:
        return (dt.datetime.now(dt.UTC) + self.faults.clock).astimezone(self.zone).replace(microsecond=0)

    def _set_clock(self, body: bytes) -> str:
        told = messages.clock(messages.fields(body), "UTC")
        self.zone = dt.timezone(told.utcoffset() or dt.timedelta())
        self.faults.clock = told - dt.datetime.now(dt.UTC)
        return WELL

    def _hosts(self, method: str, body: bytes) -> tuple[int, str]:
        if self.faults.refuses_hosts:
            return 403, _XML.format("ResponseStatus", "<statusCode>4</statusCode>")
        if method == "PUT":
            self.host = messages.fields(body)
            self.host |= {"url": ""} if self.faults.forgets_url else {}
        return 200, _XML.format("HttpHostNotification", _elements(self.host))

    def _search(self, asked: dict[str, Any]) -> str:
        found = [event for event in self.events if _within(event["time"], asked["startTime"], asked["endTime"])]
        begin = int(asked["searchResultPosition"])
        size = min(int(asked["maxResults"]), self.most_results)
        shown = found[: len(found) - self.faults.hides] if self.faults.hides else found
        piece = shown[begin : begin + size]
        more = begin + len(piece) < len(shown)
        told: dict[str, Any] = {"searchID": asked["searchID"], "totalMatches": len(found), "numOfMatches": len(piece)}
        told["responseStatusStrg"] = "MORE" if more else "OK" if found else "NO MATCH"
        return json.dumps({"AcsEvent": told | ({"InfoList": piece} if piece else {})})


def _within(time: str, begins: str, ends: str) -> bool:
    at, first, last = read_time(time), read_time(begins), read_time(ends)
    return bool(at and first and last and first <= at <= last)


def _elements(told: dict[str, Any]) -> str:
    return "".join(f"<{name}>{_element(value)}</{name}>" for name, value in told.items())


def _element(value: Any) -> str:
    if isinstance(value, dict):
        return _elements(value)
    return str(value).lower() if isinstance(value, bool) else escape(str(value))


def _part(content: bytes, kind: str, *, length: bool) -> bytes:
    size = f"Content-Length: {len(content)}\r\n" if length else ""
    return f"--MIME_boundary\r\nContent-Type: {kind}\r\n{size}\r\n".encode() + content + b"\r\n"


def _multipart(text: bytes, *, typed: bool) -> bytes:
    kinds = (b"Content-Type: application/json\r\n", b"Content-Type: image/jpeg\r\n") if typed else (b"", b"")
    head = b'--MIME_boundary\r\nContent-Disposition: form-data; name="event_log"\r\n' + kinds[0] + b"\r\n"
    second = b'\r\n--MIME_boundary\r\nContent-Disposition: form-data; name="Picture"; filename="p.jpg"\r\n' + kinds[1]
    return head + text + second + b"\r\n" + PICTURE + b"\r\n--MIME_boundary--\r\n"
