"""Reading imports and their rows, within the reader's area."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session, col

from app.accounts.schemas import Actor
from models.imports import ImportBatch, ImportChange, ImportLine

CHUNK = 400
PAGE = 50
_TABS = {
    "new": ["new", "read", "home_new"],
    "changed": ["changed", "home_changed"],
    "same": ["same", "duplicate"],
    "unreadable": ["unreadable", "outside", "contrary"],
}


def _visible(actor: Actor) -> ColumnElement[bool]:
    """Own imports, and those made for the actor's area or a part of it; the machine's own for a whole county."""
    parts: list[ColumnElement[bool]] = [col(ImportBatch.created_by) == actor.id]
    for code in actor.divisions:
        parts.append(col(ImportBatch.division).startswith(code))
        if len(code) == 6:
            parts.append(col(ImportBatch.division) == "")
    return or_(*parts)


def batch(session: Session, actor: Actor | None, import_id: str) -> ImportBatch | None:
    """An import the actor may see; None for the actor means the operator at the machine."""
    query = select(ImportBatch).where(col(ImportBatch.id) == import_id)
    if actor is not None:
        query = query.where(_visible(actor))
    return session.scalars(query).first()


def recent(session: Session, actor: Actor, limit: int = 20) -> list[ImportBatch]:
    """The latest imports the actor may see."""
    query = select(ImportBatch).where(_visible(actor)).order_by(col(ImportBatch.created_at).desc()).limit(limit)
    return list(session.scalars(query))


def _tab(tab: str) -> ColumnElement[bool]:
    if tab == "repaired":
        return col(ImportLine.repaired).is_(True)
    if tab == "doubts":
        return col(ImportLine.doubtful).is_(True)
    states = _TABS.get(tab, [tab])
    return col(ImportLine.state).in_(states)


def lines(session: Session, import_id: str, tab: str, page: int) -> tuple[list[ImportLine], int]:
    """One page of a tab, and how many rows it has."""
    where = (col(ImportLine.import_id) == import_id, _tab(tab))
    total = session.scalar(select(func.count()).select_from(ImportLine).where(*where)) or 0
    query = select(ImportLine).where(*where).order_by(col(ImportLine.position)).limit(PAGE).offset(PAGE * page)
    return list(session.scalars(query)), total


def doubtful(session: Session, import_id: str) -> int:
    """How many rows and homes a person should look at."""
    where = (col(ImportLine.import_id) == import_id, _tab("doubts"))
    return session.scalar(select(func.count()).select_from(ImportLine).where(*where)) or 0


def places(session: Session, import_id: str, positions: Sequence[int]) -> dict[int, tuple[str, int]]:
    """Sheet and row of some rows, by position."""
    columns = (col(ImportLine.position), col(ImportLine.sheet), col(ImportLine.row))
    where = (col(ImportLine.import_id) == import_id, col(ImportLine.position).in_(list(positions)))
    return {position: (sheet, row) for position, sheet, row in session.execute(select(*columns).where(*where))}


class Staged(NamedTuple):
    """A staged row without what only a page needs."""

    position: int
    state: str
    repaired: bool
    detail: str


_STAGED = (col(ImportLine.position), col(ImportLine.state), col(ImportLine.repaired), col(ImportLine.detail))


def stream(session: Session, import_id: str, states: Sequence[str]) -> Iterator[Staged]:
    """All rows of these states in their order, a chunk at a time, so that a long file does not stand in memory."""
    after = -1
    while True:
        query = (
            select(*_STAGED)
            .where(
                col(ImportLine.import_id) == import_id,
                col(ImportLine.position) > after,
                col(ImportLine.state).in_(list(states)),
            )
            .order_by(col(ImportLine.position))
            .limit(CHUNK)
        )
        found = [Staged(*row) for row in session.execute(query)]
        yield from found
        if len(found) < CHUNK:
            return
        after = found[-1].position


def by_positions(session: Session, import_id: str, positions: Sequence[int]) -> dict[int, Staged]:
    """Some rows, by position."""
    found: dict[int, Staged] = {}
    for start in range(0, len(positions), CHUNK):
        part = list(positions[start : start + CHUNK])
        query = select(*_STAGED).where(col(ImportLine.import_id) == import_id, col(ImportLine.position).in_(part))
        found.update({row[0]: Staged(*row) for row in session.execute(query)})
    return found


def changes(session: Session, import_id: str) -> list[ImportChange]:
    """What an import made and changed."""
    return list(session.scalars(select(ImportChange).where(col(ImportChange.import_id) == import_id)))


def changes_of_rows(session: Session, row_ids: Sequence[str]) -> list[ImportChange]:
    """What any import did to these rows."""
    found: list[ImportChange] = []
    for start in range(0, len(row_ids), CHUNK):
        part = list(row_ids[start : start + CHUNK])
        found += session.scalars(select(ImportChange).where(col(ImportChange.row_id).in_(part)))
    return found


def stale(session: Session, before: datetime) -> list[str]:
    """Previews older than that, which nobody took in."""
    query = select(col(ImportBatch.id)).where(
        col(ImportBatch.state).in_(["reading", "previewed", "failed"]), col(ImportBatch.created_at) < before
    )
    return list(session.scalars(query))


def unread(session: Session, import_id: str) -> list[ImportLine]:
    """The rows that could not be read or taken in."""
    query = select(ImportLine).where(col(ImportLine.import_id) == import_id, _tab("unreadable"))
    return list(session.scalars(query.order_by(col(ImportLine.position)).limit(20_000)))
