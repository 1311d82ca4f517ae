"""What a group asks for besides the place: a photo of the spot, and that the phone has compared the face of whoever holds it;
both are signed into the record. What is missing holds the record.

Whoever does not agree to photos is asked for none where the place is proven by a screen, an office network, a Wi-Fi or a
beacon; elsewhere the record waits for a person, as it would without any position.
"""

from dataclasses import dataclass, field

from kaoqin.phones.models import PunchPhoto, Record
from kaoqin.phones.queries import Found
from kaoqin.phones.standing import Standing
from kaoqin.phones.wire import ClientSent, PhotoNamed
from kaoqin.phones.words import FACE, PHOTO, Demand, Flag, Seen, Way

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


def wants_photo(who: Standing, found: Found, way: str) -> bool:
    """Whether a photo is asked for of a punch that was proven by a way (empty: by none)."""
    return is_due(who.ways.photo, found.seen) and (way not in BY_ITSELF or who.agrees_to(PHOTO))


def wants_face(who: Standing, found: Found) -> bool:
    """Whether the phone is to compare the face: of those who agree only; nobody else is asked for anything instead."""
    return is_due(who.ways.face, found.seen) and who.agrees_to(FACE)


def face_flags(who: Standing, client: ClientSent, found: Found) -> set[Flag]:
    """What lacks of the face check that is asked for. A client that cannot do one has not done it."""
    told = client.native.face if client.native else None
    passed = told is not None and told.passed
    return {Flag.NO_FACE} if not passed and wants_face(who, found) else set()


def look_for_photo(who: Standing, named: PhotoNamed | None, found: Found, way: str) -> Pictured:
    """The photo that a punch names, held until the transaction ends; and what its lack means."""
    wanted = wants_photo(who, found, way)
    if named is None or not who.agrees_to(PHOTO):
        return Pictured(flags={Flag.NO_PHOTO} if wanted else set())
    mine = {"key": named.id, "employee_id": who.employee_id}
    PunchPhoto.objects.get_or_create(**mine, defaults={"sha256": named.sha256})
    photo = PunchPhoto.objects.select_for_update().get(**mine)
    if photo.record_id or photo.sha256 != named.sha256:
        return Pictured(flags={Flag.PHOTO_OTHER})
    return Pictured(photo, {Flag.PHOTO_AWAITED} if wanted and photo.brought_at is None else set())


def attach(photo: PunchPhoto, record: Record) -> None:
    """The photo is this record's, and no other's."""
    photo.record = record
    photo.save(update_fields=["record"])
