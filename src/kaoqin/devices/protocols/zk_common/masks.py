"""What may be kept of a body. Secrets become their length, templates and photos their length and hash."""

import re

from kaoqin.devices.protocols.masking import hashed, hidden

_SECRETS = rb"passwd|password|pwd|compwd|comkey|commkey|pushcommkey|authkey|idnum|sessionid"
_BULK = rb"tmp|template|content|photo|fptemplate\d?|vlfacetemplate"
_FIELD = re.compile(rb"(?im)((?:^|[\t &,])~?(?:(%s)|(%s))=)([^\t\r\n]+)" % (_SECRETS, _BULK))
_OPTION = re.compile(rb"(?im)((?:^|,)~?(?:%s)=)([^,\r\n]+)" % _SECRETS)
_RUN = re.compile(rb"[A-Za-z0-9+/]{300,}={0,2}")
_CARD_COLUMN = re.compile(rb"(?m)\t(\d{17}[\dXx])(?=\t|\r|$)")  # no lookbehind: that is tried at each byte
_CARD_LINE = re.compile(rb"(?im)^((?:idcard|identitycard)[ \t]+)([^\r\n]*)")
_JPEG = b"\xff\xd8\xff"


def mask_fields(body: bytes) -> bytes:
    """Passwords, templates, photos and identity cards out of lines of pairs; a picture at the end goes whole."""
    head, picture, rest = body.partition(_JPEG)
    kept = _CARD_LINE.sub(_only_pin, head)
    kept = _FIELD.sub(lambda m: m[1] + (hidden(m[4]) if m[2] else hashed(m[4])), kept)
    kept = _RUN.sub(lambda m: hashed(m[0]), kept)
    return kept + hashed(picture + rest) if picture else kept


def _only_pin(line: re.Match[bytes]) -> bytes:
    """Of an identity card only whose it is: all other fields keep their name and length."""
    fields = [field.partition(b"=") for field in line[2].split(b"\t")]
    told = [k + e + (v if k.strip().lower() == b"pin" or not v else hidden(v)) for k, e, v in fields]
    return line[1] + b"\t".join(told)


def mask_options(body: bytes) -> bytes:
    """Keys and passwords out of `k=v,k=v`."""
    return _OPTION.sub(lambda m: m[1] + hidden(m[2]), body)


def mask_card_column(body: bytes) -> bytes:
    """Identity numbers out of columns: 18 characters between two TABs."""
    return _CARD_COLUMN.sub(lambda m: b"\t" + hidden(m[1]), body)
