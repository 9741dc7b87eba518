"""Reading the divisions."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, or_, select
from sqlmodel import Session, col

from app.accounts.queries import below
from models.accounts import UserArea
from models.divisions import Division
from models.households import Household


def chain_codes(code: str) -> list[str]:
    """The codes from the county down to this one."""
    return [code[:length] for length in (6, 9, 12) if length <= len(code)]


def names(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Names of these divisions and of all above them, by code."""
    wanted = sorted({part for code in codes for part in chain_codes(code)})
    found: dict[str, str] = {}
    for start in range(0, len(wanted), 500):
        rows = session.execute(
            select(Division.code, Division.name).where(Division.code.in_(wanted[start : start + 500]))  # type: ignore[call-overload, attr-defined]
        )
        found.update({code: name for code, name in rows})
    return found


def below_any(session: Session, prefixes: Sequence[str], level: str | None = None) -> Sequence[Row[Any]]:
    """Code, name and level of the divisions at or below one of these codes, in the order of their codes."""
    if not prefixes:
        return []
    query = select(Division.code, Division.name, Division.level).where(  # type: ignore[call-overload]
        or_(*(below(Division.code, prefix) for prefix in prefixes))
    )
    if level:
        query = query.where(Division.level == level)
    return session.execute(query.order_by(Division.code)).all()


def by_codes(session: Session, codes: Sequence[str]) -> list[Division]:
    """These divisions, as far as they are known."""
    return list(session.scalars(select(Division).where(Division.code.in_(list(codes)))))  # type: ignore[attr-defined]


def townships(session: Session, names: Sequence[str]) -> dict[str, list[str]]:
    """The codes of townships by their name."""
    query = select(Division.name, Division.code).where(  # type: ignore[call-overload]
        Division.name.in_(list(names)), Division.level == "township"  # type: ignore[attr-defined]
    )
    found: dict[str, list[str]] = {}
    for name, code in session.execute(query.order_by(Division.code)):
        found.setdefault(name, []).append(code)
    return found


def in_use(session: Session, code: str) -> bool:
    """Whether a home, an account's area or a division below stands on this division."""
    asked = (
        select(col(Household.id)).where(below(Household.division, code)),
        select(col(UserArea.user_id)).where(below(UserArea.division, code)),
        select(col(Division.code)).where(below(Division.code, code), col(Division.code) != code),
    )
    return any(session.execute(query.limit(1)).first() is not None for query in asked)


def everything(session: Session) -> list[Division]:
    """All divisions, in the order of their codes."""
    return list(session.scalars(select(Division).order_by(Division.code)))
