"""The questions and cautions that more than one format has."""

from collections import Counter
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext, gettext_lazy

from kaoqin.punches.formats.options import Options
from kaoqin.punches.formats.tools.clock import orders_seen
from kaoqin.punches.formats.words import (
    BadLine,
    Caution,
    DateOrder,
    Fault,
    KeyKind,
    Line,
    Overnight,
    PunchLine,
    Question,
)

_ORDERS = (
    (DateOrder.DAY_FIRST.value, gettext_lazy("日/月/年")),
    (DateOrder.MONTH_FIRST.value, gettext_lazy("月/日/年")),
)
_OVERNIGHT = (
    (Overnight.SAME_DAY.value, gettext_lazy("都是当日(只是顺序乱了)")),
    (Overnight.NEXT_DAY.value, gettext_lazy("排在后面的较早时间是次日")),
)

NUMERIC_KEYS = Caution(
    "formats.numeric_keys", gettext_lazy("工号列在 Excel 里是数字，前导零(如 00123 的 00)可能已丢失，请核对后再导入。")
)


def settle_order(texts: Iterable[str], options: Options) -> tuple[DateOrder | None, Question | None]:
    """The order of day and month, decided over the whole file; a question when the file cannot tell.

    One date with 13 or more in a place decides for all. When none has, or the dates contradict each other,
    the person decides.
    """
    if options.date_order:
        return options.date_order, None
    seen = orders_seen(texts)
    day_first, month_first, open_ones = seen[DateOrder.DAY_FIRST], seen[DateOrder.MONTH_FIRST], seen[None]
    if day_first and month_first:
        why = gettext("有 {day_first} 个日期只能按日/月/年、{month_first} 个只能按月/日/年理解").format(
            day_first=day_first, month_first=month_first
        )
        return None, _order_question(why)
    if day_first or month_first:
        return (DateOrder.DAY_FIRST if day_first else DateOrder.MONTH_FIRST), None
    return None, _order_question(
        gettext("{open_ones} 个日期的日和月都不大于 12，分不清先后").format(open_ones=open_ones)
    ) if open_ones else None


def remarks_on(lines: Sequence[Line]) -> tuple[list[Question], list[Caution]]:
    """What is asked and said once all lines are read: clocks out of order, days unknown, people without number."""
    faults = Counter(line.code for line in lines if isinstance(line, BadLine))
    named = sum(1 for line in lines if isinstance(line, PunchLine) and line.key_kind is KeyKind.NAME)
    questions, cautions = [], []
    if faults[Fault.TIME_ORDER]:
        questions.append(_overnight_question(faults[Fault.TIME_ORDER]))
    if faults[Fault.DAY]:
        questions.append(_period_question(faults[Fault.DAY]))
    if named:
        said = gettext("有 {named} 条打卡只有姓名、没有工号，同名的人会分不清，请核对。").format(named=named)
        cautions.append(Caution("formats.names_only", said))
    return questions, cautions


def other_sheets(names: Sequence[str]) -> tuple[Caution, ...]:
    """Said when more sheets than the one that was read have the same format."""
    if not names:
        return ()
    told = "、".join(f"“{name}”" for name in names)
    return (
        Caution(
            "formats.other_sheets",
            gettext("还有同样格式的工作表{told}没有读取，请分别选择工作表导入。").format(told=told),
        ),
    )


def _overnight_question(count: int) -> Question:
    sentence = gettext("有 {count} 处时间排在较晚的时间之后，又没有“次日”标记，它们是当日还是次日？").format(
        count=count
    )
    return Question("formats.overnight", sentence, "overnight", _OVERNIGHT)


def _period_question(count: int) -> Question:
    sentence = gettext(
        "有 {count} 格打卡的表头只写了几号，文件里没有能对上的统计期间，请选择这份表的起止日期。"
    ).format(count=count)
    return Question("formats.period", sentence, "period")


def _order_question(why: str) -> Question:
    return Question("formats.date_order", gettext("{why}，请选择日期顺序。").format(why=why), "date_order", _ORDERS)
