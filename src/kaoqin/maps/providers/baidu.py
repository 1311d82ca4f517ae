"""百度: `/geocoding/v3/`, asked for GCJ-02 (its own BD-09 otherwise). The signature is over path and query as they are
sent, in that order, quoted once more."""

from urllib.parse import quote, quote_plus

from kaoqin.maps.providers.reading import Faulty, md5, number, place, read_object
from kaoqin.maps.words import Candidate, Fault, Sureness

_PATH = "/geocoding/v3/"
_BUSY = {1, 401, 402}
_ADDRESS = {2}
_NOTHING = {"无相关结果"}


def ask(address: str, city: str, key: str, secret: str) -> str:
    told = {"address": address} | ({"city": city} if city else {})
    told |= {"ret_coordtype": "gcj02ll", "output": "json", "ak": key}
    path = f"{_PATH}?{'&'.join(f'{name}={quote(value)}' for name, value in told.items())}"
    return f"{path}&sn={sign(path, secret)}" if secret else path


def sign(path: str, secret: str) -> str:
    """`sn` of a path with its query, as it is sent."""
    return md5(quote_plus(path + secret))


def read(body: bytes) -> Candidate:
    told = read_object(body)
    status, said = told.get("status"), str(told.get("message") or told.get("msg") or "")
    if status != 0:
        raise Faulty(_fault(int(number(status)), said), f"{status} {said}")
    found = told.get("result") or {}
    where = found.get("location") or {}
    if not where:
        raise Faulty(Fault.NOTHING)
    sure = Sureness.EXACT if found.get("precise") == 1 else Sureness.NEARLY
    point = place(where.get("lat"), where.get("lng"))
    return Candidate(point, str(found.get("level") or ""), sure)


def _fault(status: int, said: str) -> Fault:
    if said in _NOTHING:
        return Fault.NOTHING
    if status in _BUSY:
        return Fault.BUSY
    if status == 4 or 300 <= status <= 499:
        return Fault.QUOTA
    return Fault.ADDRESS if status in _ADDRESS else Fault.KEY
