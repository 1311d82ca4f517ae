"""What a PDF of ours says, read back: its pages are compressed, its Chinese is two bytes a sign."""

import base64
import re
import zlib

_PAGES = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_SHOWN = re.compile(rb"\(((?:[^()\\]|\\.)*)\) Tj", re.DOTALL)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_SIGNS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def paper(content):
    """All texts of a PDF, in the order in which they are painted, a line each."""
    pages = (zlib.decompress(base64.a85decode(b"<~" + page.strip(), adobe=True)) for page in _PAGES.findall(content))
    return "\n".join(_ESCAPED.sub(_sign, told).decode("utf-16-be") for page in pages for told in _SHOWN.findall(page))


def _sign(found):
    sign = found.group(1)
    return bytes([int(sign, 8)]) if sign.isdigit() else _SIGNS.get(sign, sign)
