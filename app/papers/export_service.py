"""Exports asked for in the office: a job with progress, then a file that its owner fetches, some hours long."""

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import and_, delete, or_, select, update
from sqlmodel import Session, col

from app.accounts import service as accounts
from app.accounts.schemas import Actor
from app.audit.service import record
from app.config import settings as machine
from app.db import SHANGHAI, new_id, reading, transaction, utcnow
from app.errors import AppError, Conflict, NotFound
from app.papers import ledger_service
from app.papers.ledgers import LEDGERS
from app.papers.schemas import ExportView, ExportWish
from app.queue import later
from app.settings import service as settings
from models.accounts import User
from models.papers import LedgerExport, LedgerFile

log = structlog.get_logger()
PART = 480_000
EVERY = 5_000
SILENT = timedelta(minutes=5)
"""After so long without a sign of life an export is begun again."""
STATES = {"waiting": "等着", "running": "正在导", "done": "好了", "failed": "没有成", "gone": "文件已清掉"}
LIST = 20


def title_of(ledger: str) -> str:
    """A ledger's title."""
    return ledger_service.COUNTS_TITLE if ledger == ledger_service.COUNTS else LEDGERS[ledger].title


def ask(session: Session, actor: Actor, wish: ExportWish, now: datetime) -> str:
    """Ask for an export; it is written down with its reason before a row is read out.

    Raises:
        NotAllowed, BadInput: as `ledger_service.wished`.
        TooBig: more rows than one may take out at once.
        Conflict: one of one's own is under way.
    """
    on = ledger_service.today(now)
    clear(session, now)
    wish = ledger_service.wished(session, actor, wish, on)
    busy = select(LedgerExport.id).where(  # type: ignore[call-overload]
        LedgerExport.user_id == actor.id, col(LedgerExport.state).in_(("waiting", "running")),
        LedgerExport.touched_at > now - SILENT,
    )  # fmt: skip
    if session.scalar(busy) is not None:
        raise Conflict("你的上一个还在导，等它好了再来。", code="export_under_way")
    run = ledger_service.begin(session, actor, wish, on, lambda done, total: None)
    name = f"{title_of(wish.ledger)}{f' {wish.period}' if wish.period else ''}-{on:%Y%m%d}.xlsx"
    made = LedgerExport(
        id=new_id(), user_id=actor.id, ledger=wish.ledger, mapping=wish.mapping,
        wish=wish.model_dump(mode="json", exclude={"reason"}), reason=wish.reason, total_rows=run.total,
        file_name=name, created_at=now, touched_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    write_down(session, actor, wish, run.total)
    later(session, "export_ledger", made.id)
    return made.id


def write_down(session: Session, actor: Actor, wish: ExportWish, rows: int) -> None:
    """Who takes what out, and why."""
    what = wish.model_dump(mode="json", exclude={"reason", "ledger"}, exclude_defaults=True) | {"rows": rows}
    who = actor if actor.id else None
    record(session, who, "ledger.exported", "ledger", wish.ledger, reason=wish.reason, after=what)


def job(export_id: str) -> None:
    """Make the file of an export; again does no harm."""
    with transaction() as session:
        row = session.get(LedgerExport, export_id)
        fresh = row is not None and row.state == "running" and row.touched_at > utcnow() - SILENT
        if row is None or row.state not in ("waiting", "running") or fresh:
            return
        row.state, row.touched_at = "running", utcnow()
        user = session.get(User, row.user_id)
        actor = accounts.make_actor(session, user) if user and user.disabled_at is None else None
        wish = ExportWish(**row.wish, reason=row.reason)
    path = machine().cache / "exports" / f"{export_id}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        if actor is None:
            raise NotFound("账号已停用。")
        _make(export_id, actor, wish, path)
    except AppError as error:
        _settle(export_id, state="failed", problem=error.message[:300])
    except Exception:
        log.exception("an export failed")
        _settle(export_id, state="failed", problem="这次没有导成，已记下。请再试一次。")
    finally:
        path.unlink(missing_ok=True)


def _make(export_id: str, actor: Actor, wish: ExportWish, path: Path) -> None:
    told = 0

    def tell(done: int, total: int) -> None:
        nonlocal told
        if done - told >= EVERY:
            told = done
            _settle(export_id, done_rows=done, total_rows=total)

    now = utcnow()
    on = ledger_service.today(now)
    with reading() as session:
        wish = ledger_service.wished(session, actor, wish, on)
        run = ledger_service.begin(session, actor, wish, on, tell)
        rows = ledger_service.write(session, run, path)
    with transaction() as session:
        session.execute(delete(LedgerFile).where(col(LedgerFile.export_id) == export_id))
        for number, part in enumerate(_parts(path)):
            session.add(LedgerFile(export_id=export_id, part=number, content=part))
            session.flush()
        report = ledger_service.kept(session, run, rows, now)
        session.execute(
            update(LedgerExport).where(col(LedgerExport.id) == export_id)
            .values(state="done", done_rows=rows, total_rows=rows, report_id=report, touched_at=utcnow())
        )  # fmt: skip


def _parts(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        while part := file.read(PART):
            yield base64.b64encode(part).decode()


def _settle(export_id: str, **values: Any) -> None:
    with transaction() as session:
        session.execute(
            update(LedgerExport).where(col(LedgerExport.id) == export_id).values(touched_at=utcnow(), **values)
        )


def clear(session: Session, now: datetime) -> None:
    """Clear away files that have lain long enough."""
    hours = settings.value(session, "export.keep_hours", ledger_service.today(now))
    before = now - timedelta(hours=hours)
    old = select(LedgerExport.id).where(LedgerExport.state == "done", LedgerExport.touched_at < before)  # type: ignore[call-overload]
    ids = list(session.scalars(old))
    for start in range(0, len(ids), 400):
        part = ids[start : start + 400]
        session.execute(delete(LedgerFile).where(col(LedgerFile.export_id).in_(part)))
        session.execute(update(LedgerExport).where(col(LedgerExport.id).in_(part)).values(state="gone"))


def clear_job() -> None:
    """`clear`, once a night."""
    with transaction() as session:
        clear(session, utcnow())


def waiting(session: Session, before: datetime, limit: int) -> list[str]:
    """Exports that nobody works on: not begun by then, or silent for too long."""
    query = select(LedgerExport.id).where(  # type: ignore[call-overload]
        or_(
            and_(col(LedgerExport.state) == "waiting", col(LedgerExport.touched_at) < before),
            and_(col(LedgerExport.state) == "running", col(LedgerExport.touched_at) < before - SILENT),
        )
    )
    return list(session.scalars(query.limit(limit)))


def _own(session: Session, actor: Actor, export_id: str) -> LedgerExport:
    row = session.get(LedgerExport, export_id)
    if row is None or row.user_id != actor.id:
        raise NotFound("没有这次导出。")
    return row


def file(session: Session, actor: Actor, export_id: str) -> tuple[str, bytes]:
    """Name and bytes of one's own export.

    Raises:
        NotFound: there is none, it is not ready, or its file was cleared.
    """
    row = _own(session, actor, export_id)
    if row.state != "done":
        raise NotFound(f"文件{'已经清掉了，请再导一次' if row.state == 'gone' else '还没有好'}。")
    query = select(LedgerFile.content).where(LedgerFile.export_id == export_id).order_by(LedgerFile.part)  # type: ignore[call-overload, arg-type]
    return row.file_name, b"".join(base64.b64decode(part) for part in session.scalars(query))


def recent(session: Session, actor: Actor) -> list[ExportView]:
    """One's own exports, the latest first."""
    query = select(LedgerExport).where(LedgerExport.user_id == actor.id)
    rows = session.scalars(query.order_by(LedgerExport.created_at.desc()).limit(LIST))  # type: ignore[attr-defined]
    return [_view(row) for row in rows]


def _view(row: LedgerExport) -> ExportView:
    counted = f"{row.done_rows} / {row.total_rows} 行"
    words = {"running": counted, "done": f"{row.done_rows} 行", "failed": row.problem or ""}
    beside = "，已记报送" if row.report_id else ""
    return ExportView(
        id=row.id, title=row.file_name.removesuffix(".xlsx"), at=f"{row.created_at.astimezone(SHANGHAI):%m-%d %H:%M}",
        why=row.reason, state=row.state, words=words.get(row.state, STATES[row.state]) + beside, done=row.done_rows,
        total=max(1, row.total_rows),
    )  # fmt: skip

