"""Half-received pictures and sealed copies: one file for each (owner, sha256), named also by the announced length.

An offset that was answered may be lost with the power; the phone asks again and goes on from there. A picture is on
the disk for good before its last byte is answered.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.config import settings


@dataclass(frozen=True)
class Part:
    """What has arrived of a picture."""

    path: Path
    offset: int
    length: int


def _folder(user_id: str) -> Path:
    return settings().photos / "parts" / user_id


def find(user_id: str, sha256: str) -> Part | None:
    """What has arrived of a picture from this user."""
    for path in _parts(user_id, sha256):
        length = path.name.rpartition("-")[2]
        try:
            if length.isdigit():
                return Part(path, path.stat().st_size, int(length))
        except FileNotFoundError:
            continue
    return None


def begin(user_id: str, sha256: str, length: int) -> Part:
    """An empty part for a picture of this length; one of another length is forgotten."""
    forget(user_id, sha256)
    folder = _folder(user_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{sha256}-{length}"
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    return Part(path, 0, length)


def forget(user_id: str, sha256: str) -> None:
    """Back to nothing."""
    for path in _parts(user_id, sha256):
        path.unlink(missing_ok=True)


def _parts(user_id: str, sha256: str) -> list[Path]:
    folder, prefix = _folder(user_id), f"{sha256}-"
    try:
        return [folder / name for name in os.listdir(folder) if name.startswith(prefix)]
    except FileNotFoundError:
        return []


@dataclass(frozen=True)
class Left:
    """A part, or a picture of one piece that was never taken in, as it lies there."""

    path: Path
    user_id: str
    sha256: str
    size: int


def untouched_since(moment: datetime) -> list[Left]:
    """What nobody has added to since a moment."""
    found = []
    for path in (settings().photos / "parts").glob("*/*"):
        try:
            known = path.stat()
        except FileNotFoundError:
            continue
        if known.st_mtime < moment.timestamp():
            found.append(Left(path, path.parent.name, path.name.lstrip(".")[:64], known.st_size))
    return found


def let_go(left: Left, moment: datetime) -> bool:
    """Take a part away unless somebody has added to it meanwhile."""
    try:
        with _held(left.path) as number:
            if os.fstat(number).st_mtime >= moment.timestamp():
                return False
            left.path.unlink(missing_ok=True)
            return True
    except FileNotFoundError:
        return False


@contextmanager
def _held(path: Path) -> Iterator[int]:
    """The file, for one writer at a time in whatever process."""
    number = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield number
    finally:
        os.close(number)


@contextmanager
def alone(part: Part) -> Iterator[bool]:
    """Take turns over a whole part; False where another request has moved or forgotten it in the meantime."""
    try:
        number = os.open(part.path, os.O_RDWR)
    except FileNotFoundError:
        yield False
        return
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield _same_file(number, part.path)
    finally:
        os.close(number)


def _same_file(number: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(number), path.stat())
    except FileNotFoundError:
        return False


def append(part: Part, offset: int, data: bytes) -> int:
    """Add bytes at an offset; returns where the part ends now.

    Nothing is added where it ends elsewhere (two senders) or was forgotten in the meantime.
    """
    try:
        with _held(part.path) as number:
            end = os.fstat(number).st_size
            if end != offset:
                return end
            view = memoryview(data)[: part.length - offset]
            while view:
                written = os.pwrite(number, view, end)
                end, view = end + written, view[written:]
            return end
    except FileNotFoundError:
        return 0


def read(part: Part) -> bytes:
    """All that has arrived."""
    return part.path.read_bytes()


def keep(source: Path, target: Path) -> None:
    """Move a whole picture to its place, on the disk for good."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sync(source)
    try:
        os.replace(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.copyfile(source, beside)
        _sync(beside)
        os.replace(beside, target)
        source.unlink()
    _sync(target.parent)


def write_whole(user_id: str, sha256: str, data: bytes) -> Path:
    """A picture that came in one piece, as a file beside the parts."""
    folder = _folder(user_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f".{sha256}.{os.getpid()}.{os.urandom(4).hex()}"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    return path


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
