"""What the layout shows on every page: the menu of this actor, and the company's warnings."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from kaoqin.attendance.words import RECORD_APPROVALS, SEE_DAYS, SEE_OWN_DAYS
from kaoqin.org.words import SEE_PEOPLE
from kaoqin.punches.words import IMPORT_PUNCHES, SEE_PUNCHES
from kaoqin.scheduling.words import SEE_PLANS, SEE_RULES
from kaoqin.security.doors import may
from kaoqin.security.words import READ_AUDIT, SEE_ACCOUNTS, Actor


@dataclass(frozen=True)
class Entry:
    """One line of the menu: shown to whom may open it."""

    label: str
    address: str
    icon: str
    permission: str


MENU: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "考勤",
        (
            Entry("我的考勤", "/my/attendance/", "calendar-stats", SEE_OWN_DAYS),
            Entry("今日考勤", "/attendance/today/", "user-check", SEE_DAYS),
            Entry("月度汇总", "/attendance/months/", "chart-bar", SEE_DAYS),
            Entry("每日明细", "/attendance/days/", "list-details", SEE_DAYS),
            Entry("考勤异常", "/attendance/exceptions/", "alert-triangle", SEE_DAYS),
            Entry("请假与外出", "/absences/", "beach", RECORD_APPROVALS),
            Entry("加班", "/overtime/", "clock-edit", RECORD_APPROVALS),
        ),
    ),
    (
        "打卡",
        (
            Entry("打卡记录", "/punches/", "fingerprint", SEE_PUNCHES),
            Entry("导入打卡", "/punches/imports/", "database-import", IMPORT_PUNCHES),
        ),
    ),
    (
        "排班",
        (
            Entry("排班表", "/roster/", "calendar-month", SEE_PLANS),
            Entry("班次", "/shifts/", "clock", SEE_RULES),
            Entry("考勤组", "/groups/", "users-group", SEE_RULES),
            Entry("轮班", "/patterns/", "repeat", SEE_RULES),
            Entry("日历", "/calendars/", "calendar-event", SEE_RULES),
        ),
    ),
    (
        "组织",
        (
            Entry("员工", "/people/", "users", SEE_PEOPLE),
            Entry("部门", "/departments/", "building-community", SEE_PEOPLE),
            Entry("地点", "/sites/", "map-pin", SEE_PEOPLE),
        ),
    ),
    (
        "系统",
        (
            Entry("账号", "/accounts/", "key", SEE_ACCOUNTS),
            Entry("审计日志", "/audit/", "history", READ_AUDIT),
        ),
    ),
)


def layout(request: HttpRequest) -> dict[str, Any]:
    by: Actor | None = getattr(request, "by", None)
    if by is None:
        return {"menu": []}
    menu = [(name, [e for e in entries if may(by, e.permission)]) for name, entries in MENU]
    addresses = [entry.address for _, entries in MENU for entry in entries if request.path.startswith(entry.address)]
    here = max(addresses, key=len, default="")
    return {"by": by, "menu": [(name, entries) for name, entries in menu if entries], "here": here}
