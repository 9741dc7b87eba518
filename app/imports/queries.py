"""Reading imports and their rows, within the reader's area."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, func, or_, select, true
from sqlmodel import Session, col

from app.accounts.schemas import Actor
from app.among import among
from app.limits import PAGE
from models.divisions import Division
from models.households import Household, Person
from models.imports import ImportBatch, ImportChange, ImportLine
from models.lists import UnmatchedRow

CHUNK = 1000
TABLE = ImportLine.__table__  # type: ignore[attr-defined]
"""The staged rows as a plain table: many are read and written without an object for each."""
_TABS = {
    "new": ["new", "read", "home_new"],
    "changed": ["changed", "home_changed"],
    "same": ["same", "duplicate"],
    "unmatched": ["unmatched"],
    "left": ["home_left"],
    "unreadable": ["unreadable", "outside", "contrary", "lacking"],
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


def told(session: Session, import_id: str) -> dict[str, int]:
    """What the report says of the rows besides their states: how many are to be looked at, and homes left out."""
    here = (col(ImportLine.import_id) == import_id, _tab("left"))
    left = session.scalar(select(func.count()).select_from(ImportLine).where(*here)) or 0
    return {"doubtful": doubtful(session, import_id), "left_out": left}


def doubtful(session: Session, import_id: str) -> int:
    """How many rows and homes a person should look at."""
    where = (col(ImportLine.import_id) == import_id, _tab("doubts"))
    return session.scalar(select(func.count()).select_from(ImportLine).where(*where)) or 0


def chunks(positions: Sequence[int]) -> Iterator[list[int]]:
    """Slices small enough for one IN list on either database."""
    return (list(positions[start : start + CHUNK]) for start in range(0, len(positions), CHUNK))


def contrary(session: Session, import_id: str) -> int:
    """How many rows are left out for what another row of the file says."""
    where = (col(ImportLine.import_id) == import_id, col(ImportLine.state) == "contrary")
    return session.scalar(select(func.count()).select_from(ImportLine).where(*where)) or 0


def places(session: Session, import_id: str, positions: Sequence[int]) -> dict[int, tuple[str, int]]:
    """Sheet and row of some rows, by position."""
    columns = (col(ImportLine.position), col(ImportLine.sheet), col(ImportLine.row))
    found: dict[int, tuple[str, int]] = {}
    for part in chunks(positions):
        where = (col(ImportLine.import_id) == import_id, among(ImportLine.position, part))
        found |= {position: (sheet, row) for position, sheet, row in session.execute(select(*columns).where(*where))}
    return found


class Staged(NamedTuple):
    """A staged row without what only a page needs."""

    position: int
    state: str
    repaired: bool
    detail: str
    sheet: str
    row: int


_STAGED = (TABLE.c.position, TABLE.c.state, TABLE.c.repaired, TABLE.c.detail, TABLE.c.sheet, TABLE.c.row)


def stream(session: Session, import_id: str, states: Sequence[str]) -> Iterator[Staged]:
    """All rows of these states in their order, a chunk at a time, so that a long file does not stand in memory."""
    after = -1
    while True:
        found = some(session, import_id, states, after, CHUNK)
        yield from found
        if len(found) < CHUNK:
            return
        after = found[-1].position


def some(session: Session, import_id: str, states: Sequence[str], after: int, limit: int) -> list[Staged]:
    """The next rows of these states after a position."""
    here = (TABLE.c.import_id == import_id, TABLE.c.position > after, TABLE.c.state.in_(list(states)))
    query = select(*_STAGED).where(*here).order_by(TABLE.c.position).limit(limit)
    return [Staged(*row) for row in session.execute(query).all()]


def by_positions(session: Session, import_id: str, positions: Sequence[int]) -> dict[int, Staged]:
    """Some rows, by position."""
    found: dict[int, Staged] = {}
    for part in chunks(positions):
        query = select(*_STAGED).where(TABLE.c.import_id == import_id, among(TABLE.c.position, part))
        found.update({row[0]: Staged(*row) for row in session.execute(query).all()})
    return found


def changes(session: Session, import_id: str) -> list[ImportChange]:
    """What an import made and changed."""
    return list(session.scalars(select(ImportChange).where(col(ImportChange.import_id) == import_id)))


def changes_of_rows(session: Session, row_ids: Sequence[str]) -> list[ImportChange]:
    """What any import did to these rows."""
    found: list[ImportChange] = []
    for start in range(0, len(row_ids), CHUNK):
        part = list(row_ids[start : start + CHUNK])
        found += session.scalars(select(ImportChange).where(among(ImportChange.row_id, part)))
    return found


def noted(session: Session, import_id: str, row_ids: Sequence[str]) -> dict[tuple[str, str], ImportChange]:
    """What an import has noted of these rows already."""
    found: dict[tuple[str, str], ImportChange] = {}
    if not session.scalar(select(col(ImportChange.row_id)).where(col(ImportChange.import_id) == import_id).limit(1)):
        return found
    for start in range(0, len(row_ids), CHUNK):
        part = list(row_ids[start : start + CHUNK])
        query = select(ImportChange).where(col(ImportChange.import_id) == import_id, among(ImportChange.row_id, part))
        found |= {(one.row_type, one.row_id): one for one in session.scalars(query)}
    return found


def forget_waiting(session: Session, import_id: str) -> None:
    """The rows that waited for somebody go with the import that brought them."""
    session.execute(delete(UnmatchedRow).where(col(UnmatchedRow.import_id) == import_id))


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


def meant(session: Session, indexes: Sequence[str]) -> dict[str, str]:
    """Whom people have said that these numbers mean: blind index → id of a person."""
    found: dict[str, str] = {}
    for start in range(0, len(indexes), CHUNK):
        query = select(col(UnmatchedRow.id_index), col(UnmatchedRow.person_id)).where(
            among(UnmatchedRow.id_index, indexes[start : start + CHUNK]),
            col(UnmatchedRow.state) == "matched", col(UnmatchedRow.decided_by).is_not(None),
            col(UnmatchedRow.person_id).is_not(None),
        )  # fmt: skip
        found |= {index: key for index, key in session.execute(query.order_by(col(UnmatchedRow.id)))}
    return found


def waiting_rows(session: Session, indexes: Sequence[str | None], awaits: Sequence[str | None]) -> list[UnmatchedRow]:
    """Rows that wait, or were let go, for these people, households or townships."""
    found: list[UnmatchedRow] = []
    for column, wanted in ((UnmatchedRow.id_index, indexes), (UnmatchedRow.awaits, awaits)):
        keys = sorted({one for one in wanted if one})
        for start in range(0, len(keys), CHUNK):
            where = (among(column, keys[start : start + CHUNK]), col(UnmatchedRow.state) != "matched")
            found += session.scalars(select(UnmatchedRow).where(*where))
    return found


def open_rows(
    session: Session, *, after: str = "", limit: int = 2000, index: str | None = None
) -> list[tuple[UnmatchedRow, ImportBatch]]:
    """Waiting rows whose person, household or township is there by now, in the order in which they were read."""
    person = select(col(Person.id)).where(
        col(Person.id_index) == col(UnmatchedRow.id_index), col(Person.removed_at).is_(None)
    )
    awaits = col(UnmatchedRow.awaits)
    home = select(col(Household.id)).where(
        col(Household.code) == func.substr(awaits, 6), awaits.startswith("home:"), col(Household.removed_at).is_(None)
    )
    town = select(col(Division.code)).where(
        col(Division.name) == func.substr(awaits, 7), awaits.startswith("place:"), col(Division.level) == "township"
    )
    query = (
        select(UnmatchedRow, ImportBatch)
        .join(ImportBatch, col(ImportBatch.id) == col(UnmatchedRow.import_id))
        .where(col(UnmatchedRow.state) == "open", col(UnmatchedRow.id) > after)
        .where(col(UnmatchedRow.id_index) == index if index else true())
        .where(or_(person.exists(), home.exists(), town.exists()))
        .order_by(col(UnmatchedRow.id))
        .limit(limit)
    )
    return [(row, batch) for row, batch in session.execute(query)]


def settled_rows(session: Session, people: Sequence[str], awaits: Sequence[str]) -> list[UnmatchedRow]:
    """Rows that found their person, household or township by themselves among these."""
    found: list[UnmatchedRow] = []
    for column, keys in ((UnmatchedRow.person_id, people), (UnmatchedRow.awaits, awaits)):
        for start in range(0, len(keys), CHUNK):
            query = select(UnmatchedRow).where(
                col(column).in_(list(keys[start : start + CHUNK])), col(UnmatchedRow.state) == "matched",
                col(UnmatchedRow.decided_by).is_(None),
            )  # fmt: skip
            found += session.scalars(query)
    return sorted(found, key=lambda one: one.id)


def change(session: Session, import_id: str, row_type: str, row_id: str) -> ImportChange | None:
    """What an import did to one row."""
    return session.get(ImportChange, (import_id, row_type, row_id))
