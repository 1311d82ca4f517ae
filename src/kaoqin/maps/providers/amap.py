"""高德: `/v3/geocode/geo`. Errors come with status 200; all scalars are text, what is empty is `[]`; coordinates are "lng,lat"
in GCJ-02; the signature is over the raw values in order of their names."""

from urllib.parse import urlencode

from kaoqin.maps.providers.reading import Faulty, md5, place, read_object
from kaoqin.maps.words import Candidate, Fault, Sureness

EXACT = {"兴趣点", "门牌号", "单元号"}
_QUOTA = {"10003", "10010", "10029", "10044", "10045", "40000", "40002", "40003"}
_BUSY = {"10004", "10014", "10015", "10016", "10019", "10020", "10021", "20003"}
_ADDRESS = {"20000", "20001", "20002", "20011", "20012"}
_UNREADABLE = "300"


def ask(address: str, city: str, key: str, secret: str) -> str:
    told = {"address": address, "key": key} | ({"city": city} if city else {})
    if secret:
        told["sig"] = sign(told, secret)
    return f"/v3/geocode/geo?{urlencode(told)}"


def sign(told: dict[str, str], secret: str) -> str:
    """`sig` of some values: by name, raw, with the secret behind."""
    return md5("&".join(f"{name}={value}" for name, value in sorted(told.items())) + secret)


def read(body: bytes) -> Candidate:
    told = read_object(body)
    if told.get("status") != "1":
        code = str(told.get("infocode"))
        raise Faulty(_fault(code), f"{code} {told.get('info')}")
    found = told.get("geocodes")
    if not found:
        raise Faulty(Fault.NOTHING)
    east, _, north = str(found[0].get("location")).partition(",")
    level = str(found[0].get("level") or "")
    sure = Sureness.EXACT if level in EXACT else Sureness.NEARLY
    return Candidate(place(north, east), level, sure)


def _fault(code: str) -> Fault:
    if code.startswith(_UNREADABLE) or code in _ADDRESS:
        return Fault.ADDRESS
    return Fault.QUOTA if code in _QUOTA else Fault.BUSY if code in _BUSY else Fault.KEY
