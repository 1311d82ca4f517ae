"""The ledger of comprehensive hours (综合工时): cycles of a company's people, and one's own."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext

from kaoqin.attendance import comprehensive
from kaoqin.attendance.closing_views import who
from kaoqin.attendance.models import CycleHours
from kaoqin.attendance.views import month_choices
from kaoqin.attendance.words import SEE_OWN_DAYS
from kaoqin.core.tables import Column, Filter, ListPage
from kaoqin.core.time import read_month as month_named
from kaoqin.core.words import say_minutes
from kaoqin.scheduling import queries as scheduling
from kaoqin.security.doors import require
from kaoqin.security.requests import AskedBy


def _minutes(name: str, label: str, *, sorts: bool = True, hidden: bool = False) -> Column[Any]:
    by = name if sorts else ""
    return Column(name, label, lambda row: say_minutes(getattr(row, name)), by, True, hidden=hidden)


def _columns() -> list[Column[Any]]:
    return [
        *who(),
        Column("group", gettext("考勤组"), lambda row: row.group.name, "group__name"),
        Column("cycle", gettext("周期"), lambda row: f"{row.begins_on} – {row.ends_on:%m-%d}", "begins_on"),
        Column("counted", gettext("计入的日子"), _say_counted, "counted_from"),
        _minutes("standard_minutes", gettext("标准工时")),
        _minutes("worked_minutes", gettext("实际工时")),
        Column("percent", gettext("完成"), lambda row: f"{row.percent}%", numeric=True),
        _minutes("statutory_minutes", gettext("法定节日(300%)")),
        _minutes("excess_minutes", gettext("超出(150%)")),
        _minutes("average_minutes", gettext("标准工时(年平均)"), hidden=True),
        _minutes("average_excess_minutes", gettext("超出(年平均)"), sorts=False, hidden=True),
        Column(
            "state",
            gettext("状态"),
            lambda row: gettext("已月结") if row.closed_at else gettext("未月结"),
            "closed_at",
            tone=lambda row: "green" if row.closed_at else "secondary",
        ),
    ]


def _say_counted(row: CycleHours) -> str:
    """Of a whole cycle nothing; else which days of it are counted."""
    return f"{row.counted_from:%m-%d} – {row.counted_to:%m-%d}" if row.partial else gettext("整个周期")


def comprehensive_hours(request: AskedBy) -> HttpResponseBase:
    """The cycles that hold the first of a month: everybody's within reach, sums by group above."""
    day = min(month_named(request.GET.get("month", ""), request.today), request.today)
    rows = comprehensive.ledger(day, seen_by=request.by, on=request.today)
    page: ListPage[CycleHours] = ListPage(
        request,
        rows,
        title=gettext("综合工时台账"),
        columns=_columns(),
        search=["employee__number", "employee__name"],
        filters=[
            Filter("month", gettext("周期所在月份"), month_choices(request.today), "", f"{day:%Y-%m}"),
            Filter("group", gettext("考勤组"), scheduling.group_choices(), "group"),
            Filter("over", gettext("超出标准"), [("0", gettext("有超出的"))], "excess_minutes__gt"),
            Filter(
                "open",
                gettext("状态"),
                [("1", gettext("未月结")), ("0", gettext("已月结"))],
                "closed_at__isnull",
            ),
        ],
        empty=gettext("没有综合计算工时的人。在考勤组规则里选「综合计算工时」后,核算过的日子按周期记入台账。"),
        template="attendance/comprehensive.html",
        more={"groups": comprehensive.by_group(rows)},
    )
    return page.answer()


def own_hours(request: AskedBy) -> HttpResponse:
    """One's own cycles."""
    require(request.by, SEE_OWN_DAYS)
    if request.by.employee_id is None:
        return render(request, "attendance/no_employee.html")
    return render(request, "attendance/own_hours.html", {"rows": comprehensive.own(by=request.by)})
