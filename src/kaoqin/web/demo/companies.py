"""The two companies: structure, shifts, groups, people. Everything goes through the rooms' actions."""

import datetime as dt
import random
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from kaoqin.attendance import actions as attendance
from kaoqin.attendance.actions import Rules
from kaoqin.attendance.words import Cycle, OvertimeBasis, System
from kaoqin.org import actions as org
from kaoqin.org.models import Department, Employee, Site
from kaoqin.org.words import Datum, Province
from kaoqin.scheduling import actions as scheduling
from kaoqin.scheduling.models import Calendar, Group, Pattern, Shift
from kaoqin.scheduling.words import GroupMode, Segment, ShiftPlan
from kaoqin.security.words import Actor, Granted, Role, Scope, ScopeKind
from kaoqin.web.demo.names import names

BUILDER = Actor(None, "演示数据", tuple(Granted(role, Scope(ScopeKind.ALL)) for role in (Role.HR, Role.ADMINISTRATOR)))

OFFICE = ShiftPlan(
    "行政班", (Segment(540, 1080, 720, 780, late_grace=5, serious_late=60, absent_late=180),), flex_late=30
)
SALES_FREE = ShiftPlan("外勤自由工时", (), day_start=300, required_minutes=480)
EARLY = ShiftPlan("早班", (Segment(480, 960, 690, 720, late_grace=3, serious_late=30),))
MIDDLE = ShiftPlan("中班", (Segment(960, 1440, 1080, 1110, late_grace=3, serious_late=30),))
NIGHT = ShiftPlan("夜班", (Segment(1440, 1920, 1560, 1590, late_grace=3, serious_late=30),))
DAY12 = ShiftPlan("长白班", (Segment(480, 1200, 720, 780, late_grace=3, serious_late=30),))
NIGHT12 = ShiftPlan("长夜班", (Segment(1200, 1920, 1440, 1500, late_grace=3, serious_late=30),))
TWICE = ShiftPlan("两段班", (Segment(480, 720, out_after=60), Segment(780, 1020, in_before=59, late_grace=3)))


@dataclass(frozen=True)
class Group_:  # noqa: N801 - the stored group with what the demo needs of it
    """A group and how its people are planned: a fixed week, or a pattern they are spread over."""

    group: Group
    pattern: Pattern | None = None


@dataclass(frozen=True)
class Company:
    """What was built: people by group."""

    root: Department
    people: dict[str, list[Employee]]
    groups: dict[str, Group_]


class Builder:
    """Builds at one moment in time, with one line of chance."""

    def __init__(self, begins_on: dt.date, at: dt.datetime, seed: int) -> None:
        self.begins_on, self.at, self.draw = begins_on, at, random.Random(seed)  # noqa: S311
        self.names = names(seed)
        self.calendar = Calendar.objects.get(code="CN")

    def department(self, code: str, name: str, parent: Department | None = None) -> Department:
        return org.open_department(code, name, parent, dt.date(2020, 1, 1), by=BUILDER, at=self.at)

    def site(self, details: org.SiteDetails) -> Site:
        return org.keep_site(details, by=BUILDER, at=self.at)

    def shift(self, code: str, plan: ShiftPlan, colour: str) -> Shift:
        return scheduling.new_shift(code, plan, dt.date(2020, 1, 1), by=BUILDER, at=self.at, colour=colour)

    def group(
        self, code: str, name: str, rules: Rules, week: dict[int, Shift], pattern: Pattern | None = None
    ) -> Group_:
        made = scheduling.new_group(code, name, by=BUILDER, at=self.at)
        free = any(not shift.versions.filter(free=False).exists() for shift in week.values())
        mode = GroupMode.ROSTER if not week else GroupMode.FREE if free else GroupMode.FIXED
        since = dt.date(2025, 1, 1)
        scheduling.plan_group(made, since, mode=mode, calendar=self.calendar, week=week, by=BUILDER, at=self.at)
        attendance.keep_rules(made, since, rules, by=BUILDER, at=self.at)
        return Group_(made, pattern)

    def hire(self, count: int, prefix: str, first: int, place: org.Place) -> list[Employee]:
        """People with numbers from `first` on; most have been here for years, a few came lately."""
        numbered = enumerate(islice(self.names, count), start=first)
        newcomers = [org.Newcomer(f"{prefix}{number:05d}", name, self._since(), place) for number, name in numbered]
        return org.hire_all(newcomers, by=BUILDER, at=self.at)

    def _since(self) -> dt.date:
        lately = self.draw.random() < 0.04
        return self.begins_on + dt.timedelta(days=self.draw.randrange(5, 60)) if lately else self._years_ago()

    def _years_ago(self) -> dt.date:
        return self.begins_on - dt.timedelta(days=self.draw.randrange(40, 2600))


def weekdays(shift: Shift) -> dict[int, Shift]:
    return dict.fromkeys(range(5), shift)


def build_sales(builder: Builder) -> Company:
    """A field-sales firm in Shanghai: 20 of 30 people in the field."""
    root = builder.department("YC", "远川商贸(演示)")
    office, east, south = (
        builder.department(c, n, root)
        for c, n in (("YC-O", "行政人事部"), ("YC-E", "华东销售部"), ("YC-S", "华南销售部"))
    )
    details = org.SiteDetails(
        *("SH-01", "上海办公室", "Asia/Shanghai", "上海市黄浦区"),
        latitude=Decimal("31.228474"),
        longitude=Decimal("121.478224"),
        datum=Datum.GCJ02,
        province=Province.SHANGHAI,
    )
    site = builder.site(details)
    office_shift = builder.shift("OFFICE", OFFICE, "blue")
    free_shift = builder.shift("FIELD", SALES_FREE, "teal")
    groups = {
        "office": builder.group("YC-OFFICE", "行政班组", Rules(), weekdays(office_shift)),
        "field": builder.group("YC-FIELD", "外勤组", Rules(system=System.UNTIMED), weekdays(free_shift)),
    }
    people = {
        "office": builder.hire(10, "YC", 1, org.Place(office, site, "内勤")),
        "field": builder.hire(10, "YC", 11, org.Place(east, site, "销售代表"))
        + builder.hire(10, "YC", 21, org.Place(south, site, "销售代表")),
    }
    return Company(root, people, groups)


def build_plant(builder: Builder) -> Company:
    """A plant of 2,000 near Suzhou: three-shift and two-shift rotation, comprehensive hours, an office."""
    root = builder.department("QH", "青禾制造(演示)")
    details = org.SiteDetails(
        *("SZ-01", "苏州工厂", "Asia/Shanghai", "苏州工业园区"),
        latitude=Decimal("31.319300"),
        longitude=Decimal("120.721600"),
        datum=Datum.GCJ02,
        province=Province.JIANGSU,
    )
    site = builder.site(details)
    early, middle, night = (
        builder.shift("E", EARLY, "green"),
        builder.shift("M", MIDDLE, "orange"),
        builder.shift("N", NIGHT, "purple"),
    )
    day12, night12 = builder.shift("D12", DAY12, "lime"), builder.shift("N12", NIGHT12, "indigo")
    twice, office_shift = builder.shift("TWO", TWICE, "cyan"), Shift.objects.get(code="OFFICE")
    four = scheduling.keep_pattern(
        "4X3", "四班三运转", [early, early, middle, middle, night, night, None, None], by=BUILDER, at=builder.at
    )
    two = scheduling.keep_pattern(
        "2X2", "上二休二(两班倒)", [day12, day12, None, None, night12, night12, None, None], by=BUILDER, at=builder.at
    )
    comprehensive = Rules(
        system=System.COMPREHENSIVE, cycle=Cycle.QUARTER, overtime_basis=OvertimeBasis.BOTH, overtime_after=10
    )
    groups = {
        "office": builder.group("QH-OFFICE", "工厂行政组", Rules(), weekdays(office_shift)),
        "rotation": builder.group("QH-4X3", "四班三运转组", comprehensive, {}, four),
        "long": builder.group("QH-2X2", "长白夜班组", comprehensive, {}, two),
        "twice": builder.group("QH-TWO", "仓储两段班组", Rules(overtime_basis=OvertimeBasis.PUNCHED), weekdays(twice)),
    }
    people: dict[str, list[Employee]] = {"office": [], "rotation": [], "long": [], "twice": []}
    for code, name, group, count, title, first in _WORKSHOPS:
        department = builder.department(code, name, root)
        people[group] += builder.hire(count, "", first, org.Place(department, site, title))
    return Company(root, people, groups)


_WORKSHOPS = (
    ("QH-HR", "人力资源部", "office", 20, "专员", 1),
    ("QH-ENG", "工程部", "office", 130, "工程师", 21),
    ("QH-W1", "冲压车间", "rotation", 400, "操作工", 151),
    ("QH-W2", "焊装车间", "rotation", 450, "操作工", 551),
    ("QH-W3", "涂装车间", "rotation", 350, "操作工", 1001),
    ("QH-W4", "总装车间", "long", 450, "装配工", 1351),
    ("QH-WH", "仓储物流部", "twice", 200, "仓管员", 1801),
)
"""Code, name, group, how many people, what they are, and the number of the first."""
