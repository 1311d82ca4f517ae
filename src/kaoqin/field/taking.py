"""Visits by the records of phones: `visit_in` begins one, `visit_out` ends it. In the transaction that keeps the record.

A record that says nothing one can understand is held with a sentence: it stays, and no visit comes of it.
"""

import datetime as dt
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext
from pydantic import ValidationError

from kaoqin.core import outbox
from kaoqin.core.places import Point, judge
from kaoqin.core.time import as_wall_clock
from kaoqin.core.words import say_minutes
from kaoqin.field import kind_queries, queries, settling
from kaoqin.field.answers import NOTE, PHOTO, check
from kaoqin.field.models import Customer, KindVersion, Visit, VisitPhoto
from kaoqin.field.visit_queries import say_where
from kaoqin.field.wire import AboutIn, AboutOut
from kaoqin.field.words import VISIT_IN, VISIT_OUT, Ending, Sureness
from kaoqin.org import queries as org
from kaoqin.phones.kinds import RecordKind, Taken
from kaoqin.phones.models import Record
from kaoqin.phones.queries import Found
from kaoqin.phones.words import HOLDING, Flag, RecordState, Seen
from kaoqin.security.words import Actor

NO_PLACE = frozenset({Flag.POINT_STALE, Flag.POINT_COARSE})


def take_in(record: Record, about: dict[str, Any], by: Actor, at: dt.datetime) -> Taken:
    """A visit begins. It is kept wherever it was made, and says so."""
    date = as_wall_clock(record.at, record.zone).date()
    org.hold([record.employee_id], date)
    try:
        told = AboutIn.model_validate(about)
    except ValidationError:
        return _held(gettext("没有说清拜访哪位客户,已留存。"))
    customer = queries.customers(seen_by=by, on=date).filter(pk=told.customer).first()
    terms = kind_queries.version_of(told.kind, date)
    if customer is None or terms is None:
        return _held(gettext("没有这个客户,或者不归您负责;记录已留存,请联系主管。"))
    visit = _begin(record, customer, terms, date)
    outbox.tell("field.visit_started", at=at, **settling.facts(visit))
    settling.settle(record.employee_id, date, at=at)
    return Taken(_state(record, visit.verdict), _found(visit), _say_begun(visit))


def _begin(record: Record, customer: Customer, terms: KindVersion, date: dt.date) -> Visit:
    found = where(record, customer)
    return Visit.objects.create(
        employee=record.employee,
        customer=customer,
        terms=terms,
        record=record,
        date=date,
        zone=record.zone,
        started_at=record.at,
        verdict=found.seen,
        distance_m=found.beyond_m,
        flags=record.flags,
        note=record.note,
        lacking=lacking(terms, {}, record.note, 0),
    )


def where(record: Record, customer: Customer) -> Found:
    """Where a record was made to a customer's fence. Of a place that is not exact, and by a position that says nothing,
    nobody can say."""
    fence = queries.fence_of(customer)
    if fence is None or record.latitude is None or record.longitude is None:
        return Found(Seen.UNKNOWN, customer.name)
    beyond = fence.beyond_m(Point(record.latitude, record.longitude))
    if customer.sureness != Sureness.EXACT or NO_PLACE & set(record.flags):
        return Found(Seen.UNKNOWN, customer.name, round(beyond))
    return Found(Seen(judge(beyond, record.accuracy_m or 0).value), customer.name, round(beyond))


def lacking(terms: KindVersion, told: object, note: str, photos: int) -> list[str]:
    """The keys of what a kind asks for and nobody answered."""
    _, missing = check(kind_queries.terms_in(terms).fields, told)
    missing += [PHOTO] if terms.photo_needed and not photos else []
    return missing + ([NOTE] if terms.note_needed and not note.strip() else [])


def take_out(record: Record, about: dict[str, Any], by: Actor, at: dt.datetime) -> Taken:
    """A visit ends, with what was answered and the photos. A second check-out of a visit changes nothing."""
    org.hold([record.employee_id], as_wall_clock(record.at, record.zone).date())
    try:
        told = AboutOut.model_validate(about)
    except ValidationError:
        return _held(gettext("没有说清结束哪次拜访,已留存。"))
    rows = Visit.objects.select_related("customer", "terms__kind")
    visit = rows.filter(record__key=told.visit, employee=record.employee_id).first()
    if visit is None:
        return _held(gettext("没有找到这次拜访的签到,已留存。"))
    if visit.out_record_id is not None:
        return Taken(RecordState.HELD, _found(visit), gettext("这次拜访之前已经签退,这条已留存。"))
    _end(visit, record, told)
    settling.settle(record.employee_id, visit.date, at=at)
    visit.refresh_from_db()
    found = where(record, visit.customer)
    return Taken(_state(record, found.seen), found, _say_ended(visit))


def _end(visit: Visit, record: Record, told: AboutOut) -> None:
    mine = VisitPhoto.objects.filter(employee=record.employee_id, key__in=told.photos, visit=None)
    mine = mine.filter(Q(phone=None) | Q(phone=record.phone_id))
    mine.update(visit=visit)
    answers, _ = check(kind_queries.terms_in(visit.terms).fields, told.answers)
    visit.out_record, visit.out_at = record, max(record.at, visit.started_at)
    visit.answers, visit.note = answers, record.note or visit.note
    visit.flags = sorted({*visit.flags, *record.flags})
    visit.lacking = lacking(visit.terms, answers, visit.note, visit.photos.count())
    visit.save(update_fields=["out_record", "out_at", "answers", "note", "flags", "lacking"])


def _state(record: Record, seen: str) -> RecordState:
    if HOLDING & set(record.flags):
        return RecordState.HELD
    return RecordState.FIELD if seen == Seen.OUTSIDE else RecordState.COUNTED


def _held(sentence: str) -> Taken:
    return Taken(RecordState.HELD, Found(Seen.UNKNOWN), sentence)


def _found(visit: Visit) -> Found:
    return Found(Seen(visit.verdict), visit.customer.name, visit.distance_m)


def _say_begun(visit: Visit) -> str:
    said = gettext("已签到「{name}」:{where}。").format(name=visit.customer.name, where=say_where(visit))
    return said + (gettext("手机或时间待核实,已标出。") if HOLDING & set(visit.flags) else "")


def _say_ended(visit: Visit) -> str:
    if visit.ending == Ending.CHECKED_OUT:
        stay = say_minutes(visit.dwell_minutes or 0)
        said = gettext("已签退「{name}」,停留 {stay}。").format(name=visit.customer.name, stay=stay)
    else:
        said = gettext("「{name}」的拜访在签退之前已经结束,内容已保存。").format(name=visit.customer.name)
    if visit.lacking:
        short_of = kind_queries.say_lacking(visit.lacking, visit.terms)
        said += gettext("还缺:{what},请在拜访记录里补上。").format(what=short_of)
    return said


KINDS = (RecordKind(VISIT_IN, take_in), RecordKind(VISIT_OUT, take_out))
