"""The words of reading a punch file: what a line became, why one was passed over, what a person must decide."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import NamedTuple

from django.utils.translation import gettext_lazy

from kaoqin.core.words import Refusal, Text


class FormatRefusal(Refusal):
    """The file as a whole cannot be read (too large, binary, no such column). Says what to do instead."""


class KeyKind(StrEnum):
    """Which of a person's numbers `person_key` is."""

    EMPLOYEE_NO = "employee_no"  # 工号
    PIN = "pin"  # 考勤号码, what the terminal knows
    USER_ID = "user_id"  # UserId or 账号, what a platform knows
    NAME = "name"  # the file tells nothing but a name


class SourceType(StrEnum):
    """How the punch was made, as far as the file says."""

    UNKNOWN = "unknown"
    DEVICE = "device"  # 考勤机
    PHONE = "phone"  # 手机
    FIELD = "field"  # 外勤
    CORRECTION = "correction"  # 补卡
    ADMIN = "admin"  # 管理员修改
    SYSTEM = "system"  # 系统


class DateOrder(StrEnum):
    """How 03/04/2026 is meant."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class Overnight(StrEnum):
    """What a time means that stands after a later one in the same day's cell without a mark."""

    SAME_DAY = "same_day"
    NEXT_DAY = "next_day"


class Skip(Enum):
    """Why a line is legitimately no punch."""

    TITLE = ("title", gettext_lazy("标题或说明行"))
    HEADER = ("header", gettext_lazy("表头"))
    FOOTER = ("footer", gettext_lazy("合计、签名等表尾行"))
    ENVELOPE = ("envelope", gettext_lazy("设备应答的外壳行"))
    CONTROL = ("control", gettext_lazy("文件结束符等控制字符"))
    NO_PUNCH = ("no_punch", gettext_lazy("没有打卡(空、未打卡、休息、请假)"))
    NO_PUNCH_AT_ALL = ("no_punch_at_all", gettext_lazy("整个期间没有打卡的人"))
    VOIDED = ("voided", gettext_lazy("平台已作废的打卡"))

    def __init__(self, code: str, sentence: Text) -> None:
        self.code = code
        self.sentence = sentence


class Fault(StrEnum):
    """Why a line could not be read. `punches.` codes for the quarantine."""

    TIME = "punches.bad_time"
    IMPOSSIBLE = "punches.impossible_time"
    WEEKDAY = "punches.weekday_disagrees"
    DATE = "punches.bad_date"
    DAY = "punches.day_unknown"
    DATE_ORDER = "punches.date_order_open"
    TIME_ORDER = "punches.time_order_open"
    PERSON = "punches.bad_person"
    NUMBER = "punches.damaged_number"
    COLUMNS = "punches.bad_columns"
    TEXT = "punches.unknown_text"


class PunchLine(NamedTuple):
    """One punch as the file tells it.

    A tuple, not a dataclass: a million of them are built in a second. `local_time` is the wall clock as
    written (naive), or aware when the text itself carries an offset. `person_key` is text as written, blanks
    stripped, leading zeros kept; `device`, `status`, `verify`, `workcode` are the file's raw codes.
    `line_no` counts from 1 (a sheet's row), `cell` names the cell (`H7`) where one row holds many days.
    `raw` is what `read_line` reads again to the same punch.
    """

    line_no: int
    person_key: str
    local_time: datetime
    raw: str
    key_kind: KeyKind = KeyKind.PIN
    person_name: str = ""
    device: str = ""
    status: str = ""
    verify: str = ""
    workcode: str = ""
    place: str = ""
    remark: str = ""
    source_type: SourceType = SourceType.UNKNOWN
    cell: str = ""


class BadLine(NamedTuple):
    """A line (or one time of a cell) that is no punch as it stands; `sentence` says what was expected.

    `raw` can be repaired by a person and read again with `read_line` and the reading's `options`.
    """

    line_no: int
    raw: str
    code: Fault
    sentence: str
    cell: str = ""


Line = PunchLine | BadLine


@dataclass(frozen=True)
class Skipped:
    """Lines passed over for one reason: how many, and the first of them."""

    reason: Skip
    count: int
    first_line_nos: tuple[int, ...]


class Question(NamedTuple):
    """What only the person can decide. `option` is the field of `Options` that takes the answer."""

    code: str
    sentence: str
    option: str
    choices: tuple[tuple[str, Text], ...] = ()


class Caution(NamedTuple):
    """Something to look at before taking the file; nothing to answer."""

    code: str
    sentence: Text


def shorten(text: str, at_most: int = 40) -> str:
    """A value as a sentence can quote it: one line, not too long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= at_most else flat[:at_most] + "…"
