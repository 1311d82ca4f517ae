"""The pictures below what is shown (底图): by setting, each in its own datum, or none. Pure."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from kaoqin.core.places import Datum


@dataclass(frozen=True)
class Tiles:
    """Where the tiles are, layer upon layer, each by some addresses with {x} {y} {z}; their datum; whom to name."""

    layers: tuple[tuple[str, ...], ...] = ()
    datum: Datum = Datum.WGS84
    owner: str | Promise = ""
    deepest: int = 18


_TIANDITU = (
    "https://t{server}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE=default"
    "&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)
_AMAP = "https://webrd0{server}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8&x={{x}}&y={{y}}&z={{z}}"


def read_tiles(chosen: str, key: str, datum: str) -> Tiles:
    """The tiles of a choice by name, or by an address of one's own in a datum."""
    if chosen == "none":
        return Tiles()
    if chosen == "tianditu":
        told = {"key": quote(key, safe="")}
        layers = (tuple(_TIANDITU.format(server=n, layer=layer, **told) for n in range(4)) for layer in ("vec", "cva"))
        return Tiles(tuple(layers), Datum.WGS84, gettext_lazy("天地图"))
    if chosen == "amap":
        return Tiles((tuple(_AMAP.format(server=n) for n in range(1, 5)),), Datum.GCJ02, gettext_lazy("高德地图"))
    if chosen == "osm":
        return Tiles((("https://tile.openstreetmap.org/{z}/{x}/{y}.png",),), Datum.WGS84, "© OpenStreetMap", 19)
    return Tiles(((chosen,),), Datum(datum))


def origins(tiles: Tiles) -> tuple[str, ...]:
    """From where a browser must be let load tiles."""
    parts = [urlsplit(address) for layer in tiles.layers for address in layer]
    return tuple(sorted({f"{part.scheme}://{part.netloc}" for part in parts}))
