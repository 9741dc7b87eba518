"""Sealed containers in tests, made as the phone makes them."""

import hashlib
import json
import os
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app import keys
from app.accounts.schemas import Actor
from app.db import transaction, utcnow
from app.sealed import rules
from models.devices import DeviceKey


def sign(key: ec.EllipticCurvePrivateKey, words: str) -> str:
    """r ‖ s in base64url."""
    r, s = decode_dss_signature(key.sign(words.encode(), ec.ECDSA(SHA256())))
    return keys.to_text(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


class Phone:
    """An author's phone with its key, enrolled unless said otherwise."""

    def __init__(self, actor: Actor, *, enrolled: bool = True) -> None:
        self.actor = actor
        self.key = ec.generate_private_key(ec.SECP256R1())
        if enrolled:
            public = keys.to_text(keys.raw_point(self.key.public_key()))
            with transaction() as session:
                session.add(DeviceKey(user_id=actor.id, device_id=actor.device_id or "", public_key=public,
                                      how="login", enrolled_at=utcnow()))  # fmt: skip

    def command(self, command: dict[str, Any], **more: Any) -> bytes:
        """A sealed command."""
        plain = json.dumps(command, ensure_ascii=False).encode()
        return self.seal("command", command["id"], plain, **more)

    def photo(self, data: bytes, **more: Any) -> bytes:
        """A sealed photo."""
        return self.seal("photo", hashlib.sha256(data).hexdigest(), data, **more)

    def seal(self, kind: str, name: str, plain: bytes, **more: Any) -> bytes:
        """A container; `more` changes the header before it is signed."""
        county = keys.county_key()
        once, iv = ec.generate_private_key(ec.SECP256R1()), os.urandom(12)
        epk = keys.raw_point(once.public_key())
        header: dict[str, Any] = {
            "v": 1, "kind": kind, "kid": county.kid, "author": self.actor.id, "device": self.actor.device_id,
            "id": name, "digest": hashlib.sha256(plain).hexdigest(), "epk": keys.to_text(epk), "iv": keys.to_text(iv),
        } | more  # fmt: skip
        header["signature"] = sign(self.key, hashlib.sha256(rfc8785.dumps(header)).hexdigest())
        beside = rfc8785.dumps(header)
        shared = once.exchange(ec.ECDH(), county.private.public_key())
        secret = HKDF(SHA256(), 32, salt=epk + county.public, info=rules.INFO.encode()).derive(shared)
        return rules.joined(beside, AESGCM(secret).encrypt(iv, plain, beside))
