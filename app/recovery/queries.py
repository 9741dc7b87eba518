"""Requests for a phone's key, and who may see them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlmodel import Session

from app.accounts.queries import below
from models.accounts import User, UserArea
from models.recovery import RecoveryRequest


def latest(session: Session, user_id: str, device_id: str) -> RecoveryRequest | None:
    """The newest request of this person on this phone."""
    return session.scalars(
        select(RecoveryRequest)
        .where(RecoveryRequest.user_id == user_id, RecoveryRequest.device_id == device_id)  # type: ignore[arg-type]
        .order_by(RecoveryRequest.asked_at.desc(), RecoveryRequest.id.desc())  # type: ignore[attr-defined]
    ).first()


def waiting(
    session: Session, since: datetime, divisions: Sequence[str] | None
) -> Sequence[tuple[RecoveryRequest, User]]:
    """Requests still to be decided, the oldest first.

    Args:
        since: older ones have run out.
        divisions: only of people who work there; None: of all.
    """
    asked = (
        select(RecoveryRequest, User)
        .join(User, User.id == RecoveryRequest.user_id)  # type: ignore[arg-type]
        .where(
            RecoveryRequest.asked_at > since,  # type: ignore[arg-type]
            RecoveryRequest.confirmed_by.is_(None),  # type: ignore[union-attr]
            RecoveryRequest.refused_by.is_(None),  # type: ignore[union-attr]
        )
        .order_by(RecoveryRequest.asked_at)  # type: ignore[arg-type]
        .limit(50)
    )
    if divisions is not None:
        areas = or_(*(below(UserArea.division, code) for code in divisions))
        asked = asked.where(User.id.in_(select(UserArea.user_id).where(areas)))  # type: ignore[attr-defined]
    return [(request, user) for request, user in session.execute(asked).all()]
