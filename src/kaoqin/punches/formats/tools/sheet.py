"""A table: numbered rows of cells, whatever it came from."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from kaoqin.punches.formats.tools.cells import Cell, is_blank

HEAD_ROWS = 60

NumberedRow = tuple[int, Sequence[Cell]]
"""Row number as a person counts (1 is the first), and its cells."""


@dataclass(frozen=True)
class Sheet:
    """One table of a file. `load` gives its rows anew each time; blank rows are left out here."""

    name: str
    load: Callable[[], Iterator[NumberedRow]]

    def rows(self) -> Iterator[NumberedRow]:
        """Every row that is not blank."""
        return (row for row in self.load() if not all(map(is_blank, row[1])))

    @cached_property
    def head(self) -> list[NumberedRow]:
        """The first rows, where titles and headers are."""
        return list(islice(self.rows(), HEAD_ROWS))
