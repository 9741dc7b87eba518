"""Reading the audit log, newest first, page by page."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from models.accounts import User
from models.audit import AuditEntry


def page(
    session: Session,
    *,
    limit: int,
    before_id: int | None = None,
    actor_id: str | None = None,
    action: str = "",
    subject_id: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[tuple[AuditEntry, str | None]]:
    """Entries with the actor's name; `action` is the beginning of a verb."""
    query = select(AuditEntry, User.name).outerjoin(User, User.id == AuditEntry.actor_id)  # type: ignore[arg-type]
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)  # type: ignore[operator, arg-type]
    if actor_id is not None:
        query = query.where(AuditEntry.actor_id == actor_id)  # type: ignore[arg-type]
    if action:
        query = query.where(AuditEntry.action.startswith(action, autoescape=True))  # type: ignore[attr-defined]
    if subject_id:
        query = query.where(AuditEntry.subject_id == subject_id)  # type: ignore[arg-type]
    if since is not None:
        query = query.where(AuditEntry.at >= since)  # type: ignore[arg-type]
    if until is not None:
        query = query.where(AuditEntry.at < until)  # type: ignore[arg-type]
    rows = session.execute(query.order_by(AuditEntry.id.desc()).limit(limit))  # type: ignore[union-attr]
    return [(row, name) for row, name in rows]


def user_ids(session: Session, words: str) -> list[str]:
    """Accounts of this name or user name."""
    return list(session.scalars(select(User.id).where((User.name == words) | (User.username == words))))
