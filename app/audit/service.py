"""Writing the audit log: in the same transaction as the change, and never changed again."""

from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.db import utcnow
from models.audit import AuditEntry


def entry(
    actor: Actor | None,
    action: str,
    subject_type: str,
    subject_id: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    """One entry as a row, for callers that write many at once with `record_many`."""
    return {
        "at": utcnow(),
        "actor_id": actor.id if actor else None,
        "device_id": actor.device_id if actor else None,
        "action": action,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "reason": reason,
        "before": before,
        "after": after,
    }


def record(session: Session, actor: Actor | None, action: str, subject_type: str, subject_id: str, **what: Any) -> None:
    """Write one entry: who (None = the system or an operator at the machine) did what to what.

    Args:
        action: namespaced verb, `person.unmasked`.
        what: `before`, `after` (changed fields; sealed values only as their mask) and `reason`.
    """
    record_many(session, [entry(actor, action, subject_type, subject_id, **what)])


def record_many(session: Session, entries: list[dict[str, Any]]) -> None:
    """Write many entries in one statement."""
    if entries:
        session.execute(insert(AuditEntry.__table__), entries)  # type: ignore[attr-defined]
