"""Every setting of an installation, read once from the environment and checked before anything starts.

`SETTINGS` is the one table; `docs/guide/settings.md` is printed from it (`kaoqin settings`).
"""

import os
import re
import secrets
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import maxminddb


class WrongSetting(ValueError):  # noqa: N818 - it says which setting is wrong
    """A setting has a value that cannot be used; the text says which, and what is expected."""


@dataclass(frozen=True)
class Setting:
    """One variable: its default as text, how its text becomes a value, and what it is for."""

    name: str
    default: str
    read: Callable[[str], Any]
    purpose: str
    expected: str


def _yes_no(text: str) -> bool:
    if text not in {"0", "1"}:
        raise ValueError
    return text == "1"


def _between(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise ValueError
        return value

    return read


def _zone(text: str) -> str:
    zoneinfo.ZoneInfo(text)
    return text


def _ip_database(text: str) -> str:
    """One that cannot be read is said at the start, and not by the first punch."""
    if text:
        try:
            maxminddb.open_database(text).close()
        except (OSError, maxminddb.InvalidDatabaseError) as fault:
            raise ValueError from fault
    return text


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _database(text: str) -> str:
    if text and urlsplit(text).scheme not in {"postgres", "postgresql"}:
        raise ValueError
    return text


def _key(text: str) -> str:
    if text and len(text) < 50:
        raise ValueError
    return text


def _address(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError
    return text.rstrip("/")


def _mailbox(text: str) -> str:
    if text and ("@" not in parseaddr(text)[1] or any(sign in text for sign in "\r\n")):
        raise ValueError
    return text


def _tiles(text: str) -> str:
    if text in {"none", "tianditu", "amap", "osm"}:
        return text
    if not text.startswith(("https://", "http://")) or not all(part in text for part in ("{x}", "{y}", "{z}")):
        raise ValueError
    return text


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError
        return text

    return read


def default_data_dir() -> Path:
    """`var/` beside a source checkout, else a folder of the user's."""
    root = Path(__file__).resolve().parents[3]
    if (root / "pyproject.toml").exists():
        return root / "var"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "kaoqin"


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "DATABASE_URL",
        "",
        _database,
        "外部 PostgreSQL(15–18);留空则使用内置数据库",
        "postgresql://用户:密码@主机:端口/库名",
    ),
    Setting(
        "KAOQIN_DATA_DIR",
        "",
        lambda text: Path(text).absolute() if text else default_data_dir(),
        "数据目录:内置数据库、密钥、导出文件",
        "一个可写的目录",
    ),
    Setting("KAOQIN_HOST", "127.0.0.1", str, "监听地址;对外服务用 0.0.0.0", "IP 地址"),
    Setting("KAOQIN_PORT", "8000", _between(1, 65535), "监听端口", "1 到 65535 的整数"),
    Setting("KAOQIN_ALLOWED_HOSTS", "", _names, "允许访问的主机名,逗号分隔;留空则本机名与监听地址", "主机名列表"),
    Setting("KAOQIN_HTTPS", "0", _yes_no, "经 HTTPS 反向代理访问:安全 Cookie、HSTS、跳转", "0 或 1"),
    Setting("KAOQIN_SECRET_KEY", "", _key, "签名密钥;留空则在数据目录生成并保存", "至少 50 个字符"),
    Setting("KAOQIN_TIME_ZONE", "Asia/Shanghai", _zone, "新地点与导入的默认时区", "IANA 时区名,如 Asia/Shanghai"),
    Setting("KAOQIN_WEB_PROCESSES", "1", _between(1, 64), "网页服务进程数", "1 到 64 的整数"),
    Setting("KAOQIN_JOB_PROCESSES", "1", _between(1, 64), "后台任务并发数", "1 到 64 的整数"),
    Setting("KAOQIN_UPLOAD_MB", "64", _between(1, 1024), "上传文件大小上限(MB)", "1 到 1024 的整数"),
    Setting(
        "KAOQIN_UPLOAD_DAYS",
        "730",
        _between(30, 36_500),
        "考勤机上传的正文保存多少天;之后清除正文,保留摘要、条数与时间",
        "30 到 36500 的整数",
    ),
    Setting(
        "KAOQIN_HANVON_PORT",
        "0",
        _between(0, 65535),
        "汉王考勤机推送连到的端口,通常 9920;0 为不开",
        "0 到 65535 的整数",
    ),
    Setting(
        "KAOQIN_IP_DATABASE",
        "",
        _ip_database,
        "IP 地址归属地数据库(MMDB,如 GeoLite2-City),用于发现网络归属地与定位不符的手机打卡;留空则不看",
        "存在的文件路径",
    ),
    Setting("KAOQIN_MQTT_HOST", "", str, "MQTT 服务器,人脸考勤机经它上报;留空为不用", "主机名或 IP 地址"),
    Setting("KAOQIN_MQTT_PORT", "1883", _between(1, 65535), "MQTT 服务器的端口;加密一般是 8883", "1 到 65535 的整数"),
    Setting("KAOQIN_MQTT_USER", "", str, "MQTT 用户名;不需要登录则留空", "用户名"),
    Setting("KAOQIN_MQTT_PASSWORD", "", str, "MQTT 密码", "密码"),
    Setting("KAOQIN_MQTT_TLS", "0", _yes_no, "与 MQTT 服务器的连接加密,并核对其证书", "0 或 1"),
    Setting(
        "KAOQIN_PUBLIC_URL",
        "",
        _address,
        "员工打开本系统的网址,用于邮件和群消息里的链接;留空则不带链接",
        "http:// 或 https:// 开头的网址",
    ),
    Setting("KAOQIN_MAIL_HOST", "", str, "发邮件的 SMTP 服务器;留空则不发邮件", "主机名或 IP 地址"),
    Setting(
        "KAOQIN_MAIL_PORT", "587", _between(1, 65535), "SMTP 端口;starttls 一般 587,tls 一般 465", "1 到 65535 的整数"
    ),
    Setting(
        "KAOQIN_MAIL_TLS",
        "starttls",
        _one_of("starttls", "tls", "none"),
        "与 SMTP 服务器的加密方式,并核对其证书;none 只用于内网",
        "starttls、tls 或 none",
    ),
    Setting("KAOQIN_MAIL_USER", "", str, "SMTP 用户名;不需要登录则留空", "用户名"),
    Setting("KAOQIN_MAIL_PASSWORD", "", str, "SMTP 密码或授权码", "密码"),
    Setting("KAOQIN_MAIL_FROM", "", _mailbox, "发件人;留空则用 SMTP 用户名", "邮箱地址,或 名称 <邮箱地址>"),
    Setting(
        "KAOQIN_TRUSTED_HOSTS",
        "",
        _names,
        "允许通知发往的内网主机(如私有部署的飞书),逗号分隔,可带端口;其余只发往公网",
        "主机名列表",
    ),
    Setting(
        "KAOQIN_GEOCODER",
        "",
        _one_of("", "amap", "baidu", "tencent"),
        "按地址查找位置的地图服务:高德 amap、百度 baidu、腾讯 tencent;留空则只能手工标注",
        "amap、baidu 或 tencent",
    ),
    Setting("KAOQIN_GEOCODER_KEY", "", str, "地图服务的 Web 服务密钥(key 或 ak);客户地址会发送给该服务", "密钥"),
    Setting("KAOQIN_GEOCODER_SECRET", "", str, "地图服务的签名私钥(私钥、SK);没有开启签名则留空", "私钥"),
    Setting(
        "KAOQIN_GEOCODER_DAILY", "2000", _between(1, 1_000_000), "每天最多查找多少次地址,含重试", "1 到 1000000 的整数"
    ),
    Setting(
        "KAOQIN_GEOCODER_URL",
        "",
        _address,
        "经自己的代理访问地图服务时代理的网址;留空则直接访问",
        "http:// 或 https:// 开头的网址",
    ),
    Setting(
        "KAOQIN_TOKEN_DAYS",
        "90",
        _between(1, 3650),
        "手机客户端多少天没有使用后,令牌失效,需重新配对",
        "1 到 3650 的整数",
    ),
    Setting(
        "KAOQIN_TILES",
        "none",
        _tiles,
        "底图:none 不用底图(只画网格与围栏)、tianditu 天地图、amap 高德、osm,或自己的瓦片网址",
        "none、tianditu、amap、osm,或含 {x} {y} {z} 的 https:// 网址",
    ),
    Setting("KAOQIN_TILES_KEY", "", str, "底图的密钥(天地图的 tk)", "密钥"),
    Setting(
        "KAOQIN_TILES_DATUM",
        "wgs84",
        _one_of("wgs84", "gcj02"),
        "自己的瓦片网址所用的坐标系;天地图、高德、osm 自动选择",
        "wgs84 或 gcj02",
    ),
    Setting(
        "KAOQIN_TRACK_RAW_DAYS",
        "30",
        _between(1, 366),
        "外勤轨迹的原始定位点保存多少天;之后只留整理过的路线",
        "1 到 366 的整数",
    ),
    Setting("KAOQIN_TRACK_DAYS", "180", _between(1, 3660), "外勤轨迹整理过的路线保存多少天", "1 到 3660 的整数"),
    Setting(
        "KAOQIN_EVIDENCE_DAYS",
        "365",
        _between(60, 3660),
        "手机打卡的证据(签名原文、坐标、网络地址、周围 Wi-Fi、设备信息)保存多少天;打卡本身和判定不受影响",
        "60 到 3660 的整数",
    ),
    Setting("KAOQIN_PHOTO_DAYS", "365", _between(30, 3660), "拜访照片保存多少天", "30 到 3660 的整数"),
    Setting(
        "KAOQIN_PUNCH_PHOTO_DAYS",
        "180",
        _between(1, 3660),
        "打卡的现场照片保存多少天;之后每晚删除",
        "1 到 3660 的整数",
    ),
    Setting(
        "KAOQIN_LOG_LEVEL",
        "WARNING",
        _one_of("DEBUG", "INFO", "WARNING", "ERROR"),
        "日志级别",
        "DEBUG、INFO、WARNING 或 ERROR",
    ),
    Setting("KAOQIN_DEBUG", "0", _yes_no, "开发模式:显示出错详情(勿在生产使用)", "0 或 1"),
)


_PRIVATE = re.compile("SECRET|URL|PASSWORD|KEY|TILES")


def read_settings(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """All settings by name. Raises WrongSetting naming every value that cannot be used and every unknown name."""
    faults = [
        f"{name}: 没有这个设置(可用的设置见 kaoqin settings)"
        for name in environ
        if name.startswith("KAOQIN_") and name not in {setting.name for setting in SETTINGS}
    ]
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        text = environ.get(setting.name, "").strip() or setting.default
        try:
            values[setting.name] = setting.read(text)
        except (ValueError, KeyError, OSError):
            shown = "***" if _PRIVATE.search(setting.name) else repr(text)
            faults.append(f"{setting.name} = {shown}: 应为{setting.expected}({setting.purpose})")
    if faults:
        raise WrongSetting("\n".join(faults))
    return values


def secret_key(data_dir: Path, given: str) -> str:
    """The given key, or one kept in the data directory, made at the first start and readable by its owner only."""
    if given:
        return given
    path = data_dir / "secret_key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()
