"""Every format there is, once."""

from django.utils.translation import gettext

from kaoqin.punches.formats.agl import AglText
from kaoqin.punches.formats.attlog import AttLog
from kaoqin.punches.formats.card_sheet import CardSheet
from kaoqin.punches.formats.dingtalk_daily import DINGTALK_DAILY
from kaoqin.punches.formats.dingtalk_raw import DINGTALK_RAW
from kaoqin.punches.formats.hanwang import Hanwang
from kaoqin.punches.formats.mapped import Mapped
from kaoqin.punches.formats.reading import Format
from kaoqin.punches.formats.time_matrix import TimeMatrix
from kaoqin.punches.formats.wecom_daily import WECOM_DAILY
from kaoqin.punches.formats.wecom_raw import WECOM_RAW
from kaoqin.punches.formats.words import FormatRefusal

FORMATS: tuple[Format, ...] = (
    AttLog(),
    AglText(),
    Hanwang(),
    DINGTALK_RAW,
    WECOM_RAW,
    WECOM_DAILY,
    DINGTALK_DAILY,
    TimeMatrix(),
    CardSheet(),
    Mapped(),
)
_BY_CODE = {one.code: one for one in FORMATS}


def format_named(code: str) -> Format:
    """The format of this code; refused when there is none."""
    if code not in _BY_CODE:
        raise FormatRefusal("formats.unknown_format", gettext("没有名为 {found} 的格式。").format(found=code[:40]))
    return _BY_CODE[code]
