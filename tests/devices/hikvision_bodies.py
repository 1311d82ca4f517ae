"""Bodies of events as Hikvision terminals push them, invented."""

import json

MAC = "24:0f:00:00:00:01"
TOKEN = "k7q2m9x4c8v3b6n1p5t0"


def event(pin="00013", at="2026-11-20T09:00:00+08:00", minor=75, serial_no=2001, major=5, **inside):
    """An event as JSON tells it; a value None takes the name away."""
    told = {
        "deviceName": "gate",
        "majorEventType": major,
        "subEventType": minor,
        "name": "Chen",
        "cardNo": "",
        "doorNo": 1,
        "cardReaderNo": 1,
        "employeeNoString": pin,
        "serialNo": serial_no,
        "currentVerifyMode": "cardOrFaceOrFp",
        "currentEvent": True,
        "attendanceStatus": "undefined",
    } | inside
    return {
        "ipAddress": "10.0.0.9",
        "macAddress": MAC,
        "dateTime": at,
        "eventType": "AccessControllerEvent",
        "eventState": "active",
        "AccessControllerEvent": {name: value for name, value in told.items() if value is not None},
    }


def as_json(told):
    return json.dumps(told, ensure_ascii=False).encode()


def as_xml(told, head='<?xml version="1.0" encoding="UTF-8"?>'):
    def say(values):
        return "".join(
            f"<{name}>{say(value) if isinstance(value, dict) else str(value).lower() if isinstance(value, bool) else value}</{name}>"
            for name, value in values.items()
        )

    space = "http://www.isapi.org/ver20/XMLSchema"
    return f'{head}<EventNotificationAlert version="2.0" xmlns="{space}">{say(told)}</EventNotificationAlert>'.encode()


PICTURE = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4 + b"\xff\xd9"


def as_multipart(content, picture=PICTURE, typed=True, name="event_log", end="\r\n"):
    """An event and a picture; parts with or without a type of their own."""
    types = (f"Content-Type: application/json{end}", f"Content-Type: image/jpeg{end}") if typed else ("", "")
    first = f'--MIME_boundary{end}Content-Disposition: form-data; name="{name}"{end}{types[0]}{end}'.encode() + content
    second = (
        f'{end}--MIME_boundary{end}Content-Disposition: form-data; name="Picture"; filename="p.jpg"{end}{types[1]}{end}'
    )
    return first + (second.encode() + picture if picture else b"") + f"{end}--MIME_boundary--{end}".encode()


HEARTBEATS = (
    {"eventType": "heartBeat", "eventState": "active", "dateTime": "2026-11-20T10:00:00+08:00"},
    {"eventType": "videoloss", "eventState": "inactive", "dateTime": "2026-11-20T10:00:00+08:00"},
)
