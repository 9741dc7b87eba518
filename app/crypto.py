"""Field encryption (AES-256-GCM) and blind indexes (HMAC-SHA256) under key files of the home.

Sealed form: 1 byte version, 4 bytes key id, 12 bytes nonce, ciphertext with tag. The field's purpose
(`person.id_number` …) is associated data, so that a value cannot be moved to another column.
Law: PIPL art. 51; domain §5.3 (字段级加密, HMAC 盲索引).
"""

import hmac
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.config import settings
from app.errors import AppError
from models.base import use_cipher

VERSION = 1


class KeyMissing(AppError):
    """A sealed field names a key whose file is not in the home."""

    def __init__(self, key_id: str) -> None:
        super().__init__(message=f"缺少密钥文件 field-{key_id}.key，请从备份放回 keys 文件夹。", code="key_missing")


class SealBroken(AppError):
    """A sealed field was changed outside this program."""

    def __init__(self) -> None:
        super().__init__(message="加密内容被改动过，打不开。请联系县管理员从备份核对。", code="seal_broken")


@dataclass
class Cipher:
    """Seals with the newest key, opens with any.

    Args:
        folder: where the key files lie; a key that another process has made since is read when it is first met.
        keys: keys by key id (8 hex digits); the highest one seals.
        index_key: the key of the blind indexes; it changes only while nothing is served.
    """

    folder: Path
    keys: dict[str, AESGCM]
    index_key: bytes

    @property
    def current(self) -> str:
        """The id of the key that seals."""
        return max(self.keys)

    def seal(self, value: str, purpose: str) -> bytes:
        """Encrypt `value` for the field `purpose`."""
        return self.seal_bytes(value.encode(), purpose)

    def seal_bytes(self, value: bytes, purpose: str) -> bytes:
        """The same for bytes."""
        nonce, key_id = os.urandom(12), self.current
        return _head(key_id) + nonce + self.keys[key_id].encrypt(nonce, value, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> str:
        """Decrypt what `seal` made for the same purpose.

        Raises:
            KeyMissing: its key's file is not here.
            SealBroken: it was changed, or belongs to another field.
        """
        return self.open_bytes(sealed, purpose).decode()

    def open_bytes(self, sealed: bytes, purpose: str) -> bytes:
        """The same for bytes."""
        key_id = sealed[1:5].hex()
        if key_id not in self.keys:
            self.keys = _field_keys(self.folder)
        key = self.keys.get(key_id)
        if key is None:
            raise KeyMissing(key_id)
        try:
            return key.decrypt(sealed[5:17], sealed[17:], purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken() from error

    def key_of(self, sealed: bytes) -> str:
        """The id of the key that sealed this value."""
        return sealed[1:5].hex()

    def index(self, value: str, purpose: str) -> str:
        """A keyed fingerprint by which equal values are found without opening any."""
        return hmac.digest(self.index_key, f"{purpose}\0{value}".encode(), "sha256").hex()


@lru_cache(maxsize=64)
def _head(key_id: str) -> bytes:
    return bytes([VERSION]) + bytes.fromhex(key_id)


def write_once(path: Path, make: bytes) -> bytes:
    """The file's bytes; when it is not there, `make` is written for this user only, whole or not at all."""
    if not path.exists():
        temporary = path.with_suffix(f".{os.getpid()}.new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(make)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_bytes()


def load(folder: Path) -> Cipher:
    """Read the key files of a home; the first start makes them."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    index_key = _index_key(folder)
    if not list(folder.glob("field-*.key")):
        write_once(folder / "field-00000001.key", os.urandom(32))
    return Cipher(folder, _field_keys(folder), index_key)


def _index_key(folder: Path) -> bytes:
    made = sorted(folder.glob("index-????????.key"))
    return made[-1].read_bytes() if made else write_once(folder / "index.key", os.urandom(32))


def add_index_key(folder: Path) -> str:
    """Make the next key of the blind indexes; every index is to be made anew with it (`crypto_rotation.reindex`)."""
    names = sorted(path.stem.removeprefix("index-") for path in folder.glob("index-????????.key"))
    name = f"{int(names[-1], 16) + 1:08x}" if names else "00000002"
    write_once(folder / f"index-{name}.key", os.urandom(32))
    return name


def _field_keys(folder: Path) -> dict[str, AESGCM]:
    return {path.stem.removeprefix("field-"): AESGCM(path.read_bytes()) for path in folder.glob("field-*.key")}


def add_key(folder: Path) -> str:
    """Make the next field key (the first step of a rotation) and return its id."""
    names = sorted(path.stem.removeprefix("field-") for path in folder.glob("field-*.key"))
    name = f"{int(names[-1], 16) + 1:08x}" if names else "00000001"
    write_once(folder / f"field-{name}.key", os.urandom(32))
    return name


@lru_cache(maxsize=1)
def ready() -> Cipher:
    """The cipher of this process, also given to the tables."""
    cipher = load(settings().keys)
    use_cipher(cipher)
    return cipher


def index(value: str, purpose: str) -> str:
    """Blind index of a value for a purpose, under this home's key."""
    return ready().index(value, purpose)
