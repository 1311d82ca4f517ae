"""Lists: searched, filtered, sorted, paged, exported. Tables people bring: any encoding, cells as people see them."""

import csv
import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import make
from kaoqin.core import tables, zip_guard
from kaoqin.core.exports import csv_lines, harmless
from kaoqin.core.imports import read_date
from kaoqin.core.tabular import read_table
from kaoqin.core.time import as_instant, as_wall_clock, load_wall_clock, read_month, store_wall_clock
from kaoqin.core.words import Refusal, read_number, say_clock, say_minutes


@pytest.fixture
def he(enter):
    """He before a list of 25 more people."""
    browser = enter("he")
    for n in range(25):
        make.employee(f"人{n:02d}", no=f"P{n:03d}", title="操作工")
    return browser


def numbers(answer):
    page = answer.context["list"].page
    return [row.number for row in page.object_list]


def test_a_list_is_searched_in_all_its_words(he):
    assert numbers(he.get("/people/?q=P02")) == ["P020", "P021", "P022", "P023", "P024"]
    assert numbers(he.get("/people/?q=王主")) == ["00011"]
    assert "没有符合条件的内容" in he.get("/people/?q=没有这人").content.decode()


def test_a_list_is_sorted_both_ways_and_by_nothing_else(he):
    assert numbers(he.get("/people/?sort=number"))[:2] == ["00001", "00011"]
    assert numbers(he.get("/people/?sort=-number"))[:2] == ["P024", "P023"]
    assert numbers(he.get("/people/?sort=account__password")) == numbers(he.get("/people/"))


def test_a_list_is_paged_without_losing_or_doubling_a_row(he):
    pages = [numbers(he.get(f"/people/?sort=title&page={n}")) for n in (1, 2)]
    assert [len(page) for page in pages] == [20, 10]
    assert len(set(pages[0] + pages[1])) == 30
    assert len(numbers(he.get("/people/?size=50"))) == 30
    assert len(numbers(he.get("/people/?size=7"))) == 20
    assert numbers(he.get("/people/?page=99")) == pages_end(he)


def pages_end(he):
    return numbers(he.get("/people/?page=2"))


def test_a_list_is_filtered_and_ignores_what_is_no_choice(he, cast):
    make.leave(cast.zhao, make.day("11-10"))
    assert numbers(he.get("/people/?left=0")) == ["12"]
    assert len(numbers(he.get("/people/?left=1&size=50"))) == 29
    assert len(numbers(he.get("/people/?left=x&size=50"))) == 30
    assert numbers(he.get(f"/people/?department={cast.sales.pk}")) == ["00011", "00012", "00013"]


def test_columns_are_chosen_and_the_fragment_is_the_list_alone(he):
    text = he.get("/people/?column=name", headers={"HX-Target": "list"}).content.decode()
    assert "<html" not in text
    assert '<td data-label="姓名">' in text
    assert '<td data-label="工号">' not in text


def test_an_export_is_what_is_seen_all_pages_of_it(he, cast):
    cast.chen.name = "=1+1"
    cast.chen.save()
    answer = he.get("/people/?export=csv&q=0&column=number&column=name&page=2")
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff工号,姓名")
    lines = list(csv.reader(io.StringIO(text[1:])))
    assert ["00013", "'=1+1"] in lines
    assert len(lines) == 1 + 29
    assert "attachment" in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(he.get("/people/?export=xlsx").content))
    assert (book.active.max_row, book.active["A2"].value, book.active["A2"].data_type) == (31, "00001", "s")


def test_a_list_counts_no_further_than_anybody_pages(he, monkeypatch):
    monkeypatch.setattr(tables, "COUNT_LIMIT", 30)
    assert "共 30 条" in he.get("/people/").content.decode()
    make.employee("再一人")
    page = he.get("/people/?page=2")
    assert "超过 30 条,请缩小范围" in page.content.decode()
    assert page.context["list"].pages == [1, 2]


def test_a_workbook_is_refused_rather_than_cut_off_and_csv_is_whole(he, monkeypatch):
    monkeypatch.setattr(tables, "EXPORT_LIMIT", 30)
    assert he.get("/people/?export=xlsx").status_code == 200
    make.employee("再一人")
    refused = he.get("/people/?export=xlsx")
    assert (refused.status_code, "请缩小范围,或导出 CSV" in refused.content.decode()) == (409, True)
    whole = b"".join(he.get("/people/?export=csv").streaming_content).decode("utf-8-sig")
    assert len(whole.strip().splitlines()) == 32


@pytest.mark.parametrize("text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_what_a_spreadsheet_would_reckon_gets_an_apostrophe(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("value", ["-5", "+5", "-0.5", 5, -5, None, "A=1", "", 0.25])
def test_numbers_and_plain_text_stay(value):
    assert harmless(value) == value


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=1, max_size=3), max_size=4
    )
)
def test_no_cell_of_a_csv_begins_like_a_formula(rows):
    text = "".join(csv_lines(["头"], rows))[1:]
    for line in list(csv.reader(io.StringIO(text, newline="")))[1:]:
        assert not any(cell[:1] in {"=", "@", "\t", "\r"} for cell in line)


def refusal(data):
    with pytest.raises(Refusal) as refused:
        read_table(data)
    return refused.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("between", [",", "\t", ";"])
def test_a_text_table_is_read_in_any_office_encoding(encoding, between):
    text = f"工号{between}姓名\r\n007{between}林\u3000小满\r\n\r\n"
    assert read_table(text.encode(encoding)) == [["工号", "姓名"], ["007", "林 小满"]]


def test_rows_have_one_width_and_empty_ones_at_the_end_go():
    assert read_table(b"a,b\n1\n1,2,3\n,,\n") == [["a", "b", ""], ["1", "", ""], ["1", "2", "3"]]
    assert read_table(b"a,b\r1,2\r") == [["a", "b"], ["1", "2"]]


def book(*rows):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_cells_of_excel_come_as_people_see_them():
    cells = [7, 7.5, "007", True, None, dt.date(2026, 11, 1), dt.datetime(2026, 11, 1, 9, 5), dt.time(9, 5)]  # noqa: DTZ001
    assert read_table(book(cells)) == [["7", "7.5", "007", "1", "", "2026-11-01", "2026-11-01 09:05:00", "09:05"]]


def test_what_is_no_table_is_refused_with_a_way_out():
    assert refusal(b"") == "core.table_empty"
    assert refusal(b" \n , \n") == "core.table_empty"
    assert refusal(b"\x00\x01") == "core.not_text"
    assert refusal(b"\xff\x00\xff") == "core.not_text"
    assert refusal(b"PK\x03\x04nothing") == "core.no_xlsx"
    assert refusal(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000)) == "core.broken_book"
    assert refusal(b"a," * 401) == "core.table_too_large"
    assert refusal(b'a,"' + b"x" * 200_000) == "core.csv_unreadable"


SHEET = "xl/worksheets/sheet1.xml"


def with_sheet(content):
    """A workbook whose first sheet is this."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(["工号"]))) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == SHEET else old.read(name))
    return target.getvalue()


def test_a_workbook_small_on_disk_and_huge_in_memory_is_refused(monkeypatch):
    monkeypatch.setattr(zip_guard, "MAX_UNPACKED_BYTES", 1_000_000)
    assert refusal(with_sheet(b" " * 1_000_001)) == "core.zip_bomb"
    assert read_table(book(["工号"])) == [["工号"]]


def test_a_cell_far_out_that_would_fill_memory_is_refused():
    name = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = '<worksheet xmlns="{}"><sheetData><row r="1"><c r="{}"><v>1</v></c></row></sheetData></worksheet>'
    assert refusal(with_sheet(sheet.format(name, "XFD1048576").encode())) == "core.too_many_cells"
    assert read_table(with_sheet(sheet.format(name, "B2").encode())) == [["1"]]


@pytest.mark.parametrize(
    "text", ["2026-11-01", "2026/11/1", "2026.11.01", "2026年11月1日", "20261101", " 2026-11-01 00:00:00"]
)
def test_a_date_is_read_as_offices_write_it(text):
    assert read_date(text) == dt.date(2026, 11, 1)


@pytest.mark.parametrize("text", ["", "2026-02-30", "11/1/2026", "2026-11-01 09:00", "2026111", "x"])
def test_what_is_no_date_is_none(text):
    assert read_date(text) is None


@given(st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2099, 1, 1)))  # noqa: DTZ001
def test_a_wall_clock_is_stored_and_loaded_as_it_was(at):
    assert load_wall_clock(store_wall_clock(at)) == at
    assert as_wall_clock(as_instant(at, "Asia/Shanghai"), "Asia/Shanghai") == at


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0 分"), (59, "59 分"), (60, "1 小时"), (450, "7 小时 30 分"), (-61, "-1 小时 1 分")]
)
def test_minutes_are_said_as_people_say_them(minutes, said):
    assert say_minutes(minutes) == said


@pytest.mark.parametrize(
    ("minute", "said"),
    [(0, "00:00"), (1439, "23:59"), (1440, "次日 00:00"), (-60, "前日 23:00"), (2880, "+2 日 00:00")],
)
def test_a_minute_of_the_day_is_said_as_a_clock(minute, said):
    assert say_clock(minute) == said


def test_numbers_and_months_of_addresses_are_read_or_left():
    assert [read_number(text, 1) for text in ("7", "007", "", "x", "-1", "²", "9" * 10)] == [7, 7, 1, 1, 1, 1, 1]
    other = dt.date(2026, 11, 1)
    months = [read_month(text, other) for text in ("2026-10", "2000-01", "2100-12", "1999-12", "2101-01", "", "x")]
    assert [f"{m:%Y-%m}" for m in months] == ["2026-10", "2000-01", "2100-12", *["2026-11"] * 4]
