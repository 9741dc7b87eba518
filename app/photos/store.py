"""Where the bytes of pictures lie as they came: a folder of the home, or S3, by `RUHUTONG_PHOTO_STORE`."""

from functools import lru_cache
from pathlib import Path

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from app.config import settings
from app.errors import NotFound, Unavailable


@lru_cache(maxsize=8)
def _store(address: str | None, folder: Path) -> ObjectStore:
    if address is None:
        return LocalStore(folder, mkdir=True)
    if address.startswith("file://"):
        return LocalStore(address.removeprefix("file://"), mkdir=True)
    return from_url(address)


def photo_store() -> ObjectStore:
    """The store of this home."""
    return _store(settings().photo_store, settings().photos)


def key(sha256: str) -> str:
    """Where a picture lies in the store."""
    return f"{sha256[:2]}/{sha256}"


def local_path(sha256: str) -> Path:
    """Where a picture lies as a file, when the store is a folder."""
    address = settings().photo_store
    folder = Path(address.removeprefix("file://")) if address else settings().photos
    return folder / key(sha256)


def read(sha256: str) -> bytes:
    """The bytes as received.

    Raises:
        NotFound: they are not there.
        Unavailable: the store is away.
    """
    try:
        return obstore.get(photo_store(), key(sha256)).bytes().to_bytes()
    except (NotFoundError, FileNotFoundError) as error:
        raise NotFound("文字已到，照片在路上。", code="not_here_yet") from error
    except (BaseError, OSError) as error:
        raise Unavailable() from error
