"""Punch files as real machines and platforms write them, built byte by byte. Names and numbers are invented."""

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Iterable, Sequence

import xlsxwriter

Value = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None
Rows = Sequence[Sequence[Value]]

_FORMATS = (
    (dt.datetime, "yyyy-mm-dd hh:mm:ss"),
    (dt.date, "yyyy-mm-dd"),
    (dt.time, "hh:mm"),
    (dt.timedelta, "[h]:mm"),
)


def xlsx(sheets: dict[str, Rows]) -> bytes:
    """An .xlsx: strings stay text, numbers numbers, dates and clocks become formatted Excel days."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    formats: dict[type, object] = {kind: book.add_format({"num_format": code}) for kind, code in _FORMATS}
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                _write(sheet, at, column, value, formats)
    book.close()
    return target.getvalue()


def _write(sheet: object, row: int, column: int, value: Value, formats: dict[type, object]) -> None:
    kind = next((kind for kind, _ in _FORMATS if isinstance(value, kind)), None)
    if value is None or value == "":
        return
    if kind is not None:
        sheet.write_datetime(row, column, value, formats[kind])  # type: ignore[attr-defined]
    elif isinstance(value, str):
        sheet.write_string(row, column, value)  # type: ignore[attr-defined]
    else:
        sheet.write(row, column, value)  # type: ignore[attr-defined]


def xls(sheets: dict[str, Rows]) -> bytes:
    """An .xls (BIFF8 in a compound file), strings and numbers only, as old attendance software writes them."""
    return _compound(_workbook_stream(sheets))


def _record(code: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", code, len(body)) + body


def _workbook_stream(sheets: dict[str, Rows]) -> bytes:
    bodies = [_sheet_stream(rows) for rows in sheets.values()]
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)) + _record(
        0x0042, struct.pack("<H", 1200)
    )
    names = [_sheet_name(name) for name in sheets]
    offset = len(start) + sum(len(name) + 4 + 6 for name in names) + len(_record(0x000A))
    heads = b""
    for name, body in zip(names, bodies, strict=True):
        heads += _record(0x0085, struct.pack("<IBB", offset, 0, 0) + name)
        offset += len(body)
    return start + heads + _record(0x000A) + b"".join(bodies)


def _sheet_name(name: str) -> bytes:
    return struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")


def _sheet_stream(rows: Rows) -> bytes:
    cells = b""
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, str) and value:
                text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
                cells += _record(0x0204, struct.pack("<HHH", at, column, 0) + text)
            elif isinstance(value, int | float):
                cells += _record(0x0203, struct.pack("<HHHd", at, column, 0, value))
    bof = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    return bof + cells + _record(0x000A)


def _compound(stream: bytes) -> bytes:
    """A compound file (OLE2) with one stream, `Workbook`."""
    size, end, free, table = 512, 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    stream = stream.ljust(max(4096, -(-len(stream) // size) * size), b"\0")
    sectors = len(stream) // size
    tables = 1
    while tables * 128 < sectors + tables + 1:
        tables += 1
    chain = [*range(1, sectors), end, end, *[table] * tables]
    chain += [free] * (tables * 128 - len(chain))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, tables, sectors, 0, 4096, end, 0, end, 0)
    fat_at = [sectors + 1 + number for number in range(tables)]
    header += struct.pack("<109I", *fat_at, *[free] * (109 - tables))
    return header + stream + _directory(len(stream)) + struct.pack(f"<{len(chain)}I", *chain)


def _directory(length: int) -> bytes:
    none = 0xFFFFFFFF

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = (name.encode("utf-16-le") + b"\0\0").ljust(64, b"\0") if name else bytes(64)
        head = text + struct.pack("<HBBIII", 2 * len(name) + 2 if name else 0, kind, 1, none, none, child)
        return head + bytes(36) + struct.pack("<IQ", start, size)

    root = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)
    return root + entry("Workbook", 2, none, 0, length) + 2 * entry("", 0, none, 0, 0)


def html(rows: Rows, encoding: str = "utf-8") -> bytes:
    """A web page named .xls."""
    body = "".join(
        "<tr>" + "".join(f"<td>{'' if cell is None else cell}</td>" for cell in row) + "</tr>" for row in rows
    )
    page = f'<html><head><meta charset="{encoding}"></head><body><table border="1">{body}</table></body></html>'
    return page.encode(encoding)


def text(lines: Iterable[str], encoding: str = "utf-8", end: str = "\r\n", bom: bytes = b"") -> bytes:
    """Lines as a text file."""
    return bom + "".join(line + end for line in lines).encode(encoding)


def repacked(book: bytes, part: str, content: bytes) -> bytes:
    """An .xlsx with one part replaced."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return target.getvalue()


DINGTALK_RAW_HEADER = (
    *(
        "姓名",
        "考勤组",
        "部门",
        "工号",
        "职位",
        "UserId",
        "考勤日期",
        "考勤时间",
        "打卡时间",
        "打卡结果",
        "打卡地址",
        "打卡备注",
    ),
    *("异常打卡原因", "打卡图片1", "打卡图片2", "打卡设备", "管理员修改备注", "数据来源"),
)


def dingtalk_raw(records: Iterable[dict[str, Value]]) -> Rows:
    """The sheet 原始记录: title, 生成时间, header, records by header word."""
    rows: list[Sequence[Value]] = [
        ["原始记录表 统计日期：2021-09-01 至 2021-09-30"],
        ["报表生成时间：2021-10-08 10:00"],
        DINGTALK_RAW_HEADER,
    ]
    return [*rows, *([record.get(word) for word in DINGTALK_RAW_HEADER] for record in records)]


def dingtalk_times(
    people: Iterable[Sequence[Value]], title: str = "打卡时间表 统计日期：2021-09-01 至 2021-09-07"
) -> Rows:
    """The sheet 打卡时间: 1 September 2021 is a Wednesday, so the week runs 1 2 3 六 日 6 7."""
    header = ["姓名", "考勤组", "部门", "工号", "职位", "UserId"]
    days = ["1", "2", "3", "六", "日", "6", "7"]
    return [[title], ["报表生成时间：2021-10-08 10:00"], header, [*[None] * 6, *days], *people]


def wecom_daily(rows: Iterable[Sequence[Value]]) -> Rows:
    """The sheet 概况统计与打卡明细: title, period, two header rows."""
    top = ["时间", "姓名", "账号", "基础信息", None, "考勤概况", None, None, None, "外出打卡", None, "上班1", None]
    top += ["下班1", None, "打卡时间记录"]
    below = [
        None,
        None,
        None,
        "部门",
        "职务",
        "所属规则",
        "最早",
        "最晚",
        "打卡次数(次)",
        "最早",
        "最晚",
        "打卡时间",
        "打卡状态",
    ]
    below += ["打卡时间", "打卡状态", None]
    title = [["概况统计与打卡明细"], ["统计时间:2026-06-01 ～ 2026-06-07     制表时间:2026-06-07 17:23(UTC+8)"]]
    return [*title, top, below, *rows]


def card_sheet(blocks: Iterable[tuple[Sequence[Value], Rows]], per_block: bool = True, days: int = 5) -> Rows:
    """员工刷卡记录表: title, period, then a block a person (info row, day numbers, rows of punches)."""
    numbers = list(range(1, days + 1))
    rows: list[Sequence[Value]] = [
        ["员 工 刷 卡 记 录 表"],
        ["考勤日期：2024/12/01 ~ 12/05", None, None, "制表时间：2025/01/10 14:56:56"],
    ]
    if not per_block:
        rows.append(numbers)
    for info, punches in blocks:
        rows += [info, *([numbers] if per_block else []), *punches]
    return rows
