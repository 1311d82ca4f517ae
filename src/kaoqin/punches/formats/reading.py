"""What a format is, what it recognises, and what it hands back. `Pile` gathers while a file is read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from kaoqin.core.words import Text
from kaoqin.punches.formats.options import Options
from kaoqin.punches.formats.tools.asking import remarks_on
from kaoqin.punches.formats.tools.source import Source
from kaoqin.punches.formats.words import BadLine, Caution, Line, PunchLine, Question, Skip, Skipped

SHOWN_LINE_NOS = 20


@dataclass(frozen=True)
class Recognition:
    """A format the file may be in. `confidence` 0 to 1; `reason` says in Chinese what was seen."""

    format: str
    title: Text
    confidence: float
    reason: str
    encoding: str = ""
    sheet: str = ""


@dataclass(frozen=True)
class Reading:
    """A file, read: every line that is not blank is in `lines` or counted in `skipped`.

    `columns` are the header cells as found, `header_row` the row they stand in (1 is the first, 0: no
    header). `options` are the given ones with what was found out: keep them to read one line again.
    """

    format: str
    lines: list[Line]
    skipped: tuple[Skipped, ...]
    questions: tuple[Question, ...]
    cautions: tuple[Caution, ...]
    options: Options
    encoding: str = ""
    sheet: str = ""
    columns: tuple[str, ...] = ()
    header_row: int = 0

    @property
    def punches(self) -> list[PunchLine]:
        return [line for line in self.lines if isinstance(line, PunchLine)]

    @property
    def bad_lines(self) -> list[BadLine]:
        return [line for line in self.lines if isinstance(line, BadLine)]


class Format(Protocol):
    """One kind of punch file."""

    @property
    def code(self) -> str: ...

    @property
    def title(self) -> Text: ...

    def recognise(self, source: Source) -> Iterable[Recognition]:
        """None, one, or one for each sheet that looks like this format."""

    def read(self, source: Source, options: Options) -> Reading:
        """The whole file. Refuses (`FormatRefusal`) only what cannot be read line by line."""

    def read_line(self, text: str, options: Options) -> list[Line]:
        """One repaired line; `options` are those of the reading it came from."""


@dataclass
class Pile:
    """Gathers what a file becomes, line by line."""

    lines: list[Line] = field(default_factory=list)
    questions: dict[str, Question] = field(default_factory=dict)
    cautions: dict[str, Caution] = field(default_factory=dict)
    _skipped: dict[Skip, list[int]] = field(default_factory=dict)

    def skip(self, reason: Skip, line_no: int) -> None:
        """Count a line that is no punch."""
        self._skipped.setdefault(reason, []).append(line_no)

    def ask(self, *questions: Question) -> None:
        """Put a question, once."""
        self.questions.update({question.code: question for question in questions})

    def caution(self, *cautions: Caution) -> None:
        """Say something to look at, once."""
        self.cautions.update({caution.code: caution for caution in cautions})

    def close(
        self,
        format_code: str,
        options: Options,
        *,
        encoding: str = "",
        sheet: str = "",
        columns: tuple[str, ...] = (),
        header_row: int = 0,
    ) -> Reading:
        """The reading, once the file is through."""
        questions, cautions = remarks_on(self.lines)
        self.ask(*questions)
        self.caution(*cautions)
        skipped = tuple(Skipped(why, len(nos), tuple(nos[:SHOWN_LINE_NOS])) for why, nos in self._skipped.items())
        asked, said = tuple(self.questions.values()), tuple(self.cautions.values())
        return Reading(format_code, self.lines, skipped, asked, said, options, encoding, sheet, columns, header_row)
