"""How often the database is asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from app.db import engine


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that goes to the database while the block runs."""
    asked: list[str] = []

    def hear(_connection, _cursor, statement, *_rest) -> None:
        asked.append(statement)

    event.listen(engine(), "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        event.remove(engine(), "before_cursor_execute", hear)
