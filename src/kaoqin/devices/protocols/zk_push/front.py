"""The front of both PUSH dialects: hears a request at `/iclock/…`, words the answer."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from kaoqin.devices.protocols import zk_attendance, zk_security
from kaoqin.devices.protocols.zk_attendance.greeting import say_greeting as greet_attendance
from kaoqin.devices.protocols.zk_attendance.tables import says_count
from kaoqin.devices.protocols.zk_common.lines import options_of
from kaoqin.devices.protocols.zk_common.masks import mask_options
from kaoqin.devices.protocols.zk_common.texts import encoding_of
from kaoqin.devices.protocols.zk_security import greeting
from kaoqin.devices.wire import Answer, Call, Errand, News, Unheard

ATTENDANCE, SECURITY = zk_attendance.Attendance.name, zk_security.Security.name
_ROUTE = re.compile(r"/iclock/(?:iclock/)?([A-Za-z]+)(?:\.aspx)?/?")
_SERIAL = re.compile(r"[A-Za-z0-9_-]{4,32}")
_TYPES = {"att": ATTENDANCE, "acc": SECURITY}
_ATTENDANCE_TABLES = {"ATTLOG", "OPERLOG"}
_SECURITY_TABLES = {"RTLOG", "RTSTATE", "TABLEDATA"}
_INFO = ("FWVersion", "UserCount", "FPCount", "TransactionCount", "IPAddress", "FPVersion", "FaceVersion")
_SAYS = {"pushver": "pushver", "language": "language", "devicetype": "DeviceType"}
_GET, _POST, _BOTH = {"GET"}, {"POST"}, {"GET", "POST"}


class Push:
    """`Front` of zk_attendance and zk_security: one port, one path, told apart by what a request reveals."""

    prefix = "/iclock"

    def hear(self, method: str, path: str, query: str) -> Call:
        route = _ROUTE.fullmatch(path)
        methods, understand = _ROUTES.get(route[1].lower() if route else "", (set(), None))
        if understand is None:
            raise Unheard(404, "not found\n")
        if method not in methods:
            raise Unheard(405, "method not allowed\n")
        told = _told(query)
        serial = told.get("sn", "")
        if not _SERIAL.fullmatch(serial):
            raise Unheard(400, "SN expected\n")
        return understand(method, serial, told)

    def register(self, body: bytes) -> Mapping[str, str]:
        return options_of(mask_options(body).decode("utf-8", "replace").replace("\0", ""))

    def only_alive(self, call: Call, body: bytes) -> bool:
        """An upload is never that: these terminals have calls of their own for it."""
        return False

    def answer(self, call: Call, news: News) -> Answer:
        if call.errand is Errand.UPLOAD and not news.approved:
            return Answer(403, b"not approved\n")
        if call.errand in {Errand.REGISTER, Errand.CONFIGURE} and not news.approved:
            return Answer(406, b"not approved\n")
        text = _ANSWERS[call.errand](call, news)
        encoding = encoding_of(news.dialect.language, news.dialect.options.get("encoding", ""))
        return Answer(200, text.encode(encoding, "replace"))


def _told(query: str) -> dict[str, str]:
    """The query's values by lower-case name, without NUL; GB2312 and other bytes do no harm."""
    pairs = parse_qsl(query[:8000], keep_blank_values=True, errors="replace")
    return {key.lower(): value.replace("\0", "") for key, value in reversed(pairs)}


def _cdata(method: str, serial: str, told: Mapping[str, str]) -> Call:
    if method == "POST":
        return _upload(serial, told)
    if "options" not in told:
        return Call(serial, Errand.ALIVE)
    says = {name: told[key][:60] for key, name in _SAYS.items() if told.get(key)}
    return Call(serial, Errand.GREET, protocol=_TYPES.get(told.get("devicetype", "").lower(), ""), says=says)


def _upload(serial: str, told: Mapping[str, str]) -> Call:
    table = (told.get("table") or told.get("type") or "unknown").upper()[:40]
    protocol = SECURITY if table in _SECURITY_TABLES else ATTENDANCE if table in _ATTENDANCE_TABLES else ""
    kind = f"{table}:{told.get('tablename', '').upper()[:40]}" if table == "TABLEDATA" else table
    told = _counted(told) if table == "TABLEDATA" else {}
    return Call(serial, Errand.UPLOAD, kind, protocol, told=told, repeats=table not in {"OPTIONS", "RTSTATE"})


def _counted(told: Mapping[str, str]) -> dict[str, str]:
    return {name: told[name][:60] for name in ("tablename", "count") if name in told}


def _querydata(method: str, serial: str, told: Mapping[str, str]) -> Call:
    kind = f"QUERYDATA:{told.get('type', '')}:{told.get('tablename', '')}".upper()[:90]
    return Call(serial, Errand.UPLOAD, kind, SECURITY, told=_counted(told))


def _getrequest(method: str, serial: str, told: Mapping[str, str]) -> Call:
    said = [value.strip()[:60] for value in told.get("info", "").split(",")]
    says = {name: value for name, value in zip(_INFO, said, strict=False) if value}
    return Call(serial, Errand.POLL, says=says)


def _devicecmd(method: str, serial: str, told: Mapping[str, str]) -> Call:
    return Call(serial, Errand.UPLOAD, "DEVICECMD", repeats=False)


def _simply(errand: Errand, protocol: str = "") -> "Understand":
    return lambda method, serial, told: Call(serial, errand, protocol=protocol, told={"type": told.get("type", "")})


Understand = Callable[[str, str, Mapping[str, str]], Call]
_ROUTES: dict[str, tuple[set[str], Understand | None]] = {
    "cdata": (_BOTH, _cdata),
    "fdata": (_POST, lambda method, serial, told: _upload(serial, {"table": "ATTPHOTO"} | dict(told))),
    "getrequest": (_BOTH, _getrequest),
    "devicecmd": (_POST, _devicecmd),
    "querydata": (_POST, _querydata),
    "registry": (_BOTH, _simply(Errand.REGISTER, SECURITY)),
    "push": (_BOTH, _simply(Errand.CONFIGURE, SECURITY)),
    "rtdata": (_BOTH, _simply(Errand.TIME)),
    "ping": (_BOTH, _simply(Errand.ALIVE)),
}


def _greet(call: Call, news: News) -> str:
    return greeting.say_greeting(news) if news.dialect.protocol == SECURITY else greet_attendance(call.serial, news)


def _commands(call: Call, news: News) -> str:
    """`C:415:…`, a line each; Security PUSH wants an empty line between them."""
    if not news.commands:
        return "OK"
    end = "\r\n\r\n" if news.dialect.protocol == SECURITY else "\n"
    return "".join(f"C:{number}:{phrase}{end}" for number, phrase in news.commands)


def _taken(call: Call, news: News) -> str:
    """Tables of Security PUSH want their own count back; a terminal that reads another word sends again for ever."""
    table = call.told.get("tablename", "")
    if table:
        return f"{table}={call.told.get('count') or news.records}"
    if news.dialect.protocol == SECURITY or not says_count(call.kind):
        return "OK"
    return f"OK:{news.records}"


_ANSWERS: dict[Errand, Callable[[Call, News], str]] = {
    Errand.GREET: _greet,
    Errand.REGISTER: lambda call, news: greeting.registry_code(news),
    Errand.CONFIGURE: lambda call, news: greeting.say_settings(news),
    Errand.POLL: _commands,
    Errand.UPLOAD: _taken,
    Errand.TIME: lambda call, news: greeting.say_time(news),
    Errand.ALIVE: lambda call, news: "OK",
}
