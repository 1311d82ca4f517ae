"""Words of maps: services that find addresses, how sure what they find is, and what goes wrong with them."""

from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy

from kaoqin.core.places import Point
from kaoqin.security.words import Role, permission


class Provider(models.TextChoices):
    """A service that finds the place of an address."""

    AMAP = "amap", gettext_lazy("高德")
    BAIDU = "baidu", gettext_lazy("百度")
    TENCENT = "tencent", gettext_lazy("腾讯")


class Sureness(models.TextChoices):
    """Whether a place may be the middle of a fence as it is, or must be looked at on the map before."""

    EXACT = "exact", gettext_lazy("准确")
    NEARLY = "nearly", gettext_lazy("大致,待校准")


@dataclass(frozen=True)
class Candidate:
    """What a service found: the place in the service's datum, how finely (its own word), and how sure that is."""

    point: Point
    level: str
    sureness: Sureness


class Fault(StrEnum):
    """What went wrong, by what can be done about it."""

    KEY = "key"
    QUOTA = "quota"
    BUSY = "busy"
    ADDRESS = "address"
    NOTHING = "nothing"
    AWAY = "away"


FAULTS = {
    Fault.KEY: gettext_lazy("地图服务不接受本系统的密钥,请管理员核对密钥、签名、IP 白名单与权限。"),
    Fault.QUOTA: gettext_lazy("今天的地址查找次数已经用完,明天再试,或在地图上手工标注。"),
    Fault.BUSY: gettext_lazy("地图服务繁忙,请稍后再试。"),
    Fault.ADDRESS: gettext_lazy("地图服务看不懂这个地址,请写得更完整:省、市、区、路名和门牌号。"),
    Fault.NOTHING: gettext_lazy("没有找到这个地址,请写得更完整,或在地图上手工标注。"),
    Fault.AWAY: gettext_lazy("连接不上地图服务,请稍后再试,或在地图上手工标注。"),
}

SEE_MAPS = permission("maps.see", gettext_lazy("查看地图服务的状态"), [Role.HR, Role.ADMINISTRATOR])
LOCATE = permission("maps.locate", gettext_lazy("按地址查找位置"), [Role.MANAGER, Role.HR])
