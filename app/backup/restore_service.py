"""`ruhutong restore`: a backup put back onto an empty home, as the beginning of a new life of the county's data.

The new epoch makes phones start from nothing and send again whatever they keep; what the backup knows already comes
back as a duplicate. Sessions of the office end; phones stay signed in, so that they bring back their work by
themselves.
"""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import update
from sqlmodel import Session

from app import crypto
from app.audit.service import record
from app.backup import files, postgres_copy, sqlite_copy
from app.backup.files import BackupFailed
from app.backup.rules import Manifest, is_generation
from app.backup.service import Tell, listed, place_of
from app.config import HERE, settings
from app.db import UNFINISHED, alembic_config, engine, transaction, utcnow
from app.errors import BadInput, NotFound
from app.evidence import verify_service
from app.feed.service import begin_epoch
from app.photos import keeping_service as originals
from app.settings.service import set_covered
from models.accounts import LoginSession

OF_EVERY_HOME = {HERE, "photo-store"}
"""Files that a home has before there is anything in it."""


@dataclass
class Restored:
    """What was put back."""

    generation: str
    made_at: str
    epoch: str
    rows: int
    photos: int
    keys: int
    problems: list[dict[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"ok": not self.problems} | vars(self)


def restore(folder: Path, keys: Path | None, *, without_keys: bool, tell: Tell) -> Restored:
    """Put a backup back: the newest of a folder, or the generation that is named.

    A restore that was broken off is done again by the same command; until it is whole, nothing else starts on the home.

    Raises:
        BadInput: no whole backup, the home is not empty, another kind of database, keys missing.
        BackupFailed: the backup is damaged, or the disk is full.
        Unavailable: database or photo store are away.
    """
    generation = _choose(folder.expanduser().resolve())
    manifest = _believed(generation)
    _check_machine(manifest)
    mark = settings().home / UNFINISHED
    again = mark.exists() and mark.read_text("utf-8") == generation.name
    if not again:
        _check_empty()
    found = _find_keys(generation, keys, manifest, without_keys)
    with files.told_in_words(settings().home):
        settings().make_folders()
        if not again:
            files.write(mark, generation.name.encode())
        _put_keys(found)
        problems = _put_photos(generation, manifest.photos, tell)
        _put_database(generation, manifest, tell)
        epoch = _begin_anew(manifest, generation.name)
        mark.unlink()
        files.sync(settings().home)
    problems += _verify({one["id"] for one in problems})
    rows = sum(manifest.rows.values())
    return Restored(str(generation), manifest.began_at, epoch, rows, manifest.photos, len(found), problems)


def _choose(folder: Path) -> Path:
    if is_generation(folder.name) and folder.is_dir():
        return folder
    names = files.generations(folder)
    if not names:
        raise BadInput(f"{folder} 里没有做完的备份。请给 ruhutong backup 用过的那个文件夹。", code="no_backup")
    return folder / names[-1]


def _believed(generation: Path) -> Manifest:
    """The manifest, and every file that it names as it names it."""
    manifest = files.load(generation)
    if manifest is None:
        raise BackupFailed(
            f"备份 {generation.name} 的清单缺了或被改过，不能用。请换一次备份：给它的文件夹名。", code="manifest_broken"
        )
    for one in manifest.pieces:
        path = generation / one.name
        if not path.is_file() or path.stat().st_size != one.size or files.digest(path) != one.sha256:
            raise BackupFailed(
                f"备份 {generation.name} 里的 {one.name} 缺了或坏了，不能用。请换一次备份：给它的文件夹名。",
                code="piece_broken",
            )
    return manifest


def _check_machine(manifest: Manifest) -> None:
    here = "sqlite" if settings().database.startswith("sqlite") else "postgresql"
    if here != manifest.database:
        raise BadInput(
            f"这是 {manifest.database} 的备份，这台机器设的是 {here}。请照原来的设好 RUHUTONG_DATABASE_URL 再恢复。",
            code="other_database",
        )
    known = {one.revision for one in ScriptDirectory.from_config(alembic_config()).walk_revisions()}
    if manifest.migration not in known:
        raise BadInput(f"这份备份是更新的版本（{manifest.app}）做的。请先装上那个版本再恢复。", code="newer_backup")


def _check_empty() -> None:
    """Raises BadInput where anything would be written over."""
    chosen = settings()
    words = "恢复只能往空的地方放，怕盖掉还有用的东西。请换一个空的 RUHUTONG_HOME，或先把它移走。"
    files_there = (path for path in chosen.home.rglob("*") if path.is_file())
    if any(path.name not in OF_EVERY_HOME for path in files_there):
        raise BadInput(f"{chosen.home} 里已经有东西。{words}", code="home_not_empty")
    if not originals.is_empty():
        raise BadInput(f"照片库 {chosen.photo_store or chosen.photos} 里已经有照片。{words}", code="photos_not_empty")
    if not chosen.database.startswith("sqlite") and any(_rows_there().values()):
        raise BadInput(f"RUHUTONG_DATABASE_URL 指的数据库里已经有数据。{words}", code="database_not_empty")


def _rows_there() -> dict[str, int]:
    with postgres_copy.moment() as cursor:
        tables = [name for name in postgres_copy.columns(cursor) if name != postgres_copy.VERSION_TABLE]
        return postgres_copy.counts(cursor, tables)


def _find_keys(generation: Path, keys: Path | None, manifest: Manifest, without: bool) -> list[Path]:
    if without:
        return []
    if keys is None:
        raise BadInput(
            "没有说密钥在哪儿：加 --keys 和备份密钥的文件夹。密钥真的没有了，就加 --without-keys，"
            "那样身份证号、电话这些加密的内容再也打不开。",
            code="keys_missing",
        )
    keys = keys.expanduser().resolve()
    places = [one for one in (keys / generation.name, keys) if one.is_dir()]
    found = []
    for name, digest in manifest.keys.items():
        fitting = [one / name for one in places if (one / name).is_file() and files.digest(one / name) == digest]
        if not fitting:
            raise BadInput(f"{keys} 里没有这次备份的密钥 {name}，或者不是同一把。", code="keys_missing")
        found.append(fitting[0])
    return found


def _put_keys(found: list[Path]) -> None:
    for path in found:
        target = settings().keys / path.name
        if not target.exists():
            files.write(target, path.read_bytes())
    files.sync(settings().keys)


def _put_photos(generation: Path, total: int, tell: Tell) -> list[dict[str, str]]:
    """Put the pictures back; one that is missing or damaged is named (a phone that still keeps it sends it again)."""
    problems = []
    for number, (sha256, _) in enumerate(listed(generation), 1):
        try:
            right = originals.put_back(sha256, place_of(generation.parent, sha256))
        except NotFound:
            right = False
        if not right:
            problems.append({"kind": "photo", "id": sha256, "what": "照片不在备份里，或在备份里坏了"})
        tell("photos", number, total)
    return problems


def _put_database(generation: Path, manifest: Manifest, tell: Tell) -> None:
    if manifest.database == "sqlite":
        target = settings().home / sqlite_copy.NAME
        beside = target.with_suffix(".new")
        for one in (beside, *target.parent.glob(f"{target.name}*")):
            one.unlink(missing_ok=True)
        shutil.copyfile(generation / sqlite_copy.NAME, beside)
        beside.chmod(0o600)
        found = sqlite_copy.wrong(beside)
        if found:
            raise BackupFailed(f"备份里的数据库坏了：{found[0]}。请换一次备份。", code="database_broken")
        files.sync(beside)
        beside.rename(target)
        files.sync(target.parent)
        tell("database", 1, 1)
    else:
        _load_postgres(generation, manifest, tell)
    command.upgrade(alembic_config(), "head")
    crypto.ready()


def _load_postgres(generation: Path, manifest: Manifest, tell: Tell) -> None:
    command.upgrade(alembic_config(), manifest.migration)
    with engine().begin() as connection, connection.connection.cursor() as cursor:
        found = cursor.execute(f"SELECT version_num FROM {postgres_copy.VERSION_TABLE}").fetchone()
        if found is None or found[0] != manifest.migration:
            raise BadInput("这个数据库里已经有别的版本的表。请给一个空的数据库。", code="database_not_empty")
        tables = [name for name in manifest.columns if name != postgres_copy.VERSION_TABLE]
        if any(postgres_copy.counts(cursor, tables).values()):
            return  # broken off after this step
        postgres_copy.load(cursor, generation, manifest.columns, lambda done, total: tell("database", done, total))
        counted = postgres_copy.counts(cursor, tables)
        short = [name for name in tables if counted[name] != manifest.rows[name]]
        if short:
            raise BackupFailed(f"放回去的 {short[0]} 和清单上的行数不一样。请换一次备份。", code="database_broken")


def _verify(named: set[str]) -> list[dict[str, str]]:
    """What the chain of evidence finds wrong, beside what is named already; pictures were looked at on the way."""
    report = verify_service.verify(photos=False)
    found = [{"kind": one.kind, "id": one.id, "what": one.what} for one in report.problems if one.id not in named]
    return found + ([{"kind": "more", "id": "", "what": f"还有 {report.more} 处"}] if report.more else [])


def _begin_anew(manifest: Manifest, name: str) -> str:
    with transaction() as session:
        epoch = begin_epoch(session)
        _end_office_sessions(session)
        set_covered(session, manifest.covers, f"ruhutong restore {name}")
        record(session, None, "backup.restored", "backup", name, after={"epoch": epoch, "made_at": manifest.began_at})
    return epoch


def _end_office_sessions(session: Session) -> None:
    open_ = LoginSession.ended_at.is_(None) & LoginSession.field.is_(False)  # type: ignore[union-attr, attr-defined]
    session.execute(update(LoginSession).where(open_).values(ended_at=utcnow()))
