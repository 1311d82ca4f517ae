"""Told once, in everybody's own language, by the ways they chose; read, and taken back."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

import make
from kaoqin.core.sentences import Sentence
from kaoqin.core.words import NotFound, Refusal
from kaoqin.notices import actions, queries
from kaoqin.notices.actions import Preferences
from kaoqin.notices.models import Choice, Delivery, Notice
from kaoqin.notices.queries import Rule
from kaoqin.notices.words import ANNOUNCEMENT, TEST, Channel, notice_kinds
from kaoqin.security.words import permissions

MINUTE = dt.timedelta(minutes=1)
LATER = make.NOW + MINUTE


def tell(cast, *who, kind=TEST, key="1", title="请看", body="", link="", at=make.NOW):
    return actions.tell(kind, [cast.accounts[one].pk for one in who], title, body, link, key=key, at=at)


def inbox(cast, who):
    return [queries.words(one)[0] for one in queries.inbox(seen_by=cast.by(who))]


def test_everybody_is_told_once_however_often_it_is_said(cast):
    assert tell(cast, "chen", "wang") == 2
    assert tell(cast, "chen", "wang", "he", title="又一次") == 1
    assert tell(cast, "chen", key="2", title="另一件") == 1
    assert (inbox(cast, "chen"), inbox(cast, "he"), inbox(cast, "zhao")) == (["另一件", "请看"], ["又一次"], [])


def test_who_may_not_log_in_is_told_nothing(cast):
    cast.accounts["chen"].is_active = False
    cast.accounts["chen"].save()
    assert tell(cast, "chen", "wang") == 1
    assert queries.accounts_of([cast.chen.pk, cast.wang.pk]) == [cast.accounts["wang"].pk]


def test_each_reads_it_in_the_own_language(cast):
    tell(cast, "chen", title=Sentence("发布公告:{title}", title="年会"))
    notice = Notice.objects.get()
    assert queries.words(notice)[0] == "发布公告:年会"
    with translation.override("en"):
        assert queries.words(notice)[0] != "发布公告:年会"
        assert "年会" in queries.words(notice)[0]


@pytest.mark.parametrize("link", ["https://elsewhere.example/", "//elsewhere.example/", "days/", "/\\elsewhere"])
def test_a_link_does_not_lead_out_of_the_house(cast, link):
    with pytest.raises(ValueError, match=r".+"):
        tell(cast, "chen", link=link)


def test_a_kind_nobody_declared_fails_at_once(cast):
    with pytest.raises(KeyError):
        tell(cast, "chen", kind="notices.misspelt")


def test_reading_is_remembered_from_the_first_time_and_stops_what_waits(cast, mailing):
    tell(cast, "chen", kind=TEST)
    notice = Notice.objects.get()
    assert queries.unread_count(seen_by=cast.by("chen")) == 1
    actions.mark_read(notice.pk, by=cast.by("chen"), at=LATER)
    actions.mark_read(notice.pk, by=cast.by("chen"), at=LATER + MINUTE)
    assert queries.receipts(TEST, "1") == {cast.accounts["chen"].pk: LATER}
    assert queries.unread_count(seen_by=cast.by("chen")) == 0
    assert Delivery.objects.get().state == "dropped"


def test_nobody_reads_for_another(cast):
    tell(cast, "chen")
    with pytest.raises(NotFound):
        actions.mark_read(Notice.objects.get().pk, by=cast.by("wang"), at=LATER)
    assert actions.mark_all_read(by=cast.by("wang"), at=LATER) == 0
    assert actions.mark_all_read(by=cast.by("chen"), at=LATER) == 1


def test_what_is_taken_back_leaves_inboxes_and_does_not_go_out(cast, mailing):
    tell(cast, "chen", "wang")
    assert actions.take_back(TEST, "1", at=LATER) == 2
    assert inbox(cast, "chen") == []
    assert set(Delivery.objects.values_list("state", flat=True)) == {"dropped"}
    with pytest.raises(NotFound):
        queries.notice(Notice.objects.first().pk, seen_by=cast.by("chen"))


def test_telling_costs_the_same_for_many(cast, mailing):
    def cost(key, *who):
        with CaptureQueriesContext(connection) as asked:
            tell(cast, *who, key=key)
        return len(asked)

    few = cost("1", "chen")
    assert cost("2", "chen", "wang", "lin", "zhao", "he", "sun", "qian") == few


def channels(cast, who):
    return set(Delivery.objects.filter(notice__account=cast.accounts[who]).values_list("channel", flat=True))


def choose(cast, who, kind, channel, wanted, **told):
    wishes = {(kind, channel): wanted}
    actions.choose(Preferences(wishes, **told), by=cast.by(who), at=make.NOW)


def test_mail_goes_to_whom_the_company_and_the_person_let_it(cast, mailing):
    tell(cast, "chen", "wang", "lin")  # Lin has no address
    assert (channels(cast, "chen"), channels(cast, "lin")) == ({"email"}, set())
    choose(cast, "chen", TEST, Channel.EMAIL, False)
    tell(cast, "chen", "wang", key="2")
    assert Delivery.objects.filter(notice__key="2").get().notice.account == cast.accounts["wang"]


def test_without_a_mail_server_nothing_waits_for_one(cast):
    tell(cast, "chen")
    assert not Delivery.objects.exists()


def test_a_choice_that_is_the_companys_is_not_kept_so_that_it_follows(cast, mailing):
    choose(cast, "chen", TEST, Channel.EMAIL, True)
    assert not Choice.objects.exists()
    actions.fix_company({(TEST, Channel.EMAIL): Rule(False, False)}, by=cast.by("sun"), at=make.NOW)
    tell(cast, "chen")
    assert channels(cast, "chen") == set()


@pytest.mark.parametrize(("rule", "reached"), [(Rule(True, True), True), (Rule(False, True), False)])
def test_what_the_company_fixed_nobody_changes(cast, mailing, rule, reached):
    choose(cast, "chen", TEST, Channel.EMAIL, False)
    actions.fix_company({(TEST, Channel.EMAIL): rule}, by=cast.by("sun"), at=make.NOW)
    choose(cast, "chen", TEST, Channel.EMAIL, not rule.wanted)
    tell(cast, "chen")
    assert bool(channels(cast, "chen")) == reached


def test_what_a_kind_fixes_the_company_does_not_change_either(cast, mailing, monkeypatch):
    kinds = notice_kinds()
    fixed = kinds[ANNOUNCEMENT].__class__(ANNOUNCEMENT, "公告", fixed=frozenset({Channel.EMAIL}))
    monkeypatch.setattr("kaoqin.notices.words._kinds", {**kinds, ANNOUNCEMENT: fixed})
    actions.fix_company({(ANNOUNCEMENT, Channel.EMAIL): Rule(False, True)}, by=cast.by("sun"), at=make.NOW)
    assert tell(cast, "chen", kind=ANNOUNCEMENT) == 1
    assert channels(cast, "chen") == {"email"}


def test_quiet_hours_hold_the_ways_out_but_not_the_inbox(cast, mailing):
    night = dt.datetime(2026, 11, 20, 15, 0, tzinfo=dt.UTC)  # eleven at night
    actions.fix_company({(ANNOUNCEMENT, Channel.EMAIL): Rule(True, False)}, by=cast.by("sun"), at=make.NOW)
    choose(cast, "chen", TEST, Channel.EMAIL, True, quiet_from=22 * 60, quiet_until=7 * 60)
    tell(cast, "chen", "wang", kind=ANNOUNCEMENT, at=night)
    tell(cast, "chen", kind=TEST, at=night)  # urgent
    due = {(one.notice.account.username, one.notice.kind): one for one in Delivery.objects.select_related("notice")}
    assert due["wang", ANNOUNCEMENT].due_at == due["chen", TEST].due_at == night
    assert due["chen", ANNOUNCEMENT].due_at == dt.datetime(2026, 11, 20, 23, 0, tzinfo=dt.UTC)
    assert len(inbox(cast, "chen")) == 2


@pytest.mark.parametrize("times", [{"quiet_from": 60}, {"quiet_until": 60}, {"quiet_from": 60, "quiet_until": 60}])
def test_quiet_hours_begin_and_end(cast, times):
    with pytest.raises(Refusal):
        actions.choose(Preferences({}, **times), by=cast.by("chen"), at=make.NOW)


def test_the_address_of_an_employee_is_hrs_that_of_others_their_own(cast, mailing):
    for who in ("chen", "sun"):
        actions.choose(Preferences({}, email="private@mail.example"), by=cast.by(who), at=make.NOW)
    ids = [cast.accounts[who].pk for who in ("chen", "sun")]
    assert set(queries.mailboxes(ids).values()) == {"chen@plant.example", "private@mail.example"}


def test_kinds_belong_to_their_room_and_have_a_label():
    rooms = {code.split(".")[0] for code in permissions()}
    assert {code.split(".")[0] for code in notice_kinds()} <= rooms
    assert all(one.label and one.fixed <= one.channels for one in notice_kinds().values())
