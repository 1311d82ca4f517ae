"""Rows of a table that have faults: downloaded with their reasons, mended in a spreadsheet, brought again; or left out."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

import make
from kaoqin.core.imports import RowFault, Sheet
from kaoqin.core.jobs import JobRun
from kaoqin.core.models import TableImport
from kaoqin.field.customers_import import KIND
from kaoqin.field.models import Customer
from kaoqin.web import import_files

HEADER = ["客户编号", "内部备注", "客户名称", "纬度", "经度", "坐标系"]
GOOD = ["0001", "老客户", "城南便利店", "31.2", "121.4", "高德"]
FAR = ["0002", "", "江湾超市", "131.2", "121.4", "高德"]
BARE = ["0003", "=1+1", "", "", "", ""]


def table(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def text_table(*rows):
    return "\n".join(",".join(row) for row in rows).encode()


@pytest.fixture
def he(enter):
    return enter("he")


def bring(he, data, name="客户.csv"):
    answer = he.post("/imports/customers/", {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 302, answer.content.decode()[-600:]
    return TableImport.objects.latest("pk")


def rows_of(answer):
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    return sheet, [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]


def take(he, kept):
    he.post(f"/imports/file/{kept.pk}/take/")
    return make.work_off(JobRun.objects.latest("pk"))


def test_the_bad_rows_come_with_all_their_columns_and_why(he):
    kept = bring(he, text_table(["客户清单"], HEADER, GOOD, FAR, BARE))
    answer = he.get(f"/imports/file/{kept.pk}/bad/")
    assert "%E5%AE%A2%E6%88%B7%20%E6%9C%89%E9%97%AE%E9%A2%98%E7%9A%84%E8%A1%8C.xlsx" in answer["Content-Disposition"]
    sheet, (header, far, bare) = rows_of(answer)
    assert header == [*HEADER, "原因(导入时忽略)"]
    assert far == [*FAR, "经纬度应在 ±90、±180 度之内;先纬度,后经度。"]
    assert bare == [*BARE, "客户名称不能为空"], "no formula, no lost zero, no label said twice"
    marked = {
        cell.coordinate for row in sheet.iter_rows(min_row=2) for cell in row if cell.fill.fgColor.rgb == "FFFDE2E2"
    }
    assert marked == {"D2", "C3"}


def test_what_was_repaired_on_the_page_is_in_the_file_and_what_was_left_out_is_not(he):
    kept = bring(he, text_table(HEADER, FAR, BARE, GOOD))
    he.post(f"/imports/file/{kept.pk}/repair/", {"row": "2", "name": "江湾大超市", "latitude": "99"})
    he.post(f"/imports/file/{kept.pk}/repair/", {"row": "3", "drop": "1"})
    _, rows = rows_of(he.get(f"/imports/file/{kept.pk}/bad/"))
    assert [row[:4] for row in rows[1:]] == [["0002", "", "江湾大超市", "99"]]


def test_the_mended_file_comes_in_and_its_reasons_are_ignored(he):
    kept = bring(he, text_table(HEADER, GOOD, FAR, BARE))
    _, (header, far, bare) = rows_of(he.get(f"/imports/file/{kept.pk}/bad/"))
    again = bring(he, table(header, far, [*bare[:2], "虹东烟酒行", *bare[3:]]), "again.xlsx")
    assert header.index("原因(导入时忽略)") not in again.mapping.values()
    _, once_more = rows_of(he.get(f"/imports/file/{again.pk}/bad/"))
    assert [len(row) for row in once_more] == [7, 7], "the reasons stand there once"
    last = bring(he, table(header, [*far[:3], "31.3", *far[4:]], [*bare[:2], "虹东烟酒行", *bare[3:]]), "last.xlsx")
    assert take(he, last).result["said"] == "新增 2 个客户,更新 0 个。"
    assert set(Customer.objects.values_list("code", "name")) == {("0002", "江湾超市"), ("0003", "虹东烟酒行")}


def test_the_good_rows_go_in_when_the_bad_are_left_out(he):
    kept = bring(he, text_table(HEADER, GOOD, FAR, BARE))
    page = he.get(f"/imports/file/{kept.pk}/").content.decode()
    assert "下载有问题的行" in page
    assert take(he, kept).state == "failed"
    assert he.post(f"/imports/file/{kept.pk}/bad/drop/").status_code == 302
    assert take(he, kept).result["said"] == "新增 1 个客户,更新 0 个。"
    assert list(Customer.objects.values_list("code", flat=True)) == ["0001"]


def test_without_bad_rows_there_is_no_file_and_no_button(he):
    kept = bring(he, text_table(HEADER, GOOD))
    assert "下载有问题的行" not in he.get(f"/imports/file/{kept.pk}/").content.decode()
    assert he.get(f"/imports/file/{kept.pk}/bad/").status_code == 404


def test_nobody_else_gets_the_rows(he, enter):
    kept = bring(he, text_table(HEADER, FAR))
    assert [enter(name).get(f"/imports/file/{kept.pk}/bad/").status_code for name in ("wang", "chen", "sun")] == [
        404
    ] * 3


def test_a_fault_of_a_column_the_file_lacks_is_said_too():
    sheet = Sheet([["客户编号", "客户名称"], ["1", "甲"]], 0, {"code": 0, "name": 1})
    _, rows = rows_of(
        import_files.bad_rows(KIND, "x", sheet, [RowFault(0, "datum", "应为高德"), RowFault(0, "", "不行")])
    )
    assert rows[1] == ["1", "甲", "坐标系:应为高德;不行"]


def test_the_pages_of_an_import_stand_under_the_list_they_fill(he):
    kept = bring(he, text_table(HEADER, GOOD))
    for address in ("/imports/customers/", f"/imports/file/{kept.pk}/"):
        page = he.get(address).content.decode()
        assert 'href="/field/customers/" aria-current="page"' in page
    assert '<a href="/field/customers/">返回</a>' in he.get("/imports/customers/").content.decode()


def test_the_last_tab_of_a_phone_leads_to_all_of_ones_own(enter):
    page = enter("chen").get("/me/").content.decode()
    own = page[page.index('<nav class="list-group') : page.index("</nav>", page.index('<nav class="list-group'))]
    assert [f'href="{one}"' in own for one in ("/my/phone/", "/my/pin/", "/my/consents/", "/my/data/")] == [True] * 4
