"""Web Push: a message sealed for one browser (RFC 8291), signed as ours (RFC 8292), and what the answer means."""

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.translation import gettext
from py_vapid import Vapid02

from kaoqin.core.words import Refusal

KEPT_SECONDS = 24 * 3600
"""How long a push service keeps a message for a browser that is off."""
SIGNED_HOURS = 12
MOST_BYTES = 3000
"""Of the text before it is sealed; services take 4096 bytes in all."""


@dataclass(frozen=True)
class Browser:
    """Where a browser is pushed to, and its keys, in base64url."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True)
class Message:
    """What the browser shows. One of the same `tag` takes the place of the one before."""

    title: str
    body: str
    link: str
    tag: str


def new_key() -> tuple[str, str]:
    """A key pair: the private one as PEM, the public one in base64url as browsers take it."""
    pair = Vapid02()
    pair.generate_keys()
    raw = pair.private_key.public_key().public_numbers()
    point = b"\x04" + raw.x.to_bytes(32) + raw.y.to_bytes(32)
    return pair.private_pem().decode(), _told(point)


def check_keys(browser: Browser) -> None:
    """Refuses keys that are no point of the curve and no secret of sixteen bytes."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _heard(browser.p256dh))
        right = len(_heard(browser.auth)) == 16
    except ValueError:
        right = False
    if not right:
        raise Refusal("notices.wrong_keys", gettext("浏览器给出的推送密钥不对,请刷新页面再试。"))


def sealed(browser: Browser, message: Message) -> bytes:
    """The message so that only this browser can read it."""
    return http_ece.encrypt(  # type: ignore[no-any-return]
        _fitting(message),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=_heard(browser.p256dh),
        auth_secret=_heard(browser.auth),
        version="aes128gcm",
    )


def _fitting(message: Message) -> bytes:
    body = message.body
    while True:
        told = {"title": message.title, "body": body, "link": message.link, "tag": message.tag}
        text = json.dumps(told, ensure_ascii=False).encode()
        if len(text) <= MOST_BYTES or not body:
            return text
        body = body[: len(body) * 3 // 4]


def headers(browser: Browser, message: Message, private_pem: str, contact: str, at: dt.datetime) -> dict[str, str]:
    """What goes with it: who we are, how long to keep it; of those of one topic the service keeps only the last."""
    parts = urlsplit(browser.endpoint)
    expires = int((at + dt.timedelta(hours=SIGNED_HOURS)).timestamp())
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": expires, "sub": contact}
    signed: Mapping[str, str] = Vapid02.from_pem(private_pem.encode()).sign(claims)
    topic = hashlib.sha256(message.tag.encode()).hexdigest()[:32]
    return {
        **signed,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_SECONDS),
        "Urgency": "normal",
        "Topic": topic,
    }


def is_gone(status: int) -> bool:
    """The browser is subscribed no more."""
    return status in {404, 410}


def _heard(text: str) -> bytes:
    return base64.urlsafe_b64decode(f"{text}{'=' * (-len(text) % 4)}")


def _told(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
