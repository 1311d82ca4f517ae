"""A simulated terminal of Attendance PUSH, as the terminal: see facts A.2 to A.7."""

from collections.abc import Callable, Mapping, Sequence

from kaoqin.devices.protocols.zk_common.lines import pairs_of
from kaoqin.devices.protocols.zk_common.simulator import WELL, WRONG, Done, PushUnit
from kaoqin.devices.simulated import Person, Record, Reply, Sending

_MOST_RECORDS = 10


class AttendanceUnit(PushUnit):
    """Polls every `Delay` seconds, sends every press at once."""

    def greeting(self) -> Sending:
        told = f"options=all&pushver=2.4.1&language={self.habits.language}&DeviceType=att&PushOptionsFlag=1"
        return self.send("greet", "cdata", told)

    def heard_greeting(self, sending: Sending, reply: Reply, now: float) -> None:
        first, *lines = reply.body.decode("ascii", "replace").splitlines() or [""]
        if not first.startswith(f"GET OPTION FROM: {self.serial}"):
            self.hold(now, for_long=True)
            return
        told = dict(line.split("=", 1) for line in lines if "=" in line)
        self.poll_seconds = _seconds(told.get("Delay"), self.poll_seconds)
        self.error_seconds = _seconds(told.get("ErrorDelay"), self.error_seconds)
        if reply.date:
            self.memory.clock.set(reply.date, _minutes(told.get("TimeZone", "")), now)
        if told.get("ATTLOGStamp") == "0":
            self.memory.unsent.extendleft(reversed(self.memory.records[: -self.waiting or None]))
        if not self.greeted and told.get("PushOptionsFlag") == "1":
            self.later([self.send("other", "cdata", "table=options", self._options().encode())])
        self.greeted = True

    def say_punches(self, records: Sequence[Record]) -> Sending:
        body = "".join(self._line(record) for record in records).encode("ascii")
        return self.send("punches", "cdata", "table=ATTLOG&Stamp=9999", body, records=records)

    def _line(self, record: Record) -> str:
        columns = (record.pin, record.at, record.state, record.verify, "0", "0", "0", "0", "36.5", "0")
        return "\t".join(columns[: self.habits.columns]) + "\n"

    def _options(self) -> str:
        return ",".join(f"{name}={value}" for name, value in self._state().items())

    def _state(self) -> dict[str, str]:
        return {
            "~DeviceName": "Simulated, T&A",
            "FWVersion": "Ver 8.0.4.3-simulated",
            "~SerialNumber": self.serial,
            "UserCount": str(len(self.memory.people)),
            "TransactionCount": str(len(self.memory.records)),
            "~MaxUserCount": str(self.habits.most_people // 100),
            "~MaxAttLogCount": str(_MOST_RECORDS),
            "IPAddress": "192.0.2.1",
        }

    def commands(self) -> Mapping[str, Callable[[str], Done]]:
        return {
            "DATA UPDATE USERINFO": self._put,
            "DATA DELETE USERINFO": lambda told: self.remove_person(pairs_of(told).get("pin", "")),
            "DATA QUERY USERINFO": self._tell_people,
            "DATA QUERY ATTLOG": self._tell_punches,
            "VERIFY SUM ATTLOG": self._count,
            "INFO": lambda told: Done(0, below=self._state()),
            "CHECK": self.restart,
            "LOG": lambda told: WELL,
            "REBOOT": self.restart,
            "RELOAD OPTIONS": lambda told: WELL,
            "SET OPTION": lambda told: WELL if "=" in told else WRONG,
        }

    def _put(self, told: str) -> Done:
        pairs = pairs_of(told)
        return self.put_person(*(pairs.get(name, "") for name in ("pin", "name", "card", "pri")))

    def _tell_people(self, told: str) -> Done:
        pin = pairs_of(told).get("pin")
        people = [person for person in self.memory.people.values() if pin in {None, person.pin}]
        for batch in self.batches(people):
            body = "".join(map(_user, batch)).encode(self.encoding, "replace")
            self.later([self.send("other", "cdata", "table=OPERLOG&Stamp=9999", body)])
        return Done(len(people))

    def _tell_punches(self, told: str) -> Done:
        found = self._between(told)
        self.later(self.say_punches(batch) for batch in self.batches(found))
        return Done(len(found)) if found else WRONG

    def _count(self, told: str) -> Done:
        pairs = pairs_of(told)
        span = {"StartTime": pairs.get("starttime", ""), "EndTime": pairs.get("endtime", "")}
        return Done(0, {**span, "AttlogSum": str(len(self._between(told)))}, word="VERIFY SUM")

    def _between(self, told: str) -> list[Record]:
        pairs = pairs_of(told)
        return self.memory.between(pairs.get("starttime", ""), pairs.get("endtime", ""))


def _user(person: Person) -> str:
    return (
        f"USER PIN={person.pin}\tName={person.name}\tPri={person.privilege}\tPasswd=\tCard={person.card}"
        "\tGrp=1\tTZ=0000000000000000\tVerify=-1\n"
    )


def _seconds(told: str | None, usual: float) -> float:
    return float(told) if told and told.isdecimal() else usual


def _minutes(told: str) -> int:
    """A zone in hours from -12 to 12, else in minutes."""
    number = int(told) if told.lstrip("-").isdecimal() else 0
    return number * 60 if -12 <= number <= 12 else number
