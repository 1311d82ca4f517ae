"""The files a table import hands out: an empty table to fill in, and the rows with faults, to be mended and brought again."""

import io
from collections import defaultdict
from collections.abc import Sequence

import xlsxwriter
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext

from kaoqin.core.exports import XLSX
from kaoqin.core.imports import REASON, ImportKind, RowFault, Sheet
from kaoqin.core.sentences import in_every_language


def template(kind: ImportKind) -> HttpResponse:
    """An empty table with the columns, an example and hints, all as text so that leading zeros stay."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page, text = book.add_worksheet(str(kind.title)[:31]), book.add_format({"num_format": "@"})
    bold = book.add_format({"bold": True, "num_format": "@"})
    for place, column in enumerate(kind.columns):
        page.set_column(place, place, 18, text)
        page.write_string(0, place, str(column.label), bold)
        page.write_string(1, place, column.example, text)
        if column.hint or column.required:
            page.write_comment(0, place, f"{gettext('必填。') if column.required else ''}{column.hint}")
    book.close()
    return _answer(out, gettext("{title}模板.xlsx").format(title=kind.title))


def bad_rows(kind: ImportKind, name: str, sheet: Sheet, faults: Sequence[RowFault]) -> HttpResponse:
    """The rows with faults as they were brought, with the repairs made so far, every column in its place, and behind them why.
    The cells that are wrong are marked; all is text, so that leading zeros stay. The reasons are ignored when it is brought
    again."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    page, text = book.add_worksheet(gettext("有问题的行")), book.add_format({"num_format": "@"})
    wrong = book.add_format({"num_format": "@", "bg_color": "#fde2e2"})
    why = book.add_format({"num_format": "@", "font_color": "#a32020"})
    header = sheet.rows[sheet.header]
    places = [place for place, cell in enumerate(header) if cell not in in_every_language(REASON)]
    page.set_column(0, len(places) - 1, 18, text)
    page.set_column(len(places), len(places), 60, why)
    page.freeze_panes(1, 0)
    bold = book.add_format({"bold": True, "num_format": "@", "bg_color": "#f1f5f9", "bottom": 1})
    for column, cell in enumerate([*(header[place] for place in places), str(REASON)]):
        page.write_string(0, column, cell, bold)
    for line, (cells, marked, reason) in enumerate(_told(kind, sheet, faults), start=1):
        for column, place in enumerate(places):
            page.write_string(line, column, cells[place], wrong if place in marked else text)
        page.write_string(line, len(places), reason, why)
    book.close()
    return _answer(out, gettext("{name} 有问题的行.xlsx").format(name=name.rpartition(".")[0] or name))


def _told(kind: ImportKind, sheet: Sheet, faults: Sequence[RowFault]) -> list[tuple[list[str], set[int], str]]:
    """Of each row with faults: its cells with the repairs, the places of those that are wrong, why."""
    labels = {column.key: str(column.label) for column in kind.columns}
    numbers = [number for number, _ in sheet.records()]
    by_row: dict[int, list[RowFault]] = defaultdict(list)
    for fault in faults:
        by_row[numbers[fault.row]].append(fault)
    return [
        (
            sheet.mended(number),
            {sheet.mapping[one.column] for one in told if one.column in sheet.mapping},
            gettext(";").join(_say(labels.get(one.column, ""), one.sentence) for one in told),
        )
        for number, told in sorted(by_row.items())
    ]


def _say(label: str, sentence: str) -> str:
    """Which column, unless the sentence names it."""
    return (
        sentence
        if not label or label in sentence
        else gettext("{label}:{sentence}").format(label=label, sentence=sentence)
    )


def _answer(out: io.BytesIO, name: str) -> HttpResponse:
    disposition = content_disposition_header(True, name) or ""
    return HttpResponse(out.getvalue(), content_type=XLSX, headers={"Content-Disposition": disposition})
