"""A simulated terminal of Security PUSH, as the terminal: see facts 1B."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from kaoqin.devices.protocols.zk_common.clock import compact, expand
from kaoqin.devices.protocols.zk_common.lines import pairs_of
from kaoqin.devices.protocols.zk_common.simulator import Done, PushUnit
from kaoqin.devices.simulated import Person, Record, Reply, Sending

_REALTIME = 10
"""More than so many presses at once were kept while the terminal was alone, and come as rows of its table."""


class SecurityUnit(PushUnit):
    """Greets, registers where it is not known, asks for its settings and the time, then polls and sends."""

    error_seconds, poll_seconds = 30.0, 10.0
    _step = "greet"

    def greeting(self) -> Sending:
        if self._step == "register":
            return self.send("greet", "registry", body=self._options("DeviceType=acc", "MachineType=101").encode())
        if self._step == "configure":
            return self.send("greet", "push", body=b"")
        if self._step == "time":
            return self.send("greet", "rtdata", "type=time")
        told = f"options=all&pushver=3.1.2&language={self.habits.language}&DeviceType=acc&PushOptionsFlag=1"
        return self.send("greet", "cdata", told)

    def heard_greeting(self, sending: Sending, reply: Reply, now: float) -> None:
        """`OK` to the greeting: not known, so it registers. A code with a line end behind it is none."""
        body = reply.body.decode("ascii", "replace")
        if self._step == "greet":
            self._heard_first(body, now)
        elif self._step == "register":
            good = body.startswith("RegistryCode=") and body.isprintable()
            self._go("configure" if good else "greet", now, held=not good)
        elif self._step == "configure":
            self._heard_settings(body, now)
        else:
            self._heard_time(body, now)

    def _heard_first(self, body: str, now: float) -> None:
        if body.startswith("registry=ok"):
            self._heard_settings(body, now)
        else:
            self._go("register", now, held=body != "OK")

    def _heard_settings(self, body: str, now: float) -> None:
        told = dict(line.split("=", 1) for line in body.splitlines() if "=" in line)
        if not told.get("SessionID"):
            self._go("greet", now, held=True)
            return
        self.poll_seconds = float(told.get("RequestDelay", "10"))
        self.error_seconds = float(told.get("ErrorDelay", "30"))
        self._go("time", now)

    def _heard_time(self, body: str, now: float) -> None:
        """`DateTime=<compact, in UTC>,ServerTZ=+0800`."""
        told = dict(part.split("=", 1) for part in body.split(",") if "=" in part)
        number, zone = told.get("DateTime", ""), told.get("ServerTZ", "")
        at = expand(int(number)) if number.isdecimal() else None
        if at and len(zone) == 5:
            minutes = int(zone[1:3]) * 60 + int(zone[3:])
            self.memory.clock.set(at, -minutes if zone[0] == "-" else minutes, now)
        self.greeted = True
        self._step = "greet"
        self.later([self._say_people("cdata", "table=tabledata&tablename=user", list(self.memory.people.values()))])

    def _go(self, step: str, now: float, *, held: bool = False) -> None:
        self._step = step
        if held:
            self.hold(now, for_long=True)

    def heard(self, sending: Sending, reply: Reply, now: float) -> bool:
        if sending.kind == "greet" and reply.status != 200:
            self._step = "greet"
        return super().heard(sending, reply, now)

    def unheard(self, sending: Sending, now: float) -> None:
        self._step = "greet"
        super().unheard(sending, now)

    def say_punches(self, records: Sequence[Record]) -> Sending:
        if len(records) > _REALTIME:
            return self._say_rows("cdata", "table=tabledata&tablename=transaction", records)
        body = "".join(map(_event, records)).encode("ascii")
        return self.send("punches", "cdata", "table=rtlog", body, records=records)

    def _say_rows(self, name: str, query: str, records: Sequence[Record], packet: str = "") -> Sending:
        """The answer counts them: `transaction=3`, and nothing else will do."""
        body, count = "".join(map(_row, records)).encode("ascii"), len(records)
        expects = f"transaction={count}".encode()
        told = f"{query}&count={count}{packet}"
        return self.send("punches", name, told, body, records=records, expects=expects, exactly=True)

    def _say_people(self, name: str, query: str, people: Sequence[Person], packet: str = "") -> Sending:
        body = "".join(map(_user, people)).encode(self.encoding, "replace")
        expects = f"user={len(people)}".encode()
        return self.send("other", name, f"{query}&count={len(people)}{packet}", body, expects=expects, exactly=True)

    def _options(self, *first: str) -> str:
        state = {
            "~DeviceName": "Simulated, A&C",
            "FirmVer": "ZAM180-simulated",
            "~SerialNumber": self.serial,
            "PushVersion": "3.1.2",
            "UserCount": str(len(self.memory.people)),
            "TransactionCount": str(len(self.memory.records)),
            "~MaxAttLogCount": "10",
            "IPAddress": "192.0.2.2",
        }
        return ",".join([*first, *(f"{name}={value}" for name, value in state.items())])

    def commands(self) -> Mapping[str, Callable[[str], Done]]:
        return {
            "DATA UPDATE user": self._put,
            "DATA DELETE user": lambda told: self.remove_person(pairs_of(told).get("pin", "")),
            "DATA COUNT user": lambda told: Done(len(self.memory.people)),
            "DATA QUERY tablename=user,fielddesc=*,filter=*": self._tell_people,
            "DATA QUERY tablename=transaction,fielddesc=*,filter=*": self._tell_punches,
            "GET OPTIONS": self._tell_options,
        }

    def _put(self, told: str) -> Done:
        pairs = pairs_of(told)
        return self.put_person(*(pairs.get(name, "") for name in ("pin", "name", "cardno", "privilege")))

    def _tell_people(self, told: str) -> Done:
        packets = self.batches(list(self.memory.people.values()))
        for number, people in enumerate(packets, 1):
            packet = f"&packcnt={len(packets)}&packidx={number}"
            self.later([self._say_people("querydata", "type=tabledata&cmdid=0&tablename=user", people, packet)])
        return Done(len(self.memory.people))

    def _tell_punches(self, told: str) -> Done:
        packets = self.batches(self.memory.records)
        for number, records in enumerate(packets, 1):
            packet = f"&packcnt={len(packets)}&packidx={number}"
            self.later([self._say_rows("querydata", "type=tabledata&cmdid=0&tablename=transaction", records, packet)])
        return Done(len(self.memory.records))

    def _tell_options(self, told: str) -> Done:
        body = self._options().encode()
        query = "type=options&cmdid=0&tablename=options&count=1&packcnt=1&packidx=1"
        self.later([self.send("other", "querydata", query, body, expects=b"options=1", exactly=True)])
        return Done(1)


def _event(record: Record) -> str:
    """A press as it happens."""
    return (
        f"time={record.at}\tpin={record.pin}\tcardno=0\teventaddr=1\tevent=3\tinoutstatus={record.state}"
        f"\tverifytype={record.verify}\tindex={record.number}\tsitecode=0\tlinkid=0\tmaskflag=0\ttemperature=0\r\n"
    )


def _row(record: Record) -> str:
    """The same press as a row of the terminal's table."""
    second = compact(dt.datetime.fromisoformat(record.at))
    return (
        f"transaction cardno=0\tpin={record.pin}\tverified={record.verify}\tdoorid=1\teventtype=3"
        f"\tinoutstate={record.state}\ttime_second={second}\tindex={record.number}\r\n"
    )


def _user(person: Person) -> str:
    return (
        f"user uid=0\tcardno={person.card}\tpin={person.pin}\tpassword=\tgroup=1\tstarttime=0\tendtime=0"
        f"\tname={person.name}\tprivilege={person.privilege}\tdisable=0\tverify=0\r\n"
    )
