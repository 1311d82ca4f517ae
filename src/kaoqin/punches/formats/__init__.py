"""Reading punch files: the door. Pure Python; knows nothing of the ledger, takes nothing by itself.

`recognise` says what a file may be, `read` reads it whole, `read_line` reads one repaired line, `peek` shows a file
whose columns a person must point out. Whatever the bytes are, only `FormatRefusal` is raised.
"""

from kaoqin.punches.formats.mapping import Mapping
from kaoqin.punches.formats.options import Options
from kaoqin.punches.formats.reading import Reading, Recognition
from kaoqin.punches.formats.registry import FORMATS, format_named
from kaoqin.punches.formats.showing import Peek, SheetPeek, peek
from kaoqin.punches.formats.tools.source import open_source
from kaoqin.punches.formats.words import (
    BadLine,
    Caution,
    DateOrder,
    Fault,
    FormatRefusal,
    KeyKind,
    Line,
    Overnight,
    PunchLine,
    Question,
    Skip,
    Skipped,
    SourceType,
)

__all__ = [
    "FORMATS",
    "BadLine",
    "Caution",
    "DateOrder",
    "Fault",
    "FormatRefusal",
    "KeyKind",
    "Line",
    "Mapping",
    "Options",
    "Overnight",
    "Peek",
    "PunchLine",
    "Question",
    "Reading",
    "Recognition",
    "SheetPeek",
    "Skip",
    "Skipped",
    "SourceType",
    "format_named",
    "peek",
    "read",
    "read_line",
    "recognise",
]


def recognise(name: str, data: bytes, encoding: str = "") -> list[Recognition]:
    """What the file may be, best first; empty when nothing fits (then a mapping is needed, see `peek`)."""
    source = open_source(name, data, encoding)
    found = [told for one in FORMATS for told in one.recognise(source)]
    return sorted(found, key=lambda told: -told.confidence)


def read(data: bytes, name: str, format_code: str, options: Options | None = None) -> Reading:
    """The whole file in one format. Unanswered questions leave their lines in `bad_lines`."""
    options = options or Options()
    source = open_source(name, data, options.encoding)
    return format_named(format_code).read(source, options)


def read_line(text: str, format_code: str, options: Options) -> list[Line]:
    """One repaired line of a reading with these options; a cell or row may hold several punches."""
    return format_named(format_code).read_line(text, options)
