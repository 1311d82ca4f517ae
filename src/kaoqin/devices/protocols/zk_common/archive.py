"""`ContentType=tgz`: a gzip tar of lines. Read only so far as it stays reasonable."""

import io
import tarfile
import zlib

from kaoqin.devices.wire import TooLarge

MAGIC = b"\x1f\x8b"
LIMIT = 64 * 1024 * 1024
_MEMBERS = 1000


def unpack(body: bytes) -> bytes:
    """The lines of all files of an archive, one after the other; any other body, and a broken archive, as it is.

    Raises TooLarge for one that would unpack to more than 64 MB or holds more than a thousand files.
    """
    if not body.startswith(MAGIC):
        return body
    try:
        plain = _inflate(body)
        return _files(plain) if plain[257:262] == b"ustar" else plain
    except (zlib.error, tarfile.TarError, EOFError, ValueError, OverflowError):
        return body


def _inflate(body: bytes) -> bytes:
    stream = zlib.decompressobj(wbits=31)
    plain = stream.decompress(body, LIMIT + 1)
    if len(plain) > LIMIT:
        raise TooLarge
    if not stream.eof:
        raise EOFError
    return plain


def _files(plain: bytes) -> bytes:
    parts: list[bytes] = []
    with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as archive:
        for number, member in enumerate(archive):
            if number >= _MEMBERS:
                raise TooLarge
            file = archive.extractfile(member) if member.isfile() and not member.issparse() else None
            parts += [file.read().rstrip(b"\n")] if file else []
    return b"\n".join(parts) + b"\n"
