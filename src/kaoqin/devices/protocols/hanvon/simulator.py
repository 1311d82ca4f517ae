"""A terminal made up: it answers commands on its port, ciphered if it has a key, and opens a line to tell its punches.

Messages leave in small pieces, and the faults of real ones can be had: a name with a bracket, an answer that waits, fewer
lines than are told, a line that closes after each answer.
"""

import contextlib
import datetime as dt
import socket
import socketserver
import threading
import zoneinfo
from dataclasses import dataclass, field
from typing import Any

from kaoqin.devices.protocols.hanvon.cipher import key_of, turned
from kaoqin.devices.protocols.hanvon.messages import TIME, Assembler, Message, NoMessage, understood

ENCODING = "gb18030"


@dataclass
class Faults:
    """What is wrong with a unit. `piece` is how many bytes it sends at once."""

    piece: int = 7
    hides: int = 0
    waits: bool = False
    closes: bool = False
    silent: bool = False
    clock: dt.timedelta = field(default_factory=dt.timedelta)


class Simulator:
    """`with Simulator(…) as unit:` listens on `unit.port`; `unit.press("00013", at)` is a person at it."""

    def __init__(self, serial: str = "6710500000000013", comm_key: str = "", zone: str = "Asia/Shanghai") -> None:
        self.serial, self.comm_key, self.zone = serial, comm_key, zoneinfo.ZoneInfo(zone)
        self.faults = Faults()
        self.records: list[dict[str, str]] = []
        self.people: dict[str, dict[str, str]] = {}
        self.commands: list[str] = []
        self.week = ""
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> "Simulator":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *told: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def press(self, pin: str, at: dt.datetime, name: str = "张三", **inside: str) -> dict[str, str]:
        """A person at the unit at an instant."""
        shown = (at + self.faults.clock).astimezone(self.zone)
        record = {"time": f"{shown:{TIME}}", "id": pin, "name": name, "workcode": "", "status": "1"}
        record |= {"authority": "0X11", "card_src": "from_check"} | inside
        self.records.append(record)
        return record

    def answer(self, asked: Message) -> str:
        """What the unit says to a command."""
        self.commands.append(asked.word)
        if asked.word == "GetDeviceInfo":
            now = (dt.datetime.now(dt.UTC) + self.faults.clock).astimezone(self.zone)
            told = f'dev_id="{self.serial}" time="{now:%Y-%-m-%-d %H:%M:%S}" type="F710" edition="3.006.089"'
            return f'Return(result="success" {told} real_facerecord="{len(self.records)}" max_facerecord="200000")'
        if asked.word == "GetRecord":
            return self._found(asked.said("start_time"), asked.said("end_time"))
        if asked.word == "SetDeviceInfo":
            wall = dt.datetime.strptime(asked.said("time"), TIME).replace(tzinfo=self.zone)
            self.faults.clock, self.week = wall - dt.datetime.now(dt.UTC), asked.said("week")
            return 'Return(result="success")'
        return self._person(asked)

    def _found(self, begins: str, ends: str) -> str:
        found = [record for record in self.records if begins <= record["time"] <= ends]
        lines = [_pairs(record) for record in found[: len(found) - self.faults.hides]]
        return "\r\n".join([f'Return(result="success" dev_id="0" total="{len(found)}"', *lines, ")"])

    def _person(self, asked: Message) -> str:
        pin, told = asked.said("id"), dict(asked.pairs)
        if asked.word == "GetEmployeeID":
            ids = " ".join(f'id="{known}"' for known in self.people)
            return f'Return(result="success" total="{len(self.people)}" {ids})'
        if asked.word == "GetEmployee" and pin in self.people:
            return f'Return(result="success"\r\n{_pairs(self.people[pin])}\r\nface_data="{"QUJD" * 100}")'
        if asked.word == "SetEmployee":
            self.people[pin] = told
        elif asked.word == "SetNameTable" and told.keys() <= self.people.keys():
            for known, name in told.items():
                self.people[known]["name"] = name
        elif asked.word != "DeleteEmployee" or not self.people.pop(pin, None):
            return 'Return(result="failed" reason="invalid id")'
        return 'Return(result="success")'

    def push(self, port: int, *records: dict[str, str], named: bool = True, photo: bytes = b"") -> list[str]:
        """Call a server and tell records; returns what it answered, until it hung up."""
        said: list[str] = []
        name = f'sn="{self.serial}"' if named else ""
        told = [f"PostRecord({name})", *(f"Record({_pairs(one)}{_photo(photo)})" for one in records)]
        with contextlib.closing(socket.create_connection(("127.0.0.1", port), 10)) as line:
            for message in told:
                line.sendall(message.encode(ENCODING))
                heard = _listen(line)
                if not heard:
                    return said
                said.append(heard)
            line.sendall(b"Quit()")
        return said


def _pairs(record: dict[str, str]) -> str:
    return " ".join(f'{name}="{value}"' for name, value in record.items())


def _photo(photo: bytes) -> str:
    return f' photo="{photo.decode()}"' if photo else ""


def _listen(line: socket.socket) -> str:
    assembler = Assembler()
    with contextlib.suppress(ConnectionError):
        while data := line.recv(4096):
            for raw in assembler.feed(data):
                return raw.decode(ENCODING)
    return ""


def _handler(unit: Simulator) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.BaseRequestHandler):
        request: socket.socket

        def handle(self) -> None:
            key = key_of(unit.comm_key)
            assembler = Assembler(key)
            with contextlib.suppress(OSError, NoMessage):
                while data := self.request.recv(4096):
                    for raw in assembler.feed(data):
                        self._say(key, understood(raw))
                        if unit.faults.closes:
                            return

        def _say(self, key: bytes, asked: Message) -> None:
            if unit.faults.silent:
                return
            told: list[Any] = ['Wait(wait_time="120")'] if unit.faults.waits else []
            sent = b"".join(turned(key, text.encode(ENCODING)) for text in [*told, unit.answer(asked)])
            for begin in range(0, len(sent), unit.faults.piece):
                self.request.sendall(sent[begin : begin + unit.faults.piece])

    return Handler
