"""`ruhutong backup`: database, photos and keys of a running system, as they stand at one moment.

A generation is written under a name that is no backup's and renamed when all of it is on the disk. Photos, whose
names are their digests, lie once beside all generations. Only when everything is there does the county tell phones
that what came before need not be kept by them any longer (`safe_to`).
"""

import fcntl
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from app.about import VERSION
from app.audit.service import record
from app.backup import files, postgres_copy, sqlite_copy
from app.backup.files import BackupFailed
from app.backup.rules import (
    BROKEN_OFF,
    MANIFEST,
    PHOTO_LIST,
    PHOTOS,
    Manifest,
    covers,
    generation_name,
    read_photo_line,
    to_drop,
)
from app.config import settings
from app.db import SHANGHAI, engine, is_sqlite, transaction, utcnow
from app.errors import BadInput, NotFound
from app.photos import keeping_service as originals
from app.settings.service import set_covered

Tell = Callable[[str, int, int], None]
AT_ONCE = 4


@dataclass
class Report:
    """What a backup did."""

    generation: str
    covers: str
    rows: int
    photos: int
    photos_copied: int
    keys: int
    dropped: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"ok": not self.problems} | vars(self)


def backup(folder: Path, keys: Path | None, *, beside: bool, keep: int, tell: Tell) -> Report:
    """Make a backup of the running system in a folder.

    Args:
        folder: where the generations and the photos lie.
        keys: where the key files go; None leaves them out.
        beside: let the keys lie in the same folder as the data.
        keep: so many generations stay, the newest; 0 keeps all.
        tell: hears what is being done, and how far it is.

    Raises:
        BackupFailed: it could not be made; what was there before is whole.
        BadInput: `keys_beside_data`, keys and data may not lie together unless asked.
        Unavailable: database or photo store are away.
    """
    folder = folder.expanduser().resolve()
    if settings().database.startswith("sqlite") and not (settings().home / sqlite_copy.NAME).exists():
        raise BadInput(f"{settings().home} 里没有数据库，没有什么可备份。请检查 RUHUTONG_HOME。", code="nothing_here")
    if keys is not None:
        keys = keys.expanduser().resolve()
        _keep_apart(folder, keys, beside)
    with files.told_in_words(folder):
        files.make_folder(folder)
        with _alone(folder):
            return _make(folder, keys, keep, tell)


def _keep_apart(folder: Path, keys: Path, beside: bool) -> None:
    together = keys == folder or folder in keys.parents or keys in folder.parents
    if together and not beside:
        raise BadInput(
            "密钥和数据不能放在一起：谁拿到这个文件夹，谁就能看到身份证号。请给 --keys 另一个地方（最好是另一块盘）；"
            "一定要放一起，就加 --keys-beside-data。",
            code="keys_beside_data",
        )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One backup at a time in a folder; what a broken-off one left goes away."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupFailed("这个文件夹里正在做另一次备份，等它做完再来。", code="backup_running") from error
        for left in folder.glob(f"*{BROKEN_OFF}"):
            shutil.rmtree(left)
        yield


def _make(folder: Path, keys: Path | None, keep: int, tell: Tell) -> Report:
    began = utcnow()
    name = _free_name(folder, generation_name(began))
    unfinished = files.make_folder(folder / f"{name}{BROKEN_OFF}")
    try:
        manifest = _copy_database(unfinished, began, tell)
        copied = _copy_photos(folder, unfinished, manifest, tell)
        saved = _copy_keys(keys / name, manifest.keys) if keys else 0
        files.write(unfinished / MANIFEST, json.dumps(manifest.as_json(), ensure_ascii=False, indent=1).encode())
        files.sync(unfinished)
        unfinished.rename(folder / name)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    files.sync(folder)
    if not manifest.problems:
        _remember(manifest, name)
    dropped = to_drop(files.generations(folder), keep)
    for old in dropped:
        shutil.rmtree(folder / old)
        if keys:
            shutil.rmtree(keys / old, ignore_errors=True)
    return Report(
        str(folder / name), manifest.covers, sum(manifest.rows.values()), manifest.photos, copied, saved, dropped,
        manifest.problems,
    )  # fmt: skip


def _free_name(folder: Path, name: str) -> str:
    taken = set(files.generations(folder))
    return next(one for one in (name, *(f"{name}-{number}" for number in range(2, 100))) if one not in taken)


def _copy_database(folder: Path, began: datetime, tell: Tell) -> Manifest:
    columns: dict[str, list[str]] = {}
    if is_sqlite(engine()):
        sqlite_copy.copy(folder, lambda done, total: tell("database", done, total))
        path = folder / sqlite_copy.NAME
        names, rows, found = [sqlite_copy.NAME], sqlite_copy.counts(path), sqlite_copy.facts(path)
        photos, size = _write_list(folder, sqlite_copy.photos(path))
    else:
        with postgres_copy.moment() as cursor:
            columns = postgres_copy.columns(cursor)
            rows = postgres_copy.dump(cursor, folder, columns, lambda done, total: tell("database", done, total))
            found = postgres_copy.facts(cursor)
            photos, size = _write_list(folder, postgres_copy.photos(cursor))
        names = [postgres_copy.piece_name(table) for table in columns]
        files.sync(folder / postgres_copy.FOLDER)
    migration, epoch, feed = found
    return Manifest(
        app=VERSION, database="sqlite" if is_sqlite(engine()) else "postgresql", migration=migration, epoch=epoch,
        feed=feed, began_at=_told(began), covers=_told(covers(began)),
        pieces=[files.piece(folder, one) for one in (*names, PHOTO_LIST)], rows=rows, photos=photos,
        photo_bytes=size, columns=columns, keys={path.name: files.digest(path) for path in _key_files()},
    )  # fmt: skip


def _told(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds")


def _write_list(folder: Path, photos: Iterable[tuple[str, int]]) -> tuple[int, int]:
    number = total = 0
    with files.open_new(folder / PHOTO_LIST) as file:
        for sha256, size in photos:
            file.write(f"{sha256} {size}\n".encode())
            number, total = number + 1, total + size
    return number, total


def listed(folder: Path) -> Iterator[tuple[str, int]]:
    """The pictures of a generation."""
    with (folder / PHOTO_LIST).open(encoding="ascii") as lines:
        yield from filter(None, map(read_photo_line, lines))


def place_of(folder: Path, sha256: str) -> Path:
    """Where a picture lies in a folder of backups."""
    return folder / PHOTOS / sha256[:2] / sha256


def _copy_photos(folder: Path, generation: Path, manifest: Manifest, tell: Tell) -> int:
    """Copy the pictures that are not there yet; a row never names missing bytes, so all of the list can be had."""
    copied = done = 0
    files.make_folder(folder / PHOTOS)

    def one(item: tuple[str, int]) -> tuple[bool, str | None]:
        sha256, size = item
        target = place_of(folder, sha256)
        if target.exists() and target.stat().st_size == size:
            return False, None
        try:
            right = originals.copy_out(sha256, target)
        except NotFound:
            return False, f"照片 {sha256} 不在照片库里"
        return right, None if right else f"照片 {sha256} 的内容变了，没有备份"

    with ThreadPoolExecutor(AT_ONCE, "backup") as pool:
        for part in _parts(listed(generation), 1000):
            for new, problem in pool.map(one, part):
                copied, done = copied + new, done + 1
                if problem:
                    manifest.problems.append(problem)
                tell("photos", done, manifest.photos)
    for inner in (folder / PHOTOS).iterdir():
        for left in inner.glob(".*"):
            left.unlink()
        files.sync(inner)
    files.sync(folder / PHOTOS)
    return copied


def _parts(items: Iterable[tuple[str, int]], size: int) -> Iterator[list[tuple[str, int]]]:
    part: list[tuple[str, int]] = []
    for one in items:
        part.append(one)
        if len(part) == size:
            yield part
            part = []
    yield part


def _key_files() -> list[Path]:
    return sorted(settings().keys.glob("*.key"))


def _copy_keys(target: Path, wanted: dict[str, str]) -> int:
    shutil.rmtree(target, ignore_errors=True)
    files.make_folder(target.parent)
    files.make_folder(target)
    for name in wanted:
        files.write(target / name, (settings().keys / name).read_bytes())
    files.sync(target)
    return len(wanted)


def _remember(manifest: Manifest, name: str) -> None:
    """From now on phones need not keep what this backup covers."""
    with transaction() as session:
        set_covered(session, manifest.covers, f"ruhutong backup {name}")
        after = {"feed": manifest.feed, "photos": manifest.photos, "covers": manifest.covers}
        record(session, None, "backup.made", "backup", name, after=after)
