"""Any table or text with a mapping: given by the person, or proposed from the words of the header.

A proposal (proposing.py) is shown before anything is taken; the reading's options carry the mapping that was used.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.utils.translation import gettext, gettext_lazy

from kaoqin.punches.formats.mapping import Column, Mapping
from kaoqin.punches.formats.options import Options
from kaoqin.punches.formats.proposing import propose
from kaoqin.punches.formats.reading import Reading, Recognition
from kaoqin.punches.formats.tools.asking import other_sheets
from kaoqin.punches.formats.tools.columns import Columns, TimeGroup, header_texts
from kaoqin.punches.formats.tools.headers import plain
from kaoqin.punches.formats.tools.sheet import Sheet
from kaoqin.punches.formats.tools.source import Source
from kaoqin.punches.formats.tools.table_format import Head, Table, read_row_text, read_table
from kaoqin.punches.formats.words import FormatRefusal, Line


class Mapped:
    code = "mapped"
    title = gettext_lazy("自定义表格(按列映射)")

    def recognise(self, source: Source) -> Iterator[Recognition]:
        for sheet in source.sheets:
            told = propose(sheet)
            if told:
                yield Recognition(self.code, self.title, told.confidence, told.reason, source.encoding, sheet.name)

    def read(self, source: Source, options: Options) -> Reading:
        mapping, sheets = _chosen(source, options)
        head, columns = _placed(sheets[0], mapping)
        table = Table(sheets[0], head, columns, other_sheets([sheet.name for sheet in sheets[1:]]))
        return read_table(self.code, source, table, replace(options, mapping=mapping))

    def read_line(self, text: str, options: Options) -> list[Line]:
        if options.mapping is None:
            raise _needs_mapping()
        columns = _columns(options.mapping, options.header)
        if columns is None:
            raise _missing(options.mapping)
        return read_row_text(text, columns, options)


def _chosen(source: Source, options: Options) -> tuple[Mapping, list[Sheet]]:
    """The mapping and the sheets it fits, the one to be read first."""
    sheets = [source.sheet(options.sheet)] if options.sheet else list(source.sheets)
    mapping = options.mapping
    if mapping is None:
        told = [(found.mapping, sheet) for sheet in sheets for found in (propose(sheet),) if found]
        if not told:
            raise _needs_mapping()
        return told[0][0], [sheet for _, sheet in told]
    if mapping.delimiter and not source.is_book:
        sheets = [source.table(mapping.delimiter)]
    return mapping, [sheet for sheet in sheets if _find_head(sheet, mapping)] or sheets[:1]


def _placed(sheet: Sheet, mapping: Mapping) -> tuple[Head | None, Columns]:
    head = _find_head(sheet, mapping)
    columns = _columns(mapping, head.names if head else ())
    if columns is None:
        raise _missing(mapping)
    return head or _skipped(mapping), columns


def _skipped(mapping: Mapping) -> Head | None:
    """Rows above the data when no header is named."""
    return Head((), mapping.skip_rows + 1, 0) if mapping.skip_rows else None


def _find_head(sheet: Sheet, mapping: Mapping) -> Head | None:
    """The first row that holds every header the mapping names."""
    wanted = {plain(column) for column in mapping.named_columns() if isinstance(column, str)}
    if not wanted:
        return None
    for number, row in sheet.head:
        names = header_texts(row)
        if wanted <= {plain(name) for name in names}:
            return Head(names, number, 1)
    return None


def _columns(mapping: Mapping, names: Sequence[str]) -> Columns | None:
    """The mapping's columns by place; None when a header it names is not there."""
    words = [plain(name) for name in names]
    if any(isinstance(column, str) and plain(column) not in words for column in mapping.named_columns()):
        return None

    def place(column: Column | None) -> int | None:
        if column is None:
            return None
        return column - 1 if isinstance(column, int) else words.index(plain(column))

    def sure(column: Column) -> int:
        return place(column) or 0

    return Columns(
        keys=((sure(mapping.key), mapping.key_kind),),
        groups=(TimeGroup(tuple(map(sure, mapping.times))),),
        date=place(mapping.date),
        name=place(mapping.name),
        device=place(mapping.device),
        status=place(mapping.status),
        verify=place(mapping.verify),
        workcode=place(mapping.workcode),
        place=place(mapping.place),
        remarks=() if mapping.remark is None else (sure(mapping.remark),),
        result=place(mapping.result),
        source=place(mapping.source),
        date_format=mapping.date_format,
        time_format=mapping.time_format,
    )


def _needs_mapping() -> FormatRefusal:
    return FormatRefusal("formats.mapping_needed", gettext("认不出哪一列是工号、哪一列是打卡时间，请指定列。"))


def _missing(mapping: Mapping) -> FormatRefusal:
    named = "、".join(f"“{column}”" for column in mapping.named_columns() if isinstance(column, str))
    return FormatRefusal(
        "formats.no_such_column",
        gettext("文件里找不到映射所说的列({named})，请检查表头或修改映射。").format(named=named),
    )
