"""Values within commands: nothing in them may become another field or another command."""

import datetime as dt

from django.utils.translation import gettext

from kaoqin.core.words import Refusal
from kaoqin.devices.protocols.zk_common.texts import decode_text, encoding_of, fit_name
from kaoqin.devices.wire import Dialect


def good(value: str) -> str:
    """A PIN, card or number. Refuses what holds a TAB, a line end or anything else unprintable."""
    if not value.isprintable() or len(value) > 60:
        raise Refusal("devices.bad_value", gettext("「{value}」里有不能下发的字符,或者太长。").format(value=value[:40]))
    return value


def fit(name: str, dialect: Dialect) -> str:
    """A name as the terminal can show it."""
    printable = "".join(c for c in name if c.isprintable() or c.isspace())
    return fit_name(printable, encoding_of(dialect.language, dialect.options.get("encoding", "")))


def held(name: str, dialect: Dialect) -> str:
    """A name as the terminal tells it back after it was told it."""
    chosen = dialect.options.get("encoding", "")
    told = fit(name, dialect).encode(encoding_of(dialect.language, chosen))
    return decode_text(told, dialect.language, chosen)


def span(first: dt.datetime, last: dt.datetime) -> str:
    return f"StartTime={first:%Y-%m-%d %H:%M:%S}\tEndTime={last:%Y-%m-%d %H:%M:%S}"
