"""Photos of visits: who sees one, for how long, and what becomes of one that is not used."""

import datetime as dt
import uuid
from pathlib import Path

import pytest
from django.conf import settings

import make
from kaoqin.core.pictures import SHOWN_FOR
from kaoqin.core.words import NotFound, Refusal
from kaoqin.field import photos
from kaoqin.field.models import Visit, VisitPhoto
from kaoqin.security.models import AuditEntry
from travelling import Traveller, customer, kind, picture


@pytest.fixture
def seen(cast):
    """Lin's visit with a photo."""
    return Traveller(cast.by("lin")).visit(customer(cast.lin), kind(), photos=[picture()]).photos.get()


def test_a_photo_is_shown_to_whom_its_address_was_made_for_only(cast, seen, enter):
    address = photos.address(seen, seen_by=cast.by("wang"), at=make.NOW)
    answer = enter("wang").get(address)
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200,
        "image/jpeg",
        "private, no-store",
    )
    assert [enter(who).get(address).status_code for who in ("lin", "zhao", "he", "outsider")] == [404] * 4
    assert enter("").get(address).status_code == 302


@pytest.mark.parametrize(("minutes", "status"), [(0, 200), (10, 200), (10.1, 404)])
def test_after_ten_minutes_it_is_gone(cast, seen, enter, clock, minutes, status):
    address = photos.address(seen, seen_by=cast.by("lin"), at=make.NOW)
    clock(make.NOW + minutes * SHOWN_FOR / 10)
    assert enter("lin").get(address).status_code == status


def test_an_address_cannot_be_made_up_or_changed(cast, seen, enter):
    address = photos.address(seen, seen_by=cast.by("lin"), at=make.NOW)
    forged = address.replace(f"/{seen.pk}.", f"/{seen.pk + 1}.")
    assert [enter("lin").get(one).status_code for one in (forged, "/field/photos/1/", "/field/photos/1.2.3:x/")] == [
        404
    ] * 3


def test_whoever_may_see_the_visit_no_more_sees_no_photo(cast, seen):
    address = photos.address(seen, seen_by=cast.by("wang"), at=make.NOW).split("/")[-2]
    cast.accounts["wang"].grants.all().delete()
    with pytest.raises(NotFound):
        photos.shown(address, seen_by=cast.by("wang"), at=make.NOW)


def test_files_lie_outside_of_what_is_served_under_names_nobody_can_guess(seen):
    path = photos.kept_path(seen.path)
    assert path.parent == Path(settings.MEDIA_ROOT)
    assert (path.exists(), len(path.stem)) == (True, 22)


def test_another_s_photo_is_not_taken_by_naming_it(cast, seen):
    lin, zhao = Traveller(cast.by("lin")), Traveller(cast.by("zhao"))
    key = lin.photo(picture())
    zhao.check_in(customer(cast.zhao), kind("另一种"))
    zhao.send(zhao.record(kind="visit_out", about={"visit": zhao.last["id"], "photos": [key, str(seen.key)]}))
    assert Visit.objects.get(employee=cast.zhao).photos.count() == 0
    assert VisitPhoto.objects.get(pk=seen.pk).visit.employee == cast.lin


def test_the_same_photo_again_is_one_and_not_too_many_wait(cast, monkeypatch):
    told = {"by": cast.by("lin"), "at": make.NOW}
    key = uuid.uuid4()
    assert photos.keep_photo(key, picture(), **told) == photos.keep_photo(key, b"", **told)
    monkeypatch.setattr(photos, "MOST_WAITING", 1)
    with pytest.raises(Refusal, match="太多"):
        photos.keep_photo(uuid.uuid4(), picture(), **told)


def test_a_photo_whose_visit_never_came_goes_after_a_week(cast, seen):
    lin = Traveller(cast.by("lin"))
    lin.photo(picture())
    unused = photos.kept_path(VisitPhoto.objects.get(visit=None).path)
    assert photos.drop_unused(make.NOW + photos.WAITS_FOR) == 0
    assert photos.drop_unused(make.NOW + photos.WAITS_FOR + make.DAY) == 1
    assert (unused.exists(), VisitPhoto.objects.count()) == (False, 1)


def test_after_its_time_a_photo_is_gone_and_the_visit_says_that_there_was_one(cast, seen, enter):
    address, kept = photos.address(seen, seen_by=cast.by("wang"), at=make.NOW), Path(settings.MEDIA_ROOT) / seen.path
    assert photos.forget_old(seen.brought_at + 365 * make.DAY) == 0
    assert kept.exists()
    assert photos.forget_old(seen.brought_at + 365 * make.DAY + dt.timedelta(seconds=1)) == 1
    assert (kept.exists(), VisitPhoto.objects.get().path, VisitPhoto.objects.get().sha256) == (False, "", seen.sha256)
    assert enter("wang").get(address).status_code == 404
    page = enter("wang").get(f"/field/visits/{seen.visit_id}/").content.decode()
    assert "1 张照片已到保存期限,已删除" in page
    assert "没有照片。" not in page
    assert AuditEntry.objects.get(action="field.forget_photos").said == "按保存期限(365 天)删除 1 张拜访照片"
    assert photos.forget_old(seen.brought_at + 366 * make.DAY) == 0


def test_a_photo_comes_over_http(cast, enter):
    from django.core.files.uploadedfile import SimpleUploadedFile

    key, client = str(uuid.uuid4()), enter("lin")
    sent = {"key": key, "file": SimpleUploadedFile("a.jpg", picture(), "image/jpeg")}
    assert client.post("/api/v1/field/photos", sent).json() == {"key": key}
    bad = {"key": str(uuid.uuid4()), "file": SimpleUploadedFile("a.jpg", b"?")}
    assert client.post("/api/v1/field/photos", bad).json()["code"] == "core.no_photo"
    assert (
        enter("sun").post("/api/v1/field/photos", sent | {"file": SimpleUploadedFile("a", picture())}).status_code
        == 409
    )
