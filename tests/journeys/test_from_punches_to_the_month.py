"""What a new user does first: bring the terminals' files, see the days settle, ask why, take the month away."""

import io

import openpyxl
import pytest
import xlsxwriter
from playwright.sync_api import expect

import make
from kaoqin.attendance.models import DayResult
from kaoqin.core.models import JobRun
from kaoqin.punches.models import Punch
from kaoqin.scheduling import roster
from kaoqin.scheduling.words import Cell

ATTLOG = (
    "\ufeff"
    "    00013\t2026-11-18 09:12:31\t1\t0\t1\t0\r\n"
    "    00013\t2026-11-18 18:03:00\t1\t1\t1\t0\r\n"
    "       12\t2026-11-17 22:25:10\t1\t0\t15\t0\r\n"
    "       12\t2026-11-18 08:40:00\t1\t1\t15\t0\r\n"
    "\r\n"
    "    00013\t2026-13-45 99:00:00\t1\t0\t1\t0\r\n"
    "       77\t2026-11-18 08:55:00\t1\t0\t1\t0\r\n"
    "考勤机一号 张三 数据损坏\r\n"
    "\x1a"
)


def dingtalk_raw(rows):
    """A 原始记录 workbook as 钉钉 exports it: title, time of making, header, rows."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet("原始记录")
    page.write(0, 0, "原始记录  统计日期:2026-11-01 至 2026-11-30")
    page.write(1, 0, "报表生成时间:2026-11-19 10:00")
    header = [
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
        "异常打卡原因",
        "打卡图片",
        "打卡设备",
        "管理员修改备注",
        "数据来源",
    ]
    for column, label in enumerate(header):
        page.write_string(2, column, label)
    for line, (name, number, day, at) in enumerate(rows, start=3):
        cells = [
            name,
            "外勤组",
            "外勤组",
            number,
            "",
            number,
            day,
            "",
            at,
            "正常",
            "客户现场",
            "",
            "",
            "",
            "",
            "",
            "手机",
        ]
        for column, cell in enumerate(cells):
            page.write_string(line, column, cell)
    book.close()
    return out.getvalue()


def bring(page, server, name, content):
    """Upload a file, look at its preview, take it; the job is done as the worker would."""
    page.goto(f"{server.url}/punches/imports/")
    page.set_input_files("#id_file", {"name": name, "mimeType": "application/octet-stream", "buffer": content})
    page.click("text=上传并预览")
    page.wait_for_selector("text=读取方式")
    preview = page.inner_text("main")
    page.click("button:has-text('条打卡')")
    page.wait_for_url("**/jobs/*/")
    make.work_off(JobRun.objects.latest("pk"))
    page.click("text=查看结果")
    page.wait_for_selector("text=新增")
    return preview


@pytest.fixture
def night_shifts(company):
    """Zhao works the nights of November 16th to 18th."""
    cells = [Cell(company.zhao.pk, make.day(f"11-{n}"), company.night.pk) for n in (16, 17, 18)]
    roster.paint(cells, by=make.ROOT, at=make.NOW, today=make.TODAY)
    make.overtime(company.zhao, "11-18 06:00", "11-18 09:00")


def test_files_come_in_days_settle_and_say_why(visit, company, night_shifts, live_server, tmp_path):
    page = visit("he")

    preview = bring(page, live_server, "A1_attlog.dat", ATTLOG.encode("gb18030"))
    assert "未知 1 个编号" in preview
    assert Punch.objects.filter(person_key="00013").count() == 2
    assert "2026-13-45" in page.inner_text("main") or page.input_value("textarea >> nth=0")

    bring(
        page,
        live_server,
        "钉钉原始记录.xlsx",
        dingtalk_raw(
            [
                ("林小满", "00012", "26-11-18 星期三", "2026-11-18 08:31"),
                ("林小满", "00012", "26-11-18 星期三", "2026-11-18 17:05"),
            ]
        ),
    )
    make.settle()

    page.goto(f"{live_server.url}/attendance/days/?month=2026-11&q=赵夜班")
    page.click("text=11-17")
    page.wait_for_selector("text=为什么")
    said = page.inner_text("main")
    assert "迟到" in said
    assert "25 分" in said  # 22:25 against 22:00
    assert "加班 150%" in said
    assert "2 小时 30 分" in said  # agreed 06:00–09:00, there until 08:40, in steps of 30 minutes

    night = DayResult.objects.get(employee=company.zhao, date=make.day("11-17"))
    assert (night.late_minutes, night.overtime_workday_minutes) == (25, 150)
    field = DayResult.objects.get(employee=company.lin, date=make.day("11-18"))
    assert field.worked_minutes == 514

    page.goto(f"{live_server.url}/attendance/months/?month=2026-11")
    page.click("text=导出钉钉格式")
    page.wait_for_url("**/jobs/*/")
    make.work_off(JobRun.objects.latest("pk"))
    with page.expect_download() as waiting:
        page.click("text=下载")
    waiting.value.save_as(tmp_path / "month.xlsx")
    book = openpyxl.load_workbook(tmp_path / "month.xlsx")
    assert book.sheetnames == ["月度汇总", "每日统计", "打卡时间", "原始记录"]
    month = book["月度汇总"]
    header = [cell.value for cell in month[3]]
    rows = {row[header.index("工号")]: row for row in month.iter_rows(min_row=4, values_only=True)}
    assert rows["12"][header.index("迟到时长(分钟)")] == 25
    assert rows["00013"][header.index("姓名")] == "陈大白"


def test_a_broken_line_is_mended_on_the_page(visit, company, live_server):
    page = visit("he")
    bring(page, live_server, "A1_attlog.dat", ATTLOG.encode("gb18030"))
    box = page.locator("textarea").first
    box.fill("    00013\t2026-11-19 09:00:00\t1\t0\t1\t0")
    page.click("text=重新读取 >> nth=0")
    page.wait_for_selector("text=已修复")
    assert Punch.objects.filter(employee=company.chen, device_time__date="2026-11-19").exists()


def test_an_unknown_number_finds_its_person(visit, company, live_server):
    page = visit("he")
    bring(page, live_server, "A1_attlog.dat", ATTLOG.encode("gb18030"))
    page.goto(f"{live_server.url}/punches/unknown/")
    page.fill("input[name=number] >> nth=0", "00012")
    page.click("button:has-text('对应')")
    page.wait_for_selector("text=已归入 1 条打卡")
    assert Punch.objects.get(person_key="77").employee == company.lin


def test_the_board_paints_refuses_overlap_and_undoes(visit, company, night_shifts, live_server):
    page = visit("he")
    page.goto(f"{live_server.url}/roster/?month=2026-11&q=赵夜班")
    cell = page.locator("td[data-date='2026-11-20']")
    page.click(".brush[data-code='D']")
    with page.expect_response("**/roster/paint/"):
        cell.click()
    assert cell.inner_text() == "D"
    page.click("[data-undo-button]")
    expect(page.locator("td[data-date='2026-11-20']")).to_have_text("")


def test_an_employee_sees_the_month_on_a_phone(visit, company, live_server):
    make.punch(company.chen, "11-18 09:12", "11-18 18:03")
    make.settle()
    page = visit("chen", width=390)
    page.goto(f"{live_server.url}/my/attendance/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click("text=迟到12分钟")
    page.wait_for_selector("text=为什么")
    assert "12 分" in page.inner_text("main")
    assert page.goto(f"{live_server.url}/attendance/months/").status == 403


def test_today_follows_a_punch_without_reload(visit, company, live_server):
    page = visit("he")
    page.goto(f"{live_server.url}/attendance/today/")
    before = page.locator("a:has-text('已到') .h1").inner_text()
    make.punch(company.chen, "11-20 08:55")
    make.settle()
    expect(page.locator("a:has-text('已到') .h1")).to_have_text(str(int(before) + 1), timeout=15_000)
