"""Secrets of others that must be kept in a way we can read again: sealed with a key made from the installation's."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from kaoqin.core.words import Refusal


def seal(text: str) -> str:
    """The text, readable only with this installation's key."""
    return _key().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed. Refuses what was sealed with another key, or was changed."""
    try:
        return _key().decrypt(sealed.encode()).decode()
    except InvalidToken:
        sentence = gettext("保存的密码无法解开(系统密钥已更换),请重新填写。")
        raise Refusal("core.not_unsealed", sentence) from None


def _key() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(salted_hmac("kaoqin.core.sealed", "", algorithm="sha256").digest()))
