"""Scope: the one function by which every query of the project is held to the reader's area."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.db import utcnow
from app.errors import BadInput
from models.accounts import Device, LoginSession, Pairing, User, UserArea
from models.evidence import BreakGlass

_CODE = re.compile("[0-9]{6}|[0-9]{9}|[0-9]{12}")


def below(column: object, code: str) -> ColumnElement[bool]:
    """`column LIKE code%` for division codes, as a range that any index and collation can use.

    Raises:
        BadInput: `no_such_place`, it is no code of a county, township or village.
    """
    if not _CODE.fullmatch(code):
        raise BadInput("没有这个地方，请重新选一个。", code="no_such_place")
    upper = str(int(code) + 1).zfill(len(code))
    return and_(column >= code, column < upper) if len(upper) == len(code) else column >= code  # type: ignore[operator]


def paired_households(user_id: str, on: date) -> Select[tuple[str]]:
    """The households an official is paired with on a day."""
    return select(Pairing.household_id).where(
        Pairing.user_id == user_id,
        Pairing.from_on <= on,
        or_(Pairing.to_on.is_(None), Pairing.to_on >= on),  # type: ignore[union-attr]
    )


def has_pairings_today(session: Session, actor: Actor, on: date) -> bool:
    """Whether single homes are given to this actor: lists leave the OR out of their condition where there are none."""
    return session.scalar(paired_households(actor.id, on).limit(1)) is not None


def opened_households(user_id: str) -> Select[tuple[str]]:
    """The households outside the own area that somebody may look at just now, in an emergency."""
    return select(BreakGlass.household_id).where(BreakGlass.user_id == user_id, BreakGlass.until > utcnow())


def in_scope(
    actor: Actor, on: date, division: object, household: object | None = None, *, looking: bool = False
) -> ColumnElement[bool]:
    """The condition that a row lies in the actor's scope (design §1).

    Args:
        actor: who reads or writes.
        on: the Shanghai day, for pairings in time.
        division: the row's division column.
        household: the row's household column, for areas that are single households; None where it has none.
        looking: only to read: homes that were opened in an emergency count, too.
    """
    parts = [below(division, code) for code in actor.divisions]
    if household is not None:
        parts.append(household.in_(paired_households(actor.id, on)))  # type: ignore[attr-defined]
        if looking:
            parts.append(household.in_(opened_households(actor.id)))  # type: ignore[attr-defined]
    return or_(*parts) if parts else false()


def areas_of(session: Session, actor: Actor, on: date) -> list[dict[str, str]]:
    """The actor's areas as the contract shows them: `[{division} | {household}]`, in a stable order."""
    households = session.scalars(paired_households(actor.id, on)).all()
    return [{"division": code} for code in sorted(actor.divisions)] + [{"household": one} for one in sorted(households)]


def scope_hash(areas: Sequence[dict[str, str]]) -> str:
    """A short fingerprint of areas, for cursors."""
    words = "|".join(f"{kind}:{value}" for area in areas for kind, value in area.items())
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def user_by_name(session: Session, username: str) -> User | None:
    """The account of this user name."""
    return session.scalars(select(User).where(User.username == username)).first()


def names_of(session: Session, user_ids: Iterable[str | None]) -> dict[str, str]:
    """Names of accounts, by id."""
    wanted, found = sorted({one for one in user_ids if one}), {}
    for start in range(0, len(wanted), 400):
        rows = session.execute(select(User.id, User.name).where(User.id.in_(wanted[start : start + 400])))  # type: ignore[call-overload, attr-defined]
        found.update({key: name for key, name in rows})
    return found


def divisions_of(session: Session, user_id: str) -> tuple[str, ...]:
    """The division codes an account works in."""
    return tuple(
        session.scalars(select(UserArea.division).where(UserArea.user_id == user_id).order_by(UserArea.division))
    )


def open_session(session: Session, token_hash: str) -> tuple[LoginSession, User, Device | None] | None:
    """The session row, its account and its device, unless it has ended."""
    found = session.execute(
        select(LoginSession, User, Device)
        .join(User, User.id == LoginSession.user_id)  # type: ignore[arg-type]
        .outerjoin(Device, and_(Device.user_id == LoginSession.user_id, Device.id == LoginSession.device_id))  # type: ignore[arg-type]
        .where(LoginSession.token_hash == token_hash, LoginSession.ended_at.is_(None))  # type: ignore[union-attr]
    ).first()
    return (found[0], found[1], found[2]) if found else None


def count_users(session: Session) -> int:
    """How many accounts there are."""
    return session.scalar(select(func.count()).select_from(User)) or 0
