"""Signatures of phones, one-time codes, and what a phone tells of itself. Pure."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from app.keys import from_text, point_of

YES, NONE, UNKNOWN_KEY, WRONG = "yes", "none", "unknown_key", "wrong"
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_GROUPS, _GROUP = 3, 4
_REPORT = re.compile(r"v=([\w.+-]{0,40});w=(\d{1,6});p=([01?])")
SIGNATURE = 64
_HALF = SIGNATURE // 2
_ECDSA = ec.ECDSA(SHA256())


@lru_cache(maxsize=4096)
def _key(public_key: str) -> ec.EllipticCurvePublicKey:
    return point_of(from_text(public_key))


def is_public_key(text: str) -> bool:
    """Whether this is a point of P-256, raw and uncompressed, in base64url."""
    try:
        _key(text)
    except ValueError:
        return False
    return True


def signed_by(public_key: str, digest: str, signature: str) -> bool:
    """Whether a signature (r ‖ s, base64url) is this key's over the characters of a digest."""
    try:
        raw = from_text(signature)
        if len(raw) != SIGNATURE:
            return False
        whole = encode_dss_signature(int.from_bytes(raw[:_HALF], "big"), int.from_bytes(raw[_HALF:], "big"))
        _key(public_key).verify(whole, digest.encode(), _ECDSA)
    except (ValueError, InvalidSignature):
        return False
    return True


def worth(keys: Iterable[str], digest: str, signature: str | None) -> str:
    """What a command's signature is worth under the keys of the phone it came from: yes, none, unknown_key, wrong."""
    if not signature:
        return NONE
    known = list(keys)
    if not known:
        return UNKNOWN_KEY
    return YES if any(signed_by(one, digest, signature) for one in known) else WRONG


def make_code() -> str:
    """A one-time code that can be read out: three groups of four, no letters that look alike."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def code_hash(code: str) -> str:
    """What is kept of a code; capitals, spaces and dashes do not matter."""
    plain = re.sub(r"[^0-9A-Z]", "", code.upper())
    return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(frozen=True)
class Report:
    """What a phone tells of itself: its version, what is not sent yet, whether its storage is persistent."""

    version: str
    waiting: int
    persistent: bool | None


def read_report(header: str | None) -> Report | None:
    """The line `v=…;w=…;p=…` of a request; None where there is none of that form."""
    found = _REPORT.fullmatch(header or "")
    if found is None:
        return None
    return Report(found[1], int(found[2]), None if found[3] == "?" else found[3] == "1")
