"""A copy is made: all parts that rooms declare, as one JSON file and one workbook with a sheet each, together in a ZIP."""

import datetime as dt
import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext

from kaoqin.core.exports import write_cell
from kaoqin.core.jobs import Progress, work
from kaoqin.core.kept import kept_path, place
from kaoqin.core.personal import Part, Person, parts
from kaoqin.core.time import load_wall_clock
from kaoqin.privacy.models import DataCopy
from kaoqin.privacy.words import FETCHABLE_FOR

KIND = "privacy.copy"
MOST_ROWS, MOST_CHARACTERS = 1_000_000, 32_000
"""What a sheet and a cell of it hold; the JSON file has all."""
SHEET_SIGNS = str.maketrans("[]:*?/\\", "()     ")


@work(KIND, resumes=True)
def make(progress: Progress, copy_id: int) -> dict[str, Any]:
    """Make the copy and let it be fetched for a day. Done once more, it is the same copy."""
    copy = DataCopy.objects.select_related("employee").get(pk=copy_id)
    path = _place(copy)
    rows = write(path, Person(copy.employee_id, copy.employee.account_id), copy.employee.number, progress)
    now = timezone.now()
    copy.size_bytes, copy.made_at, copy.expires_at = path.stat().st_size, now, now + FETCHABLE_FOR
    copy.save(update_fields=["size_bytes", "made_at", "expires_at"])
    own = copy.asked_by_id == copy.employee.account_id
    said = gettext("共 {count} 条,24 小时内可以下载。").format(count=rows)
    return {"said": said, "address": "/my/data/" if own else "/privacy/copies/"}


def _place(copy: DataCopy) -> Path:
    """Where the file lies, kept before it is written: what a process that died left goes when it would have expired."""
    if not copy.path:
        copy.path, copy.expires_at = place("copy.zip").name, timezone.now() + FETCHABLE_FOR
        copy.save(update_fields=["path", "expires_at"])
    return kept_path(copy.path)


def write(path: Path, person: Person, number: str, progress: Progress) -> int:
    """Write the ZIP of a person; returns how many rows it has."""
    told = parts()
    progress.expect(len(told))
    with tempfile.TemporaryDirectory() as folder:
        data, sheets = Path(folder) / "data.json", Path(folder) / "data.xlsx"
        book = xlsxwriter.Workbook(str(sheets), {"constant_memory": True, "strings_to_formulas": False})
        rows = 0
        with data.open("w", encoding="utf-8") as out:
            out.write(f'{{"employee": {json.dumps(number)}, "parts": {{')
            for done, part in enumerate(told, 1):
                out.write("," if done > 1 else "")
                rows += _write_part(out, book, part, person, done)
                progress.advance(done)
            out.write("}}")
        book.close()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.write(data, f"{number}.json")
            packed.write(sheets, f"{number}.xlsx")
    return rows


def _write_part(out: IO[str], book: Any, part: Part, person: Person, place_in_book: int) -> int:
    """One part into both files, each row once read; returns how many."""
    names = dict(zip(part.keys, part.labels, strict=True))
    head = json.dumps({"title": str(part.title), "columns": names}, ensure_ascii=False)
    out.write(f'\n{json.dumps(part.code)}: {head[:-1]}, "rows": [')
    sheet = _Sheet(book, f"{place_in_book} {part.title}", part)
    count = 0
    for count, row in enumerate(_local(part, part.rows(person)), 1):
        out.write(",\n" if count > 1 else "\n")
        out.write(json.dumps(dict(zip(part.keys, row, strict=True)), ensure_ascii=False, default=plain))
        sheet.write(row)
    out.write("]}")
    return count


def _local(part: Part, rows: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
    """The rows with wall clocks as such."""
    walls = part.walls
    for row in rows:
        yield [load_wall_clock(one) if wall and one else one for one, wall in zip(row, walls, strict=True)]


def plain(value: Any) -> Any:
    """What JSON has no word for: moments and days as ISO, all else as it is written."""
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else str(value)


class _Sheet:
    """A sheet that is written row by row: codes by what people call them, lists as JSON."""

    def __init__(self, book: Any, title: str, part: Part) -> None:
        self.page, self.line, self.choices = book.add_worksheet(title.translate(SHEET_SIGNS)[:31]), 0, part.choices()
        bold = book.add_format({"bold": True, "bg_color": "#f1f5f9", "bottom": 1})
        self.page.freeze_panes(1, 0)
        self.page.set_column(0, len(part.columns), 18)
        for column, label in enumerate(part.labels):
            self.page.write_string(0, column, label, bold)

    def write(self, row: Sequence[Any]) -> None:
        self.line += 1
        if self.line > MOST_ROWS:
            return
        for column, (value, known) in enumerate(zip(row, self.choices, strict=True)):
            write_cell(self.page, self.line, column, _cell(known.get(value, value) if known else value))


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False, default=plain) if value else ""
    if isinstance(value, str) and len(value) > MOST_CHARACTERS:
        return value[:MOST_CHARACTERS] + gettext("……(全文见 JSON)")
    return value
