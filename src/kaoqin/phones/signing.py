"""Keys and signatures: what a phone signs, and what the server signs for the phone. No tables here."""

import base64
import binascii
import datetime as dt
import hashlib

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from django.core import signing
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext

from kaoqin.core.words import Refusal

_HALF = 32
_SALT = "phones.contact"


def from_base64url(text: str) -> bytes:
    """Bytes of base64url, padded or not. Raises ValueError for anything else."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as wrong:
        raise ValueError(text[:20]) from wrong


def read_spki(text: str) -> bytes:
    """A public key as WebCrypto exports it (`spki`, base64url), as DER. Refuses all but P-256."""
    try:
        key = serialization.load_der_public_key(from_base64url(text))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not (isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)):
        raise Refusal("phones.bad_key", gettext("密钥不是 P-256 公钥(SPKI 或 JWK)。"), "key")
    return _der(key)


def read_jwk(x: str, y: str) -> bytes:
    """A public key by the coordinates of a JWK (base64url), as DER. Refuses what is no point of P-256."""
    try:
        point = b"\x04" + from_base64url(x) + from_base64url(y)
        return _der(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
    except ValueError:
        raise Refusal("phones.bad_key", gettext("密钥不是 P-256 公钥(SPKI 或 JWK)。"), "key") from None


def _der(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def fingerprint(der: bytes) -> str:
    """By which a record names the key that signed it: SHA-256 of the DER, base64url without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).decode().rstrip("=")


def is_signed(der: bytes, payload: str, signature: str) -> bool:
    """Whether the key made this signature (ECDSA, SHA-256, raw r‖s, base64url) of exactly this text."""
    key = serialization.load_der_public_key(der)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    try:
        raw = from_base64url(signature)
        if len(raw) != 2 * _HALF:
            return False
        pair = int.from_bytes(raw[:_HALF]), int.from_bytes(raw[_HALF:])
        key.verify(encode_dss_signature(*pair), payload.encode(), ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature):
        return False
    return True


def sign_contact(whom: int | str | None, at: dt.datetime) -> str:
    """The proof that the server answered an account, or a tablet, at an instant: to the millisecond, as JSON tells it."""
    return signing.Signer(salt=_SALT).signature(f"{whom} {at.isoformat(timespec='milliseconds')}")


def is_contact(whom: int | str | None, at: dt.datetime, proof: str) -> bool:
    """Whether the server gave this proof."""
    return constant_time_compare(sign_contact(whom, at), proof)
