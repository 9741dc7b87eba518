"""Imports of county ledgers: a file comes in, is looked at, taken in, and can be undone.

Reading and taking in are jobs of the queue; a page or the command line polls `progress`. Nothing is guessed: a row
that cannot be read is listed with sheet, row and reason, and stays out.
"""

import base64
import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import delete, update
from sqlmodel import Session, col

from app.accounts import service as accounts
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import new_id, reading, transaction, utcnow
from app.errors import AppError, Conflict, NotFound
from app.feed import service as feed
from app.imports import applying_service, lines, progress, queries, reading_service, views
from app.imports.book import check
from app.imports.judging_service import today
from app.imports.schemas import FileReport, ImportView, LinePage, ProgressView
from app.queue import later
from app.visits import task_service
from models.accounts import User
from models.imports import ImportBatch, ImportFile, ImportLine

log = structlog.get_logger()
STEPS = applying_service.STEPS
KEPT_PREVIEW = timedelta(days=7)
_BROKEN = "中途断了，什么都没有导入。请再来一次。"


def begin(session: Session, actor: Actor | None, file_name: str, data: bytes) -> str:
    """Note a file that is about to be read; returns the import's id."""
    _forget_old(session)
    made = ImportBatch(  # type: ignore[call-arg]
        id=new_id(), file_name=file_name[-200:], file_sha256=hashlib.sha256(data).hexdigest(), state="reading",
        division=min(actor.divisions, key=len, default="") if actor else "", created_by=actor.id if actor else None,
        created_at=utcnow(),
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made.id


def receive(actor: Actor, file_name: str, data: bytes) -> str:
    """Take a file from a page: looked at at once, read by a job; returns the import's id.

    Raises:
        NotSpreadsheet: it cannot be opened; the message says what to do.
    """
    check(file_name, data)
    with transaction() as session:
        import_id = begin(session, actor, file_name, data)
        session.add(ImportFile(import_id=import_id, content=base64.b64encode(data).decode()))
        record(session, actor, "import.received", "import", import_id, after={"file": file_name[-200:]})
        later(session, "read_import", import_id)
    return import_id


def read_job(import_id: str) -> None:
    """The job behind `receive`; again does no harm."""
    with reading() as session:
        batch, waiting = session.get(ImportBatch, import_id), session.get(ImportFile, import_id)
        if batch is None or waiting is None or batch.state != "reading":
            return
        name, data, actor = batch.file_name, base64.b64decode(waiting.content), _actor(session, batch)
    _guarded(import_id, lambda: read(import_id, actor, name, data))


def read(
    import_id: str, actor: Actor | None, file_name: str, data: bytes, tell: reading_service.Tell | None = None
) -> FileReport:
    """Read a file into a preview.

    Raises:
        NotSpreadsheet: it cannot be opened.
    """
    report = reading_service.read_file(import_id, actor, file_name, data, tell or _teller(import_id))
    with transaction() as session:
        batch = _batch(session, None, import_id)
        stored = _stored(report) | queries.told(session, import_id)
        batch.ledger, batch.report, batch.state = report.ledger, stored, "previewed"
        batch.total_rows, batch.finished_at = report.records, utcnow()
        session.execute(delete(ImportFile).where(col(ImportFile.import_id) == import_id))
    progress.forget(import_id)
    return report


def _stored(report: FileReport) -> dict[str, Any]:
    """The report as it is kept: what cannot be read stands sealed in the rows, here is only its number."""
    said = report.as_json()
    said["rows_unreadable"] = len(report.rows_unreadable)
    brought = [{"code": row.code, "name": row.name} for row in report.brought]
    return said | {"brought": brought, "homes_same": report.homes_same, "headers": report.headers}


def start(session: Session, actor: Actor, import_id: str) -> None:
    """Have a preview taken in by a job.

    Raises:
        NotFound: there is no such import for this actor.
        Conflict: it is not waiting, or nobody knows what ledger it is.
    """
    mark_running(session, actor, import_id)
    record(session, actor, "import.started", "import", import_id)
    later(session, "take_import", import_id)


def mark_running(session: Session, actor: Actor | None, import_id: str) -> None:
    """Claim a preview for taking in, once.

    Raises:
        NotFound: there is no such import for this actor.
        Conflict: it is not waiting, or nobody knows what ledger it is.
    """
    batch = _batch(session, actor, import_id)
    if not batch.report.get("taken"):
        raise Conflict("没认出是哪种台账，不能导入。", code="ledger_not_taken")
    claimed = session.execute(
        update(ImportBatch)
        .where(col(ImportBatch.id) == import_id, col(ImportBatch.state) == "previewed")
        .values(state="running", finished_at=utcnow())
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("这次导入已经处理过了。", code="import_settled")


def take_job(import_id: str) -> None:
    """The job behind `start`; again does no harm."""
    with reading() as session:
        batch = session.get(ImportBatch, import_id)
        if batch is None or batch.state != "running":
            return
        actor = _actor(session, batch)
    _guarded(import_id, lambda: take(import_id, actor))


def take(import_id: str, actor: Actor | None, tell: reading_service.Tell | None = None) -> None:
    """Take a claimed import in, in one unit of work; what is due at its homes is worked out right afterwards.

    Raises:
        Conflict: it was not claimed.
    """
    with reading() as session:
        before = feed.position(session)
    left = applying_service.take_in(import_id, actor, tell or _teller(import_id))
    progress.forget(import_id)
    task_service.refresh_told(before, today(), left)


def undo(import_id: str, actor: Actor | None) -> None:
    """Undo an import as a whole, in one unit of work; what is due at its homes is worked out right afterwards.

    Raises:
        NotFound: there is no such import for this actor.
        Conflict: it was not taken in, or something was built on it; the message says what.
    """
    with transaction() as session:
        before = feed.position(session)
        left = applying_service.take_back(session, actor, _batch(session, actor, import_id))
    task_service.refresh_told(before, today(), left)


def discard(session: Session, actor: Actor, import_id: str) -> None:
    """Throw a preview away.

    Raises:
        NotFound: there is no such import for this actor.
        Conflict: it is being taken in, or was.
    """
    batch = _batch(session, actor, import_id)
    if batch.state not in {"previewed", "failed", "reading"}:
        raise Conflict("这次导入已经处理过了。", code="import_settled")
    _forget(session, [import_id])


def view(session: Session, actor: Actor, import_id: str) -> ImportView:
    """One import.

    Raises:
        NotFound: there is no such import for this actor.
    """
    return views.view(session, _settled(session, _batch(session, actor, import_id)))


def recent(session: Session, actor: Actor) -> list[ImportView]:
    """The latest imports the actor may see."""
    return [views.view(session, _settled(session, batch)) for batch in queries.recent(session, actor)]


def page(session: Session, actor: Actor | None, import_id: str, tab: str, number: int) -> LinePage:
    """Up to fifty rows of one part of a preview.

    Raises:
        NotFound: there is no such import for this actor.
    """
    _batch(session, actor, import_id)
    found, total = queries.lines(session, import_id, tab, max(0, number))
    first = queries.PAGE * max(0, number) + 1
    line = f"第 {first:,}–{first + len(found) - 1:,} 条，共 {total:,} 条" if found else ""
    return LinePage([lines.show(row, tab) for row in found], total, line)


def look(session: Session, actor: Actor, import_id: str) -> ProgressView:
    """How far an import is.

    Raises:
        NotFound: there is no such import for this actor.
    """
    batch = _settled(session, _batch(session, actor, import_id))
    done, total, _ = progress.look(batch)
    percent = f"{min(100, 100 * done // total)}%" if total else "0%"
    return ProgressView(batch.state, done, total, percent, batch.problem or "")


def unreadable(session: Session, actor: Actor, import_id: str) -> tuple[str, bytes]:
    """A workbook of the rows that could not be read, to be put right and sent again: (file name, bytes).

    Raises:
        NotFound: there is no such import for this actor.
    """
    from app.imports.export import workbook

    batch = _batch(session, actor, import_id)
    rows = queries.unread(session, import_id)
    record(session, actor, "import.unreadable_downloaded", "import", import_id, after={"rows": len(rows)})
    return f"读不出的行-{batch.file_name.rpartition('.')[0]}.xlsx", workbook(batch.ledger, rows)


def _batch(session: Session, actor: Actor | None, import_id: str) -> ImportBatch:
    found = queries.batch(session, actor, import_id)
    if found is None:
        raise NotFound("没有这次导入，或不是你负责的地方的。")
    return found


def _actor(session: Session, batch: ImportBatch) -> Actor | None:
    user = session.get(User, batch.created_by) if batch.created_by else None
    return accounts.make_actor(session, user) if user else None


def _teller(import_id: str) -> reading_service.Tell:
    return lambda done, total: progress.tell(import_id, done, total)


def _guarded(import_id: str, work: Callable[[], object]) -> None:
    """Do a job; what goes wrong is written to the import, in words, for whoever looks."""
    try:
        work()
    except AppError as error:
        fail(import_id, error.message)
    except Exception:
        log.exception("import failed", import_id=import_id)
        fail(import_id, "读这个文件时出了问题，已记下。什么都没有导入。")


def fail(import_id: str, problem: str) -> None:
    """Write down that an import came to nothing, and why."""
    with transaction() as session:
        session.execute(
            update(ImportBatch)
            .where(col(ImportBatch.id) == import_id, col(ImportBatch.state).in_(["reading", "running"]))
            .values(state="failed", problem=problem[:300], finished_at=utcnow())
        )
        session.execute(delete(ImportFile).where(col(ImportFile.import_id) == import_id))
    progress.forget(import_id)


def _settled(session: Session, batch: ImportBatch) -> ImportBatch:
    """An import whose process is gone shows as failed; nothing of it is in the register."""
    if batch.state in {"reading", "running"} and utcnow() - progress.look(batch)[2] > progress.SILENT:
        batch.state, batch.problem = "failed", _BROKEN
    return batch


def _forget_old(session: Session) -> None:
    """Previews that nobody took in, and their rows, go after a week."""
    query = queries.stale(session, utcnow() - KEPT_PREVIEW)
    _forget(session, query)


def _forget(session: Session, ids: list[str]) -> None:
    for table in (ImportFile, ImportLine):
        session.execute(delete(table).where(col(table.import_id).in_(ids)))
    session.execute(delete(ImportBatch).where(col(ImportBatch.id).in_(ids)))
