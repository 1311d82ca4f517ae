"""The answer to the handshake: how the terminal is to behave from now on."""

import zlib

from kaoqin.devices.protocols.zk_common.clock import say_zone
from kaoqin.devices.protocols.zk_common.templates import MULTI_BIO
from kaoqin.devices.wire import News

_WORDS, _BITS = "TransData AttLog\tOpLog", "1100000000"
_TEMPLATE_WORDS, _TEMPLATE_BITS = f"{_WORDS}\tEnrollFP\tChgFP\tFACE\tUserPic\tBioPhoto", "110100011101"


def delay_seconds(serial: str) -> int:
    """15 to 29 seconds between two polls, each terminal its own, so that they do not all call at once."""
    return 15 + zlib.crc32(serial.encode()) % 15


def error_seconds(serial: str) -> int:
    """30 to 89 seconds until it tries again; those that were told to come again together come one after the other."""
    return 30 + zlib.crc32(serial.encode()) % 60


def say_greeting(serial: str, news: News) -> str:
    """Only punches and operations are asked for; photos and templates are personal and are not, unless a person switched
    on that this terminal's are kept."""
    again = news.everything_again
    marks = [f"{name}Stamp={0 if again else None}" for name in ("ATTLOG", "OPERLOG", "ATTPHOTO", "BIODATA", "ERRORLOG")]
    old_marks = [f"{name}={0 if again else 9999}" for name in ("Stamp", "OpStamp", "PhotoStamp")]
    keeps, bits = news.dialect.keeps_templates, news.dialect.options.get("transfer") == "bits"
    words = _TEMPLATE_WORDS if keeps else _WORDS
    flag = (_TEMPLATE_BITS if keeps else _BITS) if bits else words
    return "\n".join(
        [
            f"GET OPTION FROM: {serial}",
            *marks,
            *old_marks,
            f"ErrorDelay={error_seconds(serial)}",
            f"Delay={delay_seconds(serial)}",
            "TransTimes=00:00;14:05",
            "TransInterval=1",
            f"TransFlag={flag}",
            f"TimeZone={say_zone(news.dialect.zone, news.at)}",
            "Realtime=1",
            "Encrypt=None",
            "ServerVer=2.4.1",
            "PushProtVer=2.4.1",
            "PushOptionsFlag=1",
            *(MULTI_BIO if keeps else ()),
            "",
        ]
    )
