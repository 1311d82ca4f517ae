"""The pages: one's own on the phone, HR's, what a manager may see, recording with the cost before saving, imports."""

import io

import openpyxl
import pytest
from balanced import keep, known

import make
from kaoqin.core import imports
from kaoqin.core.models import JobRun
from kaoqin.leave import actions, balances_import, queries
from kaoqin.leave.models import LeaveEntry, LeaveKindVersion, RegionParameter, TakenLeave
from kaoqin.org import facts, facts_import
from kaoqin.org.models import Birth, PersonalFacts
from kaoqin.security.models import AccessRecord, AuditEntry


def text(answer):
    return answer.content.decode()


def take(employee, kind, first, last=None, **told):
    start, end = queries.interval(employee.pk, make.day(first), make.day(last or first))
    return actions.take(employee, kind, start, end, by=make.ROOT, at=make.NOW, **told)


def test_ones_own_leave_with_why(there, enter):
    take(there.chen, "annual", "11-23")
    shown = text(enter("chen").get("/my/leave/"))
    assert "为什么是 9 天" in shown
    assert "到 2026-12-31 累计工龄 14 年 → 全年 10 天" in shown
    assert "2026-11-23 请年假" in shown
    assert "目前没有假期余额" in text(enter("wang").get("/my/leave/"))
    assert "没有对应的员工" in text(enter("sun").get("/my/leave/"))


def test_everybodys_balances_and_the_workbook(there, enter):
    he = enter("he")
    shown = text(he.get("/leave/"))
    assert "陈大白" in shown
    assert "3 名员工没有登记参加工作日期" in shown
    book = openpyxl.load_workbook(io.BytesIO(he.get("/leave/?export=xlsx&sort=-annual").content)).active
    rows = list(book.iter_rows(values_only=True))
    assert list(rows[0][:4]) == ["工号", "姓名", "部门", "年假(天)"]
    assert [(row[1], row[3]) for row in rows[1:3]] == [("赵夜班", 15), ("陈大白", 10)]


def test_the_list_costs_the_same_for_many(there, enter, django_assert_max_num_queries):
    for number in range(30):
        make.employee(f"人{number}", where=there.sales)
    he = enter("he")
    with django_assert_max_num_queries(26):
        he.get("/leave/?size=50")


def test_a_manager_sees_those_below_and_nothing_of_health(there, enter):
    take(there.chen, "sick", "11-24")
    wang = enter("wang")
    page = text(wang.get(f"/leave/people/{there.chen.pk}/"))
    assert "病假" not in page
    assert "医疗期" not in page
    assert "病假" not in text(wang.get("/leave/records/")).split("<tbody>")[-1]
    assert wang.get(f"/leave/people/{there.zhao.pk}/").status_code == 404
    assert 'value="maternity"' not in text(wang.get("/leave/"))
    assert "病假" in text(enter("he").get(f"/leave/people/{there.chen.pk}/"))


def test_hr_records_a_leave_and_sees_first_what_it_costs(there, enter):
    he = enter("he")
    told = {"number": "00013", "kind": "annual", "first": "2026-11-20", "last": "2026-11-23", "last_half": "first"}
    shown = text(he.get("/leave/records/cost/", told))
    assert "1.5 天" in shown
    assert "8.5 天" in shown
    assert not TakenLeave.objects.exists()
    assert LeaveEntry.objects.filter(employee=there.chen, entry="use").count() == 0
    assert he.post("/leave/records/new/", told).status_code == 302
    made = TakenLeave.objects.get()
    assert (made.taken_minutes, made.end.day, made.end.hour) == (720, 23, 12)


def test_what_is_refused_is_said_before_and_after_with_what_was_typed(there, enter):
    he = enter("he")
    told = {"number": "00013", "kind": "annual", "first": "2026-11-23", "last": "2026-12-18", "reason": "回家"}
    assert "年假只剩 10 天,这次需要 20 天" in text(he.get("/leave/records/cost/", told))
    refused = he.post("/leave/records/new/", told)
    assert refused.status_code == 422
    assert "年假只剩 10 天" in text(refused)
    assert 'value="回家"' in text(refused)
    sick = {**told, "kind": "sick", "last": "2026-11-25"}
    assert "须有证明" in text(he.get("/leave/records/cost/", sick))
    for wrong in ({"number": "13"}, {"last": "2026-11-01"}, {"kind": ""}, {"first": "x"}):
        assert he.post("/leave/records/new/", {**told, **wrong}).status_code == 422


def test_leave_by_the_hour_asks_for_times(there, enter):
    told = {"number": "00013", "kind": "personal", "first": "2026-11-23", "start_time": "09:00", "last": "2026-11-23"}
    assert enter("he").post("/leave/records/new/", {**told, "end_time": "10:10"}).status_code == 302
    assert TakenLeave.objects.get().taken_minutes == 90


def test_leave_is_given_back_on_the_page(there, enter):
    made = take(there.chen, "annual", "11-23", "11-24")
    he = enter("he")
    assert "销假" in text(he.get("/leave/records/"))
    answer = he.post(f"/leave/records/{made.pk}/give-back/", {"since": "2026-11-24T09:00"})
    assert answer.status_code == 302
    assert "部分销假" in text(he.get("/leave/records/"))
    again = he.post(f"/leave/records/{made.pk}/give-back/", {"since": "2026-11-24T09:00"})
    assert again.status_code == 422
    refused = he.post(f"/absences/{there.chen.absences.get().pk}/withdraw/", follow=True)
    assert "请在「请假记录」里销假" in text(refused)


def test_hr_adjusts_and_carries_on_pages(there, enter):
    he = enter("he")
    page = f"/leave/people/{there.chen.pk}/"
    assert he.post(f"{page}adjust/", {"kind": "annual", "days": "0.5", "reason": "补"}).status_code == 302
    assert he.post(f"{page}adjust/", {"kind": "annual", "days": "-99", "reason": "扣"}).status_code == 422
    assert he.post(f"{page}carry-over/", {"kind": "annual", "days": "2"}).status_code == 422
    assert he.post(f"{page}carry-over/", {"kind": "annual", "days": "2", "agreed": "on"}).status_code == 302
    shown = text(he.get(page))
    assert "人事调整:补" in shown
    assert "以后可用 2 天" in shown


def test_kinds_and_parameters_are_changed_from_a_day_on(there, enter):
    he = enter("he")
    version = LeaveKindVersion.objects.get(kind__code="company_annual")
    form = {name: "" if value is None else value for name, value in vars(queries.ledger.rules_of(version)).items()}
    form = {name: "on" if value is True else value for name, value in form.items() if value is not False}
    assert (
        he.post("/leave/kinds/company_annual/", {**form, "begins_on": "2026-11-01", "entitled_days": "5"}).status_code
        == 302
    )
    keep(there.chen)
    assert queries.explain(there.chen.pk, "company_annual", make.TODAY).left == 5 * 480
    own = {
        **form,
        "code": "生日假",
        "begins_on": "2026-01-01",
        "entitled_days": "1",
        "entitlement": "fixed",
        "prorata": "",
    }
    own.pop("prorata")
    assert he.post("/leave/kinds/new/", own).status_code == 302
    assert "生日假" in text(he.get("/leave/kinds/"))
    assert he.post("/leave/kinds/new/", own).status_code == 422
    told = {"region": "44", "name": "marriage_days", "begins_on": "2026-10-01", "value": "10", "source": "新条例"}
    assert he.post("/leave/regions/new/", told).status_code == 302
    row = RegionParameter.objects.get(source="新条例")
    assert (row.checked_on, row.confidence) == (make.TODAY, "company")
    assert he.post(f"/leave/regions/{row.pk}/", {**told, "source": ""}).status_code == 422


def test_a_parameter_nobody_looked_at_for_a_year_is_warned_of(there, enter):
    assert "超过 12 个月没有核对" not in text(enter("he").get("/leave/regions/"))
    RegionParameter.objects.filter(region="11").update(checked_on=make.day("2025-11-19"))
    assert "5 个参数超过 12 个月没有核对" in text(enter("he").get("/leave/regions/"))


def test_facts_are_hrs_alone_and_each_look_is_remembered(there, enter):
    he = enter("he")
    page = f"/people/{there.lin.pk}/facts/"
    assert (
        he.post(page, {"gender": "male", "worked_since": "2001-07-01", "married_on": "2026-10-01"}).status_code == 302
    )
    assert queries.explain(there.lin.pk, "annual", make.TODAY).left == 15 * 480
    assert queries.explain(there.lin.pk, "marriage", make.TODAY).left == 3 * 480
    assert he.post(page, {"worked_since": "2027-07-01"}).status_code == 422
    where = f"/people/{there.lin.pk}/births/"
    assert he.post(f"{where}new/", {"babies": "1"}).status_code == 422
    assert he.post(f"{where}new/", {"born_on": "2026-11-01", "babies": "1"}).status_code == 302
    assert "2026-11-01 出生" in text(he.get(page))
    born = Birth.objects.get()
    assert he.post(f"{where}{born.pk}/", {"born_on": "2026-11-02", "babies": "2"}).status_code == 302
    assert AccessRecord.objects.filter(what="facts", employee_id=there.lin.pk).exists()
    entry = AuditEntry.objects.filter(action="org.keep_facts").latest("pk")
    assert "2001" not in str(entry.facts) + entry.said
    for name in ("wang", "lin", "sun", "qian"):
        assert enter(name).get(page).status_code == 403


def test_tables_of_facts_and_of_balances(there):
    by = there.by("he")
    rows = [{"number": "00012", "gender": "男", "worked_since": "2001/7/1"}, {"number": "00013", "only_child": "是"}]
    assert imports.check_all(facts_import.KIND, rows, by, make.TODAY) == []
    facts_import.take(rows, by, make.NOW, lambda done: None)
    kept = PersonalFacts.objects.get(employee=there.chen)
    assert (kept.only_child, kept.worked_since) == (True, make.day("2012-03-01"))
    wrong = [{"number": "9"}, {"number": "00012", "gender": "?"}, {"number": "00013", "born_on": "x"}]
    found = imports.check_all(facts_import.KIND, wrong, by, make.TODAY)
    assert [(one.row, one.column) for one in found] == [(0, "number"), (1, "gender"), (2, "born_on")]
    balances = [{"number": "00013", "kind": "年假", "days": "4.5"}]
    assert imports.check_all(balances_import.KIND, balances, by, make.TODAY) == []
    balances_import.take(balances, by, make.NOW, lambda done: None)
    assert queries.explain(there.chen.pk, "annual", make.TODAY).left == 4.5 * 480
    wrong = [
        {"number": "9", "kind": "年假", "days": "1"},
        {"number": "00013", "kind": "事假", "days": "1"},
        {"number": "00013", "kind": "年假", "days": "x"},
        {"number": "00013", "kind": "年假", "days": "1", "ends_on": "2020-01-01"},
    ]
    found = imports.check_all(balances_import.KIND, wrong, by, make.TODAY)
    assert [(one.row, one.column) for one in found] == [
        (0, "number"),
        (1, "kind"),
        (2, "days"),
        (3, "kind"),
        (3, "ends_on"),
    ]


def test_the_run_is_a_job_with_progress(there, enter):
    make.employee("旧人", make.day("2020-01-01"))
    assert enter("he").post("/leave/keep/").status_code == 302
    run = make.work_off(JobRun.objects.get())
    assert (run.state, run.told) == ("done", "")
    assert run.result["said"] == "已更新,新增 1 笔。"


def test_untaken_days_are_listed_for_payroll(there, enter):
    keep(there.chen, on=make.day("2027-01-01"))
    shown = text(enter("he").get("/leave/payouts/"))
    assert "陈大白" in shown
    assert "2026-12-31 止未休,另按日工资的 200% 折算" in shown


@pytest.mark.parametrize("name", ["wang", "chen"])
def test_births_and_nursing_are_hrs_alone(there, enter, name):
    facts.keep_birth(there.chen, facts.Delivery(born_on=make.day("06-01")), by=make.ROOT, at=make.NOW)
    known(there.chen, gender="female")
    page = enter(name)
    assert (
        page.post(f"/leave/people/{there.chen.pk}/nursing/", {"begins_on": "2026-11-23", "place": "end"}).status_code
        == 403
    )
    he = enter("he")
    where = f"/leave/people/{there.chen.pk}/nursing/"
    assert he.post(where, {"begins_on": "2026-11-23", "place": "end"}).status_code == 302
    assert "每天 60 分钟" in text(he.get(f"/leave/people/{there.chen.pk}/"))
    assert he.post(where, {"begins_on": "2028-11-23", "place": "end"}).status_code == 422
