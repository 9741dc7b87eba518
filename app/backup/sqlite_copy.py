"""A consistent copy of a SQLite database that others go on writing to."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import text

from app.db import engine

NAME = "ruhutong.db"
PAGES = 2000


def copy(folder: Path, tell: Callable[[int, int], None]) -> None:
    """Copy the database to `ruhutong.db` in a folder, as it stands at one moment.

    The reading transaction, begun before the first page, holds that moment: without it SQLite would begin the copy
    anew with each commit of another process, on a busy server without end.
    """
    target = sqlite3.connect(folder / NAME)
    try:
        with engine().connect() as connection:
            connection.execute(text("SELECT count(*) FROM sqlite_master"))
            source = connection.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)
            source.backup(target, pages=PAGES, progress=lambda _status, left, total: tell(total - left, total))
        target.execute("PRAGMA journal_mode=DELETE")  # one file, complete in itself
    finally:
        target.close()
    (folder / NAME).chmod(0o600)


def look(path: Path) -> sqlite3.Connection:
    """A copy, opened for looking only."""
    return sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)


def tables(connection: sqlite3.Connection) -> list[str]:
    """Names of its tables."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    return [name for (name,) in connection.execute(query)]


def counts(path: Path) -> dict[str, int]:
    """Rows by table."""
    connection = look(path)
    try:
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables(connection)}
    finally:
        connection.close()


def photos(path: Path) -> Iterator[tuple[str, int]]:
    """Name and size of each picture it knows."""
    connection = look(path)
    try:
        yield from connection.execute("SELECT sha256, size FROM photo ORDER BY sha256")
    finally:
        connection.close()


def facts(path: Path) -> tuple[str, str, int]:
    """Migration, epoch and feed position."""
    connection = look(path)
    try:
        migration = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        epoch = connection.execute("SELECT id FROM epoch ORDER BY number DESC LIMIT 1").fetchone()
        feed = connection.execute("SELECT value FROM counter WHERE name = 'feed'").fetchone()
        return migration, epoch[0] if epoch else "", feed[0] if feed else 0
    finally:
        connection.close()


def wrong(path: Path) -> list[str]:
    """What SQLite itself finds wrong with a database file."""
    try:
        connection = look(path)
        try:
            found = [line for (line,) in connection.execute("PRAGMA integrity_check(5)") if line != "ok"]
            return found + [f"{row[0]} {row[1]}" for row in connection.execute("PRAGMA foreign_key_check").fetchmany(5)]
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        return [str(error)]
