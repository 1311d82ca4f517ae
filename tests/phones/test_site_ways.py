"""The ways of a site: for the people who work there those hold and no others, while they are stated."""

import datetime as dt

import pytest

import make
from handset import Handset, agree, office, point
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.phones import actions, site_ways_actions
from kaoqin.phones.models import SiteWays
from kaoqin.phones.standing import Standing
from kaoqin.phones.words import Outside, Way, Ways

DAY = dt.timedelta(days=1)


@pytest.fixture
def group_says(cast):
    told = Ways(ways=(Way.GPS,), outside=Outside.FIELD, offline_hours=5)
    actions.keep_ways(cast.field_group, make.SINCE, told, by=make.ROOT, at=make.NOW)


def state(site, *ways, since=make.TODAY, until=None, by=make.ROOT):
    return site_ways_actions.state_site_ways(site, since, until, ways, by=by, at=make.NOW)


def end(stated, on):
    site_ways_actions.end_site_ways(stated, on, by=make.ROOT, at=make.NOW)


def ways(who, on=make.TODAY):
    return Standing(who.pk, on).ways.ways


def test_a_site_says_by_which_ways_and_the_group_all_the_rest(cast, group_says):
    state(cast.site, Way.QR, Way.NETWORK)
    found = Standing(cast.lin.pk, make.TODAY).ways
    assert (found.ways, found.outside, found.offline_hours) == ((Way.QR, Way.NETWORK), Outside.FIELD, 5)


def test_it_holds_from_its_day_to_its_day_and_for_the_people_of_that_site_only(cast, group_says):
    state(cast.site, Way.QR, until=make.TODAY + DAY)
    days = [make.TODAY - DAY, make.TODAY, make.TODAY + DAY, make.TODAY + 2 * DAY]
    assert [ways(cast.lin, day) for day in days] == [(Way.GPS,), (Way.QR,), (Way.QR,), (Way.GPS,)]
    elsewhere = make.employee("别处的人", there=make.site("苏州工厂"))
    assert ways(elsewhere) == Ways().ways


def test_a_newer_statement_ends_the_one_before_and_none_is_laid_under_a_later_one(cast):
    first = state(cast.site, Way.QR)
    second = state(cast.site, Way.GPS, since=make.TODAY + 3 * DAY)
    first.refresh_from_db()
    assert first.ends_on == make.TODAY + 2 * DAY
    for since in (make.TODAY, make.TODAY + 3 * DAY):
        with pytest.raises(Refusal, match="请从更晚的日子写起"):
            state(cast.site, Way.NFC, since=since)
    with pytest.raises(Refusal, match="更晚的规定"):
        end(first, second.begins_on)
    end(first, make.TODAY)
    assert [ways(cast.lin, make.TODAY + n * DAY) for n in range(4)] == [(Way.QR,), *[Ways().ways] * 2, (Way.GPS,)]


def test_nothing_stated_backwards_or_empty_or_by_others(cast):
    with pytest.raises(Refusal, match="至少选一种"):
        state(cast.site)
    with pytest.raises(Refusal, match="不能早于"):
        state(cast.site, Way.QR, until=make.TODAY - DAY)
    with pytest.raises(NotAllowed):
        state(cast.site, Way.QR, by=cast.by("wang"))
    made = state(cast.site, Way.QR)
    with pytest.raises(Refusal, match="不能早于"):
        end(made, make.TODAY - DAY)
    assert SiteWays.objects.get().ends_on is None


def test_a_punch_is_judged_by_the_ways_of_the_site(cast, group_says):
    office(("site_id", cast.site.pk))
    agree(cast.by("lin"))
    lin = Handset(cast.by("lin"))
    assert lin.send(lin.record(point=point()))[0].state == "counted"
    state(cast.site, Way.QR)
    assert lin.send(lin.record(point=point(), note="在门口"))[0].state == "held"


def test_the_pages_say_what_holds_and_why(cast, enter, group_says):
    he = enter("he")
    told = {"site": cast.site.pk, "ways": ["qr", "network"], "begins_on": "2026-11-20"}
    assert he.post("/phones/ways/new/", told).status_code == 302
    assert he.post("/phones/ways/new/", told).status_code == 422
    assert "办公网络" in he.get("/phones/ways/").content.decode()
    assert "地点另有规定的" in he.get(f"/groups/{cast.field_group.pk}/phone/").content.decode()
    said = f"(按地点「{cast.site.name}」的规定)"
    assert said in enter("lin").get("/punch/").content.decode()
    he = enter("he")
    assert he.post(f"/phones/ways/{SiteWays.objects.get().pk}/", {"ends_on": "2026-11-20"}).status_code == 302
    SiteWays.objects.update(begins_on=make.TODAY - DAY, ends_on=make.TODAY - DAY)
    page = enter("lin").get("/punch/").content.decode()
    assert said not in page
    assert "打卡方式:" not in page
