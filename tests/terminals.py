"""A terminal that calls, and the front door it calls at, without a socket: the same code, in the test's transaction."""

import io
from concurrent.futures import Future
from dataclasses import dataclass

import make
from kaoqin.devices import actions, http
from kaoqin.devices.gate import Gate
from kaoqin.devices.models import Device

SERIAL = "0316144680030"


class Inline(Gate):
    """A gate whose work is done at once, in the test's own transaction."""

    def __init__(self, workers=1, places=24, most_bytes=64 * 1024 * 1024):
        super().__init__(workers, places, most_bytes)

    def begin(self, function, *told):
        done = Future()
        try:
            done.set_result(function(*told))
        except Exception as broken:
            done.set_exception(broken)
        return done

    def later(self, function):
        function()


@dataclass
class Answer:
    status: int
    text: str
    headers: dict
    body: bytes = b""


class Caller:
    """`caller.get("cdata", options="all")`, `caller.post("cdata", body, table="ATTLOG")`."""

    def __init__(self, serial=SERIAL, at="/iclock/", desk=None):
        self.serial, self.at = serial, at
        self.desk = desk or http.Desk(Inline(), Inline())

    def get(self, name, **query):
        return self.call("GET", f"{self.at}{name}", query)

    def post(self, name, body=b"", **query):
        return self.call("POST", f"{self.at}{name}", query, body.encode() if isinstance(body, str) else body)

    def call(self, method, path, query, body=b"", **environ):
        told = {"SN": self.serial} | query
        asked = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "REMOTE_ADDR": "10.0.0.9",
            "QUERY_STRING": "&".join(f"{key}={value}" for key, value in told.items() if value is not None),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            **environ,
        }
        heard = []
        application = http.front_door(lambda environ, start: [b"pages"], self.desk)
        told = application(asked, lambda status, headers: heard.append((status, headers)))
        if not heard:
            return Answer(0, b"".join(told).decode(), {})
        status, headers = heard[0]
        body = b"".join(told)  # names in commands are in the terminal's own encoding
        return Answer(int(status.split()[0]), body.decode(errors="replace"), dict(headers), body)

    def approved(self, site, **told):
        """The terminal, approved; what it does next is known at once."""
        device, _ = Device.objects.get_or_create(serial=self.serial, defaults={"first_seen_at": make.NOW})
        actions.approve(device, site, **told, by=make.ROOT, at=make.NOW)
        self.desk.look_again()
        return device

    def device(self):
        return Device.objects.get(serial=self.serial)


def lines(*times, pin="00013", status="0", verify="1"):
    """Punches of Chen at `11-20 09:00:00`, … as a terminal writes them."""
    return "".join(f"{pin}\t2026-{time}\t{status}\t{verify}\t0\t0\t0\n" for time in times)
