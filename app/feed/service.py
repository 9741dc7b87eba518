"""Numbers in commit order, and the feed of what changed.

A counter's row is updated late in a unit of work and stays locked until its commit: whoever takes the next
number waits for that commit, so numbers become visible in their order on SQLite and PostgreSQL alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session

from app.db import is_sqlite, new_id
from models.feed import Counter, Epoch, FeedRow


@dataclass(frozen=True)
class Change:
    """One changed row and who must hear of it: a household's area, one user, or (all empty) everyone."""

    type: str
    row_id: str
    household_id: str = ""
    division: str = ""
    user_id: str = ""
    gone: bool = False


def next_numbers(session: Session, name: str, count: int = 1) -> int:
    """Take `count` numbers of a counter; returns the first. Call late: the counter stays locked until the commit."""
    taken = session.execute(
        update(Counter).where(Counter.name == name).values(value=Counter.value + count).returning(Counter.value)  # type: ignore[arg-type]
    ).scalar()
    if taken is None:
        session.execute(_insert_once(session, name))
        return next_numbers(session, name, count)
    return int(taken) - count + 1


def _dialect_insert(session: Session, table: Any) -> Any:
    if is_sqlite(session):
        from sqlalchemy.dialects.sqlite import insert as dialect_insert
    else:
        from sqlalchemy.dialects.postgresql import insert as dialect_insert
    return dialect_insert(table)


def _insert_once(session: Session, name: str) -> Any:
    return _dialect_insert(session, Counter).values(name=name, value=0).on_conflict_do_nothing()


def publish(session: Session, changes: Iterable[Change]) -> None:
    """Tell every phone in the audience of these rows. The last statements of a unit of work.

    A row that moves to another division is published twice: `gone` for the old one and anew for the new one.
    """
    latest = {(one.type, one.row_id, one.division, one.user_id): one for one in changes}
    if not latest:
        return
    ordered = list(latest.values())
    session.flush()
    first = next_numbers(session, "feed", len(ordered))
    statement = _dialect_insert(session, FeedRow.__table__)  # type: ignore[attr-defined]
    news = {name: statement.excluded[name] for name in ("position", "household_id", "gone")}
    session.connection().execute(
        statement.on_conflict_do_update(index_elements=["type", "row_id", "division", "user_id"], set_=news),
        [
            {
                "position": first + number,
                "type": one.type,
                "row_id": one.row_id,
                "household_id": one.household_id,
                "division": one.division,
                "user_id": one.user_id,
                "gone": one.gone,
            }
            for number, one in enumerate(ordered)
        ],
    )


def epoch(session: Session) -> str:
    """The id of this database's life; made on first need (inside a transaction)."""
    found = session.scalars(select(Epoch.id).order_by(Epoch.number.desc())).first()  # type: ignore[attr-defined]
    return found or begin_epoch(session)


def begin_epoch(session: Session) -> str:
    """Begin a new life of this database (first start, restored backup): phones start from nothing."""
    number = session.scalar(select(Epoch.number).order_by(Epoch.number.desc())) or 0  # type: ignore[attr-defined]
    made = new_id()
    session.add(Epoch(id=made, number=number + 1))
    session.flush()
    return made
