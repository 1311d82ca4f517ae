"""A place is changed from a day on: what was true stays, and the rules see the same place."""

import datetime as dt
from dataclasses import replace

import pytest

import make
from handset import OFFICE, Handset, agree, office, point
from kaoqin.core.places import Datum
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.phones import actions, place_actions
from kaoqin.phones.actions import PlaceDetails
from kaoqin.phones.models import Place, Record
from kaoqin.phones.standing import Standing
from kaoqin.security.models import AuditEntry

YESTERDAY = make.TODAY - dt.timedelta(days=1)
TOMORROW = make.TODAY + dt.timedelta(days=1)
WIDE = PlaceDetails("", Datum.WGS84, (OFFICE,), 800, make.TODAY, None, ("", 0))


def change(place, by=make.ROOT, **told):
    return place_actions.change_place(place, replace(WIDE, **told), by=by, at=make.NOW)


def days(rows):
    return [(one.begins_on, one.ends_on, one.radius_m) for one in rows.order_by("begins_on")]


def test_a_change_ends_the_version_before_on_the_day_before(cast):
    place = office(("site_id", cast.site.pk))
    made = change(place)
    assert days(Place.objects) == [(make.SINCE, YESTERDAY, 200), (make.TODAY, None, 800)]
    assert (made.name, made.site_id, made.stable_id) == (place.name, place.site_id, place.pk)
    third = change(made, begins_on=TOMORROW, radius_m=900)
    assert third.stable_id == place.pk
    found = {day: Standing(cast.lin.pk, day).places[0].radius_m for day in (YESTERDAY, make.TODAY, TOMORROW)}
    assert found == {YESTERDAY: 200, make.TODAY: 800, TOMORROW: 900}
    assert all(len(Standing(cast.lin.pk, day).places) == 1 for day in found)


def test_from_its_own_first_day_a_version_is_put_right(cast):
    place = office(("site_id", cast.site.pk))
    assert change(place, begins_on=make.SINCE).pk == place.pk
    assert days(Place.objects) == [(make.SINCE, None, 800)]
    told = AuditEntry.objects.get(action="phones.change_place").facts
    assert (told["before"]["radius_m"], told["after"]["radius_m"]) == (200, 800)


def test_what_was_true_is_not_changed(cast):
    place = office(("site_id", cast.site.pk))
    with pytest.raises(Refusal, match="不能从更早的日子改起"):
        change(place, begins_on=make.SINCE - dt.timedelta(days=1))
    change(place)
    with pytest.raises(Refusal, match="已经有更新的版本"):
        change(place, begins_on=YESTERDAY)
    with pytest.raises(Refusal, match="已经有更新的版本"):
        actions.end_place(place, TOMORROW, by=make.ROOT, at=make.NOW)
    with pytest.raises(Refusal, match="半径应为"):
        change(Place.objects.latest("pk"), radius_m=5)
    with pytest.raises(NotAllowed):
        change(Place.objects.latest("pk"), by=cast.by("wang"))
    assert days(Place.objects) == [(make.SINCE, YESTERDAY, 200), (make.TODAY, None, 800)]


def test_a_place_that_had_ended_begins_again_and_keeps_its_gap(cast):
    place = office(("site_id", cast.site.pk))
    ended = make.TODAY - dt.timedelta(days=5)
    actions.end_place(place, ended, by=make.ROOT, at=make.NOW)
    change(Place.objects.get())
    assert days(Place.objects) == [(make.SINCE, ended, 200), (make.TODAY, None, 800)]
    assert Standing(cast.lin.pk, YESTERDAY).places == []


def test_records_at_all_versions_are_at_one_place_for_the_rules(cast):
    place = office(("site_id", cast.site.pk))
    agree(cast.by("lin"))
    lin = Handset(cast.by("lin"))
    lin.send(lin.record(point=point()))
    change(place, begins_on=make.TODAY, corners=((OFFICE[0] + 0.002, OFFICE[1]),))
    later = make.NOW + dt.timedelta(minutes=5)
    lin.send(lin.record(later, point=point(taken_at=later)), at=later)
    assert Place.objects.count() == 2
    assert list(Record.objects.values_list("spot", flat=True)) == [f"place-{place.pk}"] * 2
    assert [round(one) for one in Record.objects.order_by("pk").values_list("off_m", flat=True)] == [0, 222]


def test_hr_changes_a_place_with_the_form_that_begins_with_what_it_is(cast, enter):
    place = office(("site_id", cast.site.pk), datum=Datum.GCJ02)
    he, where = enter("he"), f"/phones/places/{place.pk}/change/"
    page = he.get(where)
    shown = page.context["form"].initial
    assert (shown["latitude"], shown["datum"], shown["begins_on"]) == (OFFICE[0], "gcj02", make.TODAY)
    assert "name" not in page.context["form"].fields
    told = {"latitude": "31.23", "longitude": "121.47", "radius_m": "300", "datum": "wgs84", "begins_on": "2026-11-20"}
    assert he.post(where, told | {"begins_on": "2025-12-31"}).status_code == 422
    assert he.post(where, told).status_code == 302
    shown = he.get(f"/phones/places/{place.pk}/").content.decode()
    assert "各个版本" in shown
    assert where not in shown, "the version before is changed no more"
    assert (
        f"/phones/places/{Place.objects.latest('pk').pk}/change/"
        in he.get(f"/phones/places/{Place.objects.latest('pk').pk}/").content.decode()
    )


def test_a_polygon_is_changed_by_its_corners(cast, enter):
    corners = ((31.0, 121.0), (31.0, 121.1), (31.1, 121.1))
    place = office(("site_id", cast.site.pk), corners=corners, radius_m=None)
    he, where = enter("he"), f"/phones/places/{place.pk}/change/"
    assert he.get(where).context["form"].initial["corners"] == "31.0, 121.0\n31.0, 121.1\n31.1, 121.1"
    told = {"corners": "31, 121\n31, 121.2\n31.2, 121.2", "datum": "wgs84", "begins_on": "2026-11-21"}
    assert he.post(where, told).status_code == 302
    assert Place.objects.latest("pk").corners[2] == [31.2, 121.2]


def test_the_list_says_which_version_holds_and_an_old_one_is_no_form(cast, enter):
    place = office(("site_id", cast.site.pk))
    change(place)
    change(Place.objects.latest("pk"), begins_on=TOMORROW)
    he = enter("he")
    page = he.get("/phones/places/").content.decode()
    assert [page.count(f'-lt">{said}<') for said in ("已结束", "有效", "未开始")] == [1, 1, 1]
    answer = he.get(f"/phones/places/{place.pk}/change/")
    assert (answer.status_code, "请修改最新的那一版" in answer.content.decode()) == (409, True)
