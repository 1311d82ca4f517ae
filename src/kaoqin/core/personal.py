"""What is kept of a person, as they may ask for it (个人信息副本): each room declares its own tables at start, so that whoever makes
the copy need not know them all. A test holds that no table with people in it is forgotten."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet
from django.utils.functional import Promise

Row = Sequence[Any]
Label = str | Promise
AT_ONCE = 2_000


@dataclass(frozen=True)
class Person:
    """Whose data: the employee, and the account where there is one."""

    employee_id: int
    account_id: int | None


@dataclass(frozen=True)
class Wall:
    """The label of a column of wall clocks, which are kept as if they were UTC (`core.time`)."""

    label: Label


@dataclass(frozen=True)
class Part:
    """One kind of what is kept: its columns (`customer__name`: what people call it), the rows of a person in their order, and
    the tables they are of, the first of which knows the labels of codes."""

    code: str
    title: Label
    columns: Mapping[str, Label | Wall]
    rows: Callable[[Person], Iterable[Row]]
    tables: Sequence[type[Model]]

    @property
    def keys(self) -> list[str]:
        """What the columns are called in the file for machines."""
        return [path.replace("__", "_") for path in self.columns]

    @property
    def labels(self) -> list[str]:
        """What people call the columns."""
        return [str(one.label if isinstance(one, Wall) else one) for one in self.columns.values()]

    @property
    def walls(self) -> list[bool]:
        """Which columns are wall clocks."""
        return [isinstance(one, Wall) for one in self.columns.values()]

    def choices(self) -> list[dict[Any, str]]:
        """Of each column, what its codes are called in the language spoken now."""
        return [_choices(self.tables[0], path.split("__")) for path in self.columns]


def _choices(model: type[Model], path: Sequence[str]) -> dict[Any, str]:
    try:
        field = model._meta.get_field(path[0])
    except FieldDoesNotExist:
        return {}
    if len(path) > 1:
        return _choices(field.related_model, path[1:]) if isinstance(field.related_model, type) else {}
    return {code: str(label) for code, label in getattr(field, "flatchoices", ())}


_parts: dict[str, Part] = {}


def register(parts: Iterable[Part]) -> None:
    """Declare what a room keeps of people."""
    _parts.update({one.code: one for one in parts})


def parts() -> list[Part]:
    """All that is kept of people, in the order of the rooms."""
    return list(_parts.values())


def table(
    code: str,
    title: Label,
    of: type[Model],
    rows: Callable[[Person], QuerySet[Any]],
    columns: Mapping[str, Label | Wall],
) -> Part:
    """A part that is told as it lies in a table."""

    def read(person: Person) -> Iterable[Row]:
        return rows(person).values_list(*columns).iterator(AT_ONCE)

    return Part(code, title, columns, read, (of,))
