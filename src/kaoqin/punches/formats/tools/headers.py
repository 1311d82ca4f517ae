"""The words that stand above columns, in Chinese and English, and the columns they mean."""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from kaoqin.punches.formats.words import KeyKind


class Role(StrEnum):
    """What a column holds."""

    EMPLOYEE_NO = "employee_no"
    PIN = "pin"
    USER_ID = "user_id"
    WEAK_KEY = "weak_key"  # 编号, No., 卡号: a number of a person, when nothing better is there
    NAME = "name"
    DATE = "date"
    PUNCH = "punch"  # a time that is surely a punch: 打卡时间, 签到, 下班1打卡时间
    TIME = "time"  # 时间, 考勤时间, Time: a punch when nothing better is there
    DEVICE = "device"
    STATUS = "status"
    VERIFY = "verify"
    WORKCODE = "workcode"
    PLACE = "place"
    REMARK = "remark"
    RESULT = "result"
    SOURCE = "source"


LONGEST_HEADER = 120

_WORDS: dict[Role, str] = {
    Role.EMPLOYEE_NO: (
        "工号 员工工号 员工号 员工编号 员工代码 职工编号 职工号 职工工号 人员工号 职员编号 职员代码 "
        "学号 jobnumber jobno empno empid empcode emp employeeno employeeid employeenumber "
        "employeecode staffno staffid staffcode personnelno"
    ),
    Role.PIN: (
        "考勤号码 考勤号 考勤编号 考勤机编号 考勤id 登记号码 登记号 登记编号 人员编号 人员id 用户编号 "
        "用户号 指纹号 指纹编号 机器用户id enno enrollno enrollid enrollnumber enrollmentno pin "
        "userpin acno badgenumber badgeno badge userno usernumber personid personno"
    ),
    Role.USER_ID: "userid 用户id 账号 帐号 账户 成员账号 员工userid account accountid 员工id openid",
    Role.WEAK_KEY: "编号 自定义编号 卡号 物理卡号 ic卡号 no id idnumber cardno cardnumber card",
    Role.NAME: (
        "姓名 员工姓名 人员姓名 职工姓名 用户姓名 名字 打卡人 打卡人员 人员 员工 成员 name username "
        "employeename fullname staffname"
    ),
    Role.DATE: (
        "日期 考勤日期 打卡日期 刷卡日期 签到日期 出勤日期 工作日期 上班日期 统计日期 日期星期 date "
        "workdate punchdate day attendancedate"
    ),
    Role.TIME: (
        "日期时间 时间 考勤时间 出入时间 通行时间 事件时间 认证时间 识别时间 验证时间 记录时间 "
        "进出时间 采集时间 抓拍时间 考勤记录 time datetime timestamp eventtime attendancetime "
        "recordtime attendtime logtime"
    ),
    Role.DEVICE: (
        "机号 机器号 机器名称 设备 设备号 设备名称 设备编号 设备序列号 序列号 考勤机 考勤机号 "
        "考勤机名称 考勤点 打卡设备 终端 终端号 读卡器 门 门名称 machine machineid machineno "
        "machinenumber device deviceid deviceno devicename devicesn sn serialnumber terminal "
        "terminalid tmno mchn reader locationid"
    ),
    Role.STATUS: (
        "状态 考勤状态 打卡类型 考勤类型 签到类型 进出状态 进出 进出类型 出入 方向 进出方向 state "
        "status inout iomd checktype direction punchstate attendancestate io"
    ),
    Role.VERIFY: (
        "验证方式 比对方式 识别方式 打卡方式 考勤方式 签到方式 刷卡方式 核验方式 认证方式 验证 "
        "verifycode verify verifymode verifytype mode verification"
    ),
    Role.WORKCODE: "工作代码 工作号码 workcode jobcode",
    Role.PLACE: (
        "打卡地址 打卡地点 考勤地址 考勤地点 签到地点 地点 地址 位置 打卡位置 实际打卡地点 location address place"
    ),
    Role.REMARK: "备注 打卡备注 异常打卡原因 管理员修改备注 说明 remark remarks note notes memo",
    Role.RESULT: "打卡结果 打卡状态 校准状态 result punchresult timeresult",
    Role.SOURCE: "数据来源 数据源 来源 打卡来源 记录来源 source sourcetype datasource",
}
_ROLE_OF = {word: role for role, words in _WORDS.items() for word in words.split()}
_NUMBERED = r"(?:第?[一二三四五六七八九十\d]{1,2}次?)"
_PUNCH = re.compile(
    rf"(?:实际|{_NUMBERED})?(?:打卡|刷卡|签到|签退|签卡)(?:时间|时刻|记录|数据|时间记录)?{_NUMBERED}?"
    rf"|(?:上班|下班|上午|下午|加班){_NUMBERED}?(?:实际)?(?:打卡|刷卡|签到|签退)(?:时间)?"
    rf"|(?:首次|末次|最早|最晚|最初|最后)(?:一次)?(?:打卡|刷卡|签到|签退|时间)+"
    rf"|时间{_NUMBERED}|time\d{{1,2}}|(?:check|clock|punch|sign|swipe|scan)(?:in|out)?(?:time|datetime|at)?\d?"
    r"|time(?:in|out)|(?:in|out)time"
    r"|(?:first|last)(?:in|out|punch|check)(?:time)?|punch\d{0,2}",
    re.ASCII,
)
_KEY_KINDS = {
    Role.EMPLOYEE_NO: KeyKind.EMPLOYEE_NO,
    Role.PIN: KeyKind.PIN,
    Role.USER_ID: KeyKind.USER_ID,
    Role.WEAK_KEY: KeyKind.PIN,
}


def plain(header: str) -> str:
    """A header for comparing: no blanks, marks or bracketed units, lower case. `AC-No.` → `acno`."""
    narrow = re.sub(r"[(\[【].*?[)\]】]", "", unicodedata.normalize("NFKC", header[:LONGEST_HEADER])).lower()
    return re.sub(r"[\s:*.,_/\\'\"“”·\-]+", "", narrow)


def role_of(header: str) -> Role | None:
    """What a column with this header holds, by its own words alone; `人员编号/工号` by the first it knows."""
    for part in (header, *re.split(r"[/|、]", header)):
        word = plain(part)
        role = _ROLE_OF.get(word) or (Role.PUNCH if word and _PUNCH.fullmatch(word) else None)
        if role:
            return role
    return None


def roles_of(headers: Sequence[str]) -> dict[Role, tuple[int, ...]]:
    """The columns (0 is the first) of every role, left to right."""
    found: dict[Role, tuple[int, ...]] = {}
    for index, header in enumerate(headers):
        role = role_of(header)
        if role is not None:
            found[role] = (*found.get(role, ()), index)
    return found


def key_columns(roles: dict[Role, tuple[int, ...]]) -> tuple[tuple[int, KeyKind], ...]:
    """The columns that tell who it was, the best first: 工号, 考勤号码, 账号, 编号."""
    return tuple((index, kind) for role, kind in _KEY_KINDS.items() for index in roles.get(role, ()))
