"""A photo of the spot: when it is asked for, that it is the one that was signed, what becomes of one that is late or lacks,
who sees it, and for how long."""

import datetime as dt
import hashlib
import uuid
from dataclasses import replace
from unittest.mock import Mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import override_settings

import make
from handset import Handset, agree, office, point
from kaoqin.consent import choosing
from kaoqin.core import pictures
from kaoqin.core.kept import kept_path
from kaoqin.core.words import NotFound, Refusal
from kaoqin.phones import actions, mark_actions, photos
from kaoqin.phones.models import PunchPhoto, Record
from kaoqin.phones.words import PHOTO, Demand, Outside, Way, Ways
from kaoqin.punches.models import Punch
from kaoqin.security.models import AccessRecord
from kaoqin.security.words import Look
from travelling import picture

MINUTE = dt.timedelta(minutes=1)
TOLD = {"by": make.ROOT, "at": make.NOW}


def ask_for(cast, demand, outside=Outside.FIELD, ways=(Way.GPS, Way.NETWORK)):
    """What Chen's group asks for; Chen may be located."""
    rules = Ways(ways=ways, photo=demand, outside=outside, note_needed=False)
    actions.keep_ways(cast.day_group, make.SINCE, rules, **TOLD)


def consent(cast, given=True):
    choosing.choose(PHOTO, given, PHOTO.version, by=cast.by("chen"), at=make.NOW, today=make.TODAY)


@pytest.fixture
def chen(cast):
    """Chen's phone, at the office; Chen agrees to position and photos."""
    office(("site_id", cast.site.pk))
    agree(cast.by("chen"))
    consent(cast)
    return Handset(cast.by("chen"))


class Shot:
    """A photo as a phone takes it."""

    def __init__(self):
        self.key, self.content = uuid.uuid4(), picture(64, 48)

    @property
    def named(self):
        return {"id": str(self.key), "sha256": hashlib.sha256(self.content).hexdigest()}

    def bring(self, by, at=make.NOW, content=None):
        return photos.bring(self.key, content or self.content, by=by, at=at, today=make.TODAY)


def press(phone, north_m=0, shot=None, at=make.NOW, **told):
    """A punch some metres north of the office: its state and flags."""
    here = None if north_m is None else point(north_m)
    answer = phone.send(phone.record(at, point=here, photo=shot and shot.named, **told), at=at)[0]
    return answer.state, Record.objects.latest("pk").flags


@pytest.mark.parametrize(
    ("demand", "north_m", "state"),
    [
        (Demand.NEVER, 0, "counted"),
        (Demand.NEVER, 900, "field"),
        (Demand.OUTSIDE, 0, "counted"),
        (Demand.OUTSIDE, 210, "counted"),
        (Demand.OUTSIDE, 900, "held"),
        (Demand.ALWAYS, 0, "held"),
        (Demand.ALWAYS, 900, "held"),
    ],
)
def test_a_punch_without_the_photo_that_is_asked_for_waits(cast, chen, demand, north_m, state):
    ask_for(cast, demand)
    assert press(chen, north_m) == (state, ["no_photo"] if state == "held" else [])


@pytest.mark.parametrize(("north_m", "state"), [(0, "counted"), (900, "field")])
def test_with_the_photo_it_counts_as_ever(cast, chen, north_m, state):
    ask_for(cast, Demand.ALWAYS)
    shot = Shot()
    shot.bring(cast.by("chen"))
    assert press(chen, north_m, shot) == (state, [])
    assert PunchPhoto.objects.get().record == Record.objects.get()


@pytest.mark.parametrize(
    ("minutes", "state", "flags", "punches"),
    [(1, "counted", [], 1), (30, "counted", [], 1), (31, "held", ["photo_late"], 0)],
)
def test_a_photo_that_comes_after_its_record(cast, chen, minutes, state, flags, punches):
    ask_for(cast, Demand.ALWAYS)
    shot = Shot()
    record = chen.record(point=point(), photo=shot.named)
    answer = chen.send(record)[0]
    assert (answer.state, answer.sentence) == ("held", "已收到,现场照片传到后计入。")
    assert (Record.objects.get().flags, Punch.objects.count()) == (["photo_awaited"], 0)
    shot.bring(cast.by("chen"), make.NOW + minutes * MINUTE)
    shot.bring(cast.by("chen"), make.NOW + (minutes + 1) * MINUTE)
    row = Record.objects.get()
    assert (row.state, row.flags, Punch.objects.count()) == (state, flags, punches)
    assert chen.send(record)[0].state == "known"


def test_what_else_holds_a_record_holds_it_when_its_photo_is_there(cast, chen):
    ask_for(cast, Demand.ALWAYS, Outside.REVIEW)
    shot = Shot()
    assert press(chen, 900, shot) == ("held", ["photo_awaited"])
    shot.bring(cast.by("chen"))
    assert (Record.objects.get().state, Record.objects.get().flags, Punch.objects.count()) == ("held", [], 0)


def test_what_was_decided_before_the_photo_came_stays(cast, chen):
    ask_for(cast, Demand.ALWAYS)
    shot = Shot()
    press(chen, 0, shot)
    actions.decide(Record.objects.get(), False, "不在", by=cast.by("wang"), at=make.NOW, today=make.TODAY)
    shot.bring(cast.by("chen"))
    assert (Punch.objects.count(), Record.objects.get().flags) == (0, [])


def test_another_picture_under_the_same_id_is_not_the_one_that_was_signed(cast, chen):
    ask_for(cast, Demand.ALWAYS)
    signed, other = Shot(), picture(80, 48)
    assert press(chen, 0, signed) == ("held", ["photo_awaited"])
    with pytest.raises(Refusal, match="不是打卡时签名的那张"):
        signed.bring(cast.by("chen"), content=other)
    swapped = Shot()
    swapped.bring(cast.by("chen"))
    swapped.content = other
    assert press(chen, 0, swapped) == ("held", ["photo_other"])


def test_a_photo_is_of_one_record_and_another_s_is_none(cast, chen):
    ask_for(cast, Demand.ALWAYS)
    shot = Shot()
    shot.bring(cast.by("chen"))
    assert [press(chen, 0, shot)[1] for _ in range(2)] == [[], ["photo_other"]]
    choosing.choose(PHOTO, True, PHOTO.version, by=cast.by("wang"), at=make.NOW, today=make.TODAY)
    theirs = Shot()
    theirs.bring(cast.by("wang"))
    assert press(chen, 0, theirs) == ("held", ["photo_awaited"])
    assert PunchPhoto.objects.get(employee=cast.wang).record is None


def test_without_consent_no_photo_is_kept_and_a_screen_does(cast, chen):
    ask_for(cast, Demand.ALWAYS, ways=(Way.GPS, Way.NETWORK))
    actions.add_network(cast.site, "总部无线", "203.0.113.0/24", make.SINCE, **TOLD)
    consent(cast, given=False)
    shot = Shot()
    with pytest.raises(Refusal, match="没有同意"):
        shot.bring(cast.by("chen"))
    assert press(chen, 0, shot) == ("held", ["no_photo"])
    assert not PunchPhoto.objects.exists()
    inside = replace(cast.by("chen"), address="203.0.113.7")
    answer = chen.send(chen.record(), by=inside)[0]
    assert (answer.state, Record.objects.latest("pk").way) == ("counted", "network")


def test_the_page_says_what_is_asked_for_and_what_else_there_is(cast, chen, enter):
    ask_for(cast, Demand.ALWAYS, ways=(Way.GPS, Way.QR))
    mark_actions.add_screen(cast.site, "一号楼大厅", make.SINCE, **TOLD)

    def look(north_m):
        told = {"point": point(north_m)}
        return enter("chen").post("/api/v1/phone/today", told, content_type="application/json").json()

    assert (look(0)["photo_needed"], look(0)["photo_sentence"]) == (True, "")
    ask_for(cast, Demand.OUTSIDE)
    assert [look(north_m)["photo_needed"] for north_m in (0, 900)] == [False, True]
    consent(cast, given=False)
    ask_for(cast, Demand.ALWAYS, ways=(Way.GPS, Way.QR))
    told = look(0)
    assert told["photo_needed"] is False
    assert (
        told["photo_sentence"]
        == "这里打卡要有现场照片。您没有同意拍照:可以用屏幕二维码、考勤机打卡,不需要照片;直接打卡由主管复核"
    )
    assert "我已阅读,同意打卡时拍现场照片" in enter("chen").get("/punch/").content.decode()


@pytest.fixture
def seen(cast, chen):
    """Chen's punch with a photo, which waits."""
    ask_for(cast, Demand.ALWAYS, Outside.REVIEW)
    shot = Shot()
    shot.bring(cast.by("chen"))
    press(chen, 900, shot)
    return PunchPhoto.objects.get()


def test_the_manager_and_oneself_see_it_and_nobody_else(cast, seen, enter):
    page = enter("wang").get(f"/phones/records/{seen.record_id}/").content.decode()
    address = page.split('src="/phones/photos/')[1].split('"')[0]
    answer = enter("wang").get(f"/phones/photos/{address}")
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200,
        "image/jpeg",
        "private, no-store",
    )
    assert [enter(who).get(f"/phones/photos/{address}").status_code for who in ("chen", "lin", "he", "outsider")] == [
        404
    ] * 4
    assert 'src="/phones/photos/' in enter("chen").get("/my/phone/").content.decode()
    assert "/phones/photos/" not in enter("lin").get("/my/phone/").content.decode()
    for who in ("lin", "zhao", "sun"):
        ticket = photos.address(seen, seen_by=cast.by(who), at=make.NOW).split("/")[-2]
        with pytest.raises(NotFound):
            photos.shown(ticket, seen_by=cast.by(who), at=make.NOW, today=make.TODAY)


@pytest.mark.parametrize(("minutes", "status"), [(10, 200), (10.1, 404)])
def test_its_address_is_good_for_ten_minutes(cast, seen, enter, clock, minutes, status):
    address = photos.address(seen, seen_by=cast.by("chen"), at=make.NOW)
    clock(make.NOW + minutes * MINUTE)
    assert enter("chen").get(address).status_code == status


def test_looking_is_remembered(cast, seen, enter):
    enter("wang").get(f"/phones/records/{seen.record_id}/")
    assert AccessRecord.objects.filter(employee_id=cast.chen.pk, what=Look.SPOT).count() == 1


def test_photos_end_with_the_consent_and_with_their_days(cast, seen, chen):
    def kept():
        return PunchPhoto.objects.exclude(path="").count(), kept_path(seen.path).exists()

    with override_settings(PUNCH_PHOTO_DAYS=180):
        assert photos.drop_old(make.NOW + 180 * make.DAY) == 0
        assert kept() == (1, True)
        assert photos.drop_old(make.NOW + 180 * make.DAY + MINUTE) == 1
    assert kept() == (0, False)
    assert PunchPhoto.objects.get().sha256, "that there was one is not forgotten"
    another = Shot()
    held = another.bring(cast.by("chen"))
    with transaction.atomic():
        consent(cast, given=False)
    assert not kept_path(held.path).exists()


def test_a_photo_nothing_names_goes_after_a_week(cast, chen):
    Shot().bring(cast.by("chen"))
    assert photos.drop_old(make.NOW + photos.WAITS_FOR) == 0
    assert photos.drop_old(make.NOW + photos.WAITS_FOR + MINUTE) == 1
    assert not PunchPhoto.objects.exists()


def test_a_night_that_was_stopped_among_the_files_is_finished_by_the_next(cast, chen, monkeypatch):
    monkeypatch.setattr(pictures, "DROPPED_AT_ONCE", 2)
    paths = [kept_path(Shot().bring(cast.by("chen")).path) for _ in range(4)]
    week = make.NOW + photos.WAITS_FOR + MINUTE
    with monkeypatch.context() as broken:
        broken.setattr(pictures, "kept_path", lambda name: unwritable if name == paths[3].name else kept_path(name))
        unwritable = Mock(unlink=Mock(side_effect=OSError("full")))
        with pytest.raises(OSError, match="full"):
            photos.drop_old(week)
    assert [path.exists() for path in paths] == [False, False, False, True]
    named = set(PunchPhoto.objects.exclude(path="").values_list("path", flat=True))
    assert named == {paths[2].name, paths[3].name}, "a file that is left is named, and one that is gone is cleared next"
    assert photos.drop_old(week) == 2
    assert (PunchPhoto.objects.exists(), paths[3].exists()) == (False, False)


def test_over_http_for_whoever_took_it_only(cast, chen, enter):
    def send(who, shot, employee):
        told = {"key": str(shot.key), "employee": employee, "file": SimpleUploadedFile("a.jpg", shot.content)}
        answer = enter(who).post("/api/v1/phone/photos", told)
        return answer.status_code, answer.json().get("code")

    shot, large, none = Shot(), Shot(), Shot()
    large.content, none.content = b"\xff" * (photos.LARGEST + 1), b"?"
    assert send("chen", shot, cast.chen.pk) == (200, None)
    assert send("chen", shot, cast.chen.pk) == (200, None)
    assert send("wang", shot, cast.chen.pk) == (403, "phones.another")
    assert send("chen", large, cast.chen.pk) == (409, "core.photo_large")
    assert send("chen", none, cast.chen.pk) == (409, "core.no_photo")
    assert send("wang", Shot(), cast.wang.pk) == (409, "phones.photo_consent")
    assert PunchPhoto.objects.count() == 1


def test_not_too_many_wait(cast, chen, monkeypatch):
    monkeypatch.setattr(photos, "MOST_WAITING", 1)
    Shot().bring(cast.by("chen"))
    with pytest.raises(Refusal, match="太多"):
        Shot().bring(cast.by("chen"))
