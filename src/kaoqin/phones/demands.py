"""What a group asks for besides the place: a photo of the spot, and that the phone has compared the face of whoever holds it;
both are signed into the record. What is missing holds the record.

Whoever does not agree to photos is asked for none where the place is proven by a screen, an office network, a Wi-Fi or a
beacon; elsewhere the record waits for a person, as it would without any position.
"""

from dataclasses import dataclass, field

from kaoqin.phones import queries
from kaoqin.phones.models import PunchPhoto, Record
from kaoqin.phones.queries import Found
from kaoqin.phones.wire import ClientSent, PhotoNamed
from kaoqin.phones.words import Demand, Flag, Seen, Way, Ways

BY_ITSELF = frozenset({Way.QR, Way.NETWORK, Way.WIFI, Way.BEACON, Way.KIOSK})
"""Ways that prove the place without the position or the picture of anybody."""
UNPROVEN = frozenset({Seen.OUTSIDE, Seen.UNKNOWN})


@dataclass
class Pictured:
    """The photo a record names, if it may be kept, and what is odd about it."""

    photo: PunchPhoto | None = None
    flags: set[Flag] = field(default_factory=set)


def is_due(demand: Demand, seen: Seen) -> bool:
    """Whether something is asked for of a punch with this verdict."""
    return demand == Demand.ALWAYS or (demand == Demand.OUTSIDE and seen in UNPROVEN)


def wants_photo(ways: Ways, found: Found, way: str, agrees: bool) -> bool:
    """Whether a photo is asked for of a punch that was proven by a way (empty: by none)."""
    return is_due(ways.photo, found.seen) and (agrees or way not in BY_ITSELF)


def wants_face(employee_id: int, ways: Ways, found: Found) -> bool:
    """Whether the phone is to compare the face: of those who agree only; nobody else is asked for anything instead."""
    return is_due(ways.face, found.seen) and queries.agrees_to_face(employee_id)


def face_flags(employee_id: int, client: ClientSent, ways: Ways, found: Found) -> set[Flag]:
    """What lacks of the face check that is asked for. A client that cannot do one has not done it."""
    told = client.native.face if client.native else None
    passed = told is not None and told.passed
    return {Flag.NO_FACE} if not passed and wants_face(employee_id, ways, found) else set()


def look_for_photo(employee_id: int, named: PhotoNamed | None, ways: Ways, found: Found, way: str) -> Pictured:
    """The photo that a punch names, held until the transaction ends; and what its lack means."""
    if named is None and ways.photo == Demand.NEVER:
        return Pictured()
    agrees = queries.agrees_to_photo(employee_id)
    wanted = wants_photo(ways, found, way, agrees)
    if named is None or not agrees:
        return Pictured(flags={Flag.NO_PHOTO} if wanted else set())
    PunchPhoto.objects.get_or_create(key=named.id, employee_id=employee_id, defaults={"sha256": named.sha256})
    photo = PunchPhoto.objects.select_for_update().get(key=named.id, employee_id=employee_id)
    if photo.record_id or photo.sha256 != named.sha256:
        return Pictured(flags={Flag.PHOTO_OTHER})
    return Pictured(photo, {Flag.PHOTO_AWAITED} if wanted and photo.brought_at is None else set())


def attach(photo: PunchPhoto, record: Record) -> None:
    """The photo is this record's, and no other's."""
    photo.record = record
    photo.save(update_fields=["record"])
