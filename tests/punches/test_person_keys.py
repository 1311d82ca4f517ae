"""Whose a number is, since when and until when: listed, ended by a day, the days of both settled again."""

import pytest

import make
from kaoqin.attendance.models import DayResult, Waiting
from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.punches import actions, queries
from kaoqin.punches.ledger import Press, take
from kaoqin.punches.models import PersonKey, Punch
from kaoqin.punches.words import Source
from kaoqin.security.models import AuditEntry


def attach(key, employee, since="11-01", origin=""):
    return actions.attach(key, origin, employee, make.day(since), by=make.ROOT, at=make.NOW)


def end(key, on, by=make.ROOT):
    return actions.end_key(key, make.day(on), by=by, at=make.NOW)


def punched(key, *times, origin="T1"):
    presses = [Press(key, make.at(one), "Asia/Shanghai", origin=origin) for one in times]
    take(presses, source=Source.TERMINAL, by=make.ROOT, at=make.NOW)


def owners(key):
    rows = Punch.objects.filter(person_key=key).order_by("device_time", "origin")
    return list(rows.values_list("employee__name", flat=True))


def spans():
    return {row.employee_id: (row.first, row.last) for row in Waiting.objects.all()}


def worked(employee, day):
    make.settle()
    return DayResult.objects.get(employee=employee, date=make.day(day)).worked_minutes


def test_an_ended_number_keeps_the_days_before_and_gives_up_those_since(cast):
    attach("77", cast.chen)
    punched("77", "11-17 09:00", "11-17 18:00", "11-18 09:00", "11-18 18:00")
    assert (worked(cast.chen, "11-17"), worked(cast.chen, "11-18")) == (480, 480)
    assert end(PersonKey.objects.get(), "11-18") == 2
    assert owners("77") == ["陈大白", "陈大白", None, None]
    assert spans() == {cast.chen.pk: (make.day("11-17"), make.day("11-19"))}
    assert (worked(cast.chen, "11-17"), worked(cast.chen, "11-18")) == (480, 0)
    entry = AuditEntry.objects.get(action="punches.end_key")
    assert entry.said == "打卡编号 77 自 2026-11-18 起不再是 陈大白(00013),2 条打卡待认领"
    punched("77", "11-19 09:00")
    assert owners("77")[-1] is None


def test_a_number_given_to_another_takes_the_punches_since_along(cast):
    attach("77", cast.chen)
    punched("77", "11-17 09:00", "11-18 09:00")
    make.settle()
    assert attach("77", cast.lin, "11-18") == 1
    assert owners("77") == ["陈大白", "林小满"]
    assert set(spans()) == {cast.chen.pk, cast.lin.pk}


def test_the_number_of_one_source_ends_there_only(cast):
    attach("77", cast.chen)
    attach("77", cast.lin, origin="T2")
    punched("77", "11-18 09:00")
    punched("77", "11-18 09:00", origin="T2")
    assert owners("77") == ["陈大白", "林小满"]
    assert end(PersonKey.objects.get(origin="T2"), "11-01") == 1
    assert owners("77") == ["陈大白", None]


def test_a_meaning_ends_from_its_first_day_on_and_before_another_has_taken_over(cast):
    attach("77", cast.chen, "11-01")
    attach("77", cast.lin, "11-10")
    first, second = PersonKey.objects.order_by("begins_on")
    for key, on, code in (
        (first, "10-31", "key_not_yet"),
        (first, "11-10", "key_ended"),
        (second, "11-09", "key_not_yet"),
    ):
        with pytest.raises(Refusal) as refused:
            end(key, on)
        assert refused.value.code == f"punches.{code}"
    end(first, "11-09")
    end(second, "11-10")
    found = PersonKey.objects.order_by("begins_on").values_list("begins_on", "employee__name")
    assert list(found) == [(make.day("11-01"), "陈大白"), (make.day("11-09"), None), (make.day("11-10"), None)]
    with pytest.raises(NotFound):
        queries.person_key(second.pk, seen_by=make.ROOT)


def test_only_who_may_import_everywhere_ends_or_sees_them(cast):
    attach("77", cast.chen)
    for who in ("wang", "sun", "chen"):
        with pytest.raises(NotAllowed):
            end(PersonKey.objects.get(), "11-18", by=cast.by(who))
        with pytest.raises(NotAllowed):
            queries.person_keys(seen_by=cast.by(who))


def test_the_page_lists_searches_filters_and_ends(enter, cast):
    attach("77", cast.chen)
    attach("88", cast.lin, origin="T9")
    he = enter("he")
    assert "/punches/keys/" in he.get("/punches/unknown/").content.decode()
    text = he.get("/punches/keys/?q=88").content.decode()
    assert ("林小满" in text, "陈大白" in text) == (True, False)
    key = PersonKey.objects.get(person_key="77")
    assert he.post(f"/punches/keys/{key.pk}/end/", {"on": "2026-10-31"}).status_code == 422
    assert he.post(f"/punches/keys/{key.pk}/end/", {"on": "2026-11-18"})["Location"] == "/punches/keys/"
    open_ones, ended = (he.get(f"/punches/keys/?open={state}").content.decode() for state in "10")
    assert ("陈大白" in open_ones, "林小满" in open_ones) == (False, True)
    assert ("陈大白" in ended, "2026-11-17" in ended, "林小满" in ended) == (True, True, False)
    assert he.get("/punches/keys/?export=csv").status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_list(enter, cast, django_assert_num_queries):
    he = enter("he")
    attach("1", cast.chen)
    with django_assert_num_queries(12) as few:
        he.get("/punches/keys/")
    for n in range(2, 15):
        attach(str(n), cast.chen)
    with django_assert_num_queries(len(few)):
        he.get("/punches/keys/")
