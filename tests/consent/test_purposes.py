"""Consent to further purposes: each for itself, to the text that was read, withdrawn as easily as given, ended by leaving."""

import pytest
from django.db import DatabaseError, transaction

import make
from kaoqin.consent import choosing, queries
from kaoqin.consent.choosing import end_purposes_of_leavers
from kaoqin.consent.models import PurposeChoice
from kaoqin.consent.words import Purpose, _purposes, purposes
from kaoqin.core import outcomes
from kaoqin.core.words import Refusal
from kaoqin.phones.words import LOCATION
from kaoqin.security.models import AuditEntry


@pytest.fixture
def ended(monkeypatch):
    """What whoever keeps data is told of."""
    heard = []
    monkeypatch.setitem(outcomes._listeners, "consent.purpose_ended", [lambda **told: heard.append(told)])
    return heard


@pytest.fixture
def newer(monkeypatch):
    """The text of the location was written anew."""
    made = Purpose(LOCATION.code, LOCATION.label, LOCATION.version + 1, ("新",))
    monkeypatch.setitem(_purposes, LOCATION.code, made)
    return made


def choose(cast, given, who="lin", version=LOCATION.version, purpose=LOCATION):
    choosing.choose(purpose, given, version, by=cast.by(who), at=make.NOW, today=make.TODAY)


def test_each_for_itself_and_told_once(cast, ended):
    choose(cast, True)
    choose(cast, True)
    assert queries.agrees(cast.lin.pk, LOCATION)
    assert not queries.agrees(cast.chen.pk, LOCATION)
    choose(cast, False)
    choose(cast, False)
    assert not queries.agrees(cast.lin.pk, LOCATION)
    assert [row.given for row in queries.choices(cast.lin.pk)] == [False, True]
    assert ended == [{"purpose": "location", "employee_ids": [cast.lin.pk], "at": make.NOW}]
    said = AuditEntry.objects.filter(action="consent.choose").order_by("pk").values_list("said", flat=True)
    assert list(said) == ["林小满 同意打卡和签到时使用位置(第 1 版)", "林小满 撤回对打卡和签到时使用位置的同意"]


def test_withdrawing_what_was_never_given_is_nothing(cast, ended):
    choose(cast, False)
    assert not PurposeChoice.objects.exists()
    assert ended == []


def test_a_newer_text_is_agreed_to_anew_and_an_older_consent_can_be_withdrawn(cast, newer, ended):
    with pytest.raises(Refusal, match="重新阅读"):
        choose(cast, True, purpose=newer)
    PurposeChoice.objects.create(
        employee=cast.lin, purpose="location", given=True, version=LOCATION.version, said_at=make.NOW
    )
    assert not queries.agrees(cast.lin.pk, newer)
    choose(cast, True, version=newer.version, purpose=newer)
    assert queries.agrees(cast.lin.pk, newer)
    PurposeChoice.objects.create(employee=cast.chen, purpose="location", given=True, version=1, said_at=make.NOW)
    choose(cast, False, who="chen", purpose=newer)
    assert [told["employee_ids"] for told in ended] == [[cast.chen.pk]]


def test_what_leavers_agreed_to_ends(cast, ended):
    choose(cast, True)
    choose(cast, True, who="chen")
    cast.lin.left_on = make.TODAY
    cast.lin.save()
    assert end_purposes_of_leavers(make.TODAY, make.NOW) == 0
    assert end_purposes_of_leavers(make.TODAY + make.DAY, make.NOW) == 1
    assert end_purposes_of_leavers(make.TODAY + make.DAY, make.NOW) == 0
    assert queries.agrees(cast.chen.pk, LOCATION)
    assert [told["employee_ids"] for told in ended] == [[cast.lin.pk]]


def test_what_was_said_cannot_be_changed(cast):
    choose(cast, True)
    with pytest.raises(DatabaseError), transaction.atomic():
        PurposeChoice.objects.update(given=False)


def test_all_purposes_on_ones_own_page(enter, cast):
    lin = enter("lin")
    for given, button in (("1", "撤回同意"), ("0", "我已阅读,同意打卡和签到时使用位置")):
        told = {"purpose": "location", "version": "1", "given": given, "back": "https://evil.example/"}
        assert lin.post("/my/consents/choose/", told).url == "/my/consents/"
        assert button in lin.get("/my/consents/").content.decode()
    assert lin.post("/my/consents/choose/", {"purpose": "moon"}).status_code == 404
    assert set(purposes()) >= {"location"}
