"""A consistent copy of a PostgreSQL schema, table by table, and the way back; no program of PostgreSQL's is needed.

One read-only REPEATABLE READ transaction sees one moment throughout, while others go on writing.
"""

import gzip
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Cursor, sql
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

import models  # noqa: F401  (registers every table)
from app.backup.files import BLOCK, make_folder, open_new
from app.config import settings
from app.db import make_engine
from app.errors import Unavailable

FOLDER = "tables"
VERSION_TABLE = "alembic_version"


@contextmanager
def moment() -> Iterator[Cursor[Any]]:
    """A cursor that sees the database as it stands now, for as long as it is open; no key of the home is needed.

    Raises:
        Unavailable: the database is away.
    """
    engine = make_engine(settings().database)
    try:
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with engine.connect().execution_options(**options) as connection:
            connection.execute(text("SELECT 1"))
            with connection.connection.cursor() as cursor:
                yield cursor
    except (OperationalError, psycopg.OperationalError) as error:
        raise Unavailable() from error
    finally:
        engine.dispose()


def columns(cursor: Cursor[Any]) -> dict[str, list[str]]:
    """The tables of our schema with their columns."""
    cursor.execute(
        "SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t "
        "USING (table_schema, table_name) WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' "
        "AND c.is_generated = 'NEVER' ORDER BY 1, c.ordinal_position"
    )
    found: dict[str, list[str]] = {}
    for table, column in cursor.fetchall():
        found.setdefault(table, []).append(column)
    return found


def piece_name(table: str) -> str:
    """The file of a table."""
    return f"{FOLDER}/{table}.copy.gz"


def _names(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def dump(
    cursor: Cursor[Any], folder: Path, tables: Mapping[str, list[str]], tell: Callable[[int, int], None]
) -> dict[str, int]:
    """Write each table to a file of its own; returns the rows by table."""
    make_folder(folder / FOLDER)
    rows = {}
    for number, (table, names) in enumerate(tables.items(), 1):
        statement = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table), _names(names))
        with (
            open_new(folder / piece_name(table)) as raw,
            gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=3) as file,
            cursor.copy(statement) as copy,
        ):
            for block in copy:
                file.write(block)
        rows[table] = cursor.rowcount
        tell(number, len(tables))
    return rows


def photos(cursor: Cursor[Any]) -> Iterator[tuple[str, int]]:
    """Name and size of each picture, at the cursor's moment."""
    with cursor.copy("COPY (SELECT sha256, size FROM photo ORDER BY sha256) TO STDOUT") as copy:
        for sha256, size in copy.rows():
            yield sha256, int(size)


def facts(cursor: Cursor[Any]) -> tuple[str, str, int]:
    """Migration, epoch and feed position."""
    migration = cursor.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()
    epoch = cursor.execute("SELECT id FROM epoch ORDER BY number DESC LIMIT 1").fetchone()
    feed = cursor.execute("SELECT value FROM counter WHERE name = 'feed'").fetchone()
    assert migration is not None
    return migration[0], epoch[0] if epoch else "", feed[0] if feed else 0


def counts(cursor: Cursor[Any], tables: Sequence[str]) -> dict[str, int]:
    """Rows by table."""
    found = {}
    for table in tables:
        row = cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        found[table] = row[0] if row else 0
    return found


def in_order(tables: Sequence[str]) -> list[str]:
    """Tables so that each comes after those it refers to."""
    known = [table.name for table in SQLModel.metadata.sorted_tables]
    return sorted(tables, key=lambda name: known.index(name) if name in known else -1)


def load(cursor: Cursor[Any], folder: Path, tables: Mapping[str, list[str]], tell: Callable[[int, int], None]) -> None:
    """Fill empty tables from the files, in the transaction of the cursor."""
    for number, table in enumerate(in_order(list(tables)), 1):
        if table == VERSION_TABLE:
            continue
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), _names(tables[table]))
        with gzip.open(folder / piece_name(table), "rb") as file, cursor.copy(statement) as copy:
            while block := file.read(BLOCK):
                copy.write(block)
        tell(number, len(tables))
    _set_sequences(cursor, tables)


def _set_sequences(cursor: Cursor[Any], tables: Mapping[str, list[str]]) -> None:
    """Numbers that the database gives go on behind the highest that was put back."""
    for table, names in tables.items():
        for name in names:
            sequence = cursor.execute("SELECT pg_get_serial_sequence(quote_ident(%s), %s)", (table, name)).fetchone()
            if sequence and sequence[0]:
                highest = sql.SQL("SELECT setval(%s, coalesce(max({}), 0) + 1, false) FROM {}")
                cursor.execute(highest.format(sql.Identifier(name), sql.Identifier(table)), (sequence[0],))
