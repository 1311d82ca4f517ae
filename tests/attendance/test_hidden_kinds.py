"""A kind of leave that only HR may see is 请假 to all others but the person: on the day, the month, in the workbook."""

import datetime as dt
import io

import openpyxl
import pytest

import make
from kaoqin.attendance import actions, closing
from kaoqin.attendance.models import ClosedMonth
from kaoqin.core.models import JobRun
from kaoqin.core.seeds import plant
from papers import paper


@pytest.fixture
def ill(cast):
    """Chen was ill on November 18th, which tells of health; on the 17th she was on annual leave."""
    plant()
    make.absence(cast.chen, "sick", "11-18 00:00", "11-19 00:00")
    make.absence(cast.chen, "annual", "11-17 00:00", "11-18 00:00")
    make.settle()
    return cast


def pages(browser, chen):
    day, month = f"/attendance/people/{chen.pk}/2026-11-18/", f"/attendance/people/{chen.pk}/?month=2026-11"
    return [browser.get(where).content.decode() for where in (day, month)]


@pytest.mark.parametrize(("who", "told"), [("wang", "请假"), ("qian", "请假"), ("he", "病假"), ("chen", "病假")])
def test_the_day_with_its_trace_and_the_month(ill, enter, who, told):
    for page in pages(enter(who), ill.chen):
        assert (told in page, "病假" in page) == (True, told == "病假")
    assert "年假 8 小时" in pages(enter(who), ill.chen)[1]


@pytest.mark.parametrize(("who", "sick", "other"), [("wang", 0, 8), ("he", 8, 0)])
def test_the_workbook(ill, enter, who, sick, other):
    browser = enter(who)
    assert browser.post("/attendance/months/export/?month=2026-11").status_code == 302
    run = make.work_off(JobRun.objects.get())
    book = openpyxl.load_workbook(io.BytesIO(b"".join(browser.get(f"/jobs/{run.pk}/file/").streaming_content)))
    month = book["月度汇总"]
    header = [cell.value for cell in month[3]]
    row = next(row for row in month.iter_rows(min_row=4, values_only=True) if row[0] == "陈大白")
    assert (row[header.index("病假(小时)")], row[header.index("其他假(小时)")]) == (sick, other)
    assert row[header.index("年假(小时)")] == 8
    words = {cell for page in book for line in page.iter_rows(min_row=4, values_only=True) for cell in line}
    assert ("病假" in words) == (who == "he")


@pytest.fixture
def ill_and_closed(cast, clock):
    """Chen was ill in October, which is closed since; then another illness is entered."""
    plant()
    make.absence(cast.chen, "sick", "10-14 00:00", "10-15 00:00")
    make.settle()
    closing.close_people([cast.chen.pk], make.day("10-01"), None, make.NOW)
    clock(make.NOW + dt.timedelta(hours=1))
    actions.on_agreed("leave:9", cast.chen.pk, "sick", make.at("10-16 09:00"), make.at("10-16 18:00"), "", make.ROOT,
                      make.NOW + dt.timedelta(minutes=9))  # fmt: skip
    make.settle()
    return cast


@pytest.mark.parametrize(("who", "told"), [("wang", "请假"), ("qian", "请假"), ("he", "病假"), ("chen", "病假")])
def test_the_paper_of_the_month(ill_and_closed, enter, who, told):
    where = f"/attendance/people/{ill_and_closed.chen.pk}/2026-10-01/month.pdf"
    said = paper(enter(who).get(where).content)
    assert (told in said, "病假" in said) == (True, told == "病假")


@pytest.mark.parametrize(("who", "told"), [("qian", "请假 8 小时"), ("he", "病假 8 小时")])
def test_the_closed_month_and_what_changed_of_it(ill_and_closed, enter, who, told):
    row = ClosedMonth.objects.get()
    lists = [enter(who).get(where).content.decode() for where in ("/closing/people/", f"/closing/people/{row.pk}/")]
    assert [told in page for page in lists] == [True, True]
    changed = enter(who).get("/closing/adjustments/").content.decode()
    assert ("补批请假" in changed, "补批病假" in changed) == (True, False)


def test_a_companion_on_the_trip_is_away_and_no_more(ill, enter):
    told = {"start": "2026-11-18T09:00", "end": "2026-11-18T18:00", "place": "杭州", "purpose": "签约"}
    shown = enter("lin").post("/requests/new/trip/", {**told, "companions": "00013", "preview": "1"}).content.decode()
    assert ("已有请假" in shown, "病假" in shown) == (True, False)
