"""A copy of all that is kept of somebody: complete, for oneself only, for a day; for who has left, by HR with a reason."""

import csv
import datetime as dt
import io
import json
import zipfile

import pytest
from django.apps import apps
from python_calamine import CalamineWorkbook

import make
from handset import Handset, agree, office, point
from kaoqin.core.house import FLOORS
from kaoqin.core.kept import kept_path
from kaoqin.core.models import JobRun
from kaoqin.core.personal import parts
from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.org.models import Employee
from kaoqin.privacy import actions
from kaoqin.privacy.models import DataCopy
from kaoqin.security.models import AccessRecord, Account, AuditEntry
from travelling import Traveller, customer, kind, picture

DAY = dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)
NOT_TOLD = {
    "core.JobRun": "what was asked for is in the deeds",
    "core.TableImport": "tables of others",
    "security.LoginAttempt": "by name typed, of whomever",
    "approvals.Seat": "answers are told as entries",
    "attendance.MonthResult": "the sum of the days that are told",
    "attendance.SettlementFault": "why days wait, gone when they are settled",
    "attendance.ToldException": "the notices are told",
    "attendance.Queued": "a queue",
    "attendance.Waiting": "a view of it",
    "devices.PeopleMark": "a queue",
    "devices.SiteKeeper": "an office of the account",
    "devices.TemplateRemoval": "a queue of what is being deleted",
    "phones.PairingCode": "of five minutes",
    "phones.ScreenUse": "that a code was used: the punch is told",
    "rollcall.Tick": "became a punch, which is told",
    "scheduling.RosterChange": "of whoever planned: a deed",
    "trials.TrialDay": "a trial, dropped when it is done",
    "trials.TrialPerson": "a trial, dropped when it is done",
}


def ask(cast, who="chen", at=make.NOW):
    return actions.ask_own(by=cast.by(who), at=at, today=make.TODAY)


def made(cast, who="chen"):
    run = make.work_off(ask(cast, who))
    assert run.state == "done", run.told
    return DataCopy.objects.latest("pk")


def opened(copy):
    """The data of both files of a copy: the parts as JSON, the workbook."""
    with zipfile.ZipFile(kept_path(copy.path)) as packed:
        data, book = (packed.read(f"{copy.employee.number}.{one}") for one in ("json", "xlsx"))
    return json.loads(data)["parts"], CalamineWorkbook.from_filelike(io.BytesIO(book))


@pytest.fixture
def chen(cast):
    """Chen works, punches by terminal and by phone, and visits somebody with a photo."""
    make.punch(cast.chen, "11-19 09:00", "11-19 18:00")
    make.absence(cast.chen, "annual", "11-18 09:00", "11-18 18:00")
    make.settle()
    office(("site_id", cast.site.pk))
    agree(cast.by("chen"))
    phone = Traveller(cast.by("chen"))
    phone.send(phone.record(point=point()))
    phone.visit(customer(cast.chen), kind(), photos=[picture()])
    return cast.chen


def test_a_copy_tells_what_is_kept_in_both_files(cast, chen):
    copy = made(cast)
    told, book = opened(copy)
    assert [row["number"] for row in told["org.employee"]["rows"]] == ["00013"]
    (record,) = (row for row in told["phones.records"]["rows"] if row["kind"] == "punch")
    assert (record["state"], record["latitude"], json.loads(record["payload"])["kind"]) == ("counted", 31.2304, "punch")
    assert [row["device_time"] for row in told["punches.punches"]["rows"][:2]] == [
        "2026-11-19T09:00:00",
        "2026-11-19T18:00:00",
    ]
    assert {row["date"]: row["worked_minutes"] for row in told["attendance.days"]["rows"]}["2026-11-19"] == 480
    assert [row["visit_customer_name"] for row in told["field.photos"]["rows"]] == ["城南便利店"]
    names = dict(zip((part.code for part in parts()), book.sheet_names, strict=True))
    rows = book.get_sheet_by_name(names["phones.records"]).to_python()
    assert len(rows) == 1 + len(told["phones.records"]["rows"])
    assert "有效" in [dict(zip(rows[0], row, strict=True))["状态"] for row in rows[1:]]


def test_a_copy_is_of_nobody_else(cast, chen):
    make.punch(cast.lin, "11-19 09:01")
    agree(cast.by("lin"))
    other = Handset(cast.by("lin"))
    other.send(other.record(point=point()))
    text = json.dumps(opened(made(cast))[0], ensure_ascii=False)
    assert "00012" not in text
    assert "林小满" not in text
    assert "09:01" not in text


def test_what_would_help_a_thief_or_a_cheat_is_not_in_it(cast, chen):
    text = json.dumps(opened(made(cast))[0])
    account = Account.objects.get(username="chen")
    assert account.password not in text
    columns = {key for part in parts() for key in part.keys}
    assert (
        columns & {"password", "totp_secret", "key", "signature", "sealed", "score", "reasons", "suspect", "token"}
        == set()
    )


def test_no_table_with_people_in_it_is_forgotten():
    """Each table that names an employee or an account as whose it is stands in a part, or is named above with a reason."""
    told = {table._meta.label for part in parts() for table in part.tables}
    kept = {
        model._meta.label
        for room in FLOORS
        for model in apps.get_app_config(room).get_models()
        if model in {Employee, Account}
        or {one.attname for one in model._meta.concrete_fields} & {"employee_id", "account_id", "username"}
    }
    assert kept - told - NOT_TOLD.keys() == set()
    assert NOT_TOLD.keys() <= kept - told


def test_a_text_that_looks_like_a_formula_stays_a_text(cast, chen):
    chen.name = "=1+1"
    chen.save()
    told, book = opened(made(cast))
    assert told["org.employee"]["rows"][0]["name"] == "=1+1"
    rows = book.get_sheet_by_name(next(one for one in book.sheet_names if "员工资料" in one)).to_python()
    assert "'=1+1" in rows[1]


def test_a_copy_is_fetched_by_whoever_asked_for_a_day_and_that_is_remembered(cast, chen, enter, clock):
    copy = made(cast)
    address = f"/my/data/{copy.token}/"
    answer = enter("chen").get(address)
    assert answer["Content-Type"] == "application/zip"
    assert answer.getvalue()[:2] == b"PK"
    assert [one.said for one in AuditEntry.objects.filter(action__startswith="privacy.").order_by("pk")] == [
        "陈大白 导出自己的个人信息",
        "下载 陈大白 的个人信息副本",
    ]
    assert [enter(who).get(address).status_code for who in ("lin", "wang", "he", "sun")] == [404] * 4
    clock(copy.expires_at - SECOND)
    assert enter("chen").get(address).getvalue()[:2] == b"PK"
    clock(copy.expires_at)
    assert enter("chen").get(address).status_code == 404


def test_when_it_has_expired_the_file_goes_and_that_there_was_one_stays(cast, chen):
    copy = made(cast)
    path = kept_path(copy.path)
    assert actions.drop_expired(copy.expires_at - SECOND) == 0
    assert path.exists()
    assert actions.drop_expired(copy.expires_at) == 1
    assert not path.exists()
    assert DataCopy.objects.get().path == ""


def test_what_is_not_made_yet_cannot_be_fetched(cast, chen):
    ask(cast)
    copy = DataCopy.objects.get()
    with pytest.raises(NotFound):
        actions.fetch(copy.token, by=cast.by("chen"), at=make.NOW)


def test_done_once_more_after_its_process_died_it_is_the_same_file(cast, chen):
    run = ask(cast)
    make.work_off(run)
    first = DataCopy.objects.get().path
    make.work_off(run)
    assert DataCopy.objects.get().path == first


def test_three_a_day_are_enough(cast, chen):
    for _ in range(3):
        ask(cast)
    with pytest.raises(Refusal, match="最多导出 3 次"):
        ask(cast, at=make.NOW + DAY - SECOND)
    assert ask(cast, at=make.NOW + DAY)


def test_an_account_of_nobody_has_no_data(cast):
    with pytest.raises(Refusal, match="没有对应的员工"):
        ask(cast, "sun")


def for_leaver(cast, who="he", number="00013", reason="11-20 书面申请,已核对身份证"):
    told = {"by": cast.by(who), "at": make.NOW, "today": make.TODAY}
    return actions.ask_for_leaver(number, reason, **told)


def test_hr_makes_one_for_who_has_left_and_it_counts_as_looking(cast, chen):
    make.leave(cast.chen, make.TODAY - DAY)
    make.work_off(for_leaver(cast))
    copy = DataCopy.objects.get()
    assert actions.fetch(copy.token, by=cast.by("he"), at=make.NOW)[0] == copy
    with pytest.raises(NotFound):
        actions.fetch(copy.token, by=cast.by("chen"), at=make.NOW)
    assert AccessRecord.objects.get(employee_id=cast.chen.pk).said == "个人信息副本"
    said = AuditEntry.objects.get(action="privacy.copy").said
    assert said == "为离职员工 陈大白 制作个人信息副本:11-20 书面申请,已核对身份证"


@pytest.mark.parametrize(
    ("left", "told", "field"),
    [
        (make.TODAY, {}, "number"),
        (make.TODAY - DAY, {"reason": " "}, "reason"),
        (make.TODAY - DAY, {"number": "99999"}, "number"),
    ],
)
def test_not_for_who_is_employed_not_without_a_reason_not_for_nobody(cast, left, told, field):
    make.leave(cast.chen, left)
    with pytest.raises(Refusal) as refused:
        for_leaver(cast, **told)
    assert refused.value.field == field


@pytest.mark.parametrize("who", ["chen", "wang", "sun", "qian"])
def test_nobody_but_hr_makes_one_for_others(cast, who):
    make.leave(cast.lin, make.TODAY - DAY)
    with pytest.raises(NotAllowed):
        for_leaver(cast, who, "00012")


def test_the_pages_lead_from_asking_to_fetching(cast, chen, enter):
    browser = enter("chen")
    page = browser.get("/my/data/").content.decode()
    assert ("还没有副本" in page, "手机打卡与签到" in page) == (True, True)
    where = browser.post("/my/data/new/")["Location"]
    assert where.startswith("/jobs/")
    make.work_off(JobRun.objects.get())
    assert "24 小时内可以下载" in browser.get(where).content.decode()
    copy = DataCopy.objects.get()
    assert f"/my/data/{copy.token}/" in browser.get("/my/data/").content.decode()


def test_the_list_of_copies_tells_hr_and_auditors_but_gives_them_no_file(cast, chen, enter):
    copy = made(cast)
    for who in ("he", "qian"):
        page = enter(who).get("/privacy/copies/").content.decode()
        assert "陈大白" in page
        assert copy.token not in page
    rows = list(
        csv.reader(io.StringIO("".join(one.decode() for one in enter("he").get("/privacy/copies/?export=csv"))))
    )
    assert rows[1][1:2] == ["陈大白"]


def test_a_leavers_copy_by_its_form(cast, enter):
    make.leave(cast.chen, make.TODAY - DAY)
    browser = enter("he")
    assert browser.post("/privacy/copies/new/", {"number": "00013", "reason": "书面"})["Location"].startswith("/jobs/")
    refused = browser.post("/privacy/copies/new/", {"number": "00012", "reason": "书面"})
    assert (refused.status_code, "在职员工请本人" in refused.content.decode()) == (422, True)
