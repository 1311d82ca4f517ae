"""Employees from a table: matched, every fault shown, repaired in place, all or nothing."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

import make
from kaoqin.core import imports
from kaoqin.core.jobs import JobRun
from kaoqin.core.models import TableImport
from kaoqin.org import actions, people_import
from kaoqin.org.models import Employee

HEADER = ["工号", "姓名", "所属部门", "工作地点", "入职时间", "手机号"]
GOOD = ["0007", "新人", "C-S", "上海", "2026/11/1", "13800000000"]


def sheet(*rows, title=True):
    book = openpyxl.Workbook()
    for row in ([["员工花名册"]] if title else []) + [HEADER, *rows]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def bring(enter):
    """Upload a table as He; gives the browser and the kept import."""

    def brought(data, name="people.xlsx"):
        he = enter("he")
        answer = he.post("/imports/people/", {"file": SimpleUploadedFile(name, data)})
        assert answer.status_code == 302, answer.content.decode()[-600:]
        return he, TableImport.objects.latest("pk")

    return brought


def take(he, kept):
    he.post(f"/imports/file/{kept.pk}/take/")
    return make.work_off(JobRun.objects.latest("pk"))


def test_columns_are_matched_below_a_title_and_zeros_survive(bring):
    he, kept = bring(sheet(GOOD))
    assert kept.header == 1
    assert kept.mapping == {"number": 0, "name": 1, "department": 2, "site": 3, "hired_on": 4, "phone": 5}
    run = take(he, kept)
    assert (run.state, run.result["said"]) == ("done", "新入职 1 人,更新 0 人。")
    made = Employee.objects.get(number="0007")
    assert (made.name, made.hired_on, made.phone) == ("新人", make.day("11-01"), "13800000000")


def test_a_csv_in_gbk_comes_in_too(bring):
    text = "工号,姓名,部门,地点,入职日期\n0008,钱多多,公司/销售部,上海,20261101\n"
    he, kept = bring(text.encode("gb18030"), "p.csv")
    assert take(he, kept).state == "done"
    assert Employee.objects.get(number="0008").name == "钱多多"


def test_every_row_says_what_is_wrong_with_it(bring):
    rows = [
        ["", "无号", "C-S", "上海", "2026-11-01"],
        ["1", "部门", "没有的", "上海", "2026-11-01"],
        ["2", "地点", "C-S", "火星", "2026-11-01"],
        ["3", "日期", "C-S", "上海", "2026-02-30"],
        ["4", "重复", "C-S", "上海", "2026-11-01"],
        ["4", "重复", "C-S", "上海", "2026-11-01"],
        GOOD,
    ]
    he, kept = bring(sheet(*rows))
    text = he.get(f"/imports/file/{kept.pk}/").content.decode()
    for said in ("工号不能为空", "没有这个部门", "没有这个地点", "应为日期", "工号与第 5 条重复"):
        assert said in text
    assert "可导入 <strong>2</strong> 行" in text


def test_nothing_comes_in_while_a_row_is_wrong_and_all_after_its_repair(bring):
    he, kept = bring(sheet(GOOD, ["0009", "坏行", "没有的", "上海", "2026-11-01"], ["", "多余", "", "", ""]))
    run = take(he, kept)
    assert (run.state, Employee.objects.filter(number__in=["0007", "0009"]).count()) == ("failed", 0)
    assert run.told.startswith("有 5 处问题,未导入任何一行。"), run.told
    repair = f"/imports/file/{kept.pk}/repair/"
    assert he.post(repair, {"row": "4", "department": "销售部"}).status_code == 200
    assert "disabled" not in he.post(repair, {"row": "5", "drop": "1"}).content.decode()
    run = take(he, kept)
    assert (run.state, Employee.objects.filter(number__in=["0007", "0009"]).count()) == ("done", 2)
    assert he.post(f"/imports/file/{kept.pk}/take/").status_code == 409


def test_a_row_that_is_none_is_not_repaired(bring):
    he, kept = bring(sheet(GOOD))
    assert [he.post(f"/imports/file/{kept.pk}/repair/", {"row": row}).status_code for row in ("", "x", "99")] == [
        404
    ] * 3


def test_known_people_are_brought_up_to_date_and_moved_from_today(bring, cast):
    row = ["00013", "陈大白", "C-P", "上海", "2026-01-01", "13900000000"]
    he, kept = bring(sheet(row))
    assert take(he, kept).result["said"] == "新入职 0 人,更新 1 人。"
    cast.chen.refresh_from_db()
    assert cast.chen.phone == "13900000000"
    places = list(cast.chen.postings.order_by("begins_on").values_list("department", "begins_on", "ends_on"))
    assert places == [(cast.sales.pk, make.SINCE, make.day("11-19")), (cast.plant.pk, make.TODAY, None)]


def test_two_departments_of_one_name_ask_for_the_code(bring, cast):
    make.department("销售部", cast.plant, code="C-P-S")
    he, kept = bring(
        sheet(["1", "甲", "销售部", "上海", "2026-11-01"], ["2", "乙", "公司/工厂/销售部", "上海", "2026-11-01"])
    )
    text = he.get(f"/imports/file/{kept.pk}/").content.decode()
    assert "有多个同名部门" in text
    assert "可导入 <strong>1</strong> 行" in text


def test_another_header_row_and_another_matching(bring):
    he, kept = bring(sheet(GOOD, title=False))
    he.post(f"/imports/file/{kept.pk}/match/", {"header": "x", "column_number": "1", "column_name": "²"})
    kept.refresh_from_db()
    assert kept.mapping == {"number": 1}
    assert "请指出这些必填列" in he.get(f"/imports/file/{kept.pk}/").content.decode()


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02", b"PK\x03\x04 no zip"])
def test_what_is_no_table_is_refused_in_words(enter, data):
    answer = enter("he").post("/imports/people/", {"file": SimpleUploadedFile("x.xlsx", data)})
    assert answer.status_code == 422


def test_the_template_can_be_brought_back(enter, bring):
    data = enter("he").get("/imports/people/template/").content
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert [c.value for c in book.active[1]][:3] == ["工号", "姓名", "部门"]
    _, kept = bring(data)
    assert kept.rows[1][0] == "00123"


def test_what_cannot_be_for_somebody_known_is_a_fault_of_the_row(bring, cast):
    where = actions.Place(cast.field, cast.site)
    actions.move(cast.wang, make.day("12-01"), where, by=make.ROOT, at=make.NOW)
    make.leave(cast.lin, make.day("11-19"))
    rows = [
        ["00011", "王主管", "C-P", "上海", "2026-01-01", ""],
        ["00012", "林小满", "C-P", "上海", "2026-01-01", ""],
        ["00013", "陈大白", "C-P", "上海", "2026-01-01", ""],
    ]
    he, kept = bring(sheet(*rows))
    text = he.get(f"/imports/file/{kept.pk}/").content.decode()
    assert "2026-12-01 已登记了以后的调动" in text
    assert "已于 2026-11-19 离职" in text
    assert "可导入 <strong>1</strong> 行" in text


def test_a_last_day_before_the_known_first_day_is_a_fault(bring, cast):
    data = "工号,姓名,部门,地点,入职日期,离职日期\n00013,陈大白,C-S,上海,2025-01-01,{}\n"
    he, kept = bring(data.format("2025-12-31").encode(), "p.csv")
    assert "早于已登记的入职日期 2026-01-01" in he.get(f"/imports/file/{kept.pk}/").content.decode()
    he, kept = bring(data.format("2026-01-01").encode(), "q.csv")
    assert take(he, kept).state == "done"


def test_all_portions_come_in_or_none(bring, cast, monkeypatch):
    monkeypatch.setattr(imports, "AT_ONCE", 2)
    last_days = ["", "2026-11-19", "", "2026-11-18", "2026-11-19"]
    rows = [f"{n},员工{n},C-P,上海,2026-11-01,{left}" for n, left in enumerate(last_days, 90)]
    he, kept = bring("\n".join(["工号,姓名,部门,地点,入职日期,离职日期", *rows]).encode(), "p.csv")
    leave_all = people_import.actions.leave_all
    monkeypatch.setattr(people_import.actions, "leave_all", lambda *args, **told: 1 / 0)
    assert (take(he, kept).state, Employee.objects.filter(number__startswith="9").count()) == ("failed", 0)
    monkeypatch.setattr(people_import.actions, "leave_all", leave_all)
    run = take(he, kept)
    assert (run.result["said"], run.done, run.total) == ("新入职 5 人,更新 0 人。", 5, 5)
    found = Employee.objects.filter(number__startswith="9").order_by("number").values_list("left_on", flat=True)
    assert [day.isoformat() if day else "" for day in found] == last_days
