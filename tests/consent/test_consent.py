"""Who agreed to what: recorded once, one trait at a time, withdrawn by oneself, ended by leaving."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

import make
from kaoqin.consent import actions, nightly, queries
from kaoqin.consent.actions import Giving
from kaoqin.consent.models import ConsentEntry, Notice
from kaoqin.consent.words import Manner, Trait
from kaoqin.core import outcomes
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.security.models import AuditEntry

FACE, FINGER = Trait.FACE, Trait.FINGERPRINT


@pytest.fixture
def give(cast, notice):
    def said(*traits, employee=cast.chen, on=make.TODAY, text=notice, by=None):
        givings = [Giving(employee, trait, on, text) for trait in traits]
        return actions.give_all(givings, today=make.TODAY, by=by or cast.by("he"), at=make.NOW)

    return said


@pytest.fixture
def ended(monkeypatch):
    """Whose consents were told to have ended."""
    heard = []
    monkeypatch.setitem(outcomes._listeners, "consent.ended", [lambda pairs, **_: heard.extend(pairs)])
    return heard


def in_force(employee, on=make.TODAY):
    with transaction.atomic():
        return {trait for _, trait in queries.hold_in_force([employee.pk], on)}


def withdraw(employee, *traits, by):
    return actions.withdraw(employee, traits, today=make.TODAY, by=by, at=make.NOW)


def test_each_trait_is_agreed_to_for_itself(cast, give):
    assert in_force(cast.chen) == set()
    assert give(FACE) == 1
    assert in_force(cast.chen) == {FACE}
    assert in_force(cast.lin) == set()


def test_the_same_consent_to_the_same_text_is_recorded_once_and_to_a_new_text_anew(cast, give):
    assert (give(FACE), give(FACE, FINGER)) == (1, 1)
    newer = actions.publish_notice("我们改了。", by=cast.by("he"), at=make.NOW)
    assert give(FACE, text=newer) == 1
    assert [entry.notice.version for entry in queries.history(cast.chen) if entry.trait == FACE] == [2, 1]


def test_what_is_recorded_says_who_recorded_it_how_and_to_which_text(cast, give, notice):
    give(FACE, on=make.day("11-02"))
    entry = ConsentEntry.objects.get()
    assert (entry.on, entry.manner, entry.notice, entry.recorded_by) == (
        make.day("11-02"),
        Manner.PAPER,
        notice,
        cast.accounts["he"],
    )
    assert "陈大白(00013)同意保存人脸:纸质签字,告知书第 1 版" in AuditEntry.objects.latest("pk").said


def test_somebody_withdraws_ones_own_as_easily_as_it_was_given(cast, give, notice, ended):
    chen = cast.by("chen")
    assert actions.give_own([FACE, FINGER], 1, today=make.TODAY, by=chen, at=make.NOW) == 2
    assert withdraw(cast.chen, FACE, by=chen) == 1
    assert (in_force(cast.chen), ended) == ({FINGER}, [(cast.chen.pk, FACE)])
    assert [entry.manner for entry in queries.history(cast.chen)] == [Manner.SELF] * 3


def test_what_was_never_given_is_not_withdrawn(cast, ended):
    assert withdraw(cast.chen, FACE, by=cast.by("he")) == 0
    assert (ended, ConsentEntry.objects.count()) == ([], 0)


def test_a_withdrawn_consent_may_be_given_again(cast, give):
    give(FACE)
    withdraw(cast.chen, FACE, by=cast.by("he"))
    assert give(FACE) == 1
    assert in_force(cast.chen) == {FACE}


@pytest.mark.parametrize("who", ["chen", "wang", "sun", "qian"])
def test_only_hr_records_or_withdraws_for_others(cast, give, who):
    with pytest.raises(NotAllowed):
        give(FACE, employee=cast.lin, by=cast.by(who))
    with pytest.raises(NotAllowed):
        withdraw(cast.lin, FACE, by=cast.by(who))


def test_a_day_to_come_is_refused_and_today_is_not(give):
    with pytest.raises(Refusal) as refused:
        give(FACE, on=make.TODAY + make.DAY)
    assert refused.value.code == "consent.future"
    assert give(FACE) == 1


def test_the_day_after_the_last_day_ends_what_was_given(cast, give, ended, clock):
    give(FACE)
    make.leave(cast.chen, make.TODAY)
    nightly.end_consents(0)
    assert (in_force(cast.chen), ended) == ({FACE}, [])
    clock(make.NOW + make.DAY)
    assert in_force(cast.chen, make.TODAY + make.DAY) == set()
    nightly.end_consents(0)
    assert ended == [(cast.chen.pk, FACE)]
    assert queries.standings(cast.chen)[1].entry.get_state_display() == "离职终止"
    nightly.end_consents(0)
    assert len(ended) == 1


def test_whoever_has_left_cannot_agree(cast, give):
    make.leave(cast.chen, make.TODAY - make.DAY)
    with pytest.raises(Refusal) as refused:
        give(FACE)
    assert refused.value.code == "consent.left"


def test_the_text_that_was_read_must_be_the_newest(cast, notice):
    actions.publish_notice("更新。", by=cast.by("he"), at=make.NOW)
    with pytest.raises(Refusal) as refused:
        actions.give_own([FACE], 1, today=make.TODAY, by=cast.by("chen"), at=make.NOW)
    assert refused.value.code == "consent.newer_notice"


def test_a_text_that_says_the_same_is_no_new_version(cast, notice):
    with pytest.raises(Refusal) as refused:
        actions.publish_notice(f" {notice.text} ", by=cast.by("he"), at=make.NOW)
    assert refused.value.code == "consent.same_text"


@pytest.mark.parametrize("table", [ConsentEntry, Notice])
def test_the_database_refuses_every_change(give, table):
    give(FACE)
    name = table._meta.db_table
    for change in (f"UPDATE {name} SET id = 0", f"DELETE FROM {name}"):  # noqa: S608 - a table of ours
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert table.objects.count() == 1


def test_nobody_agrees_in_the_future_of_another_zone(clock, give):
    clock(dt.datetime(2026, 11, 20, 15, 59, tzinfo=dt.UTC))
    assert timezone.localdate(timezone.now()) == make.TODAY
    assert give(FACE) == 1
