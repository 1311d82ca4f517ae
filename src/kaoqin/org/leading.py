"""Who leads whom on one day: own line managers first, then heads of departments, up the tree. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

Place = tuple[int | None, int | None]
"""(department, own line manager) of an employee."""


@dataclass(frozen=True, eq=False)
class Leading:
    """The organisation as lines of leading.

    `above`: each department's parent. `head_of`: the head of a department who is employed. `place_of`: an employee's
    department and own line manager, the latter only when employed.
    """

    above: Mapping[int, int | None]
    head_of: Mapping[int, int]
    place_of: Callable[[int], Place]

    def __post_init__(self) -> None:
        object.__setattr__(self, "place_of", cache(self.place_of))

    def departments(self, employee_id: int) -> list[int]:
        """The employee's department and all above it, the nearest first."""
        return list(self._upward(self.place_of(employee_id)[0]))

    def _upward(self, department: int | None) -> Iterator[int]:
        while department is not None and department in self.above:
            yield department
            department = self.above[department]

    def head(self, employee_id: int) -> int | None:
        """The head of the department, or of the nearest above whose head is another."""
        return next(iter(self.heads(employee_id)), None)

    def heads(self, employee_id: int) -> list[int]:
        """The heads of the department and of those above who are others than oneself, the nearest first."""
        found = (self.head_of.get(one) for one in self.departments(employee_id))
        return list(dict.fromkeys(one for one in found if one and one != employee_id))

    def manager(self, employee_id: int, levels: int = 1) -> int | None:
        """The line manager some levels up; nobody above the top, nor where a circle would begin."""
        passed, here = {employee_id}, employee_id
        for _ in range(levels):
            up = self._manager(here)
            if up is None or up in passed:
                return None
            passed.add(up)
            here = up
        return here

    def _manager(self, employee_id: int) -> int | None:
        own = self.place_of(employee_id)[1]
        return own if own and own != employee_id else self.head(employee_id)

    def chain(self, employee_id: int, most: int = 10) -> list[int]:
        """All line managers up to the top, the nearest first."""
        found = [self.manager(employee_id, level) for level in range(1, most + 1)]
        return [one for one in found if one]
