"""Which number means whom on which terminal. Punches know it and stand above: they register who answers."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Protocol


class Numbers(Protocol):
    """Whose numbers are on a day; all of it was asked at once."""

    def numbers(self, employee_id: int, serial: str) -> Sequence[str]:
        """All numbers under which punches of this terminal are this employee's, the one to be given first."""
        ...

    def employee(self, number: str, serial: str) -> int | None:
        """Whose a punch under this number on this terminal is; None: nobody's."""
        ...


Answers = Callable[[Mapping[int, str], Collection[str], date], Numbers]
Nobodys = Callable[[Collection[str]], Mapping[str, Collection[str]]]
_answers: list[Answers] = []
_nobodys: list[Nobodys] = []


def register(answers: Answers, nobodys: Nobodys) -> None:
    """Who answers `known` and `of_nobody` from now on."""
    _answers[:], _nobodys[:] = [answers], [nobodys]


def known(employees: Mapping[int, str], pins: Collection[str], on: date) -> Numbers:
    """What is known of these employees (id → employee number) and of these numbers on a day; a few questions for all."""
    return _answers[0](employees, pins, on)


def of_nobody(serials: Collection[str]) -> Mapping[str, Collection[str]]:
    """By terminal the numbers it sent punches of that are nobody's now; terminals without any are left out."""
    return _nobodys[0](serials)
