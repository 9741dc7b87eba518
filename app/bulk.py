"""Many rows through one statement, handed to the driver as they are.

SQLAlchemy prepares each row of a statement anew (names, defaults, conversions), which costs more than the database
itself. Here a statement is made ready once for each dialect, and its rows are converted column by column.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Date, Executable
from sqlmodel import Session

from models.base import Moment

Rows = Sequence[Mapping[str, Any]]
Column = Callable[[Rows], list[Any]]


class Bulk:
    """An insert, or an update by bound parameters, for many rows of the same columns.

    Made once, at import: `_NEW = Bulk(insert(Visit.__table__))`. Every column with a default of its own is named.
    """

    def __init__(self, statement: Executable | Callable[[str], Executable]) -> None:
        """Take a statement, or how it is made for a dialect's name."""
        self._statement = statement
        self._ready: dict[tuple[Any, ...], _Made] = {}

    def write(self, session: Session, rows: Rows) -> None:
        """Write rows; nothing happens where there are none. What the session still holds is written first."""
        from app.evidence.chain_service import note  # the room stands upon this module

        if not rows:
            return
        session.flush()
        connection = session.connection()
        made = self._made(connection, tuple(rows[0]))
        note(connection, made.statement, rows)
        values: list[Any] = list(zip(*(column(rows) for column in made.columns), strict=True))
        if made.names:
            values = [dict(zip(made.names, one, strict=True)) for one in values]
        connection.exec_driver_sql(made.sql, values)

    def _made(self, connection: Connection, keys: tuple[str, ...]) -> "_Made":
        dialect = connection.dialect
        kind = (dialect.name, dialect.driver, keys)
        if kind not in self._ready:
            statement = self._statement(dialect.name) if callable(self._statement) else self._statement
            self._ready[kind] = _make(statement, dialect, keys)
        return self._ready[kind]


@dataclass(frozen=True)
class _Made:
    """A statement as the driver takes it: `names` where it wants values by name, none where by place."""

    statement: Any
    sql: str
    columns: Sequence[Column]
    names: Sequence[str]


def _make(statement: Any, dialect: Any, keys: Sequence[str]) -> _Made:
    compiled = statement.compile(dialect=dialect, column_keys=list(keys), for_executemany=True)
    missing = (*compiled.insert_prefetch, *compiled.update_prefetch)
    assert not missing, f"a column with a default is not named: {missing}"
    lists = compiled.post_compile_params | compiled.literal_execute_params
    assert not lists, f"a list is no plain value: {lists}"
    names = compiled.positiontup if compiled.positional else list(compiled.bind_names.values())
    fixed, converters = compiled.params, compiled._bind_processors
    types = {name: bind.type for bind, name in compiled.bind_names.items()}
    columns = [_column(name, types[name], converters.get(name), None if name in keys else fixed) for name in names]
    return _Made(statement, compiled.string, columns, () if compiled.positional else names)


def _column(
    name: str, kind: Any, convert: Callable[[Any], Any] | None, fixed: Mapping[str, Any] | None
) -> Column:
    """The values of one parameter: from the rows, or what the statement itself says."""
    if fixed is not None:
        value = fixed[name] if convert is None else convert(fixed[name])
        return lambda rows: [value] * len(rows)
    if convert is None:
        return lambda rows: [row[name] for row in rows]
    if isinstance(kind, Date | Moment):
        return lambda rows: _each_once([row[name] for row in rows], convert)
    return lambda rows: [convert(row[name]) for row in rows]


def _each_once(values: Sequence[Any], convert: Callable[[Any], Any]) -> list[Any]:
    """Values converted, where many rows have the same one: a moment is that of all rows, days come again and again."""
    made = {value: convert(value) for value in set(values)}
    return [made[value] for value in values]
