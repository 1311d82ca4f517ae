"""How each way proves where a record was made: one table, way → prover. Who takes records and who shows the page only ask it.

A prover looks at what was sent and gives the verdict, or None where nothing was sent that concerns it. A screen's code, a Wi-Fi, a
beacon and the office network prove a place by themselves; a position does by the fences; a poster and a tag, which can be
photographed and copied, only with a position at a place.
"""

import datetime as dt
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kaoqin.core import places
from kaoqin.core.places import Point
from kaoqin.core.sealed import unseal
from kaoqin.phones import codes, queries, signals
from kaoqin.phones.models import Screen, ScreenUse
from kaoqin.phones.queries import Found
from kaoqin.phones.standing import Standing
from kaoqin.phones.wire import ProofSent
from kaoqin.phones.words import LOCATION, Flag, Seen, Way

STALE = dt.timedelta(minutes=2)
MOST_ACCURACY_M = 500
"""A position that is less certain than this says nothing of a place."""
WITH_POSITION = frozenset({Way.GPS, Way.FIXED_QR, Way.NFC})
"""Ways that need one's position, and one's consent to its use."""
_RANK = {Seen.INSIDE: 0, Seen.UNCERTAIN: 1, Seen.OUTSIDE: 2, Seen.UNKNOWN: 3}


@dataclass(frozen=True)
class Claim:
    """Who says to be somewhere, when (`at` as far as it is known, `device_time` by the phone's clock), from which address, and
    with what. `prompt`: it came at once. `uses`: a code that is proven is used up by it; the page, which only asks, uses none
    and is told nothing of typed digits, which it could try one after the other."""

    who: Standing
    at: dt.datetime
    device_time: dt.datetime
    address: str
    sent: ProofSent
    prompt: bool
    uses: bool


@dataclass
class Proof:
    """What is found: the verdict and the way that gave it, the position in WGS-84 where it may be kept, the station or beacon
    of ours that was heard, what is odd."""

    found: Found = field(default_factory=lambda: Found(Seen.UNKNOWN))
    way: str = ""
    point: Point | None = None
    here: Found | None = None
    heard: str = ""
    flags: set[Flag] = field(default_factory=set)


def prove(claim: Claim, ways: Sequence[Way]) -> Proof:
    """The best verdict of the ways that are open: inside, else uncertain, else outside, else nobody can say."""
    proof = locate(claim) if WITH_POSITION & set(ways) else Proof()
    for way, prover in PROVERS.items():
        found = prover(claim, proof) if way in ways else None
        if found and (not proof.way or _RANK[found.seen] < _RANK[proof.found.seen]):
            proof.found, proof.way = found, way
        if proof.found.seen == Seen.INSIDE:
            break
    return proof


def locate(claim: Claim) -> Proof:
    """The position alone, if there is one that may be used and says something; it proves nothing yet."""
    proof = Proof()
    sent = claim.sent.point
    if sent is None:
        return proof
    if not claim.who.agrees_to(LOCATION):
        proof.flags.add(Flag.NO_CONSENT)
        return proof
    proof.point = Point(sent.latitude, sent.longitude, sent.datum).to(places.Datum.WGS84)
    if abs(sent.taken_at - claim.device_time) > STALE:
        proof.flags.add(Flag.POINT_STALE)
    elif sent.accuracy_m > MOST_ACCURACY_M:
        proof.flags.add(Flag.POINT_COARSE)
    else:
        proof.here = queries.judge_places(claim.who.places, proof.point, sent.accuracy_m)
    return proof


def _by_screen(claim: Claim, proof: Proof) -> Found | None:
    """A screen of one's site showed this code a moment ago, and one has not used it before."""
    told = codes.tidy(claim.sent.qr)
    if not told or codes.is_mark(told):
        return None
    screen, step = _shown(told, claim)
    if screen is None or not claim.prompt:
        proof.flags.add(Flag.CODE_WRONG)
        return None
    if _used(screen, step, claim):
        proof.flags.add(Flag.CODE_USED)
        return None
    return Found(Seen.INSIDE, screen.name)


def _shown(told: str, claim: Claim) -> tuple[Screen | None, int]:
    """The screen, among those of one's site, that shows this code in this step or showed it in the one before."""
    code = codes.read_code(told)
    for screen in claim.who.screens():
        secret = unseal(screen.secret)
        for step in codes.steps_taken(claim.at):
            right = codes.code_of(secret, screen.pk, step) if code else codes.digits_of(secret, screen.pk, step)
            if hmac.compare_digest(right.encode(), told.encode()) and (code or claim.uses):
                return screen, step
    return None, 0


def _used(screen: Screen, step: int, claim: Claim) -> bool:
    told: dict[str, Any] = {"screen": screen, "employee_id": claim.who.employee_id, "step": step}
    if claim.uses:
        return not ScreenUse.objects.get_or_create(**told)[1]
    return ScreenUse.objects.filter(**told).exists()


def _by_poster(claim: Claim, proof: Proof) -> Found | None:
    return _by_mark(claim, proof, Way.FIXED_QR, claim.sent.qr)


def _by_tag(claim: Claim, proof: Proof) -> Found | None:
    return _by_mark(claim, proof, Way.NFC, claim.sent.tag)


def _by_mark(claim: Claim, proof: Proof, kind: Way, text: str) -> Found | None:
    """A poster or tag of one's site, as far as the position says that one stands there."""
    told = codes.tidy(text)
    if not codes.is_mark(told):
        return None
    mark = claim.who.mark(told, kind)
    if mark is None:
        proof.flags.add(Flag.CODE_WRONG)
        return None
    if proof.here is None:
        return Found(Seen.UNKNOWN)
    at_place = proof.here.seen in {Seen.INSIDE, Seen.UNCERTAIN}
    return Found(proof.here.seen, mark.name if at_place else proof.here.place, proof.here.beyond_m)


def _by_position(claim: Claim, proof: Proof) -> Found | None:
    return proof.here


def _by_station(claim: Claim, proof: Proof) -> Found | None:
    """A Wi-Fi station of one's site is about. A browser cannot tell; a native client can."""
    return _by_signal(claim, proof, Way.WIFI, [_read(signals.station_of, one) for one in claim.sent.wifi])


def _by_beacon(claim: Claim, proof: Proof) -> Found | None:
    heard = [_read(signals.beacon_of, one.uuid, one.major, one.minor) for one in claim.sent.beacons]
    return _by_signal(claim, proof, Way.BEACON, heard)


def _read(how: Callable[..., str], *told: str | int) -> str:
    """What a client tells, written as we do; nothing for what is none, for clients tell what is not there."""
    try:
        return how(*told)
    except ValueError:
        return ""


def _by_signal(claim: Claim, proof: Proof, kind: Way, heard: Sequence[str]) -> Found | None:
    known = claim.who.signal(list(filter(None, heard)), kind) if any(heard) else None
    if known is None:
        return None
    proof.heard = known.address
    return Found(Seen.INSIDE, known.name)


def without_surroundings(text: str, sent: ProofSent, heard: str) -> str:
    """A payload without the Wi-Fi and the beacons about, which say where somebody is; the one of ours that proved the place
    stays. Without consent to their position no more is kept."""
    wifi = [one for one in sent.wifi if heard and _read(signals.station_of, one) == heard]
    beacons = [
        one.dict()
        for one in sent.beacons
        if heard and _read(signals.beacon_of, one.uuid, one.major, one.minor) == heard
    ]
    return json.dumps({**json.loads(text), "wifi": wifi, "beacons": beacons}, ensure_ascii=False)


def _by_network(claim: Claim, proof: Proof) -> Found | None:
    """The address it came from, if it came at once: otherwise whoever pressed at home could send from the desk."""
    name = claim.who.network(claim.address) if claim.prompt else ""
    return Found(Seen.INSIDE, name) if name else None


PROVERS: dict[Way, Callable[[Claim, Proof], Found | None]] = {
    Way.QR: _by_screen,
    Way.WIFI: _by_station,
    Way.BEACON: _by_beacon,
    Way.FIXED_QR: _by_poster,
    Way.NFC: _by_tag,
    Way.GPS: _by_position,
    Way.NETWORK: _by_network,
}
"""What proves a place, in the order in which it is asked; of two with the same verdict the first counts."""
