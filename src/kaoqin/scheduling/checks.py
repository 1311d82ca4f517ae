"""What a shift must be before it is kept: the contract's input faults, said to the person who fills in the form."""

from django.utils.translation import gettext

from kaoqin.core.words import Refusal
from kaoqin.scheduling.words import Segment, ShiftPlan

TWO_DAYS = 2880


def refuse_bad_shift(plan: ShiftPlan) -> None:
    """Raise a Refusal for the first thing that cannot be."""
    if not plan.name.strip():
        raise Refusal("scheduling.shift_name", gettext("请填写班次名称。"), "name")
    for number, segment in enumerate(plan.segments, start=1):
        _refuse_bad_segment(segment, number)
    for number, (before, after) in enumerate(zip(plan.segments, plan.segments[1:], strict=False), start=2):
        if after.start < before.end:
            raise Refusal(
                "scheduling.segments_overlap", gettext("第 {number} 段须在上一段结束之后开始。").format(number=number)
            )
    _refuse_bad_flex(plan)
    if plan.free and not (0 < plan.required_minutes <= 1440 and 0 <= plan.day_start < 1440):
        raise Refusal("scheduling.free_shift", gettext("自由工时须有大于 0 的应出勤时长和一天之内的分界时间。"))


def _refuse_bad_segment(segment: Segment, number: int) -> None:
    if not 0 <= segment.start < segment.end <= TWO_DAYS:
        raise Refusal(
            "scheduling.segment_times",
            gettext("第 {number} 段的下班时间须晚于上班时间(次日时间写作 24:00 以后)。").format(number=number),
        )
    if (segment.break_start is None) != (segment.break_end is None):
        raise Refusal(
            "scheduling.break_half", gettext("第 {number} 段的休息须同时有开始和结束。").format(number=number)
        )
    if segment.break_start is not None and segment.break_end is not None:
        inside = segment.start <= segment.break_start < segment.break_end <= segment.end
        if not inside or segment.minutes <= 0:
            raise Refusal(
                "scheduling.break_outside", gettext("第 {number} 段的休息须在上下班时间之内。").format(number=number)
            )


def _refuse_bad_flex(plan: ShiftPlan) -> None:
    if (plan.flex_early or plan.flex_late or plan.late_off_late_on) and len(plan.segments) != 1:
        raise Refusal("scheduling.flex_one_segment", gettext("弹性和晚走晚到只能用于一段制班次。"))
    if not plan.segments:
        return
    only = plan.segments[0]
    if only.break_start is not None and only.break_end is not None:
        early, late = only.break_start < only.start + plan.flex_late, only.break_end > only.end - plan.flex_early
        if (plan.flex_early or plan.flex_late) and (early or late):
            raise Refusal("scheduling.flex_break", gettext("有弹性时,休息须在最晚上班之后、最早下班之前。"))
    if len({off for off, _ in plan.late_off_late_on}) != len(plan.late_off_late_on):
        raise Refusal("scheduling.late_off_twice", gettext("晚走晚到的「晚走」时长重复。"))
