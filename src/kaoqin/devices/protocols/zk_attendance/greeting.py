"""The answer to the handshake: how the terminal is to behave from now on."""

import zlib

from kaoqin.devices.protocols.zk_common.clock import say_zone
from kaoqin.devices.wire import News

_WORDS = "TransData AttLog\tOpLog"
_BITS = "1100000000"


def delay_seconds(serial: str) -> int:
    """15 to 29 seconds between two polls, each terminal its own, so that they do not all call at once."""
    return 15 + zlib.crc32(serial.encode()) % 15


def error_seconds(serial: str) -> int:
    """30 to 89 seconds until it tries again; those that were told to come again together come one after the other."""
    return 30 + zlib.crc32(serial.encode()) % 60


def say_greeting(serial: str, news: News) -> str:
    """Only punches and operations are asked for; people, photos and templates are personal and are not."""
    again = news.everything_again
    marks = [f"{name}Stamp={0 if again else None}" for name in ("ATTLOG", "OPERLOG", "ATTPHOTO", "BIODATA", "ERRORLOG")]
    old_marks = [f"{name}={0 if again else 9999}" for name in ("Stamp", "OpStamp", "PhotoStamp")]
    flag = _BITS if news.dialect.options.get("transfer") == "bits" else _WORDS
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
            "",
        ]
    )
