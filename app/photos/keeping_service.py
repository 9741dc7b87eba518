"""The pictures' bytes as a whole: taken out for a backup, and put back."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore

from app import parts
from app.config import HERE
from app.errors import NotFound, PhotosAway
from app.photos import store


def copy_out(sha256: str, target: Path) -> bool:
    """Write a picture to a file beside nothing half: whole, right and on the disk, or not at all.

    Returns:
        False where the stored bytes are not those of the name.

    Raises:
        NotFound: they are not there.
        PhotosAway: the store is away.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        right = _write(beside, _stream(sha256)) == sha256
        if right:
            os.replace(beside, target)
        return right
    finally:
        beside.unlink(missing_ok=True)


def put_back(sha256: str, source: Path) -> bool:
    """Put a picture from a file into the store; False where the file's bytes are not those of the name.

    Raises:
        NotFound: there is no such file.
        PhotosAway: the store is away.
    """
    try:
        data = source.read_bytes()
    except FileNotFoundError as error:
        raise NotFound() from error
    if hashlib.sha256(data).hexdigest() != sha256:
        return False
    target = store.photo_store()
    if isinstance(target, LocalStore):
        parts.keep(parts.write_whole("restored", sha256, data), store.local_path(sha256))
        return True
    with store.away_in_words():
        obstore.put(target, store.key(sha256), data)
    return True


def is_empty() -> bool:
    """Whether no picture lies in the store.

    Raises:
        PhotosAway: the store is away.
    """
    with store.away_in_words():
        found = obstore.list(store.photo_store(), chunk_size=10)
        return all(one["path"] == HERE for page in found for one in page)


def _stream(sha256: str) -> Iterator[bytes]:
    try:
        with store.away_in_words():
            found = obstore.get(store.photo_store(), store.key(sha256)).stream(min_chunk_size=1_000_000)
        for chunk in found:
            yield bytes(chunk)
    except (NotFoundError, FileNotFoundError) as error:
        raise NotFound() from error
    except BaseError as error:
        raise PhotosAway() from error


def _write(path: Path, chunks: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in chunks:
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()
