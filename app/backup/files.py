"""Files of a backup: for this user only, on the disk before anything relies on them."""

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from app.backup.rules import MANIFEST, Manifest, Piece, is_generation, read_manifest
from app.errors import AppError, is_full

BLOCK = 1 << 20


class BackupFailed(AppError):
    """A backup or a restore that could not be done; nothing that was there is touched."""

    code = "backup_failed"


@contextmanager
def told_in_words(folder: Path) -> Iterator[None]:
    """Disk errors within the block, as a sentence.

    Raises:
        BackupFailed: `disk_full`, or another error of the disk.
    """
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        if is_full(error):
            raise BackupFailed(f"{folder} 所在的磁盘满了，没有做成。请腾出空间再做一次。", code="disk_full") from error
        what = error.strerror if isinstance(error, OSError) else error
        words = f"{getattr(error, 'filename', None) or folder} 读写不了：{what}。没有做成，请检查磁盘再做一次。"
        raise BackupFailed(words, code="disk_error") from error


def make_folder(path: Path) -> Path:
    """A folder readable by this user only."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def open_new(path: Path) -> BinaryIO:
    """A new file for this user only."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def write(path: Path, data: bytes) -> None:
    """A new file, on the disk when this returns."""
    with open_new(path) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def piece(folder: Path, name: str) -> Piece:
    """What the manifest says of a file that has just been written."""
    path = folder / name
    sync(path)
    return Piece(name, path.stat().st_size, digest(path))


def load(folder: Path) -> Manifest | None:
    """The manifest of a generation; None where there is none to be believed."""
    try:
        body: Any = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return read_manifest(body)


def generations(folder: Path) -> list[str]:
    """Names of the whole backups in a folder, the oldest first."""
    try:
        return sorted(one.name for one in folder.iterdir() if is_generation(one.name) and one.is_dir())
    except OSError:
        return []
