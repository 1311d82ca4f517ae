"""From where a terminal may call: a list of addresses and networks. Pure."""

import ipaddress
import re
from functools import lru_cache

from django.utils.translation import gettext

from kaoqin.core.words import Refusal

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
OPTION = "addresses"
MOST = 50


def tidy(text: str) -> str:
    """Addresses and networks as people write them, one way: `10.0.0.7, 192.168.1.0/24` as `10.0.0.7 192.168.1.0/24`.
    Refuses what is neither."""
    found = []
    for word in filter(None, re.split(r"[\s,,;;、]+", text)):
        try:
            network = ipaddress.ip_network(word, strict=False)
        except ValueError:
            said = gettext("「{word}」不是地址或网段。应为 192.168.1.20 或 192.168.1.0/24 的样子。")
            raise Refusal("devices.bad_address", said.format(word=word[:60]), "addresses") from None
        found.append(str(network.network_address) if network.num_addresses == 1 else str(network))
    if len(found) > MOST:
        said = gettext("最多 {most} 个地址或网段,请合并为网段。").format(most=MOST)
        raise Refusal("devices.many_addresses", said, "addresses")
    return " ".join(dict.fromkeys(found))


@lru_cache(maxsize=4096)
def networks(tidied: str) -> tuple[Network, ...]:
    """A tidied list as networks; read once for all the times that terminals are read."""
    return tuple(ipaddress.ip_network(word) for word in tidied.split())


def within(address: str, allowed: tuple[Network, ...]) -> bool:
    """Whether a call from an address is welcome: from anywhere where nothing is listed; from nowhere unknown."""
    if not allowed:
        return True
    try:
        told = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(told, "ipv4_mapped", None)
    return any((mapped or told) in network for network in allowed)
