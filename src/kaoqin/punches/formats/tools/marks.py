"""The words beside a punch that say how it was made, or that it does not count."""

import re

from kaoqin.punches.formats.words import SourceType

_VOID = re.compile(r"打卡无效|无效打卡|^无效|作废|失效|已撤销|已删除|已被更新|invalid|void", re.IGNORECASE)
_MISSING = re.compile(r"(?:上班|下班)?(?:未打卡|未签到|未签退|缺卡|漏打卡|旷工|notsigned)", re.IGNORECASE)
_SOURCES = (
    (SourceType.CORRECTION, "补卡|补签|审批打卡|APPROVE|SELF_SERVICE|更正"),
    (SourceType.ADMIN, "管理员|BOSS|人工|手工|手动"),
    (SourceType.FIELD, "外勤|外出打卡|Outside"),
    (SourceType.DEVICE, "考勤机|ATM|门禁|设备打卡|智能硬件|CARD|刷卡|指纹|人脸"),
    (SourceType.PHONE, "手机|USER|BEACON|蓝牙|GPS|定位|Wi-?Fi|移动"),
    (SourceType.SYSTEM, "系统|SYSTEM|AUTO"),
)
_PATTERNS = tuple((kind, re.compile(words, re.IGNORECASE)) for kind, words in _SOURCES)
_BESIDE = frozenset({SourceType.CORRECTION, SourceType.FIELD})


def is_void(result: str) -> bool:
    """Whether the platform itself took the punch back (打卡无效：此记录已被更新)."""
    return bool(result) and _VOID.search(result) is not None


def says_missing(result: str) -> bool:
    """Whether a result says there was no punch (未打卡, 缺卡, 旷工)."""
    return bool(result) and _MISSING.fullmatch(result) is not None


def source_type_of(source: str, result: str, remark: str) -> SourceType:
    """By the source column; a correction or field punch may also be told beside it (结果 外勤, 补卡审批通过)."""
    if not (source or result or remark):
        return SourceType.UNKNOWN
    beside = f"{result} {remark}"
    for kind, words in _PATTERNS:
        if words.search(source) or (kind in _BESIDE and words.search(beside)):
            return kind
    return SourceType.UNKNOWN
