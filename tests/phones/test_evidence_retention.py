"""The evidence of phone punches goes after its time; the punch, and what was found of it, stays."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import make
from handset import Handset, agree, office, point
from kaoqin.phones import retention
from kaoqin.phones.models import Record
from kaoqin.phones.words import Keeping
from kaoqin.security.models import AuditEntry

YEAR = dt.timedelta(days=365)
SECOND = dt.timedelta(seconds=1)
GONE = {
    **dict.fromkeys(("payload", "signature", "address", "device", "network", "region", "provider"), ""),
    **dict.fromkeys(("latitude", "longitude", "mock", "emulator", "zone_minutes", "region_off_km"), None),
    "stations": [],
    "keeping": Keeping.GONE,
}


@pytest.fixture
def record(cast):
    """A punch of Chen at ten, with all that a native client tells."""
    office(("site_id", cast.site.pk))
    agree(cast.by("chen"))
    phone = Handset(replace(cast.by("chen"), address="203.0.113.9"))
    client = {"device": "phone-of-chen", "native": {"emulator": False}}
    where = point(provider="gps", mock=False)
    assert phone.send(phone.record(point=where, wifi=["02:00:00:00:00:01"], client=client))[0].state == "counted"
    return Record.objects.get()


def test_after_a_year_the_evidence_is_gone_and_the_punch_and_what_was_found_stay(record):
    assert retention.forget_old(record.at + YEAR + SECOND) == 1
    after = Record.objects.get()
    assert {name: getattr(after, name) for name in GONE} == GONE
    names = {one.attname for one in Record._meta.concrete_fields} - GONE.keys()
    assert {name: getattr(after, name) for name in names} == {name: getattr(record, name) for name in names}
    assert (after.punch_id, after.verdict, after.place, after.accuracy_m) == (
        record.punch_id,
        "inside",
        "上海办公室",
        20,
    )
    assert AuditEntry.objects.get(action="phones.forget_evidence").said == "按保存期限(365 天)删除 1 条手机打卡的证据"


def test_all_of_that_was_there_before(record):
    kept = {name: getattr(record, name) for name in GONE}
    assert [name for name, value in kept.items() if value == GONE[name]] == ["region", "region_off_km"]


def test_a_second_before_nothing_goes_and_nothing_is_said(record):
    assert retention.forget_old(record.at + YEAR) == 0
    assert Record.objects.get().payload
    assert not AuditEntry.objects.filter(action="phones.forget_evidence").exists()


def test_the_time_is_chosen_by_the_setting(record, settings):
    settings.EVIDENCE_DAYS = 60
    assert retention.forget_old(record.at + 60 * make.DAY + SECOND) == 1


def test_some_at_once_until_none_is_left(record, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    fields = [one.attname for one in Record._meta.concrete_fields if one.attname not in {"id", "punch_id"}]
    told = {name: getattr(record, name) for name in fields}
    Record.objects.bulk_create(Record(**told | {"counter": n, "digest": f"{n}"}) for n in range(2, 6))
    with CaptureQueriesContext(connection) as asked:
        assert retention.forget_old(record.at + YEAR + SECOND) == 5
    assert sum("UPDATE phones_record" in one["sql"] for one in asked) == 4
    assert retention.forget_old(record.at + YEAR + SECOND) == 0


def test_the_same_record_sent_again_is_known_still(cast, record):
    phone = Handset(cast.by("lin"))
    sent = phone.record(point=None)
    phone.send(sent)
    retention.forget_old(make.NOW + YEAR + SECOND)
    assert phone.send(sent)[0].state == "known"


def test_the_page_says_that_the_evidence_is_gone(record, enter):
    retention.forget_old(record.at + YEAR + SECOND)
    page = enter("wang").get(f"/phones/records/{record.pk}/").content.decode()
    assert "证据已到保存期限,已删除" in page
    assert "上海办公室" in page
