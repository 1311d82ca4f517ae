"""What the page of one's own punches shows: the shift, the next punch, whether it would count here, the day so far."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from kaoqin.core.time import as_instant, as_wall_clock, load_wall_clock
from kaoqin.core.words import say_list
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.phones import queries
from kaoqin.phones.models import Record
from kaoqin.phones.proving import Claim, Proof, prove
from kaoqin.phones.wire import MomentAnswer, ProofSent, TodayAnswer
from kaoqin.phones.words import Flag, Outside, RecordState, Seen, Way, Ways
from kaoqin.punches import queries as punches
from kaoqin.punches.words import CorrectionKind, Source
from kaoqin.scheduling import queries as scheduling
from kaoqin.scheduling.models import RosterDay
from kaoqin.scheduling.queries import DatedShift
from kaoqin.security.words import Actor

DAY = dt.timedelta(days=1)
AFTER = dt.timedelta(hours=8)
"""How long after its end a shift is still the one that is punched out of: a night shift of yesterday, say."""


@dataclass(frozen=True)
class Duty:
    """The shift somebody is on: its name and first and last minute (wall clock); free hours have none."""

    date: dt.date
    name: str
    begins: dt.datetime | None = None
    ends: dt.datetime | None = None


def duty_at(employee_id: int, local: dt.datetime) -> Duty | None:
    """The shift of now: yesterday's that ended today while it is not long over, else today's; None on a day without."""
    today = local.date()
    rows = scheduling.roster([employee_id], today - DAY, today)
    shifts = scheduling.shifts({row.shift_id for row in rows.values() if row.shift_id})
    before, now = (_duty(rows.get((employee_id, date)), shifts) for date in (today - DAY, today))
    return before if before and before.ends and local < _until(before.ends, now) else now


def _duty(row: RosterDay | None, shifts: dict[int, DatedShift]) -> Duty | None:
    if row is None or row.shift_id is None:
        return None
    planned = row.planned
    times = (load_wall_clock(planned.lower), load_wall_clock(planned.upper)) if planned else (None, None)
    return Duty(row.date, shifts[row.shift_id].on(row.date).name, *times)


def _until(ends: dt.datetime, following: Duty | None) -> dt.datetime:
    """Until when a shift that has ended is still punched out of: eight hours, or half of the time to the next."""
    begins = following.begins if following else None
    if begins and begins <= ends:
        return ends
    return min(ends + AFTER, ends + (begins - ends) / 2) if begins else ends + AFTER


def today_of(employee: Employee, sent: ProofSent, *, seen_by: Actor, now: dt.datetime, today: dt.date) -> TodayAnswer:
    """All that the page shows now. The position is judged and forgotten."""
    zone = org.zones([employee.pk], today).get(employee.pk, "Asia/Shanghai")
    local = as_wall_clock(now, zone)
    duty = duty_at(employee.pk, local)
    ways = queries.ways_of(employee.pk, local.date())
    proof = _here(employee.pk, sent, seen_by.address, ways, now, local.date())
    found = proof.found
    begin = as_instant(dt.datetime.combine(duty.date if duty else local.date(), dt.time(4)), zone)
    moments = _moments(employee.pk, begin, now, zone, seen_by, today)
    counts = found.seen in {Seen.INSIDE, Seen.UNCERTAIN}
    return TodayAnswer(
        shift=_say_shift(duty),
        button=_button(duty, local, sum(one.state != "void" for one in moments)),
        verdict=found.seen,
        sentence=_say_here(proof, ways),
        counts=counts,
        note_needed=ways.note_needed and not counts,
        ways=list(ways.ways),
        moments=moments,
    )


def _here(employee_id: int, sent: ProofSent, address: str, ways: Ways, now: dt.datetime, on: dt.date) -> Proof:
    """As a record made now would be judged, but that nothing is used up; how old the position is, its page knows."""
    clock = sent.point.taken_at if sent.point else now
    return prove(Claim(employee_id, now, clock, on, address, sent, prompt=True, uses=False), ways.ways)


def _moments(
    employee_id: int, begin: dt.datetime, now: dt.datetime, zone: str, by: Actor, today: dt.date
) -> list[MomentAnswer]:
    """The punches of a shift's day whatever brought them, and the records that wait, in order."""
    rows = punches.punches(seen_by=by, on=today).filter(employee=employee_id, at__range=(begin, now))
    told = [(row.at, _of_punch(row)) for row in rows]
    waiting = queries.own_records(employee_id, begin, now).filter(punch=None)
    told += [(row.at, _of_record(row)) for row in waiting]
    return [
        MomentAnswer(time=f"{as_wall_clock(at, zone):%H:%M}", state=state, said=said, place=place)
        for at, (state, said, place) in sorted(told, key=lambda one: one[0])
    ]


def _of_punch(row: Any) -> tuple[str, str, str]:
    if row.corrected == CorrectionKind.VOID:
        return "void", gettext("已作废"), row.place
    if row.source == Source.PHONE and row.evidence.get("verdict") == Seen.OUTSIDE:
        return RecordState.FIELD, str(RecordState.FIELD.label), row.place
    return RecordState.COUNTED, str(Source(row.source).label), row.place


def _of_record(row: Record) -> tuple[str, str, str]:
    if hasattr(row, "decision"):
        return "void", gettext("未采用:{reason}").format(reason=row.decision.reason), row.place
    return RecordState.HELD, str(RecordState.HELD.label), str(Seen(row.verdict).label)


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
