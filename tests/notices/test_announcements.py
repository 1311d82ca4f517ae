"""Announcements: to whom, from when until when, read and confirmed, counted, withdrawn."""

import datetime as dt

import pytest

import make
from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.notices import publishing, queries
from kaoqin.notices.models import Announcement, Notice, Reading
from kaoqin.notices.publishing import Draft, tell_begun
from kaoqin.security.words import Role, Scope, ScopeKind

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


def publish(cast, title="年会", who="he", **told):
    return publishing.publish(Draft(title, "周五下午三点。", **told), by=cast.by(who), at=make.NOW)


def posted(cast, who, at=make.NOW, on=make.TODAY):
    return [one.title for one in queries.posted_now(at, on, seen_by=cast.by(who))]


def read(cast, who, announcement, at=make.NOW):
    publishing.read(announcement, by=cast.by(who), at=at)


def confirm(cast, who, announcement, at=make.NOW):
    publishing.confirm(announcement, by=cast.by(who), at=at)


def test_everybody_sees_it_until_it_is_read(cast):
    made = publish(cast)
    assert posted(cast, "chen") == posted(cast, "zhao") == ["年会"]
    assert posted(cast, "outsider") == [], "who is nobody here"
    read(cast, "chen", made)
    assert (posted(cast, "chen"), posted(cast, "zhao")) == ([], ["年会"])


def test_one_that_must_be_confirmed_stays_until_it_is(cast):
    made = publish(cast, must_confirm=True)
    read(cast, "chen", made)
    assert posted(cast, "chen") == ["年会"]
    confirm(cast, "chen", made, make.NOW + HOUR)
    confirm(cast, "chen", made, make.NOW + 2 * HOUR)
    assert posted(cast, "chen") == []
    reading = Reading.objects.get()
    assert (reading.read_at, reading.confirmed_at) == (make.NOW, make.NOW + HOUR)


def test_a_department_counts_with_all_below_it(cast):
    publish(cast, departments=(cast.sales,))
    assert {who: bool(posted(cast, who)) for who in ("wang", "lin", "zhao", "he")} == {
        "wang": True,
        "lin": True,
        "zhao": False,
        "he": False,
    }


def test_a_site_or_a_department(cast):
    other = make.site("苏州")
    cast.zhao.postings.update(site=other)
    publish(cast, departments=(cast.field,), sites=(other,))
    assert [who for who in ("lin", "zhao", "chen") if posted(cast, who)] == ["lin", "zhao"]


def test_who_joins_later_sees_it_too(cast):
    publish(cast, departments=(cast.plant,))
    new = make.employee("新人", where=cast.plant)
    cast.accounts["new"] = make.account("new", employee=new)
    assert posted(cast, "new") == ["年会"]


@pytest.mark.parametrize(("moment", "shown"), [(-MINUTE, False), (dt.timedelta(), True)])
def test_it_begins_when_it_is_to(cast, moment, shown):
    made = publish(cast, begins_at=make.NOW + HOUR)
    at = make.NOW + HOUR + moment
    assert bool(posted(cast, "chen", at)) == shown
    assert tell_begun(at) == shown
    assert Notice.objects.filter(account=cast.accounts["chen"]).exists() == shown
    if not shown:
        with pytest.raises(NotFound):
            queries.own_announcement(made.pk, at, make.TODAY, seen_by=cast.by("chen"))


def test_it_ends_after_its_last_day_and_can_still_be_read(cast):
    made = publish(cast, ends_on=make.TODAY + DAY)
    assert posted(cast, "chen", make.NOW + DAY, make.TODAY + DAY) == ["年会"]
    assert posted(cast, "chen", make.NOW + 2 * DAY, make.TODAY + 2 * DAY) == []
    assert queries.own_announcement(made.pk, make.NOW + 2 * DAY, make.TODAY + 2 * DAY, seen_by=cast.by("chen"))


def test_everybody_it_is_for_is_told_once(cast):
    made = publish(cast, departments=(cast.sales,))
    assert (tell_begun(make.NOW), tell_begun(make.NOW)) == (1, 0)
    told = Notice.objects.filter(kind="notices.announcement")
    assert set(told.values_list("account__username", flat=True)) == {"wang", "chen", "lin"}
    read(cast, "chen", made, make.NOW + MINUTE)
    assert told.get(account=cast.accounts["chen"]).read_at == make.NOW + MINUTE


def test_one_that_is_withdrawn_is_gone_everywhere_but_from_the_record(cast):
    made = publish(cast)
    read(cast, "chen", made)
    tell_begun(make.NOW)
    publishing.withdraw(made, by=cast.by("he"), at=make.NOW)
    assert posted(cast, "zhao") == []
    assert not queries.inbox(seen_by=cast.by("zhao")).exists()
    assert queries.reading_counts(made, make.TODAY, seen_by=cast.by("he")).read == 1
    with pytest.raises(Refusal):
        publishing.withdraw(made, by=cast.by("he"), at=make.NOW)


def test_one_withdrawn_before_it_begins_is_told_to_nobody(cast):
    made = publish(cast, begins_at=make.NOW + HOUR)
    publishing.withdraw(made, by=cast.by("he"), at=make.NOW)
    assert tell_begun(make.NOW + HOUR) == 0


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"begins_at": make.NOW - MINUTE}, "begins_at"),
        ({"begins_at": make.NOW + 2 * DAY, "ends_on": make.TODAY + DAY}, "ends_on"),
        ({"ends_on": make.TODAY - DAY}, "ends_on"),
    ],
)
def test_times_that_cannot_be(cast, told, field):
    with pytest.raises(Refusal) as refused:
        publish(cast, **told)
    assert refused.value.field == field


def test_hr_of_a_department_announces_to_that_and_below_only(cast):
    scope = Scope(ScopeKind.DEPARTMENT, cast.sales.pk)
    cast.accounts["part"] = make.account("part", (Role.HR, scope))
    made = publish(cast, who="part", departments=(cast.field,))
    for told in ({}, {"departments": (cast.plant,)}, {"sites": (cast.site,)}):
        with pytest.raises(NotAllowed):
            publish(cast, who="part", **told)
    publishing.withdraw(made, by=cast.by("part"), at=make.NOW)
    with pytest.raises(NotAllowed):
        publishing.withdraw(publish(cast), by=cast.by("part"), at=make.NOW)
    with pytest.raises(NotAllowed):
        publish(cast, who="wang")
    assert Announcement.objects.count() == 2


def test_statistics_count_whom_it_is_for(cast):
    made = publish(cast, departments=(cast.sales,), must_confirm=True)
    make.employee("没有账号", where=cast.field)
    gone = make.employee("离职", where=cast.field)
    make.leave(gone, make.day("11-10"))
    read(cast, "chen", made)
    confirm(cast, "lin", made)
    counts = queries.reading_counts(made, make.TODAY, seen_by=cast.by("he"))
    assert (counts.people, counts.read, counts.confirmed, counts.without_account) == (4, 2, 1, 1)
    assert counts.percent == 50


def test_nobody_confirms_what_is_not_for_them(cast):
    made = publish(cast, departments=(cast.plant,), must_confirm=True)
    with pytest.raises(NotFound):
        confirm(cast, "chen", made)
