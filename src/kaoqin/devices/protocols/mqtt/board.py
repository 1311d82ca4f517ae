"""The topics: who speaks on one, what it wants, and what it is answered."""

import json
import re
from collections.abc import Mapping, Sequence

from kaoqin.devices.protocols.mqtt import NAME
from kaoqin.devices.protocols.mqtt.events import Event, info_of, read_message, said, wall_clock
from kaoqin.devices.wire import Call, Errand, Unheard

ROOT = "mqtt/face"
_OWN = re.compile(rf"{ROOT}/([A-Za-z0-9_-]{{4,32}})/(Rec|Snap)", re.ASCII)
_SERIAL = re.compile(r"[A-Za-z0-9_-]{4,32}", re.ASCII)
_NUMBERS = {"Rec": ("2", ("recordid", "snaporrecordid")), "Snap": ("1", ("snapid", "snaporrecordid", "recordid"))}


class FaceBoard:
    """`Board` of these terminals."""

    name = NAME
    topics: Sequence[str] = (f"{ROOT}/+/Rec", f"{ROOT}/+/Snap", f"{ROOT}/heartbeat", f"{ROOT}/basic")

    def hear(self, topic: str, payload: bytes) -> tuple[Call, bytes]:
        message = read_message(payload) or {}
        own = _OWN.fullmatch(topic)
        if own:
            return _upload(own[1], own[2], message), payload
        if topic not in self.topics:
            raise Unheard(404, "not a topic of terminals")
        return _sign_of_life(topic, message), b""

    def answer(self, call: Call) -> tuple[str, bytes] | None:
        if call.errand is Errand.GREET:
            return _say(call, "Online-Ack", {"result": "ok"})
        number = call.told.get("number", "")
        if call.errand is not Errand.UPLOAD or not number:
            return None
        exact = int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else number
        told = {"PushAckType": int(call.told["type"]), "SnapOrRecordID": exact, "RecordID": number}
        return _say(call, "PushAck", told)


def _upload(serial: str, kind: str, message: Event) -> Call:
    push_type, names = _NUMBERS[kind]
    told = {"number": said(info_of(message), *names, longest=40), "type": push_type}
    return Call(serial, Errand.UPLOAD, kind.lower(), NAME, told=told | _id_of(message))


def _sign_of_life(topic: str, message: Event) -> Call:
    info = info_of(message)
    serial = said(info, "facesluiceid", "deviceid") or said(message, "facesluiceId", "deviceId")
    if not _SERIAL.fullmatch(serial):
        raise Unheard(400, "no terminal named")
    if topic.endswith("/heartbeat"):
        shown = wall_clock(said(info, "time"))
        return Call(serial, Errand.ALIVE, protocol=NAME, told={"wall": shown.isoformat()} if shown else {})
    if said(message, "operator").lower() != "online":
        return Call(serial, Errand.LEAVE, protocol=NAME)
    says = {"address": said(info, "ip"), "name": said(info, "facesname")}
    kept = {name: value for name, value in says.items() if value}
    return Call(serial, Errand.GREET, protocol=NAME, says=kept, told=_id_of(message))


def _id_of(message: Event) -> dict[str, str]:
    told = said(message, "messageId")
    return {"message": told} if told else {}


def _say(call: Call, operator: str, info: Mapping[str, object]) -> tuple[str, bytes]:
    """A message to a terminal; it has the number of the one it answers, or one of its own."""
    number = call.told.get("message") or f"{operator}-{call.told.get('number', call.serial)}"
    told = {"messageId": number, "operator": operator, "info": {"facesluiceId": call.serial, **info}}
    return f"{ROOT}/{call.serial}", json.dumps(told).encode()
