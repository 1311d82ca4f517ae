"""What stands in the place of what may not be kept: of a secret its length, of a picture its length and hash.

A hash of a password or of an identity number could be guessed back, so those keep none.
"""

import hashlib
import re

BASE64 = re.compile(
    rb"(?:data:image/[a-z.+-]+;base64,)?(?:[A-Za-z0-9+]|\\?/){300,}={0,2}"
    rb"|(?:[A-Za-z0-9+/]{60,80}[\r\n]+){4,}[A-Za-z0-9+/]*={0,2}"
)
"""A picture or a template as text, in one piece or in lines."""


def hidden(value: bytes) -> bytes:
    return b"[masked %d]" % len(value)


def hashed(value: bytes) -> bytes:
    return b"[masked %d sha256:%s]" % (len(value), hashlib.sha256(value).hexdigest().encode())


def without_pictures(text: bytes) -> bytes:
    """A text whose long runs of Base64 are hashed."""
    return BASE64.sub(lambda found: hashed(found[0]), text)
