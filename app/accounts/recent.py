"""Who stood behind a session token a moment ago, so that the many pieces of a photo do not each ask the database.

What changes an account, its areas or its sessions forgets everybody as soon as it is committed: in this process a
disabled account is out at once. In another process it is out within `KEPT` seconds.
"""

import hashlib
import time
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import object_session
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.config import settings
from models.accounts import Device, User, UserArea

KEPT = 4
"""Seconds."""
_MOST = 20_000


class _Memory:
    def __init__(self) -> None:
        self.actors: dict[tuple[str, str], tuple[float, Actor]] = {}
        self.times_forgotten = 0


_memory = _Memory()


def token_hash(token: str) -> str:
    """What is kept of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def recall(token: str | None) -> Actor | None:
    """The actor of a token that was asked for just now; None says nothing, ask the database."""
    return recall_hash(token_hash(token)) if token else None


def recall_hash(name: str) -> Actor | None:
    """The actor of a token, by its hash."""
    found = _memory.actors.get((settings().database, name))
    return found[1] if found is not None and found[0] > time.monotonic() else None


def moment() -> int:
    """To be taken before the database is asked, and given to `remember`."""
    return _memory.times_forgotten


def remember(name: str, actor: Actor, asked: int) -> None:
    """Keep the actor of a token's hash for some seconds, unless an account changed since the database was asked."""
    if len(_memory.actors) >= _MOST:
        _memory.actors.clear()
    key = settings().database, name
    _memory.actors[key] = (time.monotonic() + KEPT, actor)
    if asked != _memory.times_forgotten:
        _memory.actors.pop(key, None)


def forget_all(_session: Session | None = None) -> None:
    """Remember nobody."""
    _memory.times_forgotten += 1
    _memory.actors.clear()


def forget_at_commit(session: Session) -> None:
    """Let what this unit of work changes about accounts and sessions hold from its commit on."""
    if not session.info.get("forgets"):
        session.info["forgets"] = True
        event.listen(session, "after_commit", forget_all)


def _changed(_mapper: Any, _connection: Any, row: Any) -> None:
    session = object_session(row)
    if session is not None:
        forget_at_commit(session)  # type: ignore[arg-type]


def _device_changed(mapper: Any, connection: Any, row: Device) -> None:
    """Whether a phone is served has changed; that it was seen again has not."""
    state = inspect(row).attrs
    if state.revoked_at.history.has_changes() or state.enrolled_at.history.has_changes():
        _changed(mapper, connection, row)


event.listen(Device, "after_update", _device_changed)
event.listen(User, "after_update", _changed)
event.listen(UserArea, "after_insert", _changed)
event.listen(UserArea, "after_delete", _changed)
