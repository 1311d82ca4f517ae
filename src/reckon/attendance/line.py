"""The line: every employee's local minutes laid end to end, so that one search serves a population."""

from dataclasses import dataclass

from reckon.attendance.cells import MINUTES_IN_DAY
from reckon.columns import Ints


@dataclass(frozen=True)
class Line:
    """Each employee owns `days` whole days of the line, the first of them the date `begins_on`.

    Stretches begin at midnight, so a place on the line tells its clock time by % 1440.
    """

    begins_on: int
    days: int

    @property
    def stretch(self) -> int:
        """Minutes of the line per employee."""
        return self.days * MINUTES_IN_DAY

    def at(self, employee: Ints, minute: Ints) -> Ints:
        """The place of a local minute (since 1970) of an employee."""
        return employee * self.stretch + (minute - self.begins_on * MINUTES_IN_DAY)

    def midnight(self, employee: Ints, date: Ints) -> Ints:
        """The place of 00:00 of a date (day number)."""
        return employee * self.stretch + (date - self.begins_on) * MINUTES_IN_DAY

    def employee(self, at: Ints) -> Ints:
        """Whose stretch a place lies in."""
        return at // self.stretch

    def date(self, at: Ints) -> Ints:
        """The date (day number) of a place."""
        return at // MINUTES_IN_DAY % self.days + self.begins_on

    def minute(self, at: Ints) -> Ints:
        """The local minute (since 1970) of a place."""
        return at % self.stretch + self.begins_on * MINUTES_IN_DAY
