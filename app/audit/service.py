"""Writing the audit log: in the same transaction as the change, tied into a chain, and never changed again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.db import utcnow
from app.evidence import chain_service as chain
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
    at: datetime | None = None,
) -> dict[str, Any]:
    """One entry as a row, for callers that write many at once with `record_many`; `at` is now where it is not given."""
    return {
        "at": at or utcnow(),
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


def changed(session: Session, subject_ids: Sequence[str], kinds: Sequence[str], since: datetime) -> bool:
    """Whether anything of these was written by hand or by a list since a moment; what answers filled does not count."""
    actions = [f"{kind}.{verb}" for kind in kinds for verb in ("added", "changed", "moved", "removed")]
    for start in range(0, len(subject_ids), 400):
        query = select(AuditEntry.id).where(  # type: ignore[call-overload]
            AuditEntry.subject_type.in_(kinds), AuditEntry.subject_id.in_(subject_ids[start : start + 400]),  # type: ignore[attr-defined]
            AuditEntry.action.in_(actions), AuditEntry.at > since,  # type: ignore[attr-defined]
        ).limit(1)  # fmt: skip
        if session.scalar(query) is not None:
            return True
    return False


def record_many(session: Session, entries: list[dict[str, Any]]) -> None:
    """Write many entries; they get their numbers and their hashes right before the commit."""
    if entries:
        chain.log(session, entries)
