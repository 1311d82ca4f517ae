"""Bodies of uploads are kept for as long as is chosen, and then emptied: once, by one narrow way, and on record."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

import make
from kaoqin.core.words import Refusal
from kaoqin.devices import actions, retention
from kaoqin.devices.models import BadUploadLine, RawUpload
from kaoqin.punches.models import Punch
from kaoqin.security.models import AuditEntry
from terminals import lines

LATER = make.NOW + dt.timedelta(days=731)


@pytest.fixture
def upload(terminal):
    """Two punches of Chen that arrived now."""
    terminal.post("cdata", lines("11-20 08:00:00", "11-20 09:00:00"), table="ATTLOG")
    return RawUpload.objects.get()


def attempt(upload, change):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE devices_rawupload SET {change} WHERE id = {upload.pk}")  # noqa: S608 - of this test


def test_an_old_body_is_emptied_and_everything_else_stays(upload):
    before = RawUpload.objects.values().get()
    assert len(bytes(before["body"])) > 50
    assert retention.clear_bodies(LATER) == 1
    after = RawUpload.objects.values().get()
    assert (bytes(after.pop("body")), after.pop("cleared_at")) == (b"", LATER)
    assert after == {name: told for name, told in before.items() if name not in {"body", "cleared_at"}}
    assert Punch.objects.count() == 2


def test_what_was_emptied_is_audited_with_counts_and_not_emptied_twice(upload):
    size = len(bytes(upload.body))
    retention.clear_bodies(LATER)
    said = AuditEntry.objects.get(action="devices.clear_bodies")
    assert (said.facts, "730 天" in said.said) == ({"uploads": 1, "bytes": size}, True)
    assert retention.clear_bodies(LATER + make.DAY) == 0
    assert AuditEntry.objects.filter(action="devices.clear_bodies").count() == 1


@pytest.mark.parametrize(("days", "count"), [(730, 0), (731, 1)])
def test_to_the_day(upload, days, count):
    assert retention.clear_bodies(make.NOW + dt.timedelta(days=days)) == count


def test_the_days_are_a_setting(upload, settings):
    settings.UPLOAD_DAYS = 30
    assert retention.clear_bodies(make.NOW + dt.timedelta(days=30)) == 0
    assert retention.clear_bodies(make.NOW + dt.timedelta(days=31)) == 1


def test_what_came_again_lately_is_kept(upload, terminal, clock):
    clock(make.NOW + dt.timedelta(days=729))
    terminal.post("cdata", lines("11-20 08:00:00", "11-20 09:00:00"), table="ATTLOG")
    assert retention.clear_bodies(LATER) == 0


def test_a_body_with_lines_that_wait_is_kept_until_they_are_decided(terminal, cast):
    terminal.post("cdata", "rubbish\n", table="ATTLOG")
    assert retention.clear_bodies(LATER) == 0
    upload = RawUpload.objects.get()
    attempt(upload, "body = '', cleared_at = last_at + interval '2 years'")
    actions.dismiss(BadUploadLine.objects.get(), by=cast.by("he"), at=make.NOW)
    assert retention.clear_bodies(LATER) == 1
    assert BadUploadLine.objects.get().raw == "rubbish"


@pytest.mark.parametrize(
    "change",
    [
        "body = ''",
        "body = 'other'",
        "body = 'other', cleared_at = last_at + interval '2 years'",
        "cleared_at = last_at + interval '2 years'",
        "body = '', cleared_at = last_at + interval '29 days'",
        "body = '', cleared_at = last_at + interval '2 years', sha256 = ''",
        "body = '', last_at = last_at - interval '1 year', cleared_at = last_at + interval '29 days'",
    ],
)
def test_the_database_lets_a_body_be_emptied_in_no_other_way(upload, change):
    attempt(upload, change)


@pytest.mark.parametrize("change", ["body = 'back'", "cleared_at = NULL", "cleared_at = now()"])
def test_an_emptied_body_stays_empty(upload, change):
    retention.clear_bodies(LATER)
    attempt(upload, change)


def test_the_same_bytes_again_are_still_the_same_upload(upload, terminal):
    retention.clear_bodies(LATER)
    answer = terminal.post("cdata", lines("11-20 08:00:00", "11-20 09:00:00"), table="ATTLOG")
    assert answer.text == "OK:2"
    assert (RawUpload.objects.get().times_seen, Punch.objects.count()) == (2, 2)


def test_a_body_that_is_gone_is_not_read_again_as_if_it_were_empty(upload, cast):
    retention.clear_bodies(LATER)
    upload.refresh_from_db()
    with pytest.raises(Refusal) as refused:
        actions.read_again(upload, by=cast.by("he"), at=LATER)
    assert refused.value.code == "devices.body_cleared"
    assert RawUpload.objects.get().record_count == 2


def test_many_are_emptied_in_portions(terminal, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for second in range(5):
        terminal.post("cdata", lines(f"11-20 09:00:0{second}"), table="ATTLOG")
    assert retention.clear_bodies(LATER) == 5
