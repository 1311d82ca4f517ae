"""What the layout shows on every page: the menu of this actor, and the company's warnings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy

from kaoqin.approvals import queries as approvals
from kaoqin.approvals.words import ASK, DECIDE, MANAGE_FLOWS, SEE_REQUESTS
from kaoqin.attendance.words import (
    ANSWER_OBJECTIONS,
    CLOSE_MONTHS,
    MANAGE_ATTENDANCE_RULES,
    RECORD_APPROVALS,
    SEE_CLOSED,
    SEE_DAYS,
    SEE_OWN_DAYS,
)
from kaoqin.consent.words import OWN_CONSENT, SEE_CONSENTS
from kaoqin.devices import queries as devices
from kaoqin.devices.words import SEE_DEVICES
from kaoqin.field.words import MANAGE_VISIT_KINDS, VISIT
from kaoqin.kiosk.words import MANAGE_TABLETS, OWN_PIN
from kaoqin.leave.words import MANAGE_KINDS, SEE_BALANCES, SEE_OWN_LEAVE
from kaoqin.maps.words import SEE_MAPS
from kaoqin.notices import queries as notices
from kaoqin.notices.words import MANAGE_CHANNELS, OWN_NOTICES
from kaoqin.org.words import SEE_PEOPLE
from kaoqin.overtime.words import MANAGE_BANK, SEE_BANK, SEE_OWN_BANK
from kaoqin.phones import queries as phones
from kaoqin.phones.words import MANAGE_PLACES, PUNCH, REVIEW_RECORDS, SEE_PHONES
from kaoqin.privacy.words import OWN_DATA, SEE_COPIES
from kaoqin.punches.words import IMPORT_PUNCHES, SEE_PUNCHES
from kaoqin.rollcall.words import CALL_ROLL
from kaoqin.scheduling.words import MANAGE_RULES, SEE_PLANS, SEE_RULES
from kaoqin.security.doors import may
from kaoqin.security.words import READ_AUDIT, SEE_ACCOUNTS, THEME_COOKIE, Actor, Theme
from kaoqin.tracks.words import OWN_TRACK, SEE_TRACKS


@dataclass(frozen=True)
class Entry:
    """One line of the menu: shown to whom may open it. `count` is of what somebody must look at, shown beside it."""

    label: str | Promise
    address: str
    icon: str
    permission: str
    count: Callable[[Actor], int] | None = None


@dataclass(frozen=True)
class Group:
    """Entries that belong together, under a heading that folds."""

    name: str | Promise
    icon: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Shown:
    """A group as somebody sees it: what they may open with its counts, and whether it is unfolded."""

    name: str | Promise
    icon: str
    entries: list[tuple[Entry, int]]
    unfolded: bool

    @property
    def count(self) -> int:
        return sum(count for _, count in self.entries)


FEW = 14
"""Entries up to which nothing is folded."""


def _waiting(by: Actor) -> int:
    return approvals.waiting_count(seen_by=by, on=timezone.localdate())


def _alarms(by: Actor) -> int:
    return devices.open_alarms(seen_by=by).count()


def _dead(by: Actor) -> int:
    return notices.dead_count(seen_by=by)


def _to_review(by: Actor) -> int:
    return phones.records_waiting(seen_by=by, on=timezone.localdate())


def _to_approve(by: Actor) -> int:
    return phones.phones_waiting(seen_by=by, on=timezone.localdate())


MENU: tuple[Group, ...] = (
    Group(
        gettext_lazy("我的"),
        "user",
        (
            Entry(gettext_lazy("手机打卡"), "/punch/", "fingerprint", PUNCH),
            Entry(gettext_lazy("我的考勤"), "/my/attendance/", "calendar-stats", SEE_OWN_DAYS),
            Entry(gettext_lazy("我的申请"), "/requests/", "send", ASK),
            Entry(gettext_lazy("我的月报"), "/my/months/", "file-text", SEE_OWN_DAYS),
            Entry(gettext_lazy("我的假期"), "/my/leave/", "beach", SEE_OWN_LEAVE),
            Entry(gettext_lazy("我的调休"), "/my/bank/", "clock-edit", SEE_OWN_BANK),
            Entry(gettext_lazy("我的拜访"), "/visits/", "walk", VISIT),
            Entry(gettext_lazy("我的轨迹"), "/my/tracks/", "route", OWN_TRACK),
            Entry(gettext_lazy("我的手机"), "/my/phone/", "device-mobile", PUNCH),
            Entry(gettext_lazy("打卡密码"), "/my/pin/", "key", OWN_PIN),
            Entry(gettext_lazy("我的授权"), "/my/consents/", "id-badge-2", OWN_CONSENT),
            Entry(gettext_lazy("我的数据"), "/my/data/", "download", OWN_DATA),
        ),
    ),
    Group(
        gettext_lazy("审批"),
        "checks",
        (
            Entry(gettext_lazy("待我审批"), "/approvals/", "checks", DECIDE, _waiting),
            Entry(gettext_lazy("我处理的"), "/approvals/handled/", "history", DECIDE),
            Entry(gettext_lazy("审批委托"), "/approvals/delegations/", "user-share", DECIDE),
            Entry(gettext_lazy("全部申请"), "/requests/all/", "clipboard-list", SEE_REQUESTS),
            Entry(gettext_lazy("审批流程"), "/flows/", "route", MANAGE_FLOWS),
        ),
    ),
    Group(
        gettext_lazy("考勤"),
        "calendar-stats",
        (
            Entry(gettext_lazy("今日考勤"), "/attendance/today/", "user-check", SEE_DAYS),
            Entry(gettext_lazy("考勤异常"), "/attendance/exceptions/", "alert-triangle", SEE_DAYS),
            Entry(gettext_lazy("每日明细"), "/attendance/days/", "list-details", SEE_DAYS),
            Entry(gettext_lazy("月度汇总"), "/attendance/months/", "chart-bar", SEE_DAYS),
            Entry(pgettext_lazy("list", "打卡记录"), "/punches/", "fingerprint", SEE_PUNCHES),
            Entry(gettext_lazy("复核手机打卡"), "/phones/records/", "checks", REVIEW_RECORDS, _to_review),
            Entry(gettext_lazy("手动点名"), "/rollcall/", "list-check", CALL_ROLL),
            Entry(gettext_lazy("请假与外出"), "/absences/", "arrow-right", RECORD_APPROVALS),
            Entry(gettext_lazy("加班"), "/overtime/", "clock-edit", RECORD_APPROVALS),
            Entry(gettext_lazy("导入打卡"), "/punches/imports/", "database-import", IMPORT_PUNCHES),
            Entry(gettext_lazy("补卡规则"), "/corrections/quotas/", "settings", MANAGE_ATTENDANCE_RULES),
            Entry(gettext_lazy("规则试算"), "/trials/", "test-pipe", MANAGE_ATTENDANCE_RULES),
        ),
    ),
    Group(
        gettext_lazy("排班"),
        "calendar-month",
        (
            Entry(gettext_lazy("排班表"), "/roster/", "calendar-month", SEE_PLANS),
            Entry(pgettext_lazy("list", "班次"), "/shifts/", "clock", SEE_RULES),
            Entry(pgettext_lazy("list", "考勤组"), "/groups/", "users-group", SEE_RULES),
            Entry(pgettext_lazy("list", "轮班"), "/patterns/", "repeat", SEE_RULES),
            Entry(pgettext_lazy("list", "日历"), "/calendars/", "calendar-event", SEE_RULES),
            Entry(gettext_lazy("技能"), "/skills/", "certificate", MANAGE_RULES),
            Entry(gettext_lazy("换班间隔"), "/swaps/rests/", "repeat", MANAGE_RULES),
        ),
    ),
    Group(
        gettext_lazy("外勤"),
        "walk",
        (
            Entry(gettext_lazy("拜访计划"), "/field/plans/", "calendar-event", VISIT),
            Entry(pgettext_lazy("list", "拜访记录"), "/field/visits/", "clipboard-list", VISIT),
            Entry(pgettext_lazy("list", "客户"), "/field/customers/", "building-store", VISIT),
            Entry(pgettext_lazy("list", "轨迹"), "/tracks/", "route", SEE_TRACKS),
            Entry(gettext_lazy("拜访类型"), "/field/kinds/", "settings", MANAGE_VISIT_KINDS),
        ),
    ),
    Group(
        gettext_lazy("月结"),
        "lock",
        (
            Entry(gettext_lazy("月结"), "/closing/", "lock", CLOSE_MONTHS),
            Entry(gettext_lazy("考勤确认"), "/closing/confirmations/", "checks", ANSWER_OBJECTIONS),
            Entry(gettext_lazy("已月结"), "/closing/people/", "clipboard-list", SEE_CLOSED),
            Entry(gettext_lazy("月结差异"), "/closing/adjustments/", "git-compare", SEE_CLOSED),
            Entry(gettext_lazy("综合工时台账"), "/attendance/comprehensive/", "scale", SEE_CLOSED),
        ),
    ),
    Group(
        gettext_lazy("假期与调休"),
        "beach",
        (
            Entry(gettext_lazy("假期余额"), "/leave/", "scale", SEE_BALANCES),
            Entry(gettext_lazy("请假记录"), "/leave/records/", "clipboard-list", SEE_BALANCES),
            Entry(gettext_lazy("调休余额"), "/bank/", "scale", SEE_BANK),
            Entry(gettext_lazy("加班规则"), "/overtime/rules/", "settings", MANAGE_BANK),
            Entry(gettext_lazy("假期类型"), "/leave/kinds/", "settings", MANAGE_KINDS),
            Entry(gettext_lazy("地方参数"), "/leave/regions/", "map-pin", MANAGE_KINDS),
        ),
    ),
    Group(
        gettext_lazy("设备与打卡方式"),
        "device-mobile",
        (
            Entry(pgettext_lazy("list", "考勤机"), "/devices/", "device-desktop", SEE_DEVICES, _alarms),
            Entry(pgettext_lazy("list", "员工手机"), "/phones/", "users", SEE_PHONES, _to_approve),
            Entry(pgettext_lazy("list", "打卡地点"), "/phones/places/", "map-pin", MANAGE_PLACES),
            Entry(pgettext_lazy("list", "各地点的打卡方式"), "/phones/ways/", "adjustments", MANAGE_PLACES),
            Entry(pgettext_lazy("list", "打卡平板"), "/kiosks/", "device-tablet", MANAGE_TABLETS),
            Entry(pgettext_lazy("list", "打卡屏幕"), "/phones/screens/", "qrcode", MANAGE_PLACES),
            Entry(pgettext_lazy("list", "打卡码"), "/phones/marks/", "nfc", MANAGE_PLACES),
            Entry(pgettext_lazy("list", "Wi-Fi 与信标"), "/phones/signals/", "access-point", MANAGE_PLACES),
            Entry(pgettext_lazy("list", "办公网络"), "/phones/networks/", "wifi", MANAGE_PLACES),
        ),
    ),
    Group(
        gettext_lazy("组织"),
        "building-community",
        (
            Entry(pgettext_lazy("list", "员工"), "/people/", "users", SEE_PEOPLE),
            Entry(pgettext_lazy("list", "部门"), "/departments/", "building-community", SEE_PEOPLE),
            Entry(pgettext_lazy("list", "地点"), "/sites/", "map-pin", SEE_PEOPLE),
            Entry(pgettext_lazy("list", "公告"), "/announcements/", "speakerphone", OWN_NOTICES),
            Entry(gettext_lazy("生物特征同意"), "/consents/", "shield-lock", SEE_CONSENTS),
            Entry(pgettext_lazy("list", "个人信息副本"), "/privacy/copies/", "file-zip", SEE_COPIES),
        ),
    ),
    Group(
        gettext_lazy("系统"),
        "settings",
        (
            Entry(pgettext_lazy("list", "账号"), "/accounts/", "key", SEE_ACCOUNTS),
            Entry(gettext_lazy("通知渠道"), "/notices/channels/", "bell", MANAGE_CHANNELS, _dead),
            Entry(gettext_lazy("地图服务"), "/maps/", "map-2", SEE_MAPS),
            Entry(gettext_lazy("审计日志"), "/audit/", "history", READ_AUDIT),
        ),
    ),
)


TABS = (
    Entry(gettext_lazy("打卡"), "/punch/", "fingerprint", PUNCH),
    Entry(gettext_lazy("考勤"), "/my/attendance/", "calendar-stats", SEE_OWN_DAYS),
    Entry(pgettext_lazy("tab", "申请"), "/requests/", "send", ASK),
    Entry(gettext_lazy("待办"), "/approvals/", "checks", DECIDE),
    Entry(gettext_lazy("我的"), "/me/", "user", OWN_NOTICES),
)
"""At the bottom of an employee's phone."""
SHORTCUTS = (
    Entry(gettext_lazy("我的拜访"), "/visits/", "walk", VISIT),
    Entry(gettext_lazy("我的月报"), "/my/months/", "file-text", SEE_OWN_DAYS),
    Entry(gettext_lazy("我的申请"), "/requests/", "send", ASK),
    Entry(gettext_lazy("我的通知"), "/notices/", "inbox", OWN_NOTICES),
    Entry(gettext_lazy("排班表"), "/roster/", "calendar-month", SEE_PLANS),
)
"""Where one goes on from the page of the button."""
THEME_PICTURES = {Theme.AUTO: "device-desktop", Theme.LIGHT: "sun", Theme.DARK: "moon"}


def preferences(request: HttpRequest) -> dict[str, Any]:
    """The choice of language and look, on every page, and where to go on after choosing."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "language": get_language(),
        "languages": settings.LANGUAGES,
        "theme": chosen if chosen in Theme.values else Theme.AUTO.value,
        "themes": [(one.value, one.label, picture) for one, picture in THEME_PICTURES.items()],
        "return_to": request.get_full_path() if request.method == "GET" else request.path,
    }


def layout(request: HttpRequest) -> dict[str, Any]:
    """The menu of whoever asks, and where they are in it."""
    by: Actor | None = getattr(request, "by", None)
    if by is None:
        return {"menu": []}
    path = getattr(request, "stands_at", request.path)
    addresses = [entry.address for group in MENU for entry in group.entries if path.startswith(entry.address)]
    here = max(addresses, key=len, default="")
    shown = _menu(by, here)
    own = {"tabs": _allowed(TABS, by), "shortcuts": _allowed(SHORTCUTS, by), "own_pages": _allowed(MENU[0].entries, by)}
    own = own if by.employee_id else {}
    return {"by": by, "menu": shown, "here": here, "unread": notices.unread_count(seen_by=by), **own}


def _menu(by: Actor, here: str) -> list[Shown]:
    """The group where one is is unfolded, at home one's own; all where there are few."""
    unfolded = next((group for group in MENU if any(entry.address == here for entry in group.entries)), MENU[0])
    allowed = [(group, entries) for group in MENU if (entries := _allowed(group.entries, by))]
    few = sum(len(entries) for _, entries in allowed) <= FEW
    return [
        Shown(
            group.name,
            group.icon,
            [(entry, entry.count(by) if entry.count else 0) for entry in entries],
            few or group is unfolded,
        )
        for group, entries in allowed
    ]


def _allowed(entries: tuple[Entry, ...], by: Actor) -> list[Entry]:
    return [entry for entry in entries if may(by, entry.permission)]
