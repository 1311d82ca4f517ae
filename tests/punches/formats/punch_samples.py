"""One realistic file of every format, for the rules that hold for all of them."""

# ruff: noqa: DTZ001 - the wall clocks of a file have no zone

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from punch_file_builders import (
    Rows,
    Value,
    card_sheet,
    dingtalk_raw,
    dingtalk_times,
    html,
    text,
    wecom_daily,
    xls,
    xlsx,
)

DINGTALK_DAILY_HEADER = (
    *("姓名", "考勤组", "部门", "工号", "职位", "UserId", "日期", "workDate", "班次"),
    *("上班1打卡时间", "上班1打卡结果", "下班1打卡时间", "下班1打卡结果"),
    *("上班2打卡时间", "上班2打卡结果", "下班2打卡时间", "下班2打卡结果"),
    *("上班3打卡时间", "上班3打卡结果", "下班3打卡时间", "下班3打卡结果", "关联的审批单", "考勤结果"),
)


class Sample(NamedTuple):
    name: str
    data: bytes
    format: str
    punches: int
    bad_lines: int


ATTLOG_LINES = (
    "        1\t2026-03-02 07:58:11\t1\t0\t1\t0",
    "    00123\t2026-03-02 08:01:33\t1\t255\t15\t0",
    "",
    "    00123\t2026-03-02 18:05:01\t1\t1\t15\t0\t0\t255\t36.5\t0",
    "设备重启",
    "EMP-7\t2026-03-02 18:06:00",
    "        1\t1704096000\t1\t0",
    "        1\t2026-02-30 08:00:00\t1\t0\t1\t0",
    "\x1a",
)
AGL_LINES = (
    "No\tTMNo\tEnNo\tName\tGMNo\tMode\tIN/OUT\tAntipass\tDateTime",
    "000001\t1\t000000012\t陈一        \t1\t1\t0\t0\t06-30-2026  01:19:29PM",
    "000002\t1\t000000012\t陈一        \t1\t1\t0\t0\t07-01-2026  08:00:00AM",
    "000003\t1\t000000012\t陈一        \t1\t1\t0\t0\t07-41-2026  08:00:00AM",
)
HANWANG_LINES = (
    'Return(result="success" dev_id="HW-9" total="3"',
    'time="2026-03-02 08:30:00" id="0008" name="欧阳 二" workcode="" status="1" authority="0X11" card_src="from_check"',
    'time="2026-03-02 18:30:05" id="0008" name="欧阳 二" workcode="" status="1" authority="0X11" card_src="from_door"',
    'time="2026-03-02" id="9" name="三"',
    ")",
)
RAW_RECORDS: tuple[dict[str, Value], ...] = (
    {
        "姓名": "陈一",
        "工号": "00123",
        "UserId": "u1",
        "考勤日期": "2021-09-01 星期三",
        "考勤时间": "2021-09-01 09:00",
        "打卡时间": "2021-09-01 08:55",
        "打卡结果": "正常",
        "打卡地址": "临江大厦",
        "打卡设备": "前台考勤机",
        "数据来源": "考勤机",
    },
    {
        "姓名": "陈一",
        "工号": "00123",
        "考勤日期": "2021-09-01",
        "打卡时间": "次日 01:20",
        "打卡结果": "外勤",
        "打卡备注": "送货",
    },
    {
        "姓名": "陈一",
        "UserId": "u1",
        "考勤日期": "2021-09-02",
        "打卡时间": dt.datetime(2021, 9, 2, 8, 0),
        "打卡结果": "补卡审批通过",
    },
    {"姓名": "陈一", "工号": "00123", "考勤日期": "2021-09-02", "打卡结果": "未打卡"},
    {"姓名": "陈一", "工号": "00123", "打卡时间": "2021-09-02 18:00", "打卡结果": "打卡无效：此记录已被更新"},
    {"打卡时间": "2021-09-02 18:00", "打卡结果": "正常"},
)
TIMES_PEOPLE: Rows = (
    (
        "陈一",
        "组",
        "部",
        "00123",
        "职",
        "u1",
        "08:55  \n18:05外勤  \n",
        "08:50 次日 01:20",
        "未打卡",
        None,
        None,
        "休息",
        "25:10 18:00",
    ),
    ("李二", "组", "部", None, "职", "u2"),
)
DAILY_ROWS: Rows = (
    ["每日统计表 统计日期：2021-09-01 至 2021-09-30"],
    ["报表生成时间：2021-10-08 10:00"],
    DINGTALK_DAILY_HEADER,
    [
        "陈一",
        "组",
        "部",
        "00123",
        "职",
        "u1",
        "21-09-01 星期三",
        None,
        "白班",
        "08:55",
        "正常",
        "次日 01:20",
        "外勤",
        "13:00",
    ],
    ["陈一", "组", "部", "00123", "职", "u1", "21-09-02 星期四", None, "休息", None, None, "缺卡"],
    ["陈一", "组", "部", "00123", "职", "u1", "21-09-03 星期四", None, "白班", "08:55", "正常"],
)
WECOM_RAW_ROWS: Rows = (
    ["打卡详情"],
    [
        "日期",
        "姓名",
        "账号",
        "部门",
        "所属规则",
        "打卡类型",
        "应打卡时间",
        "实际打卡时间",
        "打卡状态",
        "打卡地点",
        "打卡备注",
    ],
    ["2026/06/05 星期五", "陈一", "chenyi", "部", "规则", "上班打卡", "09:00", "08:59", "正常", "临江大厦", None],
    ["2026/06/05 星期五", "陈一", "chenyi", "部", "规则", "下班打卡", "18:00", "次日01:20", "正常", None, None],
    ["2026/06/06 星期六", "陈一", "chenyi", "部", "规则", "上班打卡", "09:00", "--", "未打卡", None, None],
)
WECOM_DAILY_ROWS: Rows = (
    [
        "2026/06/07 星期日",
        "陈一",
        "chenyi",
        "部",
        "职",
        "规则",
        "--",
        "--",
        0,
        "--",
        "--",
        "--",
        "--",
        "--",
        "--",
        "--",
    ],
    [
        *("2026/06/05 星期五", "陈一", "chenyi", "部", "职", "规则", "09:00", "次日01:20", 3, "14:00", "14:00"),
        *("09:00", "正常", "次日01:20", "正常", "09:00、12:00、次日01:20"),
    ],
    [
        *("2026/06/04 星期四", "陈一", "chenyi", "部", "职", "规则", "09:15", "18:30", 2, "--", "--", "09:15"),
        *("迟到15分钟", "18:30", "补卡通过", "--"),
    ],
)
CARD_BLOCKS: tuple[tuple[Sequence[Value], Rows], ...] = (
    (
        ["工号：", None, "00012", None, "姓名：", "陈一", None, "部门：", "装配"],
        [["08:0112:0313:0118:05", "07:59\n18:00", None, "休息", "坏"], ["20:30"]],
    ),
    (["工号：13  姓名：李二  部门：装配"], []),
)
ZK_CSV = (
    "部门,姓名,考勤号码,日期时间,机器号,编号,比对方式,卡号",
    "装配,肖英,00012,2026/3/2 8:01:00,1,,指纹,",
    '装配,"肖英",="00012",2026/3/2 18:01,1,,指纹,',
    "装配,肖英,00012,,1,,指纹,",
    "装配,,,2026/3/3 8:01,1,,指纹,",
    "合计,,,,,,,",
)

SAMPLES = (
    Sample("1_attlog.dat", text(ATTLOG_LINES, "gb18030"), "zk_attlog", 4, 3),
    Sample("AGL_001.TXT", text(AGL_LINES, "utf-16-le", bom=b"\xff\xfe"), "agl_text", 2, 1),
    Sample("GetRecord.txt", text(HANWANG_LINES, "gb18030"), "hanwang", 2, 1),
    Sample("原始记录.xlsx", xlsx({"原始记录": dingtalk_raw(RAW_RECORDS)}), "dingtalk_raw", 3, 1),
    Sample("打卡时间.xlsx", xlsx({"打卡时间": dingtalk_times(TIMES_PEOPLE)}), "time_matrix", 5, 1),
    Sample("每日统计.xlsx", xlsx({"每日统计": DAILY_ROWS}), "dingtalk_daily", 2, 2),
    Sample("打卡详情.xlsx", xlsx({"打卡详情": WECOM_RAW_ROWS}), "wecom_raw", 2, 0),
    Sample("日报.xlsx", xlsx({"概况统计与打卡明细": wecom_daily(WECOM_DAILY_ROWS)}), "wecom_daily", 6, 0),
    Sample("1_(12月)员工刷卡记录表.xls", xls({"员工刷卡记录表": card_sheet(CARD_BLOCKS)}), "card_sheet", 7, 1),
    Sample("考勤.csv", text(ZK_CSV, "gb18030"), "mapped", 2, 1),
    Sample("考勤.xls", html([line.split(",") for line in ZK_CSV[:2]], "gb18030"), "mapped", 1, 0),
)
