"""HTTP Digest (RFC 7616) as terminals ask for it: MD5 or SHA-256, with or without `qop`."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_PAIR = re.compile(r'([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_HASHES = {"SHA-256": hashlib.sha256, "MD5": hashlib.md5}


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a terminal asks to be answered with; `stale`: the log-in was right, the question old."""

    realm: str
    nonce: str
    algorithm: str
    qop: bool
    opaque: str
    stale: bool


def read_challenge(headers: Iterable[str]) -> Challenge | None:
    """The strongest of the challenges of an answer that we can meet."""
    told = [pairs(text) for text in headers if text.lstrip().lower().startswith("digest ")]
    for algorithm in _HASHES:
        for one in told:
            if one.get("algorithm", "MD5").upper() == algorithm and "nonce" in one:
                return _challenge(one, algorithm)
    return None


def pairs(text: str) -> Mapping[str, str]:
    """The names and values of a challenge, or of the answer to one."""
    return {found[1].lower(): found[2] or found[3] or "" for found in _PAIR.finditer(text.strip().partition(" ")[2])}


def _challenge(told: Mapping[str, str], algorithm: str) -> Challenge:
    qop = "auth" in {one.strip() for one in told.get("qop", "").lower().split(",")}
    stale = told.get("stale", "").lower() == "true"
    return Challenge(told.get("realm", ""), told["nonce"], algorithm, qop, told.get("opaque", ""), stale)


def answer(asked: Challenge, user: str, password: str, method: str, path: str, count: int, own: str) -> str:
    """The `Authorization` of a request: `count` is how often this challenge was answered, `own` our own nonce."""
    user_part = _hash(asked, f"{user}:{asked.realm}:{password}")
    request_part = _hash(asked, f"{method}:{path}")
    middle = f"{asked.nonce}:{count:08x}:{own}:auth" if asked.qop else asked.nonce
    told = {"username": user, "realm": asked.realm, "nonce": asked.nonce, "uri": path}
    told["response"] = _hash(asked, f"{user_part}:{middle}:{request_part}")
    told |= {"opaque": asked.opaque} if asked.opaque else {}
    told |= {"cnonce": own} if asked.qop else {}
    quoted = [f'{name}="{value}"' for name, value in told.items()]
    plain = [f"algorithm={asked.algorithm}", *(["qop=auth", f"nc={count:08x}"] if asked.qop else [])]
    return f"Digest {', '.join([*quoted, *plain])}"


def _hash(asked: Challenge, text: str) -> str:
    return _HASHES[asked.algorithm](text.encode()).hexdigest()
