"""The sentences of the trace, Chinese and English, by the code of the step."""

from typing import Final

CHINESE: Final = {
    "standard": "标准工时",
    "comprehensive": "综合计算工时",
    "untimed": "不定时工时",
    "approved": "审批单",
    "punched": "打卡",
    "both": "审批单与打卡的交集",
    "workday": "工作日",
    "rest": "休息日",
    "statutory": "法定节假日",
    "annual": "年假",
    "sick": "病假",
    "personal": "事假",
    "trip": "出差",
    "outing": "外出",
    "field": "外勤",
    "in": "上班卡",
    "out": "下班卡",
    "later": "推后",
    "earlier": "提前",
    "absent": "旷工",
    "missing": "缺卡",
    "serious_late": "严重迟到",
    "late": "迟到",
    "early": "早退",
    "leave": "请假",
    "overtime": "加班",
    "normal": "正常",
    "status.rest": "休息",
}

ENGLISH: Final = {
    "approved": "approvals",
    "punched": "punches",
    "both": "punches within approvals",
    "in": "the punch in",
    "out": "the punch out",
}
"""Words of the files that read better otherwise; all others are told as they stand."""

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "rules": (
        "适用考勤组「{group}」{group_version}:{system},加班按{basis}。当天是{kind}。",
        "Group {group}{group_version} applies: {system} hours, overtime by {basis}. The date is a {kind} day.",
    ),
    "shift": ("排班:班次「{shift}」{version}。", "Rostered: shift {shift}{version}."),
    "no_shift": ("当天没有排班。", "No shift was planned."),
    "plan": (
        "第 {segment} 段计划 {start} 至 {end},计划工时 {minutes}。",
        "Segment {segment} is planned from {start} to {end}: {minutes}.",
    ),
    "plan_with_break": (
        "第 {segment} 段计划 {start} 至 {end},其中 {break_start} 至 {break_end} 休息,计划工时 {minutes}。",
        "Segment {segment} is planned from {start} to {end} with a break {break_start} to {break_end}: {minutes}.",
    ),
    "absence": ("已批准{kind}:{start} 至 {end}。", "Approved {kind}: {start} to {end}."),
    "leave": ("第 {segment} 段计划中有 {minutes} 请假。", "Leave covers {minutes} of segment {segment}."),
    "trip": (
        "第 {segment} 段计划中有 {minutes} 出差、外出或外勤。",
        "A trip, outing or field work covers {minutes} of segment {segment}.",
    ),
    "effective": (
        "第 {segment} 段还应出勤 {start} 至 {end},共 {minutes}。",
        "Segment {segment} is left to attend from {start} to {end}: {minutes}.",
    ),
    "covered": ("第 {segment} 段全部被覆盖,不需打卡。", "Segment {segment} is covered whole and needs no punch."),
    "windows": (
        "第 {segment} 段上班卡取 {in_from} 至 {in_to} 最早的一次,下班卡取 {out_from} 至 {out_to} 最晚的一次。",
        "Segment {segment}: in is the earliest punch from {in_from} to {in_to}, out the latest from {out_from} to {out_to}.",
    ),
    "free_run": (
        "自由工时:{begins} 至 {ends} 之间首次与末次打卡有效,应出勤 {minutes}。",
        "Free hours: the first and last punch from {begins} to {ends} count; {minutes} are due.",
    ),
    "punch_used": (
        "{at} 打卡{where}:作为 {date} 第 {segment} 段的{point}。",
        "Punch {at}{where}: taken as {point} of segment {segment} of {date}.",
    ),
    "punch_superseded": (
        "{at} 打卡{where}:在 {date} 第 {segment} 段的{point}时段内,已取另一次。",
        "Punch {at}{where}: in the window of {point} of segment {segment} of {date}; another punch was taken.",
    ),
    "punch_duplicate": (
        "{at} 打卡{where}:与同一分钟的另一次打卡算一次。",
        "Punch {at}{where}: counts as one with another of the same minute.",
    ),
    "punch_presence": (
        "{at} 打卡{where}:作为 {date} 的{point}。",
        "Punch {at}{where}: taken as {point} of {date}.",
    ),
    "punch_outside_window": (
        "{at} 打卡{where}:不在任何打卡时段内,未采用。",
        "Punch {at}{where}: in no window, not taken.",
    ),
    "punch_not_employed": ("{at} 打卡{where}:当天不在职,未采用。", "Punch {at}{where}: not employed then, not taken."),
    "flex": (
        "弹性工时:{at} 上班,第 {segment} 段{direction} {minutes},为 {start} 至 {end}。",
        "Flexible hours: in at {at}, segment {segment} moves {minutes} {direction}, to {start} to {end}.",
    ),
    "absent": (
        "第 {segment} 段没有打卡,{minutes} 记旷工。",
        "Segment {segment} has no punch: {minutes} are absence.",
    ),
    "missing_in": ("第 {segment} 段缺上班卡。", "Segment {segment} lacks its punch in."),
    "missing_out": ("第 {segment} 段缺下班卡。", "Segment {segment} lacks its punch out."),
    "unaccounted": (
        "第 {segment} 段因缺卡,{minutes} 待核实。",
        "For the missing punch {minutes} of segment {segment} are unaccounted for.",
    ),
    "missing_as_absent": (
        "考勤组规定缺卡记旷工:第 {segment} 段 {minutes} 记旷工。",
        "The group counts a missing punch as absence: {minutes} of segment {segment}.",
    ),
    "late_raw": ("第 {segment} 段 {at} 上班,晚到 {minutes}。", "Segment {segment} began at {at}, {minutes} late."),
    "late_allowed": (
        "前一天晚走,今天晚到的 {minutes} 不计(晚走晚到)。",
        "Off late the day before: {minutes} are forgiven (late off, late on).",
    ),
    "late_grace": ("在 {grace} 宽限内,{minutes} 不计。", "Within the grace of {grace}: {minutes} are forgiven."),
    "late": ("迟到 {minutes}。", "Late by {minutes}."),
    "serious_late": ("达到 {threshold},为严重迟到。", "That reaches {threshold}: seriously late."),
    "late_absent": (
        "迟到 {minutes},达到 {threshold},记旷工。",
        "Late by {minutes}, which reaches {threshold}: absence instead.",
    ),
    "early_raw": (
        "第 {segment} 段 {at} 下班,早走 {minutes}。",
        "Segment {segment} ended at {at}, {minutes} early.",
    ),
    "early_grace": ("在 {grace} 宽限内,{minutes} 不计。", "Within the grace of {grace}: {minutes} are forgiven."),
    "early": ("早退 {minutes}。", "Early by {minutes}."),
    "early_absent": (
        "早退 {minutes},达到 {threshold},记旷工。",
        "Early by {minutes}, which reaches {threshold}: absence instead.",
    ),
    "worked": (
        "第 {segment} 段 {on} 至 {off} 在计划内出勤 {minutes}。",
        "Segment {segment}: {minutes} of the plan worked from {on} to {off}.",
    ),
    "overtime_presence": ("计划外在岗 {begins} 至 {ends}。", "Present outside the plan from {begins} to {ends}."),
    "overtime_approved": ("批准的加班 {begins} 至 {ends}。", "Approved overtime from {begins} to {ends}."),
    "overtime_basis": ("按{basis}:{minutes}。", "By {basis}: {minutes}."),
    "overtime_unplanned": (
        "计划工时不算加班,余 {minutes}。",
        "Planned minutes are no overtime; {minutes} remain.",
    ),
    "overtime_untimed": (
        "不定时工时只计法定节假日,余 {minutes}。",
        "Under untimed hours only statutory dates count; {minutes} remain.",
    ),
    "overtime_below": ("不足 {least},不计加班。", "Less than {least}: no overtime."),
    "overtime_step": (
        "按 {step} 取整,计 {minutes}(舍去最后的 {dropped})。",
        "Down to a multiple of {step}: {minutes} (the last {dropped} are cut).",
    ),
    "overtime_counted": ("计为加班:{begins} 至 {ends}。", "Counted as overtime: {begins} to {ends}."),
    "overtime_workday": ("工作日加班 {minutes}(150 %)。", "Workday overtime {minutes} (150 %)."),
    "overtime_rest": ("休息日加班 {minutes}(200 %)。", "Rest-day overtime {minutes} (200 %)."),
    "overtime_statutory": ("法定节假日加班 {minutes}(300 %)。", "Statutory-holiday overtime {minutes} (300 %)."),
    "free_worked": (
        "{on} 至 {off} 在岗,扣除请假外出与加班,工时 {minutes}。",
        "Present from {on} to {off}; less absences and overtime {minutes} are worked.",
    ),
    "free_leave": ("不足部分由请假补 {minutes}。", "Leave fills {minutes} of what is missing."),
    "free_trip": (
        "不足部分由出差、外出或外勤补 {minutes}。",
        "A trip, outing or field work fills {minutes} of what is missing.",
    ),
    "free_short": ("尚缺 {minutes},记早退。", "{minutes} are still short: early."),
    "free_single": ("只有一次打卡,缺下班卡。", "Only one punch: the punch out is missing."),
    "free_unaccounted": ("{minutes} 待核实。", "{minutes} are unaccounted for."),
    "free_absent": ("没有打卡,{minutes} 记旷工。", "No punch: {minutes} are absence."),
    "statutory_worked": (
        "其中 {minutes} 在法定节假日,另按 300 % 计。",
        "{minutes} of the work were on a statutory date: paid at 300 % too.",
    ),
    "night": (
        "出勤与加班中 {minutes} 在夜间({begins} 至 {ends})。",
        "{minutes} of work and overtime were at night ({begins} to {ends}).",
    ),
    "status": ("结果:{status}。", "Result: {status}."),
}
