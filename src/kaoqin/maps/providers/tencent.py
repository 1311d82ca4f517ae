"""腾讯: `/ws/geocoder/v1/`, in GCJ-02. The signature is over the path and the raw values in order of their names; what it tells of
precision are a level (1 city to 11 door) and how reliable it is (10 at best)."""

from urllib.parse import urlencode

from kaoqin.maps.providers.reading import Faulty, md5, number, place, read_object
from kaoqin.maps.words import Candidate, Fault, Sureness

_PATH = "/ws/geocoder/v1/"
_BUSY = {120}
_QUOTA = {121}
_ADDRESS = {306, 310, 348, 365}
_NOTHING = {347}
_DOOR, _RELIABLE = 9, 7


def ask(address: str, city: str, key: str, secret: str) -> str:
    told = {"address": address, "key": key} | ({"region": city} if city else {})
    if secret:
        told["sig"] = sign(told, secret)
    return f"{_PATH}?{urlencode(told)}"


def sign(told: dict[str, str], secret: str) -> str:
    """`sig` of some values: the path, by name, raw, with the secret behind."""
    return md5(f"{_PATH}?" + "&".join(f"{name}={value}" for name, value in sorted(told.items())) + secret)


def read(body: bytes) -> Candidate:
    told = read_object(body)
    if told.get("status") != 0:
        status = int(number(told.get("status")))
        raise Faulty(_fault(status), f"{status} {told.get('message')}")
    found = told.get("result") or {}
    where = found.get("location") or {}
    if not where:
        raise Faulty(Fault.NOTHING)
    level, reliable = int(number(found.get("level", 0))), int(number(found.get("reliability", 0)))
    sure = Sureness.EXACT if level >= _DOOR and reliable >= _RELIABLE else Sureness.NEARLY
    return Candidate(place(where.get("lat"), where.get("lng")), str(level), sure)


def _fault(status: int) -> Fault:
    if status in _NOTHING:
        return Fault.NOTHING
    if status in _ADDRESS:
        return Fault.ADDRESS
    return Fault.QUOTA if status in _QUOTA else Fault.BUSY if status in _BUSY else Fault.KEY
