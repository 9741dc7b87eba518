"""`column IN (many values)` with all of them in one parameter; and whether a list that a column keeps has a value.

SQLAlchemy writes a list of values into the statement one by one, each time anew, which costs more than the database
needs to find four hundred rows. Here the statement stays the same: SQLite unpacks a JSON list, PostgreSQL takes an
array.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, Boolean, Integer, String, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeDecorator

from models.base import write_json


class _Keys(TypeDecorator[Any]):
    """A list of texts or whole numbers as one parameter."""

    impl = String
    cache_ok = True

    def __init__(self, whole: bool) -> None:
        super().__init__()
        self.whole = whole

    def load_dialect_impl(self, dialect: Any) -> Any:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String())
        return dialect.type_descriptor(ARRAY(BigInteger() if self.whole else String()))

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        return write_json(value) if dialect.name == "sqlite" else value


class _Among(ColumnElement[bool]):
    inherit_cache = True
    type = Boolean()
    _is_implicitly_boolean = True
    _traverse_internals = [("column", InternalTraversal.dp_clauseelement), ("keys", InternalTraversal.dp_clauseelement)]

    def __init__(self, column: ColumnElement[Any], keys: ColumnElement[Any]) -> None:
        self.column, self.keys = column, keys

    @property
    def _from_objects(self) -> list[Any]:
        return self.column._from_objects


@compiles(_Among)
def _array(element: _Among, compiler: Any, **more: Any) -> str:
    return f"{compiler.process(element.column, **more)} = ANY({compiler.process(element.keys, **more)})"


@compiles(_Among, "sqlite")
def _json(element: _Among, compiler: Any, **more: Any) -> str:
    keys = compiler.process(element.keys, **more)
    return f"{compiler.process(element.column, **more)} IN (SELECT value FROM json_each({keys}))"


def among(column: Any, keys: Iterable[Any] | str) -> ColumnElement[bool]:
    """Whether a column has one of these values, texts or whole numbers.

    Args:
        keys: the values, or the name of the parameter that will bring them as a list, for a statement made once.
    """
    column = column.__clause_element__() if hasattr(column, "__clause_element__") else column
    kind = _Keys(isinstance(column.type, Integer))
    if isinstance(keys, str):
        return _Among(column, bindparam(keys, type_=kind))
    return _Among(column, bindparam(None, list(keys), type_=kind, unique=True))


class _Holds(_Among):
    inherit_cache = True


@compiles(_Holds)
def _has_key(element: _Holds, compiler: Any, **more: Any) -> str:
    return f"({compiler.process(element.column, **more)} ? {compiler.process(element.keys, **more)})"


@compiles(_Holds, "sqlite")
def _each(element: _Holds, compiler: Any, **more: Any) -> str:
    kept, key = compiler.process(element.column, **more), compiler.process(element.keys, **more)
    return f"EXISTS (SELECT 1 FROM json_each({kept}) WHERE value = {key})"


def holds(column: Any, key: str) -> ColumnElement[bool]:
    """Whether a column that keeps a list of texts has this one in it."""
    column = column.__clause_element__() if hasattr(column, "__clause_element__") else column
    return _Holds(column, bindparam(None, key, type_=String(), unique=True))
