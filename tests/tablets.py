"""A tablet for tests: it opens its link, seals PINs, counts, and signs as a browser does."""

import base64
import json
import uuid

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

import make
from handset import base64url
from kaoqin.kiosk import actions, taking
from kaoqin.phones.signing import read_spki, sign_contact
from kaoqin.phones.wire import SignedRecord
from kaoqin.security.words import Actor

NOBODY = Actor(None, "打卡平板")


def spki_of(key):
    told = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return base64url(key.public_key().public_bytes(*told))


class Unit:
    """A tablet of a site, bound. Its page has lived since `contact_at`."""

    def __init__(self, site, name="东门平板", at=make.NOW):
        self.key, self.boot, self.contact_at, self.counter = (
            ec.generate_private_key(ec.SECP256R1()),
            uuid.uuid4(),
            at,
            0,
        )
        self.link = actions.add_tablet(site, name, by=make.ROOT, at=at).secret
        self.tablet, self.token = actions.bind(self.link, read_spki(spki_of(self.key)), by=NOBODY, at=at)

    def sealed(self, pin):
        public = serialization.load_der_public_key(base64.b64decode(self.tablet.sealing_for))
        oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
        return base64.b64encode(public.encrypt(pin.encode(), oaep)).decode()

    def sign(self, payload):
        text = payload if isinstance(payload, str) else json.dumps(payload)
        r, s = decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return SignedRecord(payload=text, signature=base64url(r.to_bytes(32) + s.to_bytes(32)))

    def payload(self, number, pin, at=make.NOW, **changed):
        self.counter += 1
        contact = {"server_time": self.contact_at.isoformat(), "boot": str(self.boot), "ticks": 1000.0}
        contact["proof"] = sign_contact(taking.ORIGIN.format(self.tablet.pk), self.contact_at)
        told = {"v": 1, "id": str(uuid.uuid4()), "counter": self.counter, "device_time": at.isoformat()}
        told |= {"boot": str(self.boot), "ticks": 1000.0 + (at - self.contact_at).total_seconds() * 1000}
        return told | {"contact": contact, "number": number, "pin": self.sealed(pin)} | changed

    def press(self, number, pin, at=make.NOW, received=None, **changed):
        """Somebody punches: the answer."""
        record = self.sign(self.payload(number, pin, at, **changed))
        return taking.take_presses(self.tablet, [record], at=received or at)[0]
