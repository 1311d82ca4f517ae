"""The talk of a terminal that calls: it names itself, tells its records one by one, and leaves."""

from collections.abc import Sequence

from kaoqin.devices.protocols.hanvon import NAME
from kaoqin.devices.protocols.hanvon.messages import ENCODING, Assembler, Message, NoMessage, say, understood
from kaoqin.devices.protocols.hanvon.records import EVENT, PEOPLE
from kaoqin.devices.wire import Call, Errand, Unheard

_ERRANDS = {
    "PostRecord": (Errand.GREET, ""),
    "Record": (Errand.UPLOAD, EVENT),
    "PostEmployee": (Errand.GREET, ""),
    "Employee": (Errand.UPLOAD, PEOPLE),
    "GetRequest": (Errand.POLL, ""),
    "Quit": (Errand.LEAVE, ""),
}
_GOOD = ("result", "success")
_ANSWERS = {"PostRecord": say("Return", [_GOOD, ("postphoto", "false")]), "GetRequest": say("Quit"), "Quit": ""}


class PushTalk:
    """`Talk` of these terminals; the name told once holds for the whole line."""

    def __init__(self) -> None:
        self._assembler = Assembler()
        self._serial = ""

    def hear(self, data: bytes) -> Sequence[tuple[Call, bytes]]:
        try:
            return [self._call(raw, understood(raw)) for raw in self._assembler.feed(data)]
        except NoMessage:
            raise Unheard(400, "not understood") from None

    def _call(self, raw: bytes, told: Message) -> tuple[Call, bytes]:
        if told.word not in _ERRANDS:
            raise Unheard(404, "not understood")
        self._serial = told.said("sn") or told.said("dev_id") or self._serial
        errand, kind = _ERRANDS[told.word]
        body = raw.replace(b"\r", b" ").replace(b"\n", b" ") if errand is Errand.UPLOAD else b""
        return Call(self._serial, errand, kind, NAME, told={"word": told.word}), body

    def answer(self, call: Call) -> bytes:
        return _ANSWERS.get(call.told["word"], say("Return", [_GOOD])).encode(ENCODING)
