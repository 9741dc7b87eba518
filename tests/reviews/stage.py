"""What reviews need before them: a home, a visit, its pictures arrived and put into the store."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import obstore
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.db import new_id, utcnow
from app.photos import store
from app.reviews import queries, service
from models.households import Household
from models.photos import Photo, PhotoUpload
from models.reviews import Review
from models.visits import Visit, VisitPhoto


def visit(session: Session, author: Actor, home: Household, *, begins: datetime | None = None, **more: Any) -> Visit:
    """A stored visit of twenty minutes, an hour ago unless said otherwise."""
    begins = begins or utcnow() - timedelta(hours=1)
    values: dict[str, Any] = {
        "id": new_id(), "household_id": home.id, "division": home.division, "author_id": author.id,
        "form_code": "home", "form_version": 1, "mode": "home", "started_at": begins,
        "finished_at": begins + timedelta(minutes=20), "on": begins.date(), "received_at": utcnow(),
        "answers": {"house": {"water": "达标"}},
    }  # fmt: skip
    row = Visit(**(values | more))
    session.add(row)
    session.flush()
    return row


def picture(session: Session, author: Actor, data: bytes, **more: Any) -> PhotoUpload:
    """A picture that has wholly arrived from its author, not processed yet."""
    sha256 = hashlib.sha256(data).hexdigest()
    obstore.put(store.photo_store(), store.key(sha256), data)
    if session.get(Photo, sha256) is None:
        session.add(Photo(sha256=sha256, size=len(data), mime="image/jpeg", received_at=utcnow(), **more))
        session.flush()
    upload = session.get(PhotoUpload, (author.id, sha256))
    if upload is None:
        upload = PhotoUpload(user_id=author.id, sha256=sha256, completed_at=utcnow())
        session.add(upload)
        session.flush()
    return upload


def name_picture(session: Session, of: Visit, sha256: str, **more: Any) -> VisitPhoto:
    """That a visit names a picture, of the question `water` unless said otherwise."""
    row = VisitPhoto(visit_id=of.id, sha256=sha256, **({"question": "water", "taken_at": of.started_at} | more))
    session.add(row)
    session.flush()
    return row


def held(session: Session, visit: Visit, upload: PhotoUpload) -> Review | None:
    """A picture has arrived from its sender; returns its review, where that makes or leaves one."""
    rows = service.with_visits(session, visit_ids=[visit.id])
    mine = [one for one in rows if (one.author_id, one.sha256) == (upload.user_id, upload.sha256)]
    service.on_photos_held(session, mine)
    return queries.of_pairs(session, [(visit.id, upload.sha256)]).get((visit.id, upload.sha256)) if mine else None


def reviewed(session: Session, author: Actor, home: Household, data: bytes, **more: Any) -> tuple[Visit, str, str]:
    """A visit with one picture that has arrived; returns (visit, review id, sha256)."""
    named = more.pop("named", {})
    made = visit(session, author, home, **more)
    upload = picture(session, author, data)
    name_picture(session, made, upload.sha256, **named)
    review = held(session, made, upload)
    assert review is not None
    return made, review.id, upload.sha256
