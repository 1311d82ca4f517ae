"""Every form that people fill in, filled in rightly: it does what it says, and says so."""

import pytest

import make
from kaoqin.attendance.models import Absence, AgreedOvertime, RuleVersion
from kaoqin.org.models import DepartmentVersion, Employee, Site
from kaoqin.punches.models import Punch
from kaoqin.scheduling.models import CalendarYear, Group, Membership, Pattern, RosterDay
from kaoqin.security.models import Account, Grant


@pytest.fixture
def post(enter):
    """`post("he", address, form)`: the form goes through and leads on; gives where to."""

    def sent(who, address, told):
        answer = enter(who).post(address, told)
        errors = answer.context["form"].errors if answer.status_code == 422 else answer.content.decode()[-400:]
        assert answer.status_code == 302, errors
        return answer["Location"]

    return sent


def test_hire_change_move_and_leave(post, cast):
    told = {"number": "0100", "name": "新人", "hired_on": "2026-11-02", "title": "专员"}
    where = post("he", "/people/hire/", {**told, "department": cast.sales.pk, "site": cast.site.pk})
    made = Employee.objects.get(number="0100")
    assert where == f"/people/{made.pk}/"
    post("he", f"{where}details/", {"name": "新名", "phone": "138", "email": "a@b.cn"})
    post("he", f"{where}move/", {"on": "2026-11-16", "department": cast.plant.pk, "site": cast.site.pk, "title": ""})
    post("he", f"{where}leave/", {"left_on": "2026-11-30"})
    made.refresh_from_db()
    assert (made.name, made.left_on, made.postings.count()) == ("新名", make.day("11-30"), 2)


def test_an_account_is_given_and_its_first_password_shown_once(enter, post, cast):
    anna = make.employee("安娜", no="A1")
    where = post("sun", f"/people/{anna.pk}/account/", {})
    sun = enter("sun")
    sun.post(f"/accounts/{Account.objects.get(username='A1').pk}/reset/")
    told = sun.session["initial_password"][1]
    assert told in sun.get(f"/accounts/{Account.objects.get(username='A1').pk}/").content.decode()
    assert told not in sun.get(where).content.decode()


def test_departments_and_sites(post, cast):
    told = {"code": "N", "name": "新部门", "parent": cast.company.pk, "begins_on": "2026-11-01"}
    post("sun", "/departments/new/", told)
    made = DepartmentVersion.objects.get(department__code="N").department
    post("sun", f"/departments/{made.pk}/", {**told, "name": "旧部门", "begins_on": "2026-11-10", "closed": "on"})
    assert list(made.versions.order_by("begins_on").values_list("name", "closed")) == [
        ("新部门", False),
        ("旧部门", True),
    ]
    site = {"code": "BJ", "name": "北京", "timezone": "Asia/Shanghai", "address": "", "datum": "gcj02"}
    post("he", "/sites/new/", {**site, "latitude": "39.9", "longitude": "116.4"})
    kept = Site.objects.get(code="BJ")
    post("he", f"/sites/{kept.pk}/", {**site, "name": "京", "latitude": "", "longitude": "", "datum": ""})
    kept.refresh_from_db()
    assert (kept.name, kept.latitude, kept.datum) == ("京", None, "")


def test_a_site_with_a_position_but_no_datum_is_sent_back(enter):
    told = {
        "code": "X",
        "name": "X",
        "timezone": "Asia/Shanghai",
        "latitude": "39.9",
        "longitude": "116.4",
        "datum": "",
    }
    answer = enter("he").post("/sites/new/", told)
    assert (answer.status_code, "坐标系" in str(answer.context["form"].errors)) == (422, True)


def test_accounts_and_grants(enter, post, cast):
    where = post("sun", "/accounts/new/", {"username": "new", "name": "新"})
    made = Account.objects.get(username="new")
    assert where == f"/accounts/{made.pk}/"
    post("sun", where, {"role": "manager", "scope": f"department:{cast.plant.pk}"})
    given = Grant.objects.get(account=made)
    assert (given.role, given.scope_kind, given.scope_key) == ("manager", "department", cast.plant.pk)
    assert "工厂" in enter("sun").get(where).content.decode()
    post("sun", f"/grants/{given.pk}/end/", {})
    assert not Grant.objects.filter(account=made, ends_on=None).exists()
    post("sun", f"{where}active/", {"active": "0"})
    made.refresh_from_db()
    assert not made.is_active


def test_a_grant_in_a_scope_that_is_none_is_sent_back(enter, cast):
    answer = enter("sun").post(f"/accounts/{cast.accounts['chen'].pk}/", {"role": "hr", "scope": "department:999"})
    assert answer.status_code == 422
    assert not cast.accounts["chen"].grants.exists()


def test_groups_their_plan_their_people_and_their_rules(enter, post, cast):
    where = post("he", "/groups/new/", {"code": "NEW", "name": "新组"})
    made = Group.objects.get(code="NEW")
    told = {"begins_on": "2026-11-01", "mode": "fixed", "calendar": make.calendar().pk, "follows_calendar": "on"}
    post("he", f"{where}plan/", {**told, "day_0": cast.day.pk, "day_1": cast.day.pk})
    post("he", f"{where}join/", {"numbers": "12、00012", "begins_on": "2026-11-16"})
    rules = {"begins_on": "2026-11-01", "system": "comprehensive", "cycle": "quarter", "overtime_basis": "punched"}
    rules |= {"overtime_after": "10", "overtime_min": "30", "overtime_step": "15", "missing_punch": "absent"}
    post("he", f"{where}rules/", rules)
    assert set(Membership.objects.filter(group=made).values_list("employee", flat=True)) == {cast.zhao.pk, cast.lin.pk}
    kept = RuleVersion.objects.get(group=made)
    assert (kept.system, kept.cycle, kept.overtime_step, kept.missing_punch) == (
        "comprehensive",
        "quarter",
        15,
        "absent",
    )
    assert RosterDay.objects.get(employee=cast.zhao, date=make.day("11-17")).shift == cast.day
    assert "赵夜班" in enter("he").get(where).content.decode()


def test_a_week_that_is_empty_is_said_on_the_page(enter, cast):
    told = {"begins_on": "2026-11-01", "mode": "fixed", "calendar": make.calendar().pk}
    answer = enter("he").post(f"/groups/{cast.day_group.pk}/plan/", told, follow=True)
    assert "至少要有一个工作日" in answer.content.decode()


def test_rotations_and_calendars(enter, post, cast):
    post("he", "/patterns/", {"code": "P", "name": "轮", "days": "D N 休 休"})
    assert [day.shift for day in Pattern.objects.get().days.order_by("position")] == [cast.day, cast.night, None, None]
    answer = enter("he").post("/patterns/", {"code": "P", "name": "轮", "days": "D ZZ"})
    assert (answer.status_code, "没有班次 ZZ" in answer.content.decode()) == (422, True)
    where = post("he", "/calendars/new/", {"code": "SH", "name": "上海"})
    post("he", where, {"first": "2026-12-24", "kind": "rest", "name": "店休"})
    number = where.split("/")[2]
    post("he", f"/calendars/{number}/confirm/", {"year": "2026", "source": "通知"})
    assert CalendarYear.objects.get(calendar=number).noticed
    assert "店休" in enter("he").get(where).content.decode()


def test_a_shift_is_changed_from_a_day_on(enter, cast):
    page = enter("he").get(f"/shifts/{cast.day.pk}/").content.decode()
    assert 'value="09:00"' in page


def test_leave_and_overtime_are_recorded_and_taken_back(post, cast):
    told = {"number": "00013", "start": "2026-11-18T09:00", "end": "2026-11-18T18:00", "remark": ""}
    post("he", "/absences/new/", {**told, "kind": "annual"})
    post("he", "/overtime/new/", {**told, "start": "2026-11-18T18:00", "end": "2026-11-18T20:00"})
    post("he", f"/absences/{Absence.objects.get().pk}/withdraw/", {})
    post("he", f"/overtime/{AgreedOvertime.objects.get().pk}/withdraw/", {})
    assert Absence.objects.get().withdrawn_at == AgreedOvertime.objects.get().withdrawn_at == make.NOW


@pytest.mark.parametrize("changed", [{"number": "13"}, {"start": "x"}, {"end": "2026-11-18T09:00"}, {"kind": "none"}])
def test_leave_that_cannot_be_is_sent_back_with_what_was_typed(enter, changed):
    told = {"number": "00013", "kind": "annual", "start": "2026-11-18T09:00", "end": "2026-11-18T18:00", "remark": "病"}
    answer = enter("he").post("/absences/new/", {**told, **changed})
    assert answer.status_code == 422
    assert "病" in answer.content.decode()


def test_the_home_page_says_what_waits_for_whom(enter, cast):
    make.punch(make.employee("无组", where=cast.sales), "11-19 09:00")
    Punch.objects.create(
        content_key="00000000-0000-0000-0000-000000000001",
        person_key="77",
        device_time=make.NOW,
        at=make.NOW,
        received_at=make.NOW,
        zone="UTC",
        source="file",
    )
    text = enter("he").get("/").content.decode()
    assert "1 个打卡编号不知道是谁的" in text
    assert "2027 年" in text
    assert "不知道是谁的" not in enter("chen").get("/").content.decode()
    assert enter("outsider").get("/").status_code == 200
