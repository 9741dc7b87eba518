"""Where the bytes of pictures lie as they came: a folder of the home, or S3, by `RUHUTONG_PHOTO_STORE`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from app.config import settings
from app.errors import DiskFull, NotFound, PhotosAway, is_full

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

PATIENCE: "ClientConfig" = {"timeout": timedelta(seconds=15), "connect_timeout": timedelta(seconds=3)}
RETRIES: "RetryConfig" = {"max_retries": 2, "retry_timeout": timedelta(seconds=6)}
"""A phone waits for the answer: better a sentence soon than three minutes of trying, which is obstore's own way."""


@lru_cache(maxsize=8)
def _store(address: str | None, folder: Path) -> ObjectStore:
    if address is None:
        return LocalStore(folder, mkdir=True)
    if address.startswith("file://"):
        return LocalStore(address.removeprefix("file://"), mkdir=True)
    # Options given here would push those of the environment aside.
    plain = os.environ.get("AWS_ALLOW_HTTP", "").lower() in {"true", "1"}
    return from_url(address, client_options=PATIENCE | {"allow_http": plain}, retry_config=RETRIES)


def photo_store() -> ObjectStore:
    """The store of this home."""
    return _store(settings().photo_store, settings().photos)


def key(sha256: str) -> str:
    """Where a picture lies in the store."""
    return f"{sha256[:2]}/{sha256}"


def local_path(sha256: str) -> Path:
    """Where a picture lies as a file, when the store is a folder."""
    return (settings().photo_folder or settings().photos) / key(sha256)


def require_there() -> None:
    """Nothing is written beside a photo folder that is away: it would be hidden when that comes back.

    Raises:
        PhotosAway: the folder is not there, or is not the one that we began with.
    """
    if not settings().photos_there:
        raise PhotosAway()


def holds(sha256: str) -> bool:
    """Whether the bytes are there.

    Raises:
        PhotosAway: the store is away.
    """
    require_there()
    with away_in_words():
        try:
            obstore.head(photo_store(), key(sha256))
        except (NotFoundError, FileNotFoundError):
            return False
    return True


@contextmanager
def away_in_words() -> Iterator[None]:
    """Errors of the store within the block, as sentences.

    Raises:
        DiskFull: there is no room.
        PhotosAway: the store is away.
    """
    try:
        yield
    except (NotFoundError, FileNotFoundError):
        require_there()
        raise
    except (BaseError, OSError) as error:
        raise (DiskFull() if is_full(error) else PhotosAway()) from error


def read(sha256: str) -> bytes:
    """The bytes as received.

    Raises:
        NotFound: they are not there.
        PhotosAway: the store is away.
    """
    try:
        with away_in_words():
            return obstore.get(photo_store(), key(sha256)).bytes().to_bytes()
    except (NotFoundError, FileNotFoundError) as error:
        raise NotFound("文字已到，照片在路上。", code="not_here_yet") from error
