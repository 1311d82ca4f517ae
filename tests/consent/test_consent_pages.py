"""The pages: HR records many at once, finds who has not agreed, and everybody decides for oneself."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

import make
from kaoqin.consent import consents_import
from kaoqin.consent.models import ConsentEntry, Notice
from kaoqin.consent.words import Trait

TODAY = str(make.TODAY)


def body(answer):
    return answer.content.decode()


def test_hr_publishes_a_text_and_records_many_at_once_with_the_hash_of_the_scan(enter, cast):
    he = enter("he")
    assert he.get("/consents/record/")["Location"] == "/consents/notices/"
    assert "撤回与同意一样方便" in body(he.get("/consents/notices/new/"))
    he.post("/consents/notices/new/", {"text": "正文"})
    paper = SimpleUploadedFile("scan.pdf", b"scan")
    told = {"numbers": "00013, 00012", "traits": ["face", "fingerprint"], "on": TODAY, "note": "柜 3"}
    answer = he.post("/consents/record/", {**told, "notice": Notice.objects.get().pk, "paper": paper})
    assert answer["Location"] == "/consents/"
    assert ConsentEntry.objects.count() == 4
    assert {entry.paper_sha256 for entry in ConsentEntry.objects.all()} == {hashlib.sha256(b"scan").hexdigest()}
    assert "柜 3" in body(he.get(f"/consents/{cast.chen.pk}/"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"numbers": "77"}, "没有工号 77"),
        ({"traits": []}, "请至少勾选一项"),
        ({"on": "2026-11-21"}, "不能晚于今天"),
    ],
)
def test_a_form_that_cannot_be_says_why_and_keeps_what_was_typed(enter, notice, wrong, said):
    told = {"numbers": "00013", "traits": ["face"], "on": TODAY, "notice": notice.pk, "note": "柜 9"}
    answer = enter("he").post("/consents/record/", told | wrong)
    assert (answer.status_code, said in body(answer), "柜 9" in body(answer)) == (422, True, True)


def test_the_list_finds_who_agreed_and_who_did_not(enter, cast, notice):
    he = enter("he")
    he.post("/consents/record/", {"numbers": "00013", "traits": ["face"], "on": TODAY, "notice": notice.pk})
    given = body(he.get("/consents/?trait=face&state=given"))
    assert ("陈大白" in given, "林小满" in given) == (True, False)
    without = body(he.get("/consents/?trait=face&state=none"))
    assert ("陈大白" in without, "林小满" in without) == (False, True)
    he.post(f"/consents/{cast.chen.pk}/withdraw/", {"traits": ["face"]})
    assert "陈大白" in body(he.get("/consents/?state=withdrawn"))
    assert "陈大白" not in body(he.get("/consents/?trait=palm&state=withdrawn"))
    assert "已撤回" in he.get("/consents/?export=csv&trait=face").getvalue().decode()


def test_an_employee_reads_the_text_agrees_and_withdraws(enter, cast, notice):
    chen = enter("chen")
    assert notice.text in body(chen.get("/my/consents/"))
    chen.post("/my/consents/give/", {"notice": 1, "traits": ["fingerprint"]})
    assert ConsentEntry.objects.get().employee == cast.chen
    assert "撤回指纹的同意" in body(chen.get("/my/consents/"))
    chen.post("/my/consents/withdraw/", {"traits": ["fingerprint"]})
    assert [entry.state for entry in ConsentEntry.objects.order_by("pk")] == ["given", "withdrawn"]


def test_agreeing_to_nothing_or_to_an_old_text_is_sent_back(enter, cast, notice):
    chen = enter("chen")
    assert "请至少勾选一项" in body(chen.post("/my/consents/give/", {"notice": 1}))
    assert "请重新阅读" in body(chen.post("/my/consents/give/", {"notice": 0, "traits": ["face"]}))
    assert not ConsentEntry.objects.exists()


def test_an_account_of_nobody_has_nothing_to_agree_to(enter):
    sun = enter("sun")
    assert "没有对应的员工" in body(sun.get("/my/consents/"))
    assert sun.post("/my/consents/give/", {"notice": 1, "traits": ["face"]}).status_code == 302


def test_a_table_of_signatures_is_checked_row_by_row_and_taken(cast, notice):
    good = {"number": "00013", "traits": "指纹、人脸", "on": "2026/11/2", "version": "1", "note": "柜"}
    bad = [
        {**good, "number": "13"},
        {**good, "traits": "指纹、鼻子"},
        {**good, "on": "2026-11-21"},
        {**good, "on": "?"},
        {**good, "version": "2"},
    ]
    faults = consents_import.check([good, *bad], cast.by("he"), make.TODAY)
    assert [(fault.row, fault.column) for fault in faults] == [
        (1, "number"),
        (2, "traits"),
        (3, "on"),
        (4, "on"),
        (5, "version"),
    ]
    said = consents_import.take([good], cast.by("he"), make.NOW, lambda done: None)
    assert said == "新登记 2 项同意。"
    assert set(ConsentEntry.objects.values_list("trait", flat=True)) == {Trait.FINGERPRINT, Trait.FACE}
    assert consents_import.take([good], cast.by("he"), make.NOW, lambda done: None) == "新登记 0 项同意。"
