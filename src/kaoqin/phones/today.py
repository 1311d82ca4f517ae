"""What the page of one's own punches shows: the shift, the next punch, whether it would count here, the day so far."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext

from kaoqin.core.time import as_instant, as_wall_clock
from kaoqin.core.words import say_list
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.phones import queries
from kaoqin.phones.demands import BY_ITSELF, wants_face, wants_photo
from kaoqin.phones.models import Record
from kaoqin.phones.proving import Claim, Proof, prove
from kaoqin.phones.standing import Standing
from kaoqin.phones.wire import MomentAnswer, ProofSent, TodayAnswer
from kaoqin.phones.words import PHOTO, Flag, Outside, RecordState, Seen, Way, Ways
from kaoqin.punches import queries as punches
from kaoqin.punches.words import CorrectionKind, Source
from kaoqin.scheduling.duties import Duty, duty_at
from kaoqin.security.words import Actor


def today_of(employee: Employee, sent: ProofSent, *, seen_by: Actor, now: dt.datetime, today: dt.date) -> TodayAnswer:
    """All that the page shows now. The position is judged and forgotten."""
    zone = org.zone_of(employee.pk, today)
    local = as_wall_clock(now, zone)
    duty = duty_at(employee.pk, local)
    who = Standing(employee.pk, local.date())
    ways, proof = who.ways, _here(who, sent, seen_by.address, now)
    found = proof.found
    begin = as_instant(dt.datetime.combine(duty.date if duty else local.date(), dt.time(4)), zone)
    moments = moments_of(employee.pk, begin, now, zone, seen_by, today)
    counts = found.seen in {Seen.INSIDE, Seen.UNCERTAIN}
    photo_wanted = wants_photo(who, found, proof.way)
    return TodayAnswer(
        shift=_say_shift(duty),
        button=_button(duty, local, sum(one.state != "void" for one in moments)),
        verdict=found.seen,
        sentence=_say_here(proof, ways),
        counts=counts,
        note_needed=ways.note_needed and not counts,
        face_needed=wants_face(who, found),
        photo_needed=photo_wanted and who.agrees_to(PHOTO),
        photo_sentence=_say_photo(ways) if photo_wanted and not who.agrees_to(PHOTO) else "",
        ways=list(ways.ways),
        moments=moments,
    )


def _here(who: Standing, sent: ProofSent, address: str, now: dt.datetime) -> Proof:
    """As a record made now would be judged, but that nothing is used up; how old the position is, its page knows."""
    clock = sent.point.taken_at if sent.point else now
    return prove(Claim(who, now, clock, address, sent, prompt=True, uses=False), who.ways.ways)


def moments_of(
    employee_id: int, begin: dt.datetime, now: dt.datetime, zone: str, by: Actor, today: dt.date
) -> list[MomentAnswer]:
    """The punches of a shift's day whatever brought them, and the records that wait, in order."""
    rows = punches.punches(seen_by=by, on=today).filter(employee=employee_id, at__range=(begin, now))
    records = list(queries.own_records(employee_id, begin, now))
    brought = {record.punch_id: record for record in records if record.punch_id}
    told = [(row.at, _of_punch(row, brought.get(row.pk))) for row in rows]
    told += [(record.at, _of_record(record)) for record in records if record.punch_id is None]
    return [
        MomentAnswer(time=f"{as_wall_clock(at, zone):%H:%M}", state=state, said=said, place=place)
        for at, (state, said, place) in sorted(told, key=lambda one: one[0])
    ]


def _of_punch(row: Any, record: Record | None) -> tuple[str, str, str]:
    """Of one that somebody looked at, what was decided; that it is suspect is the manager's to know."""
    if record and hasattr(record, "decision") and record.decision.counts:
        return RecordState.COUNTED, gettext("已采用:{reason}").format(reason=record.decision.reason), row.place
    if record and hasattr(record, "decision"):
        return _of_record(record)
    if row.corrected == CorrectionKind.VOID:
        return "void", gettext("已作废"), row.place
    if row.source == Source.PHONE and row.evidence.get("verdict") == Seen.OUTSIDE:
        return RecordState.FIELD, str(RecordState.FIELD.label), row.place
    return RecordState.COUNTED, str(Source(row.source).label), row.place


def _of_record(row: Record) -> tuple[str, str, str]:
    if hasattr(row, "decision"):
        return "void", gettext("未采用:{reason}").format(reason=row.decision.reason), row.place
    return RecordState.HELD, str(RecordState.HELD.label), str(Seen(row.verdict).label)


def next_punch(employee_id: int, local: dt.datetime, zone: str) -> str:
    """What somebody's next punch is at a wall clock (naive): 上班打卡, 下班打卡, …"""
    duty = duty_at(employee_id, local)
    begin = dt.datetime.combine(duty.date if duty else local.date(), dt.time(4))
    return _button(duty, local, punches.count_of(employee_id, as_instant(begin, zone), as_instant(local, zone)))


def _say_shift(duty: Duty | None) -> str:
    if duty is None:
        return gettext("今天没有排班")
    if duty.begins is None or duty.ends is None:
        return duty.name
    return f"{duty.name} {duty.begins:%H:%M}–{duty.ends:%H:%M}"


def _button(duty: Duty | None, local: dt.datetime, count: int) -> str:
    if duty is None:
        return gettext("打卡")
    if count == 0:
        return gettext("下班打卡") if duty.ends and local >= duty.ends else gettext("上班打卡")
    return gettext("下班打卡") if count == 1 else gettext("更新下班卡")


def _say_here(proof: Proof, ways: Ways) -> str:
    """Whether a punch would count here, in a sentence."""
    found = proof.found
    odd = proof.flags & {Flag.CODE_WRONG, Flag.CODE_USED}
    if odd and found.seen != Seen.INSIDE:
        return gettext("{odd},请重新扫码").format(odd=str(Flag(odd.pop()).label))
    if found.seen == Seen.INSIDE:
        return gettext("在「{place}」范围内").format(place=found.place)
    if found.seen == Seen.UNCERTAIN:
        return gettext("定位不准,可能在「{place}」范围内,可以打卡").format(place=found.place)
    if found.seen == Seen.UNKNOWN:
        return _say_unknown(ways)
    becomes = gettext("会记为外勤") if ways.outside == Outside.FIELD else gettext("打卡后由主管复核")
    if not found.place:
        return gettext("还没有为您设置打卡地点,{becomes}").format(becomes=becomes)
    far = say_metres(found.beyond_m or 0)
    return gettext("距「{place}」{far},{becomes}").format(place=found.place, far=far, becomes=becomes)


def _say_photo(ways: Ways) -> str:
    """That a photo is asked for, and what whoever does not agree to photos does instead."""
    others = [str(way.label) for way in ways.ways if way in BY_ITSELF]
    instead = say_list([*others, gettext("考勤机")])
    said = gettext("这里打卡要有现场照片。您没有同意拍照:可以用{instead}打卡,不需要照片;直接打卡由主管复核")
    return said.format(instead=instead)


def _say_unknown(ways: Ways) -> str:
    """Nothing says where one is: by which of the ways that are open one could prove it."""
    if set(ways.ways) <= {Way.GPS, Way.NETWORK}:
        return gettext("没有定位,也不在办公网络:打卡后由主管复核")
    open_ways = say_list(str(way.label) for way in ways.ways)
    return gettext("还不能确认位置。可以用:{ways};直接打卡由主管复核").format(ways=open_ways)


def say_metres(metres: int) -> str:
    """A distance as people say it: 320 米, 1.2 公里."""
    if abs(metres) < 1000:
        return gettext("{metres} 米").format(metres=metres)
    return gettext("{kilometres} 公里").format(kilometres=f"{metres / 1000:.1f}")
