"""The county's rules for passwords and locks as they hold today; passwords used before; tries of strangers."""

import hashlib
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete
from sqlmodel import Session

from app.accounts.rules import LOCK_KEYS, PASSWORD_KEYS, LockRule, PasswordRule, lock_after_failure
from app.db import SHANGHAI, reading
from app.settings import service as parameters
from models.accounts import StrangerTry, User

STRANGERS_KEPT = timedelta(days=30)


def lock_rule(session: Session, now: datetime) -> LockRule:
    """When wrong passwords lock an account, today."""
    return LockRule.of(parameters.values(session, LOCK_KEYS, now.astimezone(SHANGHAI).date()))


def password_rule(session: Session, now: datetime) -> PasswordRule:
    """What a password must be, today."""
    return PasswordRule.of(parameters.values(session, PASSWORD_KEYS, now.astimezone(SHANGHAI).date()))


def right(hasher: PasswordHasher, password_hash: str, password: str) -> bool:
    """Whether a hash is of this password."""
    try:
        return hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def used_before(hasher: PasswordHasher, user_id: str, password: str, now: datetime) -> bool:
    """Whether this was one of the account's last passwords. Takes a moment: called outside of any unit of work."""
    with reading() as session:
        user = session.get(User, user_id)
        most = password_rule(session, now).history
    known = [user.password_hash, *(user.old_passwords or [])][:most] if user else []
    return any(right(hasher, one, password) for one in known)


def put_away(user: User, most: int) -> None:
    """Keep the present password's hash among the old ones."""
    user.old_passwords = [user.password_hash, *(user.old_passwords or [])][: max(0, most - 1)]


def _stranger(session: Session, username: str) -> StrangerTry | None:
    return session.get(StrangerTry, _hash(username))


def _hash(username: str) -> str:
    return hashlib.sha256(username.encode()).hexdigest()


def stranger_locked(session: Session, username: str, now: datetime) -> datetime | None:
    """Until when a name that is nobody's is locked."""
    row = _stranger(session, username)
    return row.locked_until if row and row.locked_until and row.locked_until > now else None


def stranger_failed(session: Session, username: str, now: datetime) -> tuple[int, datetime | None]:
    """Count a try under a name that is nobody's: (failures in a row, locked until)."""
    session.execute(delete(StrangerTry).where(StrangerTry.seen_at < now - STRANGERS_KEPT))  # type: ignore[arg-type]
    row = _stranger(session, username)
    if row is None:
        session.add(row := StrangerTry(name_hash=_hash(username), seen_at=now))
    rule = lock_rule(session, now)
    row.failures, row.lock_level, until = lock_after_failure(row.failures, row.lock_level, now, rule)
    row.locked_until, row.seen_at = until or row.locked_until, now
    return row.failures, until
