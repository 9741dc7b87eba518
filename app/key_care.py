"""The key files of the home: whose they are, who may read them, which there are; never what is in them.

`ruhutong keys list` and `ruhutong keys rotate --purpose …`; looked at by `ruhutong up` before anything is served.
"""

import fcntl
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from app.config import settings
from app.errors import AppError, Conflict

log = structlog.get_logger()
NAME = re.compile(r"(?P<purpose>[a-z]+)(-(?P<id>[0-9a-f]{8}))?\.key")
PURPOSES = {
    "field": "seals the fields of the database",
    "index": "finds sealed numbers (blind index)",
    "county": "phones seal to it",
    "receipt": "signs the chain of evidence",
}
ROTATING = "index.rotating"
SERVING = "serving.lock"


@dataclass(frozen=True)
class KeyFile:
    """One key as it may be shown: no part of the key itself."""

    purpose: str
    id: str
    made: str
    current: bool
    what: str


def _files(folder: Path) -> list[tuple[str, str, Path]]:
    found = []
    for path in sorted(folder.glob("*.key")):
        if match := NAME.fullmatch(path.name):
            found.append((match["purpose"], match["id"] or "00000001", path))
    return found


def newest(folder: Path, purpose: str) -> str:
    """The id of the key in use for a purpose."""
    return max((one[1] for one in _files(folder) if one[0] == purpose), default="")


def listed(folder: Path) -> list[KeyFile]:
    """Every key: what for, its id, since when, and whether it is the one in use."""
    return [
        KeyFile(purpose, name, datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds"),
                name == newest(folder, purpose), PURPOSES.get(purpose, ""))
        for purpose, name, path in _files(folder)
    ]  # fmt: skip


def check(folder: Path) -> list[str]:
    """Close the key files to everybody else; returns the names of those that stood open.

    Raises:
        AppError: `keys_open`, a file is open to others and not ours to close; `keys_rotating`, indexes are half made.
    """
    mended = []
    for _, _, path in _files(folder):
        found = path.stat()
        if not stat.S_IMODE(found.st_mode) & 0o077:
            continue
        if found.st_uid != os.geteuid():
            words = f"密钥文件 {path.name} 别人也能读，又不属于运行本程序的用户。请改成只有它能读（chmod 600）再启动。"
            raise AppError(words, code="keys_open")
        path.chmod(0o600)
        log.warning("a key file stood open to others and was closed", file=path.name)
        mended.append(path.name)
    if (folder / ROTATING).exists():
        words = "索引密钥换到一半。先运行 ruhutong keys rotate --purpose index，做完再启动。"
        raise AppError(words, code="keys_rotating")
    return mended


@contextmanager
def lock(*, alone: bool) -> Iterator[None]:
    """Held while this home is served; `alone` for what may only happen while nobody serves it.

    Raises:
        Conflict: `being_served`, `alone` was asked for and somebody serves.
    """
    path = settings().cache / SERVING
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            words = "先停下 ruhutong up，再做这一步。" if alone else "正在换索引密钥，做完再启动。"
            raise Conflict(words, code="being_served") from error
        yield
