"""The month as HR knows it: 钉钉's workbook with 月度汇总, 每日统计, 打卡时间 and 原始记录.

Written row by row with constant memory; people are read in portions, so the size of the company does not matter.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from kaoqin.attendance import reckoning
from kaoqin.attendance.freezing import Judged, judged
from kaoqin.attendance.models import Absence, AgreedOvertime, DayResult, MonthResult
from kaoqin.attendance.reckoning import Point
from kaoqin.attendance.saying import say_day
from kaoqin.attendance.words import AbsenceKind, kind_label, named_kind, told_kind, told_kinds
from kaoqin.core.exports import write_cell
from kaoqin.core.sentences import in_every_language
from kaoqin.core.time import store_wall_clock
from kaoqin.org import place_queries
from kaoqin.org import queries as org
from kaoqin.org.models import Employee
from kaoqin.punches import queries as punches
from kaoqin.scheduling import queries as scheduling

DAY = dt.timedelta(days=1)
MOMENT = dt.timedelta(seconds=1)
PORTION = 500
WHO = ("姓名", "考勤组", "部门", "工号", "职位", "UserId")
LEAVE_KINDS = tuple(k for k in AbsenceKind.values if k not in {"trip", "outing", "field"})
Told = Callable[[int], None]


@dataclass(frozen=True)
class Person:
    """A person as the sheets name them."""

    employee: Employee
    who: tuple[str, ...]


@dataclass(frozen=True)
class Portion:
    """Some people with everything the sheets show of them."""

    people: list[Person]
    days: dict[tuple[int, dt.date], DayResult]
    months: dict[int, MonthResult]
    leave_kinds: dict[tuple[int, dt.date], str]
    trips: dict[int, dict[str, int]]
    corrected: dict[int, int]
    agreed_minutes: dict[int, int]
    judged: dict[int, Judged]


class Workbook:
    """One month of some people, sheet by sheet; of the `hidden` kinds of leave only that it is leave."""

    def __init__(
        self,
        path: Path,
        employee_ids: Sequence[int],
        month: dt.date,
        now: dt.datetime,
        told: Told,
        hidden: Collection[str] = (),
    ) -> None:
        self.ids, self.first, self.hidden = list(employee_ids), month, hidden
        self.last = (month + 31 * DAY).replace(day=1) - DAY
        self.dates = [month + n * DAY for n in range(self.last.day)]
        self.now, self.told, self.steps = now, told, 0
        self.book = xlsxwriter.Workbook(
            str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self.bold = self.book.add_format(
            {"bold": True, "bg_color": "#eef3fb", "border": 1, "border_color": "#d0d7e2", "text_wrap": True}
        )
        self.title = self.book.add_format({"bold": True, "font_size": 14})
        self.wrap = self.book.add_format({"text_wrap": True, "valign": "top"})

    def write(self) -> None:
        """Write all four sheets."""
        self._sheet("月度汇总", MONTH_HEADER + [_day_head(d) for d in self.dates], self._month_rows())
        self._sheet("每日统计", DAILY_HEADER, self._daily_rows())
        self._sheet("打卡时间", [*WHO, *(_day_head(d) for d in self.dates)], self._matrix_rows(), self.wrap)
        self._sheet("原始记录", RAW_HEADER, self._raw_rows())
        self.book.close()

    def _sheet(self, name: str, header: Sequence[str], rows: Iterator[Sequence[Any]], style: Any = None) -> None:
        page = self.book.add_worksheet(name)
        page.set_column(0, len(header), 11)
        page.write_string(0, 0, f"{name}  统计日期:{self.first} 至 {self.last}", self.title)
        page.write_string(1, 0, f"报表生成时间:{self.now:%Y-%m-%d %H:%M}")
        for column, label in enumerate(header):
            page.write_string(2, column, label, self.bold)
        for line, row in enumerate(rows, start=3):
            for column, value in enumerate(row):
                write_cell(page, line, column, value, style if column >= len(WHO) else None)

    def _portions(self) -> Iterator[list[int]]:
        for begin in range(0, len(self.ids), PORTION):
            yield self.ids[begin : begin + PORTION]
            self.steps += len(self.ids[begin : begin + PORTION])
            self.told(self.steps)

    def _month_rows(self) -> Iterator[Sequence[Any]]:
        for ids in self._portions():
            portion = read_portion(ids, self.first, self.last, self.now.date(), self.hidden)
            for person in portion.people:
                yield [
                    *person.who,
                    *_month_cells(person, portion, self.dates),
                    *_result_cells(person, portion, self.dates),
                ]

    def _daily_rows(self) -> Iterator[Sequence[Any]]:
        for ids in self._portions():
            portion = read_portion(ids, self.first, self.last, self.now.date(), self.hidden)
            taken: dict[tuple[int, dt.date], list[Point]] = defaultdict(list)
            for point in reckoning.points(ids, self.first, min(self.last, self.now.date())):
                taken[point.employee_id, point.date].append(point)
            for person in portion.people:
                for date in self.dates:
                    day = portion.days.get((person.employee.pk, date))
                    if day:
                        yield [*person.who, *_daily_cells(day, taken[day.employee_id, date], portion)]

    def _matrix_rows(self) -> Iterator[Sequence[Any]]:
        for ids in self._portions():
            cells: dict[tuple[int, dt.date], list[str]] = defaultdict(list)
            for press in punches.local_times(ids, self.first, self.last):
                cells[press.employee_id, press.at.date()].append(f"{press.at:%H:%M}")
            for person in read_people(ids, self.last):
                yield [*person.who, *("\n".join(cells.get((person.employee.pk, d), [])) for d in self.dates)]

    def _raw_rows(self) -> Iterator[Sequence[Any]]:
        for ids in self._portions():
            people = {person.employee.pk: person for person in read_people(ids, self.last)}
            for press in punches.local_times(ids, self.first, self.last):
                weekday = "一二三四五六日"[press.at.weekday()]
                dated = (f"{press.at:%y-%m-%d} 星期{weekday}", f"{press.at:%Y-%m-%d %H:%M:%S}")
                yield [*people[press.employee_id].who, *dated, press.place, press.remark, press.origin, press.source]


def _day_head(date: dt.date) -> str:
    """钉钉 heads weekends by 六 and 日, other days by their number."""
    return "六日"[date.weekday() - 5] if date.weekday() >= 5 else str(date.day)


def read_people(ids: Sequence[int], on: dt.date) -> list[Person]:
    """People in the order of ids, with group, department and title of a day."""
    found = {e.pk: e for e in org.with_posting(org.by_ids(ids), on)}
    groups, names = scheduling.groups_of(ids, on), place_queries.department_names(on)
    return [Person(found[key], _who(found[key], groups, names)) for key in ids if key in found]


def _who(employee: Any, groups: dict[int, Any], names: dict[int, str]) -> tuple[str, ...]:
    group = groups.get(employee.pk)
    department = names.get(employee.department_id, "")
    return (
        employee.name,
        group.name if group else "",
        department,
        employee.number,
        employee.title or "",
        str(employee.pk),
    )


def read_portion(
    ids: Sequence[int], first: dt.date, last: dt.date, today: dt.date, hidden: Collection[str] = ()
) -> Portion:
    """Everything of some people in a month; the same number of queries for any number of people."""
    days = DayResult.objects.filter(employee__in=ids, date__range=(first, last), provisional=False)
    months = MonthResult.objects.filter(employee__in=ids, month=first)
    kinds, trips = _absences(ids, first, last)
    return Portion(
        read_people(ids, last),
        {(day.employee_id, day.date): day for day in days},
        {month.employee_id: _masked(month, hidden) for month in months},
        {place: told_kind(kind, hidden) for place, kind in kinds.items()},
        trips,
        punches.added_corrections(ids, first, last),
        _agreed(ids, first, last),
        judged(ids, first, today),
    )


def _masked(month: MonthResult, hidden: Collection[str]) -> MonthResult:
    month.leave_by_kind = told_kinds(month.leave_by_kind, hidden)
    return month


def _span(first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    return store_wall_clock(dt.datetime.combine(first, dt.time())), store_wall_clock(
        dt.datetime.combine(last + DAY, dt.time())
    )


def _absences(
    ids: Sequence[int], first: dt.date, last: dt.date
) -> tuple[dict[tuple[int, dt.date], str], dict[int, dict[str, int]]]:
    """The kind of leave of each day, and minutes of trips and outings as approved."""
    low, high = _span(first, last)
    kinds: dict[tuple[int, dt.date], str] = {}
    trips: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = Absence.objects.filter(employee__in=ids, withdrawn_at__isnull=True, start__lt=high, end__gt=low).order_by(
        "start", "kind"
    )
    for row in rows:
        begin, end = max(row.start, low), min(row.end, high)
        if row.kind in {"trip", "outing", "field"}:
            trips[row.employee_id][row.kind] += int((end - begin).total_seconds() // 60)
        else:
            for n in range(((end - MOMENT).date() - begin.date()).days + 1):  # until midnight is not the next day
                kinds.setdefault((row.employee_id, begin.date() + n * DAY), row.kind)
    return kinds, trips


def _agreed(ids: Sequence[int], first: dt.date, last: dt.date) -> dict[int, int]:
    low, high = _span(first, last)
    found: dict[int, int] = defaultdict(int)
    for row in AgreedOvertime.objects.filter(
        employee__in=ids, withdrawn_at__isnull=True, start__gte=low, start__lt=high
    ):
        found[row.employee_id] += int((row.end - row.start).total_seconds() // 60)
    return found


_OVERTIME = ("overtime_workday_minutes", "overtime_rest_minutes", "overtime_statutory_minutes")
MONTH_HEADER = [
    *WHO,
    *("应出勤天数", "出勤天数", "休息天数", "工作时长(分钟)", "迟到次数", "迟到时长(分钟)"),
    *("严重迟到次数", "严重迟到时长(分钟)", "旷工迟到次数", "早退次数", "早退时长(分钟)"),
    *("上班缺卡次数", "下班缺卡次数", "旷工天数", "补卡次数", "出差时长(小时)", "外出时长(小时)"),
    *(f"{in_every_language(named_kind(kind))[0]}(小时)" for kind in LEAVE_KINDS),  # in 钉钉's words
    *("其他假(小时)", "加班-审批单统计(小时)", "加班总时长(小时)"),
    *("工作日加班(小时)", "休息日加班(小时)", "节假日加班(小时)"),
    *("节假日出勤(分钟)", "夜间时长(分钟)", "出勤班次"),
    *("免计迟到次数", "迟到折算旷工(天)", "全勤"),
]


def _hours(minutes: int) -> float:
    return round(minutes / 60, 2)


def _month_cells(person: Person, portion: Portion, dates: Sequence[dt.date]) -> list[Any]:
    key = person.employee.pk
    month, trips = portion.months.get(key), portion.trips.get(key, {})
    if month is None:
        return [""] * (len(MONTH_HEADER) - len(WHO))
    days = [day for date in dates if (day := portion.days.get((key, date)))]
    leave = month.leave_by_kind
    other = sum(minutes for kind, minutes in leave.items() if kind not in LEAVE_KINDS)
    rates = [getattr(month, name) for name in _OVERTIME]
    return [
        *(
            month.planned_days,
            month.attended_days,
            month.rest_days,
            month.worked_minutes,
            month.late_times,
            month.late_minutes,
        ),
        month.serious_late_times,
        sum(day.late_minutes for day in days if day.serious_late),
        sum(1 for day in days if day.absent_minutes and day.worked_minutes),
        *(month.early_times, month.early_minutes, month.missing_in, month.missing_out, float(month.absent_days)),
        portion.corrected.get(key, 0),
        _hours(trips.get("trip", 0)),
        _hours(trips.get("outing", 0) + trips.get("field", 0)),
        *(_hours(leave.get(kind, 0)) for kind in LEAVE_KINDS),
        *(_hours(other), _hours(portion.agreed_minutes.get(key, 0)), _hours(sum(rates)), *map(_hours, rates)),
        *(month.statutory_worked_minutes, month.night_minutes, month.planned_days),
        *_judged_cells(portion.judged.get(key)),
    ]


def _judged_cells(told: Judged | None) -> list[Any]:
    """What the month's rule says; whether attendance is full only of a cycle that is over."""
    if told is None:
        return ["", "", ""]
    full = "" if told.full is None else "是" if told.full else "否"
    return [told.free_lates, float(told.late_absent_days), full]


def _result_cells(person: Person, portion: Portion, dates: Sequence[dt.date]) -> list[str]:
    days = (portion.days.get((person.employee.pk, date)) for date in dates)
    return [say_day(day, portion.leave_kinds) if day else "" for day in days]


DAILY_HEADER = [
    *WHO,
    *("日期", "workDate", "班次"),
    *(f"{point}{n}{what}" for n in (1, 2, 3) for point in ("上班", "下班") for what in ("打卡时间", "打卡结果")),
    *("关联的审批单", "应出勤(分钟)", "工作时长(分钟)", "迟到时长(分钟)", "早退时长(分钟)", "旷工时长(分钟)"),
    *("缺卡待定(分钟)", "请假(分钟)", "出差外出(分钟)", "工作日加班(分钟)", "休息日加班(分钟)", "节假日加班(分钟)"),
    *("夜间(分钟)", "考勤结果"),
]


def _daily_cells(day: DayResult, taken: list[Point], portion: Portion) -> list[Any]:
    weekday = "一二三四五六日"[day.date.weekday()]
    leave = portion.leave_kinds.get((day.employee_id, day.date)) if day.leave_minutes else None
    return [
        *(f"{day.date:%y-%m-%d} 星期{weekday}", f"{day.date}", day.shift or "休息"),
        *_point_cells(day, {(p.segment, p.point): p.at for p in taken}),
        *(
            kind_label(leave) if leave else "",
            day.planned_minutes,
            day.worked_minutes,
            day.late_minutes,
            day.early_minutes,
        ),
        *(day.absent_minutes, day.unaccounted_minutes, day.leave_minutes, day.trip_minutes),
        *(getattr(day, name) for name in _OVERTIME),
        *(day.night_minutes, say_day(day, portion.leave_kinds)),
    ]


def _point_cells(day: DayResult, taken: dict[tuple[int, str], dt.datetime]) -> list[str]:
    """Three pairs of on and off: the time, and 正常, 迟到, 早退 or 缺卡."""
    cells: list[str] = []
    points = sorted(taken.items(), key=lambda item: item[1])
    first, last = (points[0][0], points[-1][0]) if points else ((0, ""), (0, ""))
    for segment in (1, 2, 3):
        for point in ("in", "out"):
            at = taken.get((segment, point))
            late = day.late_minutes and (segment, point) == first and point == "in"
            early = day.early_minutes and (segment, point) == last and point == "out"
            said = "严重迟到" if late and day.serious_late else "迟到" if late else "早退" if early else "正常"
            cells += [_shown(at, day.date), said] if at else ["", _without(day, segment, point)]
    return cells


def _shown(at: dt.datetime, date: dt.date) -> str:
    return f"{at:%H:%M}" if at.date() == date else f"次日 {at:%H:%M}"


def _without(day: DayResult, segment: int, point: str) -> str:
    missing = day.missing_in if point == "in" else day.missing_out
    return "缺卡" if segment == 1 and missing and day.shift else ""


RAW_HEADER = [*WHO, "考勤日期", "打卡时间", "打卡地址", "打卡备注", "打卡设备", "数据来源"]


def total_steps(people: int) -> int:
    """How many steps a workbook tells: every person once a sheet."""
    return people * 4
