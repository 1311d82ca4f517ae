"""The comm key of a terminal: 1 to 8 digits, turned into 8 bytes that every message is laid over."""

import re

_KEY = re.compile(r"\d{1,8}", re.ASCII)
_STEPS = (0, 1, 2, 4, 8, 16, 32, 64)


def key_of(comm_key: str) -> bytes:
    """The 8 bytes of a key; none for no key. Raises ValueError for what is no key."""
    if comm_key and not _KEY.fullmatch(comm_key):
        raise ValueError(comm_key)
    digits = comm_key.encode().ljust(8, b"\0")
    return bytes(digit + step for digit, step in zip(digits, _STEPS, strict=True)) if comm_key else b""


def turned(key: bytes, data: bytes, position: int = 0) -> bytes:
    """Clear text ciphered, or ciphered text clear; `position` is where in its message the data begins."""
    if not key or not data:
        return bytes(data)
    begin = position % len(key)
    laid = (key * (len(data) // len(key) + 2))[begin : begin + len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(laid, "big")).to_bytes(len(data), "big")
