"""Names between bytes and text. Chinese terminals write GB2312, others UTF-8, and some say one and do the other."""

import re

_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_PAGES = {"83": "gb18030", "84": "big5hkscs", "": "gb18030"}
_NAME_BYTES = 24
_GB2312 = str.maketrans("·—", "・―")
"""What everybody writes in names (阿依古丽·买买提), and what Python calls the same two bytes of GB2312."""


def decode_text(raw: bytes, language: str, encoding: str = "") -> str:
    """A line as text; never fails, and gives back no NUL (a database takes none).

    A terminal that speaks Chinese: UTF-8 only if that shows Chinese characters, for many GB2312 names (肖英) are valid
    UTF-8 of something else. Others: UTF-8, else the code page of the language. A stated encoding comes first.
    """
    if raw.isascii():
        return raw.decode("ascii").replace("\0", "␀")
    text = _try(raw, encoding) if encoding else None
    return (text if text is not None else _guess(raw, language)).replace("\0", "␀")


def _guess(raw: bytes, language: str) -> str:
    text = _try(raw, "utf-8")
    if text is not None and (language != "83" or _CHINESE.search(text)):
        return text
    page = _try(raw, _PAGES.get(language, "latin-1"))
    return page if page is not None else raw.decode("utf-8", "replace")


def _try(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def encoding_of(language: str, encoding: str = "") -> str:
    """The encoding a terminal reads."""
    return encoding or {"83": "gb2312", "84": "big5"}.get(language, "utf-8")


def fit_name(name: str, encoding: str, most_bytes: int = _NAME_BYTES) -> str:
    """A name as a terminal can hold it: no TAB or line end, what its encoding lacks as `?`, cut at 24 bytes, or so
    many, between characters."""
    tidy = " ".join(name.split())
    tidy = tidy.translate(_GB2312) if encoding == "gb2312" else tidy
    held = tidy.encode(encoding, "replace").decode(encoding)
    while len(held.encode(encoding)) > most_bytes:
        held = held[:-1]
    return held
