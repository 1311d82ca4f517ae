"""What a phone sends and is told, as JSON. Values are checked here; what they mean is found elsewhere."""

import datetime as dt
import uuid
from typing import Annotated, Any, Literal, Self

from ninja import Schema
from pydantic import AwareDatetime, Field, model_validator

from kaoqin.core.places import Datum

MOST_RECORDS, MOST_PAYLOAD = 200, 8_000
_FIRST, _LAST = dt.datetime(2015, 1, 1, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
Instant = Annotated[AwareDatetime, Field(ge=_FIRST, le=_LAST)]
Bssid = Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$")]
Ticks = Annotated[float, Field(ge=0, le=1e13, allow_inf_nan=False)]


class ContactSent(Schema):
    """The server's last answer (`GET /time`) and the page's monotonic clock when it came."""

    server_time: Instant
    proof: Annotated[str, Field(max_length=100)]
    ticks: Ticks
    boot: uuid.UUID


class PointSent(Schema):
    """A position with its datum and its accuracy in metres (68 %). Native clients also tell which source it comes from
    (`gps`, `network`, `fused`), and whether the system says that it is made up."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    datum: Datum = Datum.WGS84
    accuracy_m: Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]
    taken_at: Instant
    provider: Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")] = ""
    mock: bool | None = None


class FaceSent(Schema):
    """That the phone itself compared the face of whoever holds it, just before this record, and by which means: the system's
    (LocalAuthentication, BiometricPrompt) or a vendor's. No picture and no features."""

    passed: bool
    by: Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9._-]*$")] = ""


class NativeSent(Schema):
    """What only a native client can see of its phone."""

    emulator: bool | None = None
    face: FaceSent | None = None


class ClientSent(Schema):
    """What sent a record. `device` is a random name of this installation (browser) or phone (native), the same whoever
    is logged in on it; it is no number of the hardware."""

    device: Annotated[str, Field(max_length=80, pattern=r"^[A-Za-z0-9._:-]*$")] = ""
    native: NativeSent | None = None


class BeaconSent(Schema):
    uuid: Annotated[str, Field(max_length=40)]
    major: int
    minor: int


class ProofSent(Schema):
    """With what somebody proves to be somewhere: the position, what was scanned (`qr`: a screen's code or digits, or a poster),
    what a tag says, the BSSIDs of the stations and the beacons about."""

    point: PointSent | None = None
    qr: Annotated[str, Field(max_length=300)] = ""
    tag: Annotated[str, Field(max_length=300)] = ""
    wifi: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=100)] = []
    beacons: Annotated[list[BeaconSent], Field(max_length=100)] = []


class TimedSent(Schema):
    """When something was made, as its client tells: its clock, its monotonic clock and the life that counts it, and the server's
    last answer to it."""

    device_time: Instant
    boot: uuid.UUID
    ticks: Ticks
    contact: ContactSent | None = None


class PhotoNamed(Schema):
    """A photo of the spot, taken with the camera for this record: its id, and the SHA-256 (hex) of its file as it is sent."""

    id: uuid.UUID
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class PayloadSent(ProofSent, TimedSent):
    """What is signed. Version 1 names the phone by its number, version 2 by the fingerprint of its key, so that a record can be
    made before the phone is registered. Fields that are not named here are kept with the payload and not read."""

    v: Literal[1, 2]
    phone: Annotated[int | None, Field(gt=0, lt=2**63)] = None
    key: Annotated[str, Field(max_length=43)] = ""
    id: uuid.UUID
    counter: Annotated[int, Field(gt=0, lt=2**63)]
    kind: Annotated[str, Field(max_length=20)]
    zone: Annotated[str, Field(max_length=60)] = ""
    note: Annotated[str, Field(max_length=200)] = ""
    photo: PhotoNamed | None = None
    client: ClientSent = Field(default_factory=ClientSent)
    about: dict[str, Any] = {}

    @model_validator(mode="after")
    def names_its_phone(self) -> Self:
        """By the number in version 1, by the key in version 2."""
        if self.phone is None if self.v == 1 else not self.key:
            raise ValueError("phone" if self.v == 1 else "key")
        return self


class SignedRecord(Schema):
    """A payload as the phone made it, as text, and its signature (ECDSA P-256 with SHA-256, raw r‖s, base64url)."""

    payload: Annotated[str, Field(max_length=MOST_PAYLOAD)]
    signature: Annotated[str, Field(max_length=100)]


class RecordAnswer(Schema):
    """What became of a record: counted, field, held, known or refused, and why, for people."""

    id: str
    state: str
    sentence: str
    at: dt.datetime | None = None
    verdict: str = ""
    place: str = ""
    distance_m: int | None = None


class Jwk(Schema):
    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: Annotated[str, Field(max_length=60)]
    y: Annotated[str, Field(max_length=60)]


class KeySent(Schema):
    """The public half of the phone's key: `spki` (base64url of the DER) or `jwk`. `replace`: whoever holds the phone was asked
    and wants it in the place of the one in use."""

    spki: Annotated[str, Field(max_length=200)] = ""
    jwk: Jwk | None = None
    name: Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")] = ""
    replace: bool = False


class PhoneAnswer(Schema):
    id: int
    state: str
    sentence: str


class PairingSent(KeySent):
    """A native client's key, with the code that 我的手机 shows and the log-in name of whoever it is shown to."""

    account: Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$")]
    code: Annotated[str, Field(max_length=20)]


class PairingAnswer(PhoneAnswer):
    """The phone, and the token, which is told this once; after so many days without use it is none any more."""

    token: str
    unused_days: int


class PhotoAnswer(Schema):
    """A photo that was kept, by its id."""

    id: uuid.UUID


class TimeAnswer(Schema):
    """The contact: sent back with records, it proves when the server last answered."""

    server_time: dt.datetime
    proof: str


class WhereAsked(ProofSent):
    """The position now and what was scanned, to be told whether a punch would count here; nothing of it is kept."""


class MomentAnswer(Schema):
    """A punch of today, as the page shows it."""

    time: str
    state: str
    said: str
    place: str


class TodayAnswer(Schema):
    """What the page shows: the shift, what the next punch is, whether it would count here, the day so far."""

    shift: str
    button: str
    verdict: str
    sentence: str
    counts: bool
    note_needed: bool
    face_needed: bool
    photo_needed: bool
    photo_sentence: str
    ways: list[str]
    moments: list[MomentAnswer]
