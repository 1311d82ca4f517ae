"""Records come in: each is checked, judged, kept, and becomes a punch where it counts."""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy
from pydantic import ValidationError

from kaoqin.core.time import as_wall_clock, zone_names
from kaoqin.core.words import NotFound
from kaoqin.org import queries as org
from kaoqin.phones import demands, queries
from kaoqin.phones.assessing import assess
from kaoqin.phones.clocks import Reckoned, is_prompt, reckon
from kaoqin.phones.kinds import Taken, kind_of
from kaoqin.phones.models import Phone, PunchPhoto, Record
from kaoqin.phones.proving import Claim, Proof, locate, prove, without_surroundings
from kaoqin.phones.queries import Found
from kaoqin.phones.signing import is_signed
from kaoqin.phones.standing import Standing
from kaoqin.phones.timing import told_of_time
from kaoqin.phones.wire import PayloadSent, RecordAnswer, SignedRecord
from kaoqin.phones.words import (
    HOLDING,
    KNOWN,
    LOCATION,
    PUNCH,
    PUNCH_KIND,
    Flag,
    Outside,
    PhoneState,
    RecordState,
    Seen,
    Ways,
)
from kaoqin.punches import queries as punches
from kaoqin.punches.ledger import Press, take
from kaoqin.punches.words import Source
from kaoqin.security.doors import SYSTEM, require
from kaoqin.security.words import Actor

ORIGIN = "phone-{}"
PHOTO_WAITS = dt.timedelta(minutes=30)
"""How long after its record a photo may come."""
SAID: dict[str, str | Promise] = {
    RecordState.COUNTED: gettext_lazy("打卡成功。"),
    RecordState.FIELD: gettext_lazy("已记为外勤打卡。"),
    RecordState.HELD: gettext_lazy("已收到,待主管复核后计入。"),
    KNOWN: gettext_lazy("这条打卡之前已经收到。"),
}
AWAITED = gettext_lazy("已收到,现场照片传到后计入。")


@dataclass(frozen=True)
class Asked:
    """Who sends, when it arrives, from which address."""

    by: Actor
    at: dt.datetime


@dataclass
class Judged:
    """What is found about a payload."""

    reckoned: Reckoned
    who: Standing
    zone: str
    proof: Proof
    flags: set[Flag] = field(default_factory=set)
    photo: PunchPhoto | None = None


def take_records(sent: Sequence[SignedRecord], *, by: Actor, at: dt.datetime) -> list[RecordAnswer]:
    """Records of one's own phones, answered in their order, each for itself: a bad one does not stop the others."""
    require(by, PUNCH)
    return [_take_one(one, Asked(by, at)) for one in sent]


def _take_one(sent: SignedRecord, asked: Asked) -> RecordAnswer:
    try:
        told = PayloadSent.model_validate_json(sent.payload)
    except ValidationError:
        return _refused("", gettext("记录的格式不对。"))
    if "\0" in told.note or "\\u0000" in json.dumps(told.about):
        return _refused(str(told.id), gettext("记录的格式不对。"))
    if told.kind != PUNCH_KIND and kind_of(told.kind) is None:
        return _refused(str(told.id), gettext("不认识这种记录,请更新后再试。"))
    with transaction.atomic():
        try:
            phone = _speaker(told, asked.by)
        except NotFound as none:
            return _refused(str(told.id), none.sentence)
        if not is_signed(bytes(phone.key), sent.payload, sent.signature):
            return _refused(str(told.id), gettext("签名不对:这条记录不是这部手机发出的,或者被改动过。"))
        return _known_or_kept(phone, told, sent, asked)


def _speaker(told: PayloadSent, by: Actor) -> Phone:
    """The phone a record says it is of: by its number (version 1) or its key (version 2). Refuses one that is not one's own."""
    if told.phone is not None and told.v == 1:
        return queries.own_phone(told.phone, seen_by=by)
    return queries.own_phone_of_key(told.key, seen_by=by)


def _refused(key: str, sentence: str) -> RecordAnswer:
    return RecordAnswer(id=key, state=RecordState.REFUSED, sentence=sentence)


def _known_or_kept(phone: Phone, told: PayloadSent, sent: SignedRecord, asked: Asked) -> RecordAnswer:
    digest = hashlib.sha256(sent.payload.encode()).hexdigest()
    twins = _twins(phone, told, digest)
    if digest in twins:
        known = Record.objects.get(pk=twins[digest])
        return _answer(known, KNOWN if known.state != RecordState.REFUSED else known.state)
    replay = bool(twins)
    judged = _judge(phone, told, asked, replay)
    if replay:
        judged.flags.add(Flag.REPLAY)
    row = _row(phone, told, sent, asked, judged)
    row.digest, row.state = digest, state_of(judged.flags, Seen(judged.proof.found.seen), judged.who.ways)
    if row.state != RecordState.REFUSED and told.kind == PUNCH_KIND:
        assess(row, told, judged.proof.here or Found(Seen.UNKNOWN), judged.who)
    row.save(force_insert=True)
    if judged.photo:
        demands.attach(judged.photo, row)
    if row.state != RecordState.REFUSED:
        Phone.objects.filter(pk=phone.pk).update(last_counter=max(phone.last_counter, told.counter))
    kind = kind_of(told.kind)
    if kind and row.state != RecordState.REFUSED:
        return _told_room(row, kind.take(row, told.about, asked.by, asked.at))
    if row.state in {RecordState.COUNTED, RecordState.FIELD}:
        append(row, asked.at)
    return _answer(row, row.state)


def _told_room(row: Record, taken: Taken) -> RecordAnswer:
    """The record is what the room that understands it says."""
    row.state, row.verdict = taken.state, taken.found.seen
    row.place, row.distance_m = taken.found.place[:60], taken.found.beyond_m
    row.save(update_fields=["state", "verdict", "place", "distance_m"])
    return _answer(row, row.state).model_copy(update={"sentence": taken.sentence})


def _twins(phone: Phone, told: PayloadSent, digest: str) -> dict[str, int]:
    """The records, by digest, that are this one, or have its counter or id though they are others: this one is a replay then."""
    same = Q(digest=digest) | Q(counter=told.counter) | Q(key=told.id)
    return dict(Record.objects.filter(same, phone=phone).values_list("digest", "pk"))


def _judge(phone: Phone, told: PayloadSent, asked: Asked, replay: bool) -> Judged:
    employee_id = phone.employee_id
    clock = told_of_time(told, asked.by.account_id, asked.at)
    zone = _zone(told.zone, employee_id, asked.at)
    now = Standing(employee_id, _day(asked.at, zone))
    reckoned = reckon(clock, asked.at, now.ways.offline_hours)
    day = _day(reckoned.at, zone)
    who = now if day == now.on else Standing(employee_id, day)
    told_by = Claim(
        who,
        reckoned.at,
        told.device_time,
        asked.by.address,
        told,
        prompt=is_prompt(clock, asked.at),
        uses=not replay,
    )
    is_punch = told.kind == PUNCH_KIND
    proof = prove(told_by, who.ways.ways) if is_punch else locate(told_by)
    flags = reckoned.flags | _of_phone(phone, told, reckoned.at) | proof.flags
    if is_punch and proof.found.seen in demands.UNPROVEN and who.ways.note_needed and not told.note.strip():
        flags = flags | {Flag.NO_NOTE}
    pictured = demands.Pictured()
    if is_punch and not replay:
        pictured = demands.look_for_photo(who, told.photo, proof.found, proof.way)
        flags = flags | demands.face_flags(who, told.client, proof.found)
    return Judged(reckoned, who, zone, proof, set(flags | pictured.flags), pictured.photo)


def _zone(named: str, employee_id: int, at: dt.datetime) -> str:
    """The zone the phone names, else that of the person's site."""
    if named in zone_names():
        return named
    return org.zone_of(employee_id, at.date())


def _day(at: dt.datetime, zone: str) -> dt.date:
    return as_wall_clock(at, zone).date()


def _of_phone(phone: Phone, told: PayloadSent, at: dt.datetime) -> set[Flag]:
    """What the phone's state and its counter say."""
    found = set()
    if phone.state == PhoneState.WAITING:
        found.add(Flag.PHONE_WAITING)
    elif (phone.ended_at and at > phone.ended_at) or phone.state == PhoneState.REJECTED:
        found.add(Flag.PHONE_ENDED)
    if told.counter < phone.last_counter:
        found.add(Flag.OUT_OF_ORDER)
    elif told.counter > phone.last_counter + 1:
        found.add(Flag.GAP)
    return found


def state_of(flags: Collection[str], seen: Seen, ways: Ways) -> RecordState:
    """What a record counts as, by what is odd about it, where it was made, and what the group says of outside."""
    if Flag.REPLAY in flags:
        return RecordState.REFUSED
    if HOLDING & set(flags):
        return RecordState.HELD
    if seen in {Seen.INSIDE, Seen.UNCERTAIN}:
        return RecordState.COUNTED
    is_field = seen == Seen.OUTSIDE and ways.outside == Outside.FIELD
    return RecordState.FIELD if is_field else RecordState.HELD


def photo_came(photo: PunchPhoto, at: dt.datetime) -> None:
    """The photo that a record waited for is here: in time, the record counts as it does without anything lacking; late, it
    waits for a person."""
    row = photo.record
    if row is None or Flag.PHOTO_AWAITED not in row.flags:
        return
    in_time = at - row.received_at <= PHOTO_WAITS
    others = set(row.flags) - {Flag.PHOTO_AWAITED}
    row.flags = sorted(others if in_time else others | {Flag.PHOTO_LATE})
    if not hasattr(row, "decision"):
        ways = Standing(row.employee_id, _day(row.received_at, row.zone)).ways
        row.state = state_of(row.flags, Seen(row.verdict), ways)
    row.save(update_fields=["flags", "state"])
    if row.state in {RecordState.COUNTED, RecordState.FIELD} and row.punch is None:
        append(row, at)


def _row(phone: Phone, told: PayloadSent, sent: SignedRecord, asked: Asked, judged: Judged) -> Record:
    kept = _kept_text(judged, told, sent)
    return Record(
        phone=phone,
        employee=phone.employee,
        key=told.id,
        counter=told.counter,
        kind=told.kind,
        payload=kept,
        signature=sent.signature,
        address=asked.by.address,
        received_at=asked.at,
        device_time=told.device_time,
        zone=judged.zone,
        at=judged.reckoned.at,
        way=judged.proof.way,
        verdict=judged.proof.found.seen,
        place=judged.proof.found.place,
        distance_m=judged.proof.found.beyond_m,
        accuracy_m=told.point.accuracy_m if told.point and judged.proof.point else None,
        latitude=judged.proof.point.latitude if judged.proof.point else None,
        longitude=judged.proof.point.longitude if judged.proof.point else None,
        flags=sorted(judged.flags),
        note=told.note.strip(),
    )


def _kept_text(judged: Judged, told: PayloadSent, sent: SignedRecord) -> str:
    """The payload without what may not be kept: a position that was not used, and without consent what is heard about."""
    kept, proof = sent.payload, judged.proof
    if told.point and proof.point is None:
        kept = json.dumps({**json.loads(kept), "point": None}, ensure_ascii=False)
    heard = bool(told.wifi or told.beacons) and proof.point is None
    if heard and not judged.who.agrees_to(LOCATION):
        kept = without_surroundings(kept, told, proof.heard)
    return kept


def append(row: Record, at: dt.datetime) -> None:
    """A record becomes a punch of the ledger, which is told what was found but no coordinates."""
    evidence = {"way": row.way, "verdict": row.verdict, "place": row.place, "flags": row.flags, "record": row.pk}
    evidence |= {"distance_m": row.distance_m, "note": row.note}
    evidence["accuracy_m"] = None if row.accuracy_m is None else round(row.accuracy_m)
    local = as_wall_clock(row.at, row.zone)
    inside = row.verdict in {Seen.INSIDE, Seen.UNCERTAIN}
    place = row.place if inside else gettext("外勤")
    origin, who = ORIGIN.format(row.phone_id), row.employee
    press = Press(who.number, local, row.zone, origin, who.name, place, "", evidence, who.pk)
    take([press], source=Source.PHONE, by=SYSTEM, at=at)
    brought = punches.brought(Source.PHONE, origin, row.at).values("pk")
    Record.objects.filter(pk=row.pk).update(punch=Subquery(brought))


def _answer(row: Record, state: str) -> RecordAnswer:
    replayed = gettext("编号重复而内容不同,不接受。已作为证据留存。")
    return RecordAnswer(
        id=str(row.key),
        state=state,
        sentence=str(AWAITED if state == row.state and Flag.PHOTO_AWAITED in row.flags else SAID.get(state, replayed)),
        at=row.at,
        verdict=row.verdict,
        place=row.place,
        distance_m=row.distance_m,
    )
