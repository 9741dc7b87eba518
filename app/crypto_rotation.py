"""Sealing every sealed field anew with the newest key, in batches; may be broken off and run again.

Walks all tables, so that a room that comes later is covered without a word here. The audit log holds only masks.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy import Table, bindparam, select, tuple_, type_coerce, update
from sqlalchemy.types import LargeBinary
from sqlmodel import SQLModel

import models  # noqa: F401  (registers every table)
from app import crypto, key_care
from app.audit.service import record
from app.config import settings
from app.db import reading, transaction
from app.facts import fingerprint
from app.key_care import ROTATING
from models.agreements import Agreement
from models.base import Sealed
from models.benefits import Payment, PettyEntry
from models.children import Child
from models.households import Person
from models.lists import Custody, Death, Listed, UnmatchedRow
from models.pairing import Official

BATCH = 500


def sealed_columns() -> list[tuple[Table, list[str]]]:
    """Every table with its sealed columns, in a stable order."""
    found = []
    for table in SQLModel.metadata.sorted_tables:
        names = [column.name for column in table.columns if isinstance(column.type, Sealed)]
        if names:
            found.append((table, names))
    return found


def rotate(*, batch: int = BATCH, new_key: bool = True) -> dict[str, Any]:
    """Make a new field key and seal everything anew with it; returns how many values each column had.

    Args:
        batch: rows in one unit of work.
        new_key: False goes on with the newest key, after a rotation that was broken off.
    """
    if new_key:
        crypto.add_key(settings().keys)
    crypto.ready.cache_clear()
    cipher = crypto.ready()
    counts: Counter[str] = Counter()
    # A server at work seals with the key before until it meets the new one: a second look finds what it wrote.
    for _ in range(2):
        for table, names in sealed_columns():
            found = _reseal(table, names, cipher, batch)
            counts.update({f"{table.name}.{name}": count for name, count in found.items()})
    with transaction() as session:
        record(session, None, "keys.rotated", "key", cipher.current, after=dict(counts))
    return {"key": cipher.current, "sealed": dict(counts)}


def _reseal(table: Table, names: list[str], cipher: crypto.Cipher, batch: int) -> dict[str, int]:
    counts = dict.fromkeys(names, 0)
    after: tuple[Any, ...] | None = None
    while True:
        rows = _rows(table, names, after, batch)
        if not rows:
            return counts
        key_length = len(table.primary_key.columns)
        after = tuple(rows[-1][:key_length])
        for name in names:
            counts[name] += _reseal_column(table, name, rows, names.index(name) + key_length, cipher)


def _rows(table: Table, names: list[str], after: tuple[Any, ...] | None, batch: int) -> list[Any]:
    keys = list(table.primary_key.columns)
    raw = [type_coerce(table.c[name], LargeBinary) for name in names]
    query = select(*keys, *raw).order_by(*keys).limit(batch)
    if after is not None:
        query = query.where(tuple_(*keys) > tuple(after)) if len(keys) > 1 else query.where(keys[0] > after[0])
    with reading() as session:
        return list(session.execute(query))


def _reseal_column(table: Table, name: str, rows: list[Any], position: int, cipher: crypto.Cipher) -> int:
    """Seal one column of a batch anew; a value changed meanwhile by somebody else is left to them."""
    keys = list(table.primary_key.columns)
    purpose = table.c[name].type.purpose  # type: ignore[attr-defined]
    work = []
    for row in rows:
        old = row[position]
        if old is None or cipher.key_of(bytes(old)) == cipher.current:
            continue
        fresh = cipher.seal(cipher.open(bytes(old), purpose), purpose)
        named = {f"k_{key.name}": value for key, value in zip(keys, row, strict=False)}
        work.append(named | {"b_old": bytes(old), "b_new": fresh})
    if work:
        column = type_coerce(table.c[name], LargeBinary)
        same = [key == bindparam(f"k_{key.name}") for key in keys]
        statement = (
            update(table)
            .where(*same, column == bindparam("b_old", type_=LargeBinary))
            .values({name: type_coerce(bindparam("b_new", type_=LargeBinary), LargeBinary)})
        )
        with transaction() as session:
            session.connection().execute(statement, work)
    return len(work)


def reindex(*, batch: int = BATCH, new_key: bool = True) -> dict[str, Any]:
    """Make a new key of the blind indexes and every index anew with it; while nothing is served.

    May be broken off: `rotating` stays, nothing is served, and the next run goes on with the key that was made.

    Args:
        batch: rows in one unit of work.
        new_key: False makes every index anew with the newest key, after an older database was put back.
    """
    folder = settings().keys
    marker = folder / ROTATING
    if new_key and not marker.exists():
        marker.touch(mode=0o600)
        crypto.add_index_key(folder)
    crypto.ready.cache_clear()
    crypto.ready()
    count, after = _reindex_payees(batch), ""
    for table, index, number, purpose in _OTHERS:
        count += _reindex_others(table, index, number, purpose, batch)
    while rows := _people(after, batch):
        after = rows[-1].id
        count += _reindex(rows)
    with transaction() as session:
        record(session, None, "keys.rotated", "key", "index", after={"indexed": count})
    marker.unlink(missing_ok=True)
    return {"key": key_care.newest(folder, "index"), "indexed": count}


_NUMBER, _PHONE = "person.id_number", "person.phone"
_OTHERS: tuple[tuple[Any, str, Callable[[Any], str | None], str], ...] = (
    (Death, "id_index", lambda row: row.id_number, _NUMBER),
    (Custody, "id_index", lambda row: row.id_number, _NUMBER),
    (Listed, "id_index", lambda row: row.details.get("id"), _NUMBER),
    (PettyEntry, "id_index", lambda row: row.details.get("id"), _NUMBER),
    (UnmatchedRow, "id_index", lambda row: row.detail.get("values", {}).get("id"), _NUMBER),
    (Agreement, "carer_index", lambda row: row.carer_number, _NUMBER),
    (Child, "father_index", lambda row: row.father_number, _NUMBER),
    (Child, "mother_index", lambda row: row.mother_number, _NUMBER),
    (Official, "phone_index", lambda row: row.phone, _PHONE),
)
"""Tables of the ledgers with a blind index, and where the number stands of which it is made."""


def _reindex_others(
    table: Any, column: str, number: Callable[[Any], str | None], purpose: str, batch: int
) -> int:
    count, after = 0, ""
    while True:
        with transaction() as session:
            query = select(table).where(table.id > after, getattr(table, column).is_not(None))
            rows = list(session.scalars(query.order_by(table.id).limit(batch)))
            for row in rows:
                said = number(row)
                fresh = fingerprint(said, purpose) or getattr(row, column)
                if fresh != getattr(row, column):
                    setattr(row, column, fresh)
                    count += 1
            if not rows:
                return count
            after = rows[-1].id


def _reindex_payees(batch: int) -> int:
    """Whoever drew money for somebody is kept by index alone: what it becomes is learned from people and carers, whose
    own indexes are therefore made anew later."""
    with reading() as session:
        query = select(Payment.payee_index).where(Payment.payee_index.is_not(None)).distinct()  # type: ignore[call-overload, union-attr]
        wanted = sorted(session.scalars(query))
    anew: dict[str, str] = {}
    for start in range(0, len(wanted), batch):
        part = wanted[start : start + batch]
        with reading() as session:
            people = select(Person.id_index, Person.id_number).where(Person.id_index.in_(part))  # type: ignore[call-overload, union-attr]
            carers = select(Agreement.carer_index, Agreement.carer_number).where(Agreement.carer_index.in_(part))  # type: ignore[call-overload, union-attr]
            for query in (people, carers):
                anew |= {old: crypto.index(said, _NUMBER) for old, said in session.execute(query) if said}
    anew = {old: fresh for old, fresh in anew.items() if old != fresh}
    for old, fresh in anew.items():
        with transaction() as session:
            session.execute(update(Payment).where(Payment.payee_index == old).values(payee_index=fresh))  # type: ignore[arg-type]
    return len(anew)


def _people(after: str, batch: int) -> list[Any]:
    columns = (Person.id, Person.id_number, Person.phone, Person.id_index, Person.phone_index)
    with reading() as session:
        return list(session.execute(select(*columns).where(Person.id > after).order_by(Person.id).limit(batch)))  # type: ignore[call-overload]


def _reindex(rows: list[Any]) -> int:
    work = []
    for row in rows:
        fresh = {
            "b_number": crypto.index(row.id_number, "person.id_number") if row.id_number else None,
            "b_phone": fingerprint(row.phone, _PHONE),
        }
        if (row.id_index, row.phone_index) != (fresh["b_number"], fresh["b_phone"]):
            work.append({"k_id": row.id, **fresh})
    if work:
        table = Person.__table__  # type: ignore[attr-defined]
        statement = (
            update(table)
            .where(table.c.id == bindparam("k_id"))
            .values(id_index=bindparam("b_number"), phone_index=bindparam("b_phone"))
        )
        with transaction() as session:
            session.connection().execute(statement, work)
    return len(work)
