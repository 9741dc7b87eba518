"""Parts of pictures that nobody goes on sending are let go of; a phone that comes back after all begins anew.

A part stays as long as its sender may still come with the rest: a visit of theirs waits for the picture, and they were
seen within the time. Nothing that was answered as received is ever touched.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, tuple_
from sqlmodel import Session

from app import parts
from app.audit.service import entry, record_many
from app.db import SHANGHAI, reading, transaction
from app.settings import service as parameters
from models.accounts import LoginSession
from models.photos import PhotoUpload
from models.visits import Visit, VisitPhoto

log = structlog.get_logger()
MOST = 400
"""So many names go into one query."""


def forget_abandoned(now: datetime) -> int:
    """Let go of parts untouched for `photo_part_days` with which nobody will go on; returns how many."""
    with reading() as session:
        days = parameters.value(session, "photo_part_days", now.astimezone(SHANGHAI).date())
        before = now - timedelta(days=days)
        old = parts.untouched_since(before)
        going = [
            one for start in range(0, len(old), MOST) for one in _abandoned(session, old[start : start + MOST], before)
        ]
    gone = [one for one in going if parts.let_go(one, before)]
    if gone:
        with transaction() as session:
            record_many(session, [
                entry(None, "photo.part_forgotten", "photo", one.sha256,
                      after={"user_id": one.user_id, "bytes": one.size, "days": days}) for one in gone
            ])  # fmt: skip
    log.info("parts of pictures let go", old=len(old), gone=len(gone))
    return len(gone)


def _abandoned(session: Session, old: Sequence[parts.Left], before: datetime) -> list[parts.Left]:
    keys = [(one.user_id, one.sha256) for one in old]
    waited = (
        select(Visit.author_id, VisitPhoto.sha256)  # type: ignore[call-overload]
        .join(VisitPhoto, VisitPhoto.visit_id == Visit.id)
        .where(tuple_(Visit.author_id, VisitPhoto.sha256).in_(keys))  # type: ignore[arg-type]
    )
    whole = select(PhotoUpload.user_id, PhotoUpload.sha256).where(  # type: ignore[call-overload]
        tuple_(PhotoUpload.user_id, PhotoUpload.sha256).in_(keys)  # type: ignore[arg-type]
    )
    waiting = set(map(tuple, session.execute(waited))) - set(map(tuple, session.execute(whole)))
    seen = set(session.scalars(
        select(LoginSession.user_id).where(  # type: ignore[call-overload]
            LoginSession.user_id.in_({one.user_id for one in old}), LoginSession.seen_at >= before,  # type: ignore[attr-defined]
        )
    ))  # fmt: skip
    return [one for one in old if (one.user_id, one.sha256) not in waiting or one.user_id not in seen]
