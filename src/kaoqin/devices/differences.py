"""What a terminal holds against what it should hold. Pure.

Nobody is removed but whom the house put there, no administrator of a terminal at all; rights stay as they are, and a
card nobody here knows of stays on whoever has it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from kaoqin.devices.wire import PersonOnTerminal, PutPerson, RemovePerson

USER = "0"
People = Mapping[str, PersonOnTerminal]


@dataclass(frozen=True, slots=True)
class Meant:
    """Somebody who belongs on a terminal: the name as the terminal can hold it; `card` None: as it is."""

    pin: str
    employee_id: int
    name: str
    card: str | None = None


def administrates(person: PersonOnTerminal) -> bool:
    """Whether somebody has rights of their own at the terminal."""
    return person.privilege not in {"", USER}


def wish(meant: Meant | None, there: PersonOnTerminal | None, *, ours: bool) -> PutPerson | RemovePerson | None:
    """What one number's terminal is to be told, whether or not it is so already; None: nothing."""
    if meant:
        rights = there.privilege if there and there.privilege else USER
        kept_card = there.card if there else ""
        return PutPerson(meant.pin, meant.name, rights, kept_card if meant.card is None else meant.card)
    if there and ours and not administrates(there):
        return RemovePerson(there.pin)
    return None


def fulfilled(wanted: PutPerson | RemovePerson, there: PersonOnTerminal | None) -> bool:
    """Whether what the terminal tells is what was wished."""
    if isinstance(wanted, RemovePerson):
        return there is None
    return there is not None and there.name.strip() == wanted.name and bare(there.card) == bare(wanted.card)


def bare(card: str) -> str:
    """A card number without the leading zeros that some terminals show and some do not."""
    return card.strip().lstrip("0")


def differences(meant: Mapping[str, Meant], there: People, ours: Collection[str]) -> list[PutPerson | RemovePerson]:
    """What is to be told so that the terminal holds what it should, by number; empty where it does."""
    found = []
    for pin in sorted({*meant, *there}):
        wanted = wish(meant.get(pin), there.get(pin), ours=pin in ours)
        if wanted and not fulfilled(wanted, there.get(pin)):
            found.append(wanted)
    return found
