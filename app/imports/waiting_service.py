"""Rows that wait for somebody: they find their person by themselves when the roster brings them, or a person says who.

So the order in which a county sends its files does not change what comes of them.
"""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select, true, update
from sqlmodel import Session, col

from app import facts_writing
from app.errors import Conflict
from app.facts import CHUNK, Kind
from app.facts_writing import Note
from app.feed.service import Change, publish
from app.households import import_service as people
from app.imports import ledger_service, queries
from app.imports.judging_service import today
from app.imports.lines import Detail
from app.imports.weighing_service import KINDS, Row, Weigher, choose, values_of
from models.households import Person
from models.imports import ImportBatch
from models.lists import UnmatchedRow

LOT = 2000


def person_came(session: Session, index: str | None) -> None:
    """Somebody was written down, or got another number: what waits for it finds them."""
    if index:
        settle(session, index)


def settle(session: Session, index: str | None = None) -> int:
    """Take in the waiting rows whose person, household or township is there by now; returns how many.

    A row is taken as part of the import that brought it, and only within the area of whoever sent it.

    Args:
        index: only what waits for this number.
    """
    name_who_arrived(session, index)
    done, after = 0, ""
    while True:
        found = queries.open_rows(session, after=after, limit=LOT, index=index)
        if not found:
            return done
        after = found[-1][0].id
        lots: dict[str, list[UnmatchedRow]] = defaultdict(list)
        batches: dict[str, ImportBatch] = {}
        for row, batch in found:
            lots[batch.id].append(row)
            batches[batch.id] = batch
        for import_id, rows in lots.items():
            done += take(session, batches[import_id], rows)


def take(session: Session, batch: ImportBatch, waiting: Sequence[UnmatchedRow]) -> int:
    """Take rows of one import in as far as they find somebody; the others go on waiting."""
    weigher = Weigher((batch.division,) if batch.division else None, today(), keep_made=True)
    rows = {
        one.detail["position"]: Row(
            one.detail["position"], one.sheet, one.row, one.name, one.shape,
            Detail(values=values_of(one.detail), shape=one.shape),
        )
        for one in waiting
    }  # fmt: skip
    weigher.weigh(session, list(rows.values()))
    weigher.unknown.clear()
    ledger_service.write(session, batch.id, batch.ledger or "", weigher)
    found = [one for one in waiting if one.detail["position"] in weigher.made]
    for one in found:
        at = one.detail["position"]
        one.state, one.person_id = "matched", weigher.subjects.get(at)
        one.made = [list(pair) for pair in weigher.made[at]]
    session.flush()
    return len(found)


def unsettle(session: Session, person_ids: Sequence[str], awaits: Sequence[str]) -> list[Change]:
    """Rows that found somebody who now goes wait again, and what came of them goes.

    Raises:
        Conflict: something was built on it; the message says what.
    """
    rows = queries.settled_rows(session, person_ids, awaits)
    told = release(session, rows)
    forget_who_left(session, person_ids)
    return told


def release(session: Session, rows: Sequence[UnmatchedRow]) -> list[Change]:
    """Let matched rows wait again.

    Raises:
        Conflict: something was built on what came of them.
    """
    told: list[Change] = []
    for one in sorted(rows, key=lambda row: row.id, reverse=True):
        changes = [change for kind, key in one.made if (change := queries.change(session, one.import_id, kind, key))]
        notes = [Note(change.row_type, change.row_id, change.before, change.version_after) for change in changes]
        reasons = facts_writing.built_upon(session, KINDS, notes)
        if reasons:
            raise Conflict("不能撤销：" + "".join(dict.fromkeys(reasons)), code="import_in_use")
        told += facts_writing.take_back(session, KINDS, notes)
        for change in changes:
            session.delete(change)
        if one.person_id:
            told += people.unmark(session, one.import_id, {}, [one.person_id])
        one.state, one.person_id, one.made = "open", None, []
        one.decided_by, one.decided_at = None, None
        session.flush()
    return told


def name_who_arrived(session: Session, index_of_one: str | None = None) -> None:
    """Facts that stand without their person (a death, a carer) name whoever carries the number by now."""
    for kind in KINDS.values():
        for index, column in kind.names:
            table = kind.table
            found = session.execute(
                select(table.c.id, table.c[index], *([table.c.name] if "name" in table.columns else []))
                .where(table.c[column].is_(None), table.c[index].is_not(None))
                .where(table.c[index] == index_of_one if index_of_one else true())
                .where(select(col(Person.id)).where(col(Person.id_index) == table.c[index]).exists())
            ).all()
            bearers = people.bearers(session, {row[1] for row in found})
            for row in found:
                who = choose(bearers.get(row[1], ()), row[2] if len(row) > 2 else None, None, loosely=len(row) < 3)
                if who is not None:
                    session.execute(update(table).where(table.c.id == row[0]).values({column: who.id}))


def forget_who_left(session: Session, person_ids: Sequence[str]) -> None:
    """The facts stay when their person leaves the register, and name nobody."""
    for kind in KINDS.values():
        for _, column in kind.names:
            for start in range(0, len(person_ids), CHUNK):
                part = list(person_ids[start : start + CHUNK])
                where = kind.table.c[column].in_(part)
                session.execute(update(kind.table).where(where).values({column: None}))


def follow(session: Session, person_ids: Sequence[str]) -> list[Change]:
    """Rows of people who moved to another home go along; the caller publishes what is returned."""
    told: list[Change] = []
    for kind in KINDS.values():
        if kind.name == "payment" or not {"person_id", "household_id", "division"} <= set(kind.table.columns.keys()):
            continue
        for start in range(0, len(person_ids), CHUNK):
            told += _follow(session, kind, list(person_ids[start : start + CHUNK]))
    return told


def _follow(session: Session, kind: Kind, person_ids: list[str]) -> list[Change]:
    table, person = kind.table, Person.__table__  # type: ignore[attr-defined]
    here = select(table.c.id, table.c.household_id, table.c.division).where(table.c.person_id.in_(person_ids))
    if "removed_at" in table.columns:
        here = here.where(table.c.removed_at.is_(None))
    before = {key: (home, division) for key, home, division in session.execute(here)} if kind.feed else {}
    for column in ("household_id", "division"):
        now = select(person.c[column]).where(person.c.id == table.c.person_id).scalar_subquery()
        session.execute(update(table).where(table.c.person_id.in_(person_ids)).values({column: now}))
    told: list[Change] = []
    for key, home, division in session.execute(here) if before else ():
        if (home, division) != before[key]:
            if division != before[key][1]:
                told.append(Change(kind.feed, key, *before[key], gone=True))
            told.append(Change(kind.feed, key, home, division))
    return told


def built_upon(session: Session, person_ids: Sequence[str], home_ids: Sequence[str]) -> list[str]:
    """What of the ledgers stands upon people and homes that are to go, as sentences."""
    count = 0
    for kind in KINDS.values():
        for column, ids in (("person_id", person_ids), ("household_id", home_ids)):
            if column not in kind.table.columns or any(column == named for _, named in kind.names):
                continue
            for start in range(0, len(ids), CHUNK):
                part = list(ids[start : start + CHUNK])
                count += len(session.execute(select(kind.table.c.id).where(kind.table.c[column].in_(part))).all())
    return [f"已经有 {count} 条台账用到它们，先撤销那些台账的导入。"] if count else []


def tell(session: Session, changes: Sequence[Change]) -> None:
    """Publish what `unsettle` or `release` did."""
    publish(session, changes)
