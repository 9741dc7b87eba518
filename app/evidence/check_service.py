"""A check of everything asked for at the office: the worker does it, the page shows how far it is."""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import SHANGHAI, new_id, transaction, utcnow
from app.errors import NotAllowed
from app.evidence import verify_service
from app.queue import later
from models.evidence import EvidenceCheck

ALIVE = timedelta(hours=6)
SHOWN = 50
TELL_EVERY = timedelta(seconds=1)


@dataclass(frozen=True)
class Found:
    """One problem as a line."""

    kind: str
    id: str
    what: str


@dataclass(frozen=True)
class CheckView:
    """The last check: under way, or what it found."""

    id: str = ""
    running: bool = False
    step: str = ""
    done: int = 0
    total: int = 0
    percent: str = "0%"
    at: str = ""
    ok: bool = False
    line: str = ""
    old: str = ""
    problems: list[Found] = field(default_factory=list)


def _last(session: Session) -> EvidenceCheck | None:
    return session.scalars(select(EvidenceCheck).order_by(EvidenceCheck.id.desc()).limit(1)).first()  # type: ignore[attr-defined]


def _runs(row: EvidenceCheck, now: datetime) -> bool:
    return row.finished_at is None and now - row.asked_at < ALIVE


def start(session: Session, actor: Actor, now: datetime) -> None:
    """Ask for a check, unless one is under way.

    Raises:
        NotAllowed: the role does not look after the record.
    """
    if not actor.may(Permission.EVIDENCE):
        raise NotAllowed()
    before = _last(session)
    if before is not None and _runs(before, now):
        return
    made = EvidenceCheck(id=new_id(), asked_by=actor.id, asked_at=now)
    session.add(made)
    record(session, actor, "record.checked", "record", made.id)
    later(session, "check_record", made.id)


def run(check_id: str) -> None:
    """What the worker does."""
    told = utcnow()

    def progress(step: str, done: int, total: int) -> None:
        nonlocal told
        if utcnow() - told > TELL_EVERY:
            told = utcnow()
            _note(check_id, step=step, done=done, total=total)

    found = verify_service.verify(progress=progress)
    kept = asdict(found) | {"problems": [asdict(one) for one in found.problems[:SHOWN]], "count": found.count}
    _note(check_id, finished_at=utcnow(), report=kept)


def _note(check_id: str, **values: Any) -> None:
    with transaction() as session:
        session.execute(update(EvidenceCheck).where(EvidenceCheck.id == check_id).values(**values))  # type: ignore[arg-type]


def view(session: Session, actor: Actor) -> CheckView:
    """The last check.

    Raises:
        NotAllowed: the role does not look after the record.
    """
    if not actor.may(Permission.EVIDENCE):
        raise NotAllowed()
    row = _last(session)
    if row is None:
        return CheckView()
    if row.report is None:
        percent = f"{100 * row.done // row.total if row.total else 0}%"
        return CheckView(row.id, _runs(row, utcnow()), row.step or "正在排队", row.done, row.total, percent)
    told, at = row.report, row.finished_at or row.asked_at
    line = f"链子 {told['entries']} 条，记录 {told['rows']} 条，日志 {told['log_lines']} 行，照片 {told['photos']} 张"
    old = (
        f"其中 {told['taken_over']} 条是链子开始时接管的旧记录，只能证明那以后没有改过。" if told["taken_over"] else ""
    )
    return CheckView(
        id=row.id, at=f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}", ok=not told["count"], old=old,
        line=line if not told["count"] else f"有 {told['count']} 处对不上。{line}",
        problems=[Found(one["kind"], one["id"], one["what"]) for one in told["problems"]],
    )  # fmt: skip
