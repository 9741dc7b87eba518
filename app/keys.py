"""Key pairs of the county in files of the home: phones seal to the public half, only this server opens.

`county-XXXXXXXX.key` is an ECDH P-256 key (PKCS8 DER). The highest is handed out and seals, all open, so that what a
phone sealed to an older one is never lost. The field keys of `app.crypto` are another matter: those never leave here.

`receipt-XXXXXXXX.key` is an Ed25519 key (32 raw bytes) that signs the heads of the chain of evidence: the highest
signs, any is checked against.
"""

import base64
import binascii
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from app.config import settings
from app.crypto import SealBroken, write_once
from app.errors import AppError

COUNTY = "county"
RECEIPT = "receipt"
POINT = 65
NONCE = 12


class CountyKeyMissing(AppError):
    """Something was sealed to a key of the county whose file is not in the home."""

    def __init__(self, kid: str) -> None:
        super().__init__(message=f"缺少密钥文件 county-{kid}.key，请从备份放回 keys 文件夹。", code="key_missing")


@dataclass(frozen=True)
class CountyKey:
    """A sealing key: its id, and the public half as the raw uncompressed point."""

    kid: str
    private: ec.EllipticCurvePrivateKey
    public: bytes


def to_text(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    """The bytes of base64url without padding.

    Raises:
        ValueError: it is none.
    """
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64url") from error
    if to_text(raw) != text:
        raise ValueError("not base64url")
    return raw


def point_of(raw: bytes) -> ec.EllipticCurvePublicKey:
    """A public key from its raw uncompressed point.

    Raises:
        ValueError: no point of the curve P-256.
    """
    if len(raw) != POINT:
        raise ValueError("not an uncompressed point")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)


def raw_point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as its raw uncompressed point."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def make_county_key(folder: Path) -> str:
    """Make the next sealing key (the first, or a rotation's) and return its id."""
    names = sorted(path.stem.removeprefix(f"{COUNTY}-") for path in folder.glob(f"{COUNTY}-*.key"))
    kid = f"{int(names[-1], 16) + 1:08x}" if names else "00000001"
    private = ec.generate_private_key(ec.SECP256R1())
    write_once(_path(folder, kid), private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    return kid


def county_key() -> CountyKey:
    """The key that phones seal to now; the first start makes it."""
    folder = settings().keys
    found = [path.stem.removeprefix(f"{COUNTY}-") for path in folder.glob(f"{COUNTY}-*.key")]
    if not found:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = [make_county_key(folder)]
    return _read(_path(folder, max(found)))


def public_county_key() -> dict[str, str]:
    """What phones are told of it: `{kid, public_key}`."""
    key = county_key()
    return {"kid": key.kid, "public_key": to_text(key.public)}


def open_sealed(kid: str, epk: bytes, iv: bytes, ciphertext: bytes, info: str, aad: bytes) -> bytes:
    """Open what `sealTo` (assets/offline/envelope.js) closed.

    Args:
        kid: which of the county's keys it was sealed to (8 hex digits).
        epk: the sealer's one-time public key, as a raw point.
        iv: 12 bytes.
        ciphertext: with its tag.
        info: what it is for; another purpose gives another key.
        aad: what stands beside it in the open and must not be changed either.

    Raises:
        CountyKeyMissing: no such key in this home.
        SealBroken: changed, cut short, or for another purpose.
    """
    path = _path(settings().keys, kid)
    if len(kid) != 8 or not all(char in "0123456789abcdef" for char in kid) or not path.exists():
        raise CountyKeyMissing(kid[:8] if kid.isalnum() else "?")
    key = _read(path)
    try:
        shared = key.private.exchange(ec.ECDH(), point_of(epk))
        secret = HKDF(SHA256(), 32, salt=epk + key.public, info=info.encode()).derive(shared)
        if len(iv) != NONCE:
            raise SealBroken()
        return AESGCM(secret).decrypt(iv, ciphertext, aad)
    except (ValueError, InvalidTag) as error:
        raise SealBroken() from error


def _path(folder: Path, kid: str) -> Path:
    return folder / f"{COUNTY}-{kid}.key"


@lru_cache(maxsize=32)
def _read(path: Path) -> CountyKey:
    private = load_der_private_key(path.read_bytes(), None)
    assert isinstance(private, ec.EllipticCurvePrivateKey), f"{path.name} is no P-256 key"
    return CountyKey(path.stem.removeprefix(f"{COUNTY}-"), private, raw_point(private.public_key()))


@dataclass(frozen=True)
class ReceiptKeys:
    """The key pairs that sign and have signed the chain, by their ids of eight hex digits."""

    keys: dict[str, Ed25519PrivateKey]

    @property
    def current(self) -> str:
        """The id of the key that signs."""
        return max(self.keys)

    def sign(self, message: bytes) -> tuple[str, bytes]:
        """(key id, signature) under the newest key."""
        return self.current, self.keys[self.current].sign(message)

    def public(self, kid: str) -> bytes | None:
        """The raw public key of this id; None where its file is not here."""
        found = self.keys.get(kid)
        return found.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw) if found else None


def right(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether this is the signature of the message under a public key."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def make_receipt_key(folder: Path) -> str:
    """Make the next signing key (the first, or a rotation's) and return its id."""
    names = sorted(path.stem.removeprefix(f"{RECEIPT}-") for path in folder.glob(f"{RECEIPT}-*.key"))
    kid = f"{int(names[-1], 16) + 1:08x}" if names else "00000001"
    write_once(folder / f"{RECEIPT}-{kid}.key", os.urandom(32))
    return kid


def receipt_keys() -> ReceiptKeys:
    """The signing keys of this home; the first start makes one. A rotation is met at the next need."""
    folder = settings().keys
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return _receipt_keys(folder, folder.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _receipt_keys(folder: Path, _changed: int) -> ReceiptKeys:
    if not list(folder.glob(f"{RECEIPT}-*.key")):
        make_receipt_key(folder)
    found = {path.stem.removeprefix(f"{RECEIPT}-"): path.read_bytes() for path in folder.glob(f"{RECEIPT}-*.key")}
    return ReceiptKeys({name: Ed25519PrivateKey.from_private_bytes(raw) for name, raw in found.items()})
