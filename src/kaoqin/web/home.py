"""The home page: what waits for this person, by role."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from kaoqin.approvals import queries as approvals
from kaoqin.approvals.words import ASK, request_kinds
from kaoqin.attendance import queries as attendance
from kaoqin.attendance.models import MonthResult
from kaoqin.attendance.words import ANSWER_OBJECTIONS, CLOSE_MONTHS, SEE_DAYS, SEE_OWN_DAYS, STATUS_LABELS
from kaoqin.devices import queries as devices
from kaoqin.devices.words import REPAIR_LINES, SEE_DEVICES
from kaoqin.notices import queries as notices
from kaoqin.org import queries as org
from kaoqin.org.words import MANAGE_PEOPLE
from kaoqin.phones import queries as phones
from kaoqin.phones.words import APPROVE_PHONES, REVIEW_RECORDS
from kaoqin.punches import queries as punches
from kaoqin.punches.words import IMPORT_PUNCHES
from kaoqin.rollcall import queries as rollcall
from kaoqin.rollcall.words import CALL_ROLL, REVIEW_ROLL
from kaoqin.scheduling import queries as scheduling
from kaoqin.scheduling.words import MANAGE_RULES
from kaoqin.security.doors import may, reach
from kaoqin.security.words import Actor

MOST_POSTED = 5
"""Announcements shown at once; the others follow as they are read."""


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for a person, and where to do it."""

    sentence: str
    address: str
    icon: str


def home(by: Actor, today: dt.date, now: dt.datetime) -> dict[str, Any]:
    """Everything the home page shows; `now` is naive local time."""
    at = timezone.now()
    told: dict[str, Any] = {"waiting": list(_waiting(by, today, at))}
    told["announcements"] = list(notices.posted_now(at, today, seen_by=by)[:MOST_POSTED])
    if by.employee_id and may(by, SEE_OWN_DAYS):
        employee = attendance.visible_person(by.employee_id, seen_by=by, on=today)
        told["me"] = employee
        told["quick"] = _quick(by)
        told["today"] = attendance.day_of(employee, today)
        told["plan"] = scheduling.roster([employee.pk], today, today).get((employee.pk, today))
        told["total"] = MonthResult.objects.filter(employee=employee, month=today.replace(day=1)).first()
    if may(by, SEE_DAYS):
        rows = attendance.today(None, seen_by=by, on=today, now=now)
        told["states"] = attendance.count_states(rows)
        told["beginning"] = not rows and may(by, MANAGE_PEOPLE)
        counts = attendance.home_counts(today.replace(day=1), seen_by=by, on=today)
        told["exceptions"] = [(key, STATUS_LABELS[key], count) for key, count in counts.items()]
    return told


@dataclass(frozen=True)
class Quick:
    """What an employee does most, a tap away on the phone."""

    label: str
    address: str
    icon: str


def _quick(by: Actor) -> list[Quick]:
    if not may(by, ASK):
        return []
    leave = request_kinds()["leave"]
    return [
        Quick(gettext("新申请"), "/requests/new/", "plus"),
        Quick(str(leave.label), leave.address, leave.icon),
        Quick(gettext("我的申请"), "/requests/", "send"),
        Quick(gettext("我的假期"), "/my/leave/", "scale"),
    ]


def _waiting(by: Actor, today: dt.date, at: dt.datetime) -> list[Waiting]:
    found = _said(*_requests(by, today)) + _months(by, today)
    if may(by, MANAGE_RULES):
        found += [
            Waiting(one.sentence, f"/calendars/{one.calendar.pk}/{one.year}/", "calendar-event")
            for one in scheduling.calendar_warnings(today)
        ]
    if may(by, REVIEW_RECORDS):
        found += _phones(by, today)
    if may(by, IMPORT_PUNCHES) and reach(by, IMPORT_PUNCHES).everyone:
        seen = punches.waiting(seen_by=by)
        found += _said(
            seen.unknown,
            ngettext("{} 个打卡编号不知道是谁的", "{} 个打卡编号不知道是谁的", seen.unknown),
            "/punches/unknown/",
            "user-question",
        )
        found += _said(
            seen.held,
            ngettext(
                "{} 条打卡的设备时间不可能是对的,未计入考勤", "{} 条打卡的设备时间不可能是对的,未计入考勤", seen.held
            ),
            "/punches/clock/",
            "clock",
        )
        found += _said(
            seen.bad_lines,
            ngettext("{} 行导入的打卡读不懂,等待修复", "{} 行导入的打卡读不懂,等待修复", seen.bad_lines),
            "/punches/imports/",
            "alert-triangle",
        )
    if may(by, CALL_ROLL):
        found += _roll_calls(by, today, at)
    if may(by, SEE_DEVICES):
        found += _terminals(by)
    if may(by, SEE_DAYS):
        faults = attendance.settlement_faults(seen_by=by, on=today).count()
        found += _said(
            faults, ngettext("{} 处考勤无法核算", "{} 处考勤无法核算", faults), "/attendance/faults/", "alert-triangle"
        )
        ungrouped = (
            org.people(SEE_DAYS, seen_by=by, on=today).filter(left_on__isnull=True, memberships__isnull=True).count()
        )
        found += _said(
            ungrouped,
            ngettext("{} 名员工还没有考勤组,不会核算", "{} 名员工还没有考勤组,不会核算", ungrouped),
            "/groups/",
            "users-group",
        )
    return found


def _requests(by: Actor, today: dt.date) -> tuple[int, str, str, str]:
    """What waits to be decided; a single one is a tap away."""
    keys = list(approvals.waiting(seen_by=by, on=today).values_list("pk", flat=True))
    address = f"/requests/{keys[0]}/" if len(keys) == 1 else "/approvals/"
    return len(keys), ngettext("{} 个申请等您审批", "{} 个申请等您审批", len(keys)), address, "checks"


def _months(by: Actor, today: dt.date) -> list[Waiting]:
    """One's own months to confirm; objections to answer; differences of closed days to decide on."""
    own = attendance.to_confirm(seen_by=by) if by.employee_id and may(by, SEE_OWN_DAYS) else []
    objected = attendance.objections_count(seen_by=by, on=today) if may(by, ANSWER_OBJECTIONS) else 0
    differing = attendance.differences_count(seen_by=by, on=today) if may(by, CLOSE_MONTHS) else 0
    address = "/closing/confirmations/?state=objected"
    return [
        *(
            Waiting(
                gettext("请确认 {first} 至 {last} 的考勤").format(first=one.first, last=f"{one.last:%m-%d}"),
                f"/my/months/{one.first}/",
                "clipboard-list",
            )
            for one in own
        ),
        *_said(objected, ngettext("{} 条考勤异议等您答复", "{} 条考勤异议等您答复", objected), address, "message"),
        *_said(
            differing,
            ngettext("{} 条月结差异等您处理", "{} 条月结差异等您处理", differing),
            "/closing/adjustments/?state=pending",
            "git-compare",
        ),
    ]


def _terminals(by: Actor) -> list[Waiting]:
    """Terminals that want a person: those with an alarm, those that wait to be approved, lines nobody could read."""
    lines = devices.waiting_lines(seen_by=by).count() if may(by, REPAIR_LINES) else 0
    alarms, pending = devices.open_alarms(seen_by=by).count(), devices.pending_count(seen_by=by)
    return [
        *_said(
            alarms, ngettext("{} 个考勤机告警", "{} 个考勤机告警", alarms), "/devices/alarms/?open=1", "alert-triangle"
        ),
        *_said(pending, ngettext("{} 台考勤机等待批准", "{} 台考勤机等待批准", pending), "/devices/pending/", "help"),
        *_said(
            lines,
            ngettext("{} 行考勤机上传读不懂", "{} 行考勤机上传读不懂", lines),
            "/devices/lines/",
            "alert-triangle",
        ),
    ]


def _phones(by: Actor, today: dt.date) -> list[Waiting]:
    """Punches by phone to be looked at, the worst first; phones to be approved."""
    odd = phones.records_waiting(seen_by=by, on=today)
    new = phones.phones_waiting(seen_by=by, on=today) if may(by, APPROVE_PHONES) else 0
    return [
        *_said(
            odd, ngettext("{} 条手机打卡等您复核", "{} 条手机打卡等您复核", odd), "/phones/records/", "device-mobile"
        ),
        *_said(new, ngettext("{} 部新手机等您批准", "{} 部新手机等您批准", new), "/phones/?state=waiting", "key"),
    ]


def _roll_calls(by: Actor, today: dt.date, at: dt.datetime) -> list[Waiting]:
    """Sites whose terminals are out, to be bridged; roll-calls that can be compared now."""
    out = [site for site, since in rollcall.sites(seen_by=by, on=today) if since]
    waiting = rollcall.to_review(seen_by=by, at=at) if may(by, REVIEW_ROLL) else 0
    return [
        *(
            Waiting(
                gettext("{site} 的考勤机失联,可以手动点名").format(site=site.name),
                f"/rollcall/sites/{site.pk}/",
                "list-check",
            )
            for site in out
        ),
        *_said(
            waiting, ngettext("{} 次手动点名等待核对", "{} 次手动点名等待核对", waiting), "/rollcall/", "list-check"
        ),
    ]


def _said(count: int, sentence: str, address: str, icon: str) -> list[Waiting]:
    return [Waiting(sentence.format(count), address, icon)] if count else []
