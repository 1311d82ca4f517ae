"""One terminal's people at a moment: who is meant to be there, who is, what is on its way; and what follows."""

import datetime as dt
from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from kaoqin.core.words import Refusal
from kaoqin.devices import telling
from kaoqin.devices.belonging import Belonging
from kaoqin.devices.differences import Meant, administrates, differences, wish
from kaoqin.devices.judging import OPEN, calm, is_open, judge, may_be_there, on_terminal, outdated, settled
from kaoqin.devices.models import Command, Device, PeopleKeeping, PersonOnDevice, Placement
from kaoqin.devices.numbers import Numbers
from kaoqin.devices.protocols import adapter_named, held_name
from kaoqin.devices.storing import store, values
from kaoqin.devices.wire import WISHES, Dialect, PersonOnTerminal, PutPerson, RemovePerson, TellPeople
from kaoqin.devices.words import CommandState, PlacementFault, PlacementState, Wish

MOST_OPEN = 100
FEW, SHARE = 10, 0.2
"""So many, or such a share of a terminal's people, may be removed at once without a person's word."""
AGAIN, HOUR = dt.timedelta(minutes=5), dt.timedelta(hours=1)


def replaced(commands: QuerySet[Command], at: dt.datetime) -> None:
    """These are not handed out any more."""
    commands.filter(state__in=OPEN).update(state=CommandState.REPLACED, ended_at=at)


class Scene:
    """Facts of one terminal. `whole` is its last whole answer about its people; without one nothing is decided."""

    def __init__(
        self,
        device: Device,
        dialect: Dialect,
        at: dt.datetime,
        days: Sequence[Belonging],
        numbers: Numbers,
        keeping: PeopleKeeping | None,
    ) -> None:
        self.device, self.at = device, at
        self.whole = keeping.telling if keeping else None
        until = keeping.may_remove_until if keeping else None
        self._may_remove_many = until is not None and at <= until
        self._dialect, self._numbers = dialect, numbers
        self.there = {row.pin: row for row in PersonOnDevice.objects.filter(device=device)}
        rows = list(Placement.objects.filter(device=device))
        self._before = {row.pk: values(row) for row in rows}
        self._rows = {row.pin: row for row in rows if row.pin}
        self._lacking = {row.employee_id: row for row in rows if not row.pin}
        self._commands = Command.objects.in_bulk([row.command_id for row in rows if row.command_id])
        self._asked = Command.objects.filter(device=device, wish=Wish.TELL_PEOPLE).order_by("-pk").first()
        self.meant: dict[str, Meant] = {}
        self.numberless: set[int] = set()
        self._mean(days)
        self._writes: list[Command] = []
        self._queue: list[tuple[Placement, PutPerson | RemovePerson]] = []
        self._back: list[int] = []
        self._rest = False

    def _mean(self, days: Sequence[Belonging]) -> None:
        today = days[-1]
        people = {key: day.people[key] for day in days for key in day.of(self.device)}
        for employee_id, one in people.items():
            numbers = self._numbers.numbers(employee_id, self.device.serial)
            known = [number for number in numbers if number in self.there or number in self._rows]
            if not numbers:
                self.numberless.add(employee_id)
                continue
            pin = (known or numbers)[0]
            card = today.cards.get(employee_id)
            self.meant[pin] = Meant(pin, employee_id, held_name(one.name, self._dialect), card)

    def held(self) -> dict[str, PersonOnTerminal]:
        """Whom the terminal told."""
        return {pin: person for pin, row in self.there.items() if (person := on_terminal(row))}

    def employee(self, pin: str) -> int | None:
        """Whose a number is here."""
        return self._numbers.employee(pin, self.device.serial)

    def differences(self) -> list[PutPerson | RemovePerson]:
        """What would be told if nothing were on its way."""
        ours = {pin for pin, row in self._rows.items() if row.ours}
        return differences(self.meant, self.held(), ours)

    def decide(self, most: int) -> list[Command]:
        """Find out how far it is with everybody, and give the terminal what is due: at most so many commands."""
        if self.whole is None:
            return []
        for pin in sorted({*self.meant, *self.there, *self._rows}):
            self._look_at(self._rows.setdefault(pin, Placement(device=self.device, pin=pin)))
        self._mind_numberless()
        replaced(Command.objects.filter(pk__in=self._back), self.at)
        made = self._send(most)
        store([*self._rows.values(), *self._lacking.values()], self._before)
        return made

    def _look_at(self, row: Placement) -> None:
        """One number: what is known of it now; queued where the terminal is to be told something."""
        meant, there = self.meant.get(row.pin), self.there.get(row.pin)
        command = self._commands.get(row.command_id or 0)
        row.belongs, row.name = meant is not None, meant.name if meant else ""
        row.employee_id = meant.employee_id if meant else self.employee(row.pin) or row.employee_id
        person = on_terminal(there)
        if person is None and may_be_there(row, command, self.whole):
            person = PersonOnTerminal(row.pin)
        wanted = wish(meant, person, ours=row.ours)
        phrase = self._say(wanted) if wanted else ""
        if phrase != row.phrase:
            if outdated(row, command, self.whole) and command:
                self._back.append(command.pk)
            row.phrase, command = phrase, None
        if wanted is None:
            self._leave(row, there)
        elif not phrase:
            row.state, row.fault = PlacementState.FAILED, PlacementFault.BAD_VALUE
        else:
            self._go_on(row, wanted, there, command)

    def _go_on(
        self,
        row: Placement,
        wanted: PutPerson | RemovePerson,
        there: PersonOnDevice | None,
        command: Command | None,
    ) -> None:
        if settled(row, wanted, there, command, self.whole):
            calm(row)
            return
        if judge(row, command, self.whole, self.at):
            self._queue.append((row, wanted))
        if command is not None:
            self._writes.append(command)

    def _say(self, wanted: PutPerson | RemovePerson) -> str:
        """The wish in the terminal's words; empty where it has none for it."""
        try:
            return adapter_named(self._dialect.protocol).say(wanted, self._dialect)
        except Refusal:
            return ""

    @staticmethod
    def _leave(row: Placement, there: PersonOnDevice | None) -> None:
        """Somebody nothing is wished of: not there, or none of ours to remove."""
        calm(row)
        person = on_terminal(there)
        if person is None:
            row.state = ""
            return
        row.state = PlacementState.EXTRA if row.employee_id else PlacementState.STRANGER
        row.fault = PlacementFault.ADMINISTRATOR if administrates(person) else ""

    def _mind_numberless(self) -> None:
        """Those who belong here and have no number that would be theirs are shown, and cannot be put."""
        for employee_id in self.numberless | self._lacking.keys():
            row = self._lacking.setdefault(employee_id, Placement(device=self.device, employee_id=employee_id))
            row.belongs = employee_id in self.numberless
            row.state = PlacementState.FAILED if row.belongs else ""
            row.fault = PlacementFault.NO_NUMBER

    def _hold(self) -> None:
        """Many removals at once are rather a mistake than a wish, and fingers and faces go with them: they wait."""
        removals = [row for row, wanted in self._queue if isinstance(wanted, RemovePerson)]
        under_way = sum(is_open(one) and one.wish == Wish.REMOVE_PERSON for one in self._writes)
        if self._may_remove_many or len(removals) + under_way <= max(FEW, int(len(self.there) * SHARE)):
            return
        for row in removals:
            row.fault = PlacementFault.HELD
        self._queue = [(row, wanted) for row, wanted in self._queue if isinstance(wanted, PutPerson)]

    def _send(self, most: int) -> list[Command]:
        """The first of the queue become commands, removals before all."""
        self._hold()
        ahead = sum(map(is_open, self._writes))
        self._queue.sort(key=lambda one: (isinstance(one[1], PutPerson), one[0].pin))
        room = max(0, min(MOST_OPEN - ahead, most))
        now, self._rest = self._queue[:room], len(self._queue) > room
        made = Command.objects.bulk_create(
            [
                Command(
                    device=self.device, wish=WISHES[type(wanted)], target=row.pin, phrase=row.phrase, asked_at=self.at
                )
                for row, wanted in now
            ]
        )
        for (row, wanted), command in zip(now, made, strict=True):
            row.command, row.unsure = command, False
            row.fault = "" if row.fault == PlacementFault.HELD else row.fault
            row.ours = row.ours or (isinstance(wanted, PutPerson) and row.pin not in self.there)
        self._writes += made
        return made

    def must_tell(self, *, last_night: dt.datetime) -> bool:
        """Whether the terminal is to be asked whom it knows: never told whole, not since last night, or after writes of
        which none is left to be given."""
        last = self._asked
        if last is not None and is_open(last):
            return False
        if last is None or last.asked_at < last_night:
            return True
        whole = self.whole is not None and self.whole.pk == last.pk
        if not whole and last.ended_at is not None and self.at - last.ended_at >= HOUR:
            return True
        return not self._rest and telling.wanted(last, self._writes, self.at)

    def ask(self) -> Command:
        """Ask the terminal whom it knows."""
        phrase = adapter_named(self._dialect.protocol).say(TellPeople(), self._dialect)
        told = {"device": self.device, "wish": Wish.TELL_PEOPLE, "phrase": phrase, "asked_at": self.at}
        self._asked = Command.objects.create(**told)
        return self._asked

    def looks_again(self) -> Iterator[dt.datetime]:
        """When something may be due without a word of the terminal."""
        if self._rest:
            yield self.at
        if self._writes or (self._asked is not None and is_open(self._asked)) or self.whole is None:
            yield self.at + AGAIN
        for row in self._rows.values():
            if row.next_try_at and row.state == PlacementState.WAITING:
                yield max(row.next_try_at, self.at + dt.timedelta(minutes=1))
