"""Group bots: what is posted to each vendor's, and what its answer means. Pure.

All three answer errors with status 200 and a code in the body. 企业微信 and 钉钉 take 20 messages a minute and bot
(钉钉 shuts one that sends more out for ten minutes), 飞书 100; what does not fit a message is cut, with a word.
"""

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.utils.translation import gettext, gettext_lazy

from kaoqin.notices.words import Vendor

HOSTS = {
    Vendor.WECOM: {"qyapi.weixin.qq.com"},
    Vendor.DINGTALK: {"oapi.dingtalk.com"},
    Vendor.FEISHU: {"open.feishu.cn", "open.larksuite.com"},
}
MOST_BYTES = {Vendor.WECOM: 2048, Vendor.DINGTALK: 15_000, Vendor.FEISHU: 15_000}
SECONDS_APART = {Vendor.WECOM: 3.0, Vendor.DINGTALK: 3.0, Vendor.FEISHU: 0.6}
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Post:
    """What is sent: the address with whatever signs it, and the body."""

    address: str
    body: bytes


@dataclass(frozen=True)
class Verdict:
    """What became of a message. `wait`: the bot may not be called before; `final`: trying again changes nothing."""

    fault: str = ""
    wait: dt.timedelta | None = None
    final: bool = False


def post(vendor: Vendor, address: str, text: str, *, secret: str, keyword: str, at: dt.datetime) -> Post:
    """A text as a vendor's bot wants it: short enough, holding the keyword, signed where there is a secret."""
    fitting = _fit(text, keyword, MOST_BYTES[vendor])
    if vendor == Vendor.FEISHU:
        return _feishu(address, fitting, secret, at)
    body = json.dumps({"msgtype": "text", "text": {"content": fitting}}, ensure_ascii=False).encode()
    if vendor == Vendor.WECOM or not secret:
        return Post(address, body)
    moment = str(int(at.timestamp() * 1000))
    sign = _sign(secret.encode(), f"{moment}\n{secret}".encode())
    joint = "&" if urlsplit(address).query else "?"
    return Post(f"{address}{joint}{urlencode({'timestamp': moment, 'sign': sign})}", body)


def _feishu(address: str, text: str, secret: str, at: dt.datetime) -> Post:
    """飞书 signs in the body, in seconds, with the text as the key and nothing as the message. A `<at …>` in it would
    call people: its bracket is written full width."""
    harmless = text.replace("<", "\uff1c")
    told: dict[str, Any] = {"msg_type": "text", "content": {"text": harmless}}
    if secret:
        moment = str(int(at.timestamp()))
        told |= {"timestamp": moment, "sign": _sign(f"{moment}\n{secret}".encode(), b"")}
    return Post(address, json.dumps(told, ensure_ascii=False).encode())


def _sign(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def _fit(text: str, keyword: str, most: int) -> str:
    tail = f"\n{keyword}" if keyword and keyword not in text else ""
    room = most - len(tail.encode())
    if len(text.encode()) > room:
        more = gettext("…(其余请登录查看)")
        cut = text.encode()[: room - len(more.encode())].decode(errors="ignore")
        tail = f"\n{keyword}" if keyword and keyword not in cut else ""
        text = f"{cut}{more}"
    return f"{text}{tail}"


_WRONG_KEY = gettext_lazy("机器人的地址无效,可能已被移出群:请在群里重新添加,换上新地址。")
_WRONG_SIGN = gettext_lazy("签名不对:请核对密钥,并核对服务器时间(相差不能超过 1 小时)。")
_NOT_ALLOWED = gettext_lazy("机器人的安全设置拒绝了这条消息:请核对关键词、加签密钥与 IP 白名单。")
_TOO_FAST = gettext_lazy("发送太频繁,稍后再发。")
_BUSY = gettext_lazy("对方繁忙,稍后再发。")

_TEN = 10 * MINUTE
_MEANINGS: Mapping[Vendor, Mapping[int, tuple[Any, dt.timedelta | None, bool]]] = {
    Vendor.WECOM: {
        93000: (_WRONG_KEY, None, True),
        93004: (_WRONG_KEY, None, True),
        93008: (_WRONG_KEY, None, True),
        45009: (_TOO_FAST, MINUTE, False),
        45033: (_TOO_FAST, MINUTE, False),
        -1: (_BUSY, None, False),
    },
    Vendor.DINGTALK: {
        300001: (_WRONG_KEY, None, True),
        400013: (_WRONG_KEY, None, True),
        400101: (_WRONG_KEY, None, True),
        400102: (_WRONG_KEY, None, True),
        310000: (_NOT_ALLOWED, None, True),
        130101: (_TOO_FAST, _TEN, False),
        410100: (_TOO_FAST, _TEN, False),
        -1: (_BUSY, None, False),
    },
    Vendor.FEISHU: {
        19001: (_WRONG_KEY, None, True),
        19021: (_WRONG_SIGN, None, True),
        19022: (_NOT_ALLOWED, None, True),
        19024: (_NOT_ALLOWED, None, True),
        9499: (_TOO_FAST, MINUTE, False),
        11232: (_TOO_FAST, MINUTE, False),
        11233: (_TOO_FAST, MINUTE, False),
    },
}


def verdict(vendor: Vendor, status: int, body: bytes) -> Verdict:
    """What an answer means; an empty fault where the message was taken. A code nobody knows is tried again."""
    if status == 429:
        return Verdict(str(_TOO_FAST), MINUTE)
    if status >= 500:
        return Verdict(gettext("对方服务器出错(HTTP {status})。").format(status=status))
    told = _read(body)
    code = told.get("errcode", told.get("code", told.get("StatusCode")))
    if code == 0 and status < 300:
        return Verdict()
    if isinstance(code, int) and code in _MEANINGS[vendor]:
        meaning, wait, final = _MEANINGS[vendor][code]
        return Verdict(f"{meaning}({code})", wait, final)
    said = str(told.get("errmsg") or told.get("msg") or "")[:200]
    shown = gettext("对方没有接受(HTTP {status},代码 {code}):{said}")
    return Verdict(shown.format(status=status, code=code if code is not None else "-", said=said))


def _read(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
