"""Sealing every sealed field anew with the newest key, in batches; may be broken off and run again.

Walks all tables, so that a room that comes later is covered without a word here. The audit log holds only masks.
"""

from collections import Counter
from typing import Any

from sqlalchemy import Table, bindparam, select, tuple_, type_coerce, update
from sqlalchemy.types import LargeBinary
from sqlmodel import SQLModel

import models  # noqa: F401  (registers every table)
from app import crypto
from app.audit.service import record
from app.config import settings
from app.db import reading, transaction
from models.base import Sealed

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
