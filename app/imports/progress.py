"""How far a running import is, for whoever looks, while its one transaction is still open.

SQLite has one writer, which is the import itself, so there the word goes into a small file of the home; elsewhere
into the import's own row, by a short transaction of its own.
"""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from app.config import settings
from app.db import engine, is_sqlite, transaction, utcnow
from models.imports import ImportBatch

SILENT = timedelta(minutes=10)
"""After so long without a word an import is taken for broken off."""


def _path(import_id: str) -> Path:
    return settings().cache / "imports" / f"{import_id}.json"


def tell(import_id: str, done: int, total: int) -> None:
    """Say how far it is."""
    if not is_sqlite(engine()):
        with transaction() as session:
            session.execute(
                update(ImportBatch)
                .where(ImportBatch.id == import_id)  # type: ignore[arg-type]
                .values(done_rows=done, total_rows=total, finished_at=utcnow())
            )
        return
    path = _path(import_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps({"done": done, "total": total, "at": utcnow().isoformat()}))
    temporary.replace(path)


def look(batch: ImportBatch) -> tuple[int, int, datetime]:
    """(rows done, rows in all, last sign of life) of an import that is under way."""
    last = batch.finished_at or batch.created_at
    if is_sqlite(engine()):
        try:
            said = json.loads(_path(batch.id).read_text())
            return said["done"], said["total"], max(last, datetime.fromisoformat(said["at"]))
        except (OSError, ValueError, KeyError):
            return batch.done_rows, batch.total_rows, last
    return batch.done_rows, batch.total_rows, last


def forget(import_id: str) -> None:
    """It is over."""
    _path(import_id).unlink(missing_ok=True)
