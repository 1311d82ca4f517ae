"""The rotating code of a screen: `k1.<screen>.<step>.<mac>`, and eight digits for whoever cannot scan. Pure.

A step is fifteen seconds since 1970. The mac is HMAC-SHA256 of screen and step by the screen's secret, cut to ten bytes.
"""

import base64
import datetime as dt
import hashlib
import hmac
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

STEP_S = 15
_CODE = re.compile(r"k1\.(\d{1,15})\.(\d{1,12})\.([A-Z2-7]{16})")
_MARK = re.compile(r"m1\.[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class Code:
    """A rotating code as it was read; nobody has checked it."""

    screen: int
    step: int
    mac: str


def step_of(at: dt.datetime) -> int:
    """The step an instant is in."""
    return int(at.timestamp()) // STEP_S


def steps_taken(at: dt.datetime) -> tuple[int, int]:
    """The steps whose codes are taken at an instant: this one and the one before."""
    return step_of(at), step_of(at) - 1


def ends_at(step: int) -> dt.datetime:
    """When a step is over and the next one is shown."""
    return dt.datetime.fromtimestamp((step + 1) * STEP_S, dt.UTC)


def _mac(secret: str, screen: int, step: int) -> bytes:
    return hmac.digest(secret.encode(), f"{screen}.{step}".encode(), hashlib.sha256)


def code_of(secret: str, screen: int, step: int) -> str:
    """The text of the code a screen shows in a step."""
    return f"k1.{screen}.{step}.{base64.b32encode(_mac(secret, screen, step)[:10]).decode()}"


def digits_of(secret: str, screen: int, step: int) -> str:
    """The eight digits below the code, drawn from other bytes than the code's own."""
    return f"{int.from_bytes(_mac(secret, screen, step)[16:24]) % 10**8:08}"


def read_code(text: str) -> Code | None:
    """What was scanned, as a code; None for anything else."""
    found = _CODE.fullmatch(text)
    return Code(int(found[1]), int(found[2]), found[3]) if found else None


def is_mark(text: str) -> bool:
    """Whether this is what a poster or a tag says."""
    return bool(_MARK.fullmatch(text))


def tidy(text: str) -> str:
    """What was scanned or typed, bare: out of the address `…/punch/?qr=…` or `?tag=…`, without blanks."""
    told = text.strip()
    if "?" in told:
        asked = parse_qs(urlsplit(told).query)
        told = (asked.get("qr") or asked.get("tag") or [""])[0]
    return re.sub(r"\s", "", told)
