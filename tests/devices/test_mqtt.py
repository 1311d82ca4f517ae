"""MQTT face terminals: over a real broker, to the process that keeps the line to it."""

import asyncio
import contextlib
import datetime as dt
import json
import threading

import aiomqtt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lines import Broker, Listened, Threaded, until

import make
from kaoqin.devices import actions, arrival, listening
from kaoqin.devices.models import BadUploadLine, Device, Heartbeat, Operation, RawUpload
from kaoqin.devices.protocols.mqtt import Mqtt
from kaoqin.devices.protocols.mqtt.board import FaceBoard
from kaoqin.devices.wire import Dialect, Unheard
from kaoqin.punches.models import Punch

SERIAL = "005a213b000b93cc"
PICTURE = "data:image/jpeg;base64,/9j/" + "QUJD" * 100


def record(number="389", pin="00013", **inside):
    told = {
        "customId": pin,
        "personId": "22",
        "RecordID": number,
        "VerifyStatus": "1",
        "PersonType": "0",
        "similarity1": "94.000000",
        "Sendintime": 1,
        "persionName": "张三",
        "facesluiceId": SERIAL,
        "idCard": "110101190001011234",
        "time": "2026-11-20 09:59:00",
        "PushType": 0,
        "pic": PICTURE,
    }
    return json.dumps({"operator": "RecPush", "info": told | inside}, ensure_ascii=False).encode()


class Unit(Threaded):
    """A made-up terminal on the broker: what it was told is in `heard`."""

    def __init__(self, port, serial=SERIAL):
        self.port, self.serial, self.heard = port, serial, []

    async def begin(self):
        self._line = aiomqtt.Client("127.0.0.1", self.port)
        await self._line.__aenter__()
        await self._line.subscribe(f"mqtt/face/{self.serial}")
        self._reading = asyncio.create_task(self._read())

    async def _read(self):
        async for message in self._line.messages:
            self.heard.append(json.loads(message.payload))

    async def end(self):
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        await self._line.__aexit__(None, None, None)

    def tell(self, what, payload):
        topic = what if what in {"heartbeat", "basic"} else f"{self.serial}/{what}"
        self.ask(self._line.publish(f"mqtt/face/{topic}", payload))

    def numbers(self):
        return [told["info"].get("SnapOrRecordID") for told in self.heard]


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(listening, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(listening, "LONGEST_PAUSE", 0.1)
    monkeypatch.setattr("kaoqin.devices.taking.FRESH_SECONDS", 0)


@pytest.fixture
def broker():
    with Broker() as running:
        yield running


@pytest.fixture
def listened(company, broker, quick, monkeypatch):
    """The process, when it has subscribed to everything."""
    with Listened(broker=listening.Broker("127.0.0.1", broker.port)) as running:
        until(lambda: subscribed(broker))
        yield running


def subscribed(broker):
    return len(broker._broker._subscriptions) == len(FaceBoard.topics)


@pytest.fixture
def unit(listened, broker):
    with Unit(broker.port) as running:
        yield running


@pytest.fixture
def device(company):
    found = Device.objects.create(serial=SERIAL, protocol="mqtt", first_seen_at=make.NOW)
    actions.approve(found, company.site, by=make.ROOT, at=make.NOW)
    return found


def test_a_record_is_kept_and_then_answered_and_once(device, unit):
    for count in (1, 2):
        unit.tell("Rec", record())
        until(lambda expected=count: len(unit.heard) == expected)
    unit.tell("Rec", record(PushType=2, Sendintime=0))
    until(lambda: len(unit.heard) == 3)
    (told, _, _) = unit.heard
    assert (told["operator"], told["info"]["PushAckType"], told["info"]["SnapOrRecordID"]) == ("PushAck", 2, 389)
    punch = Punch.objects.get()
    assert (punch.person_key, punch.at) == ("00013", make.NOW - dt.timedelta(minutes=1))
    assert punch.evidence["name"] == "张三"
    bodies = b"".join(bytes(upload.body) for upload in RawUpload.objects.all())
    assert b"QUJD" not in bodies
    assert b"1101011900" not in bodies
    assert Heartbeat.objects.get().clock_ahead_seconds is None  # it was not in touch for all of that minute


def test_a_stranger_waits_to_be_approved_and_is_answered_when_it_is(company, unit):
    unit.tell("Rec", record())
    found = until(Device.objects.first)
    assert (found.serial, found.state) == (SERIAL, "pending")
    until(lambda: Device.objects.get().protocol == "mqtt")
    assert (unit.heard, RawUpload.objects.count()) == ([], 0)
    actions.approve(found, company.site, by=make.ROOT, at=make.NOW)
    unit.tell("Rec", record())
    until(lambda: unit.numbers() == [389])
    assert Punch.objects.count() == 1


def test_refused_people_wait_for_review_and_strangers_do_not(device, unit):
    unit.tell("Rec", record("1", VerifyStatus="2"))
    unit.tell("Rec", record("2", PersonType="1"))
    unit.tell("Rec", record("3", pin="", personId="0", VerifyStatus="3"))
    unit.tell("Rec", b'{"operator": "RecPush", "info": {"RecordID": "4"')
    unit.tell("Snap", b'{"operator": "StrSnapPush", "info": {"SnapID": "5", "time": "2026-11-20 09:59:00"}}')
    unit.tell("Rec", record("6"))
    until(lambda: 6 in unit.numbers())
    assert unit.numbers() == [1, 2, 3, 5, 6]
    assert sorted(BadUploadLine.objects.values_list("fault", flat=True)) == ["event_refused", "event_refused", "unread"]
    assert Operation.objects.count() == 2
    assert Punch.objects.count() == 1


def test_signs_of_life_are_felt_and_not_kept(device, unit):
    unit.tell("basic", json.dumps({"operator": "Online", "info": {"facesluiceId": SERIAL, "ip": "192.168.1.7"}}))
    until(lambda: unit.heard)
    assert unit.heard[0]["operator"] == "Online-Ack"
    beat = {"operator": "HeartBeat", "info": {"facesluiceId": SERIAL, "time": "2026-11-20 10:05:00"}}
    unit.tell("heartbeat", json.dumps(beat))
    until(lambda: Heartbeat.objects.filter(device=device).exists())
    assert (RawUpload.objects.count(), Device.objects.get().facts["address"]) == (0, "192.168.1.7")


def test_a_clock_of_another_age_harms_nothing(device, unit):
    for year in ("0001", "9998", "2000"):
        beat = {"operator": "HeartBeat", "info": {"facesluiceId": SERIAL, "time": f"{year}-01-02 00:00:00"}}
        unit.tell("heartbeat", json.dumps(beat))
    unit.tell("Rec", record(time="2000-01-01 00:00:00"))
    until(lambda: unit.numbers() == [389])
    assert Punch.objects.get().trust == "held"


def test_a_message_that_the_database_refuses_does_not_stop_the_others(device, unit, monkeypatch):
    from django.db import DataError

    real = arrival.arrive

    def choosy(terminal, heard, at):
        if b'"13"' in heard.body:
            raise DataError("no")
        return real(terminal, heard, at)

    monkeypatch.setattr(arrival, "arrive", choosy)
    unit.tell("Rec", record("13"))
    unit.tell("Rec", record("14"))
    until(lambda: unit.numbers() == [14])


def test_what_came_while_the_database_was_away_is_kept_when_it_is_back(device, unit, monkeypatch):
    from django.db import OperationalError

    real, tried = arrival.arrive, threading.Event()

    def away(*told):
        tried.set()
        raise OperationalError("away")

    monkeypatch.setattr(arrival, "arrive", away)
    unit.tell("Rec", record())
    assert tried.wait(20)
    assert unit.heard == []
    monkeypatch.setattr(arrival, "arrive", real)
    until(lambda: unit.numbers() == [389])
    assert Punch.objects.count() == 1


def test_messages_of_nobody_harm_nothing(device, unit):
    for payload in (b"", b"\xff\x00", b"[]", b'"x"', b'{"info": {"facesluiceId": "a/b+#"}}'):
        for topic in ("heartbeat", "basic"):
            unit.tell(topic, payload)
    unit.tell("Rec", record())
    until(lambda: unit.numbers() == [389])
    assert Device.objects.count() == 1


def test_a_broker_that_comes_back_is_found_again(device, quick):
    with Broker() as first:
        port = first.port
        with Listened(broker=listening.Broker("127.0.0.1", port)):
            until(lambda: subscribed(first))
            first.ask(first.end())
            first.port = port
            first.ask(first.begin())
            until(lambda: subscribed(first))
            with Unit(port) as unit:
                unit.tell("Rec", record())
                until(lambda: unit.numbers() == [389])


# Messages


def decode(body):
    return Mqtt().decode("rec", Mqtt().mask("rec", body), Dialect("mqtt"))


@pytest.mark.parametrize(
    ("told", "pin"),
    [({}, "00013"), ({"customId": ""}, "22"), ({"customId": " ", "personId": 7}, "7"), ({"customId": 8}, "8")],
)
def test_whose_record_it_is(told, pin):
    assert decode(record(**told)).readings[0].pin == pin


@pytest.mark.parametrize("name", ["personName", "persionName"])
def test_the_name_however_it_is_written(name):
    told = json.loads(record(persionName=""))
    told["info"][name] = "李四"
    assert decode(json.dumps(told).encode()).readings[0].extra["name"] == "李四"


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"time": "2026-13-20 09:59:00"}, "time"),
        ({"time": 1795140000}, "time"),
        ({"customId": "x" * 61}, "pin"),
        ({"VerifyStatus": "0"}, "event_refused"),
        ({"VerifyStatus": 2}, "event_refused"),
        ({"VerifyStatus": "3"}, "event_refused"),
    ],
)
def test_records_that_are_no_punches(told, fault):
    assert [bad.fault for bad in decode(record(**told)).bad_lines] == [fault]


def test_a_firmware_that_tells_no_status():
    told = json.loads(record())
    del told["info"]["VerifyStatus"], told["info"]["RecordID"]
    (reading,) = decode(json.dumps(told).encode()).readings
    assert (reading.mark, reading.extra.get("stored")) == ("", None)


def test_a_picture_leaves_its_length_and_hash():
    kept = json.loads(Mqtt().mask("rec", record(scene="aGk=")))
    assert kept["info"]["pic"].startswith(f"[masked {len(PICTURE)} sha256:")
    assert kept["info"]["scene"].startswith("[masked 4 sha256:")
    assert kept["info"]["idCard"] == "[masked 18]"


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(
        lambda v: json.dumps({"operator": "RecPush", "info": v}).encode()
    )
)
def test_any_bytes_are_exactly_one_thing(body):
    told = decode(body)
    assert len(told.bad_lines) + told.noted + told.blank == 1
    for topic in ("mqtt/face/abcd/Rec", "mqtt/face/heartbeat", "mqtt/face/basic", "mqtt/face/ab/Rec", "x"):
        with contextlib.suppress(Unheard):
            FaceBoard().hear(topic, body)
