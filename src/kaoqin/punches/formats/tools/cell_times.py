"""The clocks of one day that stand in one cell: `08:01 12:03`, `08:0112:0313:01`, `08:55外勤、次日 01:20`.

A mark of the next day (次日, +1) or a word (外勤, 补卡) belongs to the clock it touches; touching none, to the
next clock when the cell begins with a word, else to the clock before it. 次日 between two clocks without
touching the first belongs to the second.
"""

import re
from dataclasses import dataclass, field
from datetime import time

from kaoqin.punches.formats.tools.clock import parse_clock

_NEXT_DAY = r"次日|第二天|翌日|隔日|\((?:次日|第二天|\+1天?)\)|\+1天?"
_TOKEN = re.compile(
    r"(?P<gap>[\s,;|/~、，；。]+|-+|(?<=[^\d\s:]):)"
    rf"|(?P<next>{_NEXT_DAY})"
    r"|(?P<clock>(?:上午|下午)?\s?\d{1,2}:\d\d(?::\d\d)?(?:\s?[AaPp][Mm](?![a-z]))?)"
    r"|(?P<paren>\((?!次日)[^()]*\))"
    r"|(?P<word>(?!次日|第二天|翌日|隔日|上午|下午)[^\s\d,;|/~、，；。()+:-]"
    r"(?:(?!次日|第二天|翌日|隔日|上午|下午)[^\s\d,;|/~、，；。()+:-]|\d+(?:\.\d+)?(?=分|小时|天|次|元))*)",
    re.ASCII,
)
_WIDE = str.maketrans("：（）＋－　\xa0", ":()+-  ")
_HALF_DAYS = re.compile("凌晨|清晨|早上|中午|晚上|傍晚|半夜")
_NO_PUNCH_WORDS = [
    "未打卡",
    "未签到",
    "未签退",
    "漏打卡",
    "无打卡",
    "无记录",
    "无需打卡",
    "不用打卡",
    "免打卡",
    "未排班",
    "缺卡",
    "缺勤",
    "旷工",
    "旷职",
    "无效",
    "休息",
    "公休",
    "轮休",
    "补休",
    "调休",
    "排休",
    "节假日",
    "节日",
    "假期",
    "请假",
    "放假",
    "出差",
    "公出",
    "外出",
    "培训",
    "停工",
    "离职",
    "未入职",
    "正常",
    "上班",
    "下班",
    "打卡",
    "无",
    "否",
    "空",
    "休",
    "√",
    "×",
    "x",
    "o",
    "△",
    "○",
    "●",
    "■",
]
# Each repetition is final (atomic and possessive): no cell can make the pattern try every way to cut it up.
_NO_PUNCH = re.compile(
    rf"(?>{'|'.join(_NO_PUNCH_WORDS)}|\w{{1,4}}假|\d{{1,4}}(?:\.\d{{1,2}})?(?:天|小时|分钟|分|次))++"
)


@dataclass
class CellTime:
    """One clock of a cell. `next_day` when it is marked so; `marks` are the words that belong to it."""

    text: str
    clock: time | None  # None: no such time of day
    next_day: bool = False
    marks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class CellTimes:
    """The clocks of a cell in their order, and what was not understood."""

    times: tuple[CellTime, ...]
    unknown: str = ""


def says_no_punch(text: str) -> bool:
    """Whether a cell's words (未打卡, 休息, 年假, --) say that there was none."""
    if ":" in text and text[:1].isdigit():
        return False
    words = re.sub(r"[\s,;|/~、，；。()-]+", "", text.translate(_WIDE))
    return not words or _NO_PUNCH.fullmatch(words) is not None


def times_in(text: str) -> CellTimes:
    """Every clock of a cell's text. `unknown` holds what is neither clock, mark nor word."""
    tokens = _tokens(text.translate(_WIDE).strip())
    if isinstance(tokens, str):
        return CellTimes((), tokens)
    times = [_cell_time(token) for token in tokens if token.lastgroup == "clock"]
    strange = _HALF_DAYS.search(text) if times else None
    _attach(tokens, times)
    return CellTimes(tuple(times), strange[0] if strange else "")


def _tokens(text: str) -> list[re.Match[str]] | str:
    tokens, at = [], 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or (found["paren"] and ":" in found["paren"]):
            return text[at : at + 20]
        tokens.append(found)
        at = found.end()
    return tokens


def _attach(tokens: list[re.Match[str]], times: list[CellTime]) -> None:
    """Give every mark and word to its clock; words of a cell without clocks belong to nobody."""
    of_token = dict(zip((i for i, token in enumerate(tokens) if token.lastgroup == "clock"), times, strict=True))
    kinds = [token.lastgroup or "" for token in tokens]
    leads = next((kind for kind in kinds if kind != "gap"), "") == "word"
    for at, token in enumerate(tokens):
        if kinds[at] in ("gap", "clock"):
            continue
        owner = of_token.get(_owner(kinds, at, token[0], leads))
        if owner is None:
            continue
        if kinds[at] == "next":
            owner.next_day = True
        elif not says_no_punch(token[0]):
            owner.marks.append(token[0].strip("()"))


def _owner(kinds: list[str], at: int, text: str, leads: bool) -> int:
    """The place of the clock a mark or word belongs to; -1 without one."""
    left, right = _touching(kinds, at, -1), _touching(kinds, at, 1)
    if (left >= 0) != (right >= 0):
        return max(left, right)
    before, after = _nearest(kinds, at, -1), _nearest(kinds, at, 1)
    follows = leads if kinds[at] == "word" else kinds[at] == "next" and text[0] not in "(+"
    first, second = (after, before) if follows else (before, after)
    return first if first >= 0 else second


def _touching(kinds: list[str], at: int, step: int) -> int:
    """The clock reached without a gap in between, else -1."""
    at += step
    while 0 <= at < len(kinds) and kinds[at] not in ("gap", "clock"):
        at += step
    return at if 0 <= at < len(kinds) and kinds[at] == "clock" else -1


def _nearest(kinds: list[str], at: int, step: int) -> int:
    at += step
    while 0 <= at < len(kinds) and kinds[at] != "clock":
        at += step
    return at if 0 <= at < len(kinds) else -1


def _cell_time(token: re.Match[str]) -> CellTime:
    clock = parse_clock(token["clock"])
    return CellTime(token["clock"].strip(), clock if isinstance(clock, time) else None)
