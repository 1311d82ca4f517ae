"""A PIN on its way: sealed on the tablet with a public key of this installation, opened here. No tables.

RSA-OAEP with SHA-256, 2,048 bits: what a browser seals with nothing but WebCrypto. The same PIN is never sealed alike, so that
what waits on a tablet tells nobody anything, though there are only a million PINs.
"""

import base64

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

BITS = 2_048
_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


def new_pair() -> tuple[str, str]:
    """A private key (PEM), and its public half (SPKI, base64) for the tablet."""
    made = rsa.generate_private_key(65_537, BITS)
    plain = serialization.NoEncryption()
    pem = made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()
    spki = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return pem, base64.b64encode(made.public_key().public_bytes(*spki)).decode()


def opened(pem: str, sealed: str) -> str:
    """What was sealed (base64); empty where it was not sealed for this key."""
    key = serialization.load_pem_private_key(pem.encode(), None)
    try:
        told = base64.b64decode(sealed, validate=True)
        return key.decrypt(told, _OAEP).decode() if isinstance(key, rsa.RSAPrivateKey) else ""
    except ValueError:
        return ""
