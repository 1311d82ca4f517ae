"""The phone's own face check: asked of those who agree, and of nobody else anything instead."""

import json

import pytest

import make
from handset import Handset, agree, office, point
from kaoqin.consent import choosing
from kaoqin.phones import actions
from kaoqin.phones.models import Record
from kaoqin.phones.words import FACE, Demand, Outside, Way, Ways

PASSED, FAILED = {"passed": True, "by": "biometric_prompt"}, {"passed": False}


@pytest.fixture
def chen(cast):
    office(("site_id", cast.site.pk))
    agree(cast.by("chen"))
    return Handset(cast.by("chen"))


def ask_for(cast, demand):
    rules = Ways(ways=(Way.GPS,), face=demand, outside=Outside.FIELD, note_needed=False)
    actions.keep_ways(cast.day_group, make.SINCE, rules, by=make.ROOT, at=make.NOW)


def consent(cast, given=True):
    choosing.choose(FACE, given, FACE.version, by=cast.by("chen"), at=make.NOW, today=make.TODAY)


def press(phone, face, north_m=0):
    client = {} if face is None else {"native": {"face": face}}
    answer = phone.send(phone.record(point=point(north_m), client=client))[0]
    return answer.state, Record.objects.latest("pk").flags


@pytest.mark.parametrize(
    ("demand", "north_m", "face", "state"),
    [
        (Demand.NEVER, 0, None, "counted"),
        (Demand.OUTSIDE, 0, None, "counted"),
        (Demand.OUTSIDE, 900, None, "held"),
        (Demand.OUTSIDE, 900, PASSED, "field"),
        (Demand.ALWAYS, 0, None, "held"),
        (Demand.ALWAYS, 0, FAILED, "held"),
        (Demand.ALWAYS, 0, PASSED, "counted"),
    ],
)
def test_of_those_who_agree(cast, chen, demand, north_m, face, state):
    ask_for(cast, demand)
    consent(cast)
    assert press(chen, face, north_m) == (state, ["no_face"] if state == "held" else [])


@pytest.mark.parametrize("face", [None, FAILED])
def test_nothing_is_held_against_whoever_does_not_agree_or_not_any_more(cast, chen, face):
    ask_for(cast, Demand.ALWAYS)
    assert press(chen, face) == ("counted", [])
    consent(cast)
    consent(cast, given=False)
    assert press(chen, face) == ("counted", [])


def test_a_made_up_answer_about_a_face_is_none(cast, chen):
    ask_for(cast, Demand.ALWAYS)
    consent(cast)
    told = chen.payload(point=point(), client={"native": {"face": {"passed": "perhaps"}}})
    assert chen.send(chen.sign(told))[0].state == "refused"


def test_the_page_says_so_and_offers_to_withdraw(cast, chen, enter):
    def needed():
        told = json.dumps({"point": point()})
        return enter("chen").post("/api/v1/phone/today", told, content_type="application/json").json()["face_needed"]

    ask_for(cast, Demand.ALWAYS)
    assert "我已阅读,同意打卡时由手机核对人脸" in enter("chen").get("/my/phone/").content.decode()
    assert needed() is False
    consent(cast)
    assert needed() is True
    ask_for(cast, Demand.OUTSIDE)
    assert needed() is False
