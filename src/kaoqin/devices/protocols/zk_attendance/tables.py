"""Which table of an upload means what, and what of it may be kept."""

from kaoqin.devices.protocols.zk_attendance.attlog import decode_attlog
from kaoqin.devices.protocols.zk_attendance.operlog import decode_operlog
from kaoqin.devices.protocols.zk_common import archive, masks
from kaoqin.devices.protocols.zk_common.lines import bad, options_of
from kaoqin.devices.protocols.zk_common.results import decode_results
from kaoqin.devices.wire import Decoded, Dialect
from kaoqin.devices.words import Fault

_OF_LINES = {"OPERLOG", "BIODATA", "IDCARD", "ERRORLOG", "USERINFO", "USER"}


def mask(kind: str, body: bytes) -> bytes:
    """A body without passwords, templates, photos and identity numbers."""
    if body.startswith(archive.MAGIC):
        return body
    if kind == "ATTLOG":
        return masks.mask_card_column(body)
    return masks.mask_options(body) if kind == "OPTIONS" else masks.mask_fields(body)


def decode(kind: str, body: bytes, dialect: Dialect) -> Decoded:
    """What a masked body says. A table nobody knows is kept and noted."""
    if body.startswith(archive.MAGIC):
        return Decoded(bad_lines=[bad(0, "", Fault.ARCHIVE)])
    if kind == "ATTLOG":
        return decode_attlog(body, dialect)
    if kind in _OF_LINES:
        return decode_operlog(body, dialect)
    if kind == "DEVICECMD":
        return decode_results(body, dialect)
    if kind == "OPTIONS":
        return Decoded(facts=options_of(body.decode("utf-8", "replace").replace("\0", "")), noted=1)
    return Decoded(noted=len([line for line in body.split(b"\n") if line.strip()]))


def says_count(kind: str) -> bool:
    """Whether the answer to a table counts its records, `OK:3`, or is a plain `OK`."""
    return kind == "ATTLOG" or kind in _OF_LINES
