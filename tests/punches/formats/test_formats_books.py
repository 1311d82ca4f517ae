"""Excel files that are not what they seem: bombs, look-alikes, broken ones. Refused with a way out."""

import io
import zipfile

import pytest
from punch_file_builders import repacked, xls, xlsx

from kaoqin.core import workbooks, zip_guard
from kaoqin.core.words import Refusal
from kaoqin.punches import formats
from kaoqin.punches.formats.tools import source

ROWS = [["工号", "打卡时间"], ["007", "2026-03-02 08:00"]]
SHEET = "xl/worksheets/sheet1.xml"


def refusal(data: bytes, name: str = "a.xlsx") -> str:
    with pytest.raises(Refusal) as refused:
        formats.read(data, name, "mapped")
    return refused.value.code


def cells(*told: str) -> bytes:
    rows = "".join(f"<row>{cell}</row>" for cell in told)
    name = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{name}"><sheetData>{rows}</sheetData></worksheet>'.encode()


@pytest.mark.parametrize("build", [xlsx, xls])
def test_a_good_book_is_read(build) -> None:  # type: ignore[no-untyped-def]
    reading = formats.read(build({"一月": ROWS}), "a", "mapped")
    assert [punch.person_key for punch in reading.punches] == ["007"]
    assert reading.sheet == "一月"


def test_row_numbers_and_cells_are_those_a_person_sees() -> None:
    rows = [[], [], [None, None, *ROWS[0], "签退时间"], [], [None, None, "007", "2026-03-02 08:00", "坏"]]
    reading = formats.read(xlsx({"x": rows}), "a.xlsx", "mapped")
    assert (reading.header_row, reading.punches[0].line_no, reading.bad_lines[0].cell) == (3, 5, "E5")


def test_one_cell_in_the_farthest_corner_is_refused_before_memory_is_allotted() -> None:
    far = cells('<c r="A1" t="n"><v>1</v></c>', '<c r="XFD1048576" t="n"><v>1</v></c>')
    assert refusal(repacked(xlsx({"x": ROWS}), SHEET, far)) == "core.too_many_cells"


@pytest.mark.parametrize("cell", ['<c  r = "XFD1048576" ><v>1</v></c>', "<c s='1' r='XFD1048576' t='n'><v>1</v></c>"])
def test_however_it_is_written(cell: str) -> None:
    far = cells('<c r="A1"><v>1</v></c>', cell)
    assert refusal(repacked(xlsx({"x": ROWS}), SHEET, far)) == "core.too_many_cells"


def test_a_whole_formatted_row_without_content_is_harmless() -> None:
    rows = '<c r="A1" t="inlineStr"><is><t>工号</t></is></c><c r="B1" t="inlineStr"><is><t>打卡时间</t></is></c>'
    data = repacked(xlsx({"x": ROWS}), SHEET, cells(rows, '<c r="A1048576" s="1"/>', '<c r="XFD2" s="1"/>'))
    assert formats.read(data, "a.xlsx", "mapped").header_row == 1


def test_a_part_that_unpacks_to_gigabytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_guard, "MAX_UNPACKED_BYTES", 1_000_000)
    assert refusal(repacked(xlsx({"x": ROWS}), SHEET, b" " * 5_000_000)) == "core.zip_bomb"


def test_even_when_its_header_lies_about_the_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_guard, "MAX_UNPACKED_BYTES", 1_000_000)
    honest = repacked(xlsx({"x": ROWS}), SHEET, b" " * 5_000_000)
    lying = honest.replace((5_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lying != honest
    assert refusal(lying) == "core.zip_bomb"


def test_more_cells_than_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MAX_CELLS", 100)
    for build in (xlsx, xls):
        assert refusal(build({"x": [["1"] * 11] * 11})) == "core.too_many_cells"


def test_files_too_large_or_of_too_many_lines_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_LINES", 3)
    assert refusal(b"1,2026-03-02 08:00\n" * 5) == "formats.too_many_lines"
    monkeypatch.setattr(source, "MAX_TEXT_BYTES", 10)
    assert refusal(b"1,2026-03-02 08:00\n") == "formats.too_large"
    monkeypatch.setattr(source, "MAX_BOOK_BYTES", 10)
    assert refusal(xlsx({"x": ROWS})) == "formats.too_large"


def test_an_ordinary_zip_is_refused_with_advice() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("1_attlog.dat", "1\t2026-03-02 08:00:00")
    assert refusal(target.getvalue(), "a.zip") == "core.no_xlsx"


@pytest.mark.parametrize("data", [b"PK\x03\x04junk", xlsx({"x": ROWS})[:-30], xlsx({"x": ROWS})[:2000]])
def test_a_broken_xlsx_is_refused(data: bytes) -> None:
    assert refusal(data) in ("core.no_xlsx", "core.broken_book")


@pytest.mark.parametrize("data", [xls({"x": ROWS})[:600], bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000)])
def test_a_broken_xls_is_refused(data: bytes) -> None:
    assert refusal(data) == "core.broken_book"


@pytest.mark.parametrize("data", [b"", b"  \r\n ", b"\t\n"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert refusal(data) == "formats.empty"


def test_a_book_without_any_cell_has_nothing_to_map() -> None:
    assert refusal(xlsx({"x": []})) == "formats.mapping_needed"


def page(body: str) -> bytes:
    return f"<html><body><table>{body}</table></body></html>".encode()


def shown(data: bytes) -> list[tuple[str, ...]]:
    return [row for _, row in formats.peek("a.xls", data).sheets[0].rows]


def test_a_page_whose_cells_span_columns_and_rows_keeps_its_columns() -> None:
    rows = (
        "<tr><td colspan=2>考勤</td><td>三</td></tr><tr><th rowspan=2>007<th>甲<th>乙</tr><tr><td>丙<td>丁&nbsp;</tr>"
    )
    assert shown(page(rows)) == [("考勤", "", "三"), ("007", "甲", "乙"), ("", "丙", "丁")]


def test_a_page_cut_off_or_with_broken_marks_is_read_as_far_as_it_goes() -> None:
    assert shown(b"<table><![if x]><!-- <tr><td>x --><tr><td>007<td>&#x110000;8&amp;") == [("007", "\ufffd8&")]


@pytest.mark.parametrize("evil", ["<a ", "<!--", "<td ", "<", "<![", "<td a"])
def test_a_page_of_nothing_but_open_marks_takes_no_time(evil: str) -> None:
    assert len(shown(f"<table><td>{evil * 100_000}".encode())) <= 1


def test_an_xml_spreadsheet_named_xls_is_read() -> None:
    rows = (
        '<Row><Cell><Data ss:Type="String">工号</Data></Cell><Cell ss:Index="3"><Data>打卡时间</Data></Cell></Row>'
        '<Row ss:Index="4"><Cell><Data>007</Data></Cell><Cell/><Cell><Data>2026-03-02T08:00:00.000</Data></Cell></Row>'
    )
    data = f'<?xml version="1.0"?><Workbook><Worksheet><Table>{rows}</Table></Worksheet></Workbook>'.encode()
    (punch,) = formats.read(data, "a.xls", "mapped").punches
    assert (punch.person_key, punch.line_no, punch.local_time.hour) == ("007", 4, 8)


@pytest.mark.parametrize(
    "span", ['colspan="99999999"', 'ss:Index="99999999"', 'colspan="x"', 'rowspan="-1"', "colspan"]
)
def test_spans_of_any_size_do_no_harm(span: str) -> None:
    data = page(f"<tr><td {span}>工号</td></tr>")
    if "9" in span:
        assert refusal(data) == "core.too_many_cells"
    else:
        assert shown(data) == [("工号",)]
