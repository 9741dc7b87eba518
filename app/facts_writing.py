"""Writing what a `Run` found, in bulk, and taking it back as long as nothing was built on it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, insert, select, update
from sqlmodel import Session

from app.bulk import Bulk
from app.db import utcnow
from app.facts import CHUNK, Kind, Standing, pack, unpack
from app.feed.service import Change
from models.households import Person

LOT = 2000


class Stale(Exception):
    """A row changed since it was compared; the comparison is to be made anew."""


class Note(NamedTuple):
    """One row that was made (`before` empty) or changed."""

    row_type: str
    row_id: str
    before: dict[str, Any] | None
    version_after: int


@lru_cache
def _inserting(table: Any) -> Bulk:
    return Bulk(insert(table))


def write(
    session: Session, rows: Sequence[Standing], import_id: str | None
) -> tuple[list[Note], list[Change]]:
    """Write the rows that a run touched; returns what undo needs and what phones are to hear.

    Args:
        rows: in the order in which they were made, so that what one row names is there before it.

    Raises:
        Stale: a row is not what it was when it was compared.
    """
    now, notes, changes = utcnow(), [], []
    for kind, own in _by_kind(rows):
        made = [row for row in own if row.new]
        changed = [row for row in own if not row.new]
        _insert(session, kind, made, import_id, now)
        notes += [Note(kind.name, row.id, None, 1) for row in made]
        notes += _update(session, kind, changed, now)
        if kind.feed:
            changes += [Change(kind.feed, row.id, row.home, row.division) for row in own]
        if kind.name == "contact":
            changes += [Change("person", row.values["person_id"], row.home, row.division) for row in own]
    return notes, changes


def _by_kind(rows: Iterable[Standing]) -> list[tuple[Kind, list[Standing]]]:
    grouped: dict[str, list[Standing]] = {}
    for row in rows:
        grouped.setdefault(row.kind.name, []).append(row)
    order = sorted(grouped, key=lambda name: name != "official")
    return [(grouped[name][0].kind, grouped[name]) for name in order]


def _insert(session: Session, kind: Kind, rows: Sequence[Standing], import_id: str | None, now: datetime) -> None:
    columns = set(kind.table.columns.keys())
    fresh = {name: value for name, value in (
        ("import_id", import_id), ("created_at", now), ("updated_at", now), ("version", 1)
    ) if name in columns}  # fmt: skip
    for start in range(0, len(rows), LOT):
        lot = [{name: value for name, value in row.values.items() if name in columns} | fresh
               for row in rows[start : start + LOT]]  # fmt: skip
        _inserting(kind.table).write(session, lot)


def _update(session: Session, kind: Kind, rows: Sequence[Standing], now: datetime) -> list[Note]:
    notes: list[Note] = []
    _look_again(session, kind, rows)
    alike: dict[tuple[str, ...], list[Standing]] = defaultdict(list)
    for row in rows:
        alike[tuple(sorted(row.former))].append(row)
    for names, own in alike.items():
        values = {name: bindparam(f"b_{name}", type_=kind.table.c[name].type) for name in names}
        if kind.versioned:
            values["version"] = kind.table.c.version + 1
        if "updated_at" in kind.table.columns:
            values["updated_at"] = bindparam("b_now", now, type_=kind.table.c.updated_at.type)
        statement = update(kind.table).where(kind.table.c.id == bindparam("b_id")).values(values)
        said = [{"b_id": row.id} | {f"b_{name}": row.values[name] for name in names} for row in own]
        for start in range(0, len(said), LOT):
            session.connection().execute(statement, said[start : start + LOT])
        notes += [
            Note(kind.name, row.id, pack(kind, row.former), row.values.get("version", 0) + 1) for row in own
        ]
    return notes


def _look_again(session: Session, kind: Kind, rows: Sequence[Standing]) -> None:
    """The rows still are what they were compared with; until the commit nobody else changes them."""
    if not kind.versioned:
        return
    expected = {row.id: row.values["version"] for row in rows}
    found = versions(session, kind, sorted(expected), lock=True)
    if found != expected:
        raise Stale


def versions(session: Session, kind: Kind, ids: Sequence[str], *, lock: bool = False) -> dict[str, int]:
    """The present version of these rows."""
    table, found = kind.table, {}
    for start in range(0, len(ids), CHUNK):
        query = select(table.c.id, table.c.version).where(table.c.id.in_(ids[start : start + CHUNK]))
        found.update({key: version for key, version in session.execute(query.with_for_update() if lock else query)})
    return found


def built_upon(session: Session, kinds: Mapping[str, Kind], notes: Sequence[Note]) -> list[str]:
    """What stands in the way of taking these rows back, as sentences."""
    changed = 0
    reasons: list[str] = []
    for kind, own in _of_kinds(kinds, notes):
        expected = {one.row_id: one.version_after for one in own}
        if kind.versioned:
            now = versions(session, kind, sorted(expected))
            changed += sum(expected[key] != version for key, version in now.items())
        gone = {one.row_id for one in own if one.before is None}
        for table, column, words in kind.used:
            count = _users(session, table.__table__, column, sorted(gone), {one.row_id for one in notes})
            if count:
                reasons.append(f"已经有 {count} {words}用到它们。")
    return ([f"{changed} 条后来又改过。"] if changed else []) + reasons


def _users(session: Session, table: Any, column: str, ids: Sequence[str], ours: set[str]) -> int:
    count = 0
    for start in range(0, len(ids), CHUNK):
        found = session.scalars(select(table.c.id).where(table.c[column].in_(ids[start : start + CHUNK])))
        count += sum(key not in ours for key in found)
    return count


def _of_kinds(kinds: Mapping[str, Kind], notes: Iterable[Note]) -> list[tuple[Kind, list[Note]]]:
    grouped: dict[str, list[Note]] = defaultdict(list)
    for one in notes:
        if one.row_type in kinds:
            grouped[one.row_type].append(one)
    order = sorted(grouped, key=lambda name: name == "official")
    return [(kinds[name], grouped[name]) for name in order]


def take_back(session: Session, kinds: Mapping[str, Kind], notes: Sequence[Note]) -> list[Change]:
    """Made rows go, changed rows get their former values; returns what phones are to hear."""
    changes: list[Change] = []
    for kind, own in _of_kinds(kinds, notes):
        by_id = {one.row_id: one for one in own}
        for start in range(0, len(own), CHUNK):
            part = [one.row_id for one in own[start : start + CHUNK]]
            made = [key for key in part if by_id[key].before is None]
            changes += _news(session, kind, part, set(made))
            if made:
                session.execute(delete(kind.table).where(kind.table.c.id.in_(made)))
        for one in own:
            if one.before is not None:
                _restore(session, kind, one)
    return changes


def _news(session: Session, kind: Kind, ids: Sequence[str], gone: set[str]) -> list[Change]:
    table = kind.table
    if not kind.feed:
        return []
    if "household_id" in table.columns:
        found = session.execute(
            select(table.c.id, table.c.id, table.c.household_id, table.c.division).where(table.c.id.in_(ids))
        ).all()
    else:
        person = Person.__table__  # type: ignore[attr-defined]
        query = select(table.c.id, table.c.person_id, person.c.household_id, person.c.division)
        query = query.join(person, person.c.id == table.c.person_id).where(table.c.id.in_(ids))
        found = session.execute(query).all()
    news = [Change(kind.feed, key, home, division, gone=key in gone) for key, _, home, division in found]
    if kind.name == "contact":
        news += [Change("person", subject, home, division) for _, subject, home, division in found]
    return news


def _restore(session: Session, kind: Kind, one: Note) -> None:
    values = unpack(kind, one.before or {})
    if kind.versioned:
        values["version"] = kind.table.c.version + 1
    if "updated_at" in kind.table.columns:
        values["updated_at"] = utcnow()
    session.execute(update(kind.table).where(kind.table.c.id == one.row_id).values(values))
