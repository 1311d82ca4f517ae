"""Whoever looks at the exact place, the way or the photo of another is told to them, on one page; one's own looks are not."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import make
from handset import point
from kaoqin.phones.models import Record
from kaoqin.security.audit import record_access
from kaoqin.security.models import AccessRecord
from kaoqin.security.words import Look
from kaoqin.tracks.models import TrackDay, TrackStay
from travelling import Traveller, customer, kind, picture


@pytest.fixture
def lin(cast):
    """Lin punches at no place, visits a customer with a photo, and has a track with a stay."""
    phone = Traveller(cast.by("lin"))
    phone.send(phone.record(point=point()))
    visit = phone.visit(customer(cast.lin), kind(), photos=[picture()])
    day = TrackDay.objects.create(employee=cast.lin, date=make.TODAY, zone="Asia/Shanghai", waits=False)
    TrackStay.objects.create(day=day, arrived_s=33_000, left_s=34_000, latitude=31.3, longitude=121.4)
    return {
        Look.RECORD: f"/phones/records/{Record.objects.get(kind='punch').pk}/",
        Look.VISIT: f"/field/visits/{visit.pk}/",
        Look.PHOTO: f"/field/visits/{visit.pk}/",
        Look.ROUTE: f"/field/days/{cast.lin.pk}/{make.TODAY}/",
        Look.TRACK: f"/tracks/{cast.lin.pk}/{make.TODAY}/",
        Look.HEAT: "/tracks/heat/",
    }


@pytest.mark.parametrize("what", [Look.RECORD, Look.VISIT, Look.PHOTO, Look.ROUTE, Look.TRACK, Look.HEAT])
def test_each_page_that_shows_it_is_remembered_and_told(cast, lin, enter, what):
    assert enter("wang").get(lin[what]).status_code == 200
    told = AccessRecord.objects.get(what=what)
    assert (told.employee_id, told.account.name, told.page) == (cast.lin.pk, "wang", lin[what])
    page = enter("lin").get("/my/looks/").content.decode()
    assert ("wang" in page, str(what.label) in page) == (True, True)


def test_looking_at_oneself_is_none(cast, lin, enter):
    for what in (Look.VISIT, Look.ROUTE, Look.TRACK):
        assert enter("lin").get(lin[what]).status_code == 200
    assert not AccessRecord.objects.exists()
    assert "没有人看过" in enter("lin").get("/my/looks/").content.decode()


def test_who_may_not_see_it_has_not_looked(cast, lin, enter):
    for address in lin.values():
        assert enter("chen").get(address).status_code in {403, 404}
    assert not AccessRecord.objects.exists()


def test_everybody_reads_of_oneself_only(cast, enter):
    record_access(cast.by("he"), [cast.lin.pk], Look.FACTS, "/x/", at=make.NOW)
    assert "个人情况</td>" not in enter("chen").get("/my/looks/").content.decode()
    assert "没有人看过" in enter("sun").get("/my/looks/").content.decode()


def test_what_was_written_before_there_were_kinds_is_told_as_it_was(cast, enter):
    AccessRecord.objects.create(
        at=make.NOW, account=cast.accounts["he"], employee_id=cast.lin.pk, what="拜访路线", page="/x/"
    )
    assert "拜访路线" in enter("lin").get("/my/looks/").content.decode()


def test_the_page_is_reached_from_consents_and_counts_its_questions(cast, enter):
    def questions(count):
        for _ in range(count):
            record_access(cast.by("he"), [cast.lin.pk], Look.TRACK, "/x/", at=make.NOW)
        with CaptureQueriesContext(connection) as asked:
            enter("lin").get("/my/looks/")
        return len(asked)

    assert "/my/looks/" in enter("lin").get("/my/consents/").content.decode()
    assert questions(1) == questions(20)
