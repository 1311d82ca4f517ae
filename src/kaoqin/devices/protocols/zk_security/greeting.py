"""What a terminal of Security PUSH is told when it greets, registers and asks for its settings or the time."""

from kaoqin.core.time import as_wall_clock
from kaoqin.devices.protocols.zk_common.clock import compact, say_offset
from kaoqin.devices.protocols.zk_common.templates import MULTI_BIO
from kaoqin.devices.wire import News

_CODE_LENGTH = 32
_TEMPLATES = " Facev7 templatev10"


def registry_code(news: News) -> str:
    """Always the same for a terminal, at most 32 characters; no line end behind it."""
    return f"RegistryCode={news.secret[:_CODE_LENGTH]}"


def say_greeting(news: News) -> str:
    """A terminal that is not approved is told `OK`: it then registers, and is refused or not there."""
    if not news.approved:
        return "OK"
    return f"registry=ok\n{registry_code(news)}\n{say_settings(news)}"


def say_settings(news: News) -> str:
    """People and punches are asked for; templates only where a person switched on that this terminal's are kept."""
    keeps = news.dialect.keeps_templates
    return "\n".join(
        [
            "ServerVersion=3.1.2",
            "ServerName=ADMS",
            "PushProtVer=3.1.2",
            "PushVersion=3.1.2",
            "ErrorDelay=30",
            "RequestDelay=10",
            "TransTimes=00:00;14:05",
            "TransInterval=1",
            f"TransTables=User Transaction{_TEMPLATES if keeps else ''}",
            "Realtime=1",
            f"SessionID={news.secret[-_CODE_LENGTH:]}",
            "TimeoutSec=10",
            *(MULTI_BIO if keeps else ()),
            "",
        ]
    )


def say_time(news: News) -> str:
    """The time now as a compact number: UTC, or local where the terminal is set to it."""
    zone = news.dialect.zone
    now = as_wall_clock(news.at, zone if news.dialect.options.get("clock") == "local" else "UTC")
    return f"DateTime={compact(now)},ServerTZ={say_offset(zone, news.at)}"
