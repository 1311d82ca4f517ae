"""A phone for tests: it makes its key, counts, and signs as a browser does."""

import base64
import datetime as dt
import json
import uuid

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

import make
from kaoqin.consent import choosing
from kaoqin.core.places import Datum
from kaoqin.phones import actions, taking
from kaoqin.phones.actions import PlaceDetails
from kaoqin.phones.signing import read_spki, sign_contact
from kaoqin.phones.wire import SignedRecord
from kaoqin.phones.words import LOCATION

OFFICE = (31.2304, 121.4737)
"""In Shanghai, in WGS-84."""


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def office(whom, name="上海办公室", radius_m=200, **changed):
    """A circle about the office for somebody."""
    told = {"name": name, "datum": Datum.WGS84, "corners": (OFFICE,), "radius_m": radius_m}
    told |= {"begins_on": make.SINCE, "ends_on": None, "whom": whom}
    return actions.add_places([PlaceDetails(**told | changed)], by=make.ROOT, at=make.NOW)[0]


def point(north_m=0, accuracy_m=20, taken_at=make.NOW, **changed):
    """A position some metres north of the office."""
    told = {"latitude": OFFICE[0] + north_m / 111_195, "longitude": OFFICE[1], "datum": "wgs84"}
    return told | {"accuracy_m": accuracy_m, "taken_at": taken_at.isoformat()} | changed


class Handset:
    """A registered phone of somebody. Its page has lived since `contact_at`, when the server last answered it."""

    def __init__(self, by, at=make.NOW, name="测试手机"):
        self.by, self.key = by, ec.generate_private_key(ec.SECP256R1())
        self.counter, self.boot, self.contact_at = 0, str(uuid.uuid4()), at
        self.phone = actions.register(read_spki(self.spki), name, replace=True, by=by, at=at, today=make.TODAY)

    @property
    def spki(self):
        der = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        return base64url(self.key.public_key().public_bytes(*der))

    def sign(self, payload):
        text = payload if isinstance(payload, str) else json.dumps(payload)
        r, s = decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return SignedRecord(payload=text, signature=base64url(r.to_bytes(32) + s.to_bytes(32)))

    def payload(self, at=make.NOW, shown=None, **changed):
        """A punch at an instant; `shown`: what the phone's clock says then."""
        self.counter += 1
        contact = {"server_time": self.contact_at.isoformat(), "boot": self.boot, "ticks": 1000.0}
        contact["proof"] = sign_contact(self.by.account_id, self.contact_at.astimezone(dt.UTC))
        told = {"v": 1, "phone": self.phone.pk, "id": str(uuid.uuid4()), "counter": self.counter, "kind": "punch"}
        told |= {"device_time": (shown or at).isoformat(), "zone": "Asia/Shanghai", "boot": self.boot}
        told |= {"ticks": 1000.0 + (at - self.contact_at).total_seconds() * 1000, "contact": contact}
        return told | changed

    def record(self, at=make.NOW, shown=None, **changed):
        return self.sign(self.payload(at, shown, **changed))

    def send(self, *records, at=make.NOW, by=None):
        """Send records; their answers."""
        return taking.take_records(records, by=by or self.by, at=at)


def agree(by, given=True):
    choosing.choose(LOCATION, given, LOCATION.version, by=by, at=make.NOW, today=make.TODAY)
