"""The services that find addresses, behind one interface: what to ask, and what an answer means. Pure."""

from kaoqin.maps.providers import amap, baidu, tencent
from kaoqin.maps.providers.reading import Service
from kaoqin.maps.words import Provider

SERVICES: dict[Provider, Service] = {
    Provider.AMAP: Service("https://restapi.amap.com", amap.ask, amap.read),
    Provider.BAIDU: Service("https://api.map.baidu.com", baidu.ask, baidu.read),
    Provider.TENCENT: Service("https://apis.map.qq.com", tencent.ask, tencent.read),
}
