"""Numbers in commit order, and the feed of what changed.

A counter's row is updated late in a unit of work and stays locked until its commit: whoever takes the next
number waits for that commit, so numbers become visible in their order on SQLite and PostgreSQL alike.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update
from sqlmodel import Session

from app.bulk import Bulk
from app.db import is_sqlite, new_id
from models.feed import Counter, Epoch, FeedRow


class Change(NamedTuple):
    """One changed row and who must hear of it: a household's area, one user, or (all empty) everyone."""

    type: str
    row_id: str
    household_id: str = ""
    division: str = ""
    user_id: str = ""
    gone: bool = False


on_told: list[Callable[[Session, Sequence[Change]], None]] = []
"""Who asks to know, within the unit of work, what phones are told: rooms add themselves in `app/rooms.py`."""


def next_numbers(session: Session, name: str, count: int = 1) -> int:
    """Take `count` numbers of a counter; returns the first. Call late: the counter stays locked until the commit."""
    session.flush()
    taken = session.execute(_TAKE, {"of": name, "more": count}).scalar()
    if taken is None:
        session.execute(_insert_once(session, name))
        return next_numbers(session, name, count)
    return int(taken) - count + 1


_COUNTER = Counter.__table__  # type: ignore[attr-defined]
_TAKE = (
    update(_COUNTER)
    .where(_COUNTER.c.name == bindparam("of"))
    .values(value=_COUNTER.c.value + bindparam("more"))
    .returning(_COUNTER.c.value)
)


def _dialect_insert(sqlite: bool, table: Any) -> Any:
    if sqlite:
        from sqlalchemy.dialects.sqlite import insert as dialect_insert
    else:
        from sqlalchemy.dialects.postgresql import insert as dialect_insert
    return dialect_insert(table)


def _insert_once(session: Session, name: str) -> Any:
    return _dialect_insert(is_sqlite(session), Counter).values(name=name, value=0).on_conflict_do_nothing()


def publish(session: Session, changes: Iterable[Change]) -> None:
    """Tell every phone in the audience of these rows. The last statements of a unit of work.

    A row that moves to another division is published twice: `gone` for the old one and anew for the new one.
    """
    latest = {(one.type, one.row_id, one.division, one.user_id): one for one in changes}
    if not latest:
        return
    ordered = list(latest.values())
    for tell in on_told:
        tell(session, ordered)
    session.flush()
    first = next_numbers(session, "feed", len(ordered))
    _FEED.write(
        session,
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


def _upsert(dialect: str) -> Any:
    statement = _dialect_insert(dialect == "sqlite", FeedRow.__table__)  # type: ignore[attr-defined]
    news = {name: statement.excluded[name] for name in ("position", "household_id", "gone")}
    return statement.on_conflict_do_update(index_elements=["type", "row_id", "division", "user_id"], set_=news)


_FEED = Bulk(_upsert)


_POSITION = select(Counter.value).where(Counter.name == "feed")  # type: ignore[call-overload]


def position(session: Session) -> int:
    """How far the feed is, as far as it is committed."""
    return session.scalar(_POSITION) or 0


def told_since(session: Session, after: int, types: Sequence[str]) -> set[str]:
    """The rows of these types of which phones were told after a position."""
    query = select(FeedRow.row_id).where(FeedRow.position > after, FeedRow.type.in_(types))  # type: ignore[call-overload, attr-defined]
    return set(session.scalars(query))


def homes_since(session: Session, after: int, but: Sequence[str], limit: int | None = None) -> list[str]:
    """Homes of which anything was told after a position, rows of the types in `but` apart; no more than `limit`."""
    query = select(FeedRow.household_id).where(  # type: ignore[call-overload]
        FeedRow.position > after, FeedRow.household_id != "", FeedRow.type.not_in(list(but))  # type: ignore[attr-defined]
    )  # fmt: skip
    return sorted(session.scalars(query.distinct().limit(limit)))


_OF_HOMES = select(
    FeedRow.type, FeedRow.row_id, FeedRow.household_id, FeedRow.division, FeedRow.user_id  # type: ignore[call-overload]
).where(
    FeedRow.household_id.in_(bindparam("homes", expanding=True)),  # type: ignore[attr-defined]
    FeedRow.type.in_(bindparam("types", expanding=True)),  # type: ignore[attr-defined]
    FeedRow.gone.is_(False),  # type: ignore[attr-defined]
)
_PART = 400


def told_again(session: Session, household_ids: Sequence[str], types: Sequence[str]) -> list[Change]:
    """The rows of these types that phones were told of these homes, to be told anew; one statement for many homes."""
    found = []
    for start in range(0, len(household_ids), _PART):
        rows = session.execute(_OF_HOMES, {"homes": household_ids[start : start + _PART], "types": list(types)})
        found += [Change(*row) for row in rows]
    return found


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
