"""The tables that the chain answers for, and a row of theirs as the chain sees it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson
from sqlalchemy import Boolean, Column, Date, Float, Select, String, Table, collate, select, type_coerce
from sqlalchemy import Row as SqlRow
from sqlalchemy.types import LargeBinary

from app.errors import AppError
from app.evidence import rules
from models.agreements import AgreementSignature
from models.audit import AuditEntry
from models.base import Json, Moment, Sealed, SealedJson, cipher, read_json
from models.photos import Photo, PhotoUpload
from models.reviews import EvidenceQuestion, Review, ReviewEvent
from models.sync import Command, Quarantine
from models.visits import FieldConflict, Issue, Visit, VisitPhoto

BROKEN = "\0broken"
"""What a sealed field holds that nobody can open."""
Turn = Callable[[Any], Any]


def _day(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _real(value: Any) -> Any:
    return float(value) + 0.0  # SQLite keeps no negative zero


def _moment_text(value: Any) -> Any:
    return f"{value.replace(' ', 'T', 1)}Z"


def _flag(value: Any) -> Any:
    return {0: False, 1: True}.get(value, value)


def _open(column: Column[Any]) -> Turn:
    purpose, json = column.type.purpose, isinstance(column.type, SealedJson)  # type: ignore[attr-defined]

    def turn(value: Any) -> Any:
        try:
            text = cipher().open(bytes(value), purpose)
        except AppError:
            return BROKEN
        return read_json(text) if json else text

    return turn


def _given(column: Column[Any]) -> Turn | None:
    """From what is handed to an INSERT to what the chain hashes."""
    if isinstance(column.type, Moment):
        return rules.when
    if isinstance(column.type, Float):
        return _real
    return _day if isinstance(column.type, Date) else None


def _kept(column: Column[Any], sqlite: bool) -> tuple[Any, Turn | None]:
    """What to ask a database for, and from its answer to what the chain hashes.

    SQLite takes anything into any column: what somebody has put there is looked at as it is, never an error.
    """
    if isinstance(column.type, Sealed):
        return type_coerce(column, LargeBinary), _open(column)
    if not sqlite:
        return column, _given(column)
    if isinstance(column.type, Moment):
        return type_coerce(column, String), _moment_text
    if isinstance(column.type, Date):
        return type_coerce(column, String), None
    if column.type is Json:
        return type_coerce(column, String), orjson.loads
    if isinstance(column.type, Boolean):
        return type_coerce(column, String), _flag
    return column, _real if isinstance(column.type, Float) else None


@dataclass(frozen=True)
class Watched:
    """A table under the chain.

    Args:
        table: all of its columns count.
        keys: what names a row; unique, and as long in every row.
        plain: whether a row reads back exactly as it was inserted: then its digest is taken from what is written.
    """

    table: Table
    keys: tuple[str, ...]
    plain: bool = False
    kept: dict[bool, tuple[list[Any], list[tuple[str, Turn]]]] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The table's name, as the chain and `verify` use it."""
        return self.table.name

    @cached_property
    def names(self) -> frozenset[str]:
        """All of its columns."""
        return frozenset(column.name for column in self.table.columns)

    @cached_property
    def _turns(self) -> list[tuple[str, Turn]]:
        turns = ((column.name, _given(column)) for column in self.table.columns)
        return [(name, turn) for name, turn in turns if turn is not None]

    def subject(self, row: Mapping[str, Any]) -> str:
        """The key of a row."""
        return rules.subject_of([row[name] for name in self.keys])

    def given(self, row: Mapping[str, Any]) -> bytes:
        """The digest of a row that is about to be inserted."""
        turned = dict(row)
        for name, turn in self._turns:
            if turned[name] is not None:
                turned[name] = turn(turned[name])
        return rules.digest(rules.content(self.table.name, turned))

    def _columns(self, sqlite: bool) -> tuple[list[Any], list[tuple[str, Turn]]]:
        if sqlite not in self.kept:
            both = [(column.name, *_kept(column, sqlite)) for column in self.table.columns]
            self.kept[sqlite] = (
                [asked.label(name) for name, asked, _ in both], [(name, turn) for name, _, turn in both if turn]
            )  # fmt: skip
        return self.kept[sqlite]

    def query(self, sqlite: bool) -> Select[Any]:
        """All rows, as `rows` takes them."""
        return select(*self._columns(sqlite)[0])

    def in_order(self, sqlite: bool) -> list[Any]:
        """By subject, as the chain's index is."""
        keys = [self.table.c[name] for name in self.keys]
        return keys if sqlite else [collate(one, "C") if isinstance(one.type, String) else one for one in keys]

    def rows(self, found: Iterable[SqlRow[Any]], sqlite: bool) -> Iterator[dict[str, Any]]:
        """Rows as the chain sees them."""
        turns = self._columns(sqlite)[1]
        for one in found:
            row = dict(one._mapping)
            for name, turn in turns:
                value = row[name]
                if value is not None:
                    try:
                        row[name] = turn(value)
                    except (ValueError, TypeError, AttributeError):
                        row[name] = str(value)
            yield row

    def content(self, row: Mapping[str, Any]) -> bytes:
        """A row of `rows` as the text whose digest the chain keeps."""
        return rules.content(self.table.name, row)

    def digest(self, row: Mapping[str, Any]) -> bytes:
        """What the chain keeps of a row of `rows`."""
        return rules.digest(self.content(row))


LOGGED = Watched(AuditEntry.__table__, ("id",))  # type: ignore[attr-defined]
"""The audit log, which is a chain of its own, its ends tied into this one."""


def line_content(row: Mapping[str, Any]) -> bytes:
    """A line of the log, of `LOGGED.rows`, as the text that is hashed: all but the hash itself."""
    return rules.content(LOGGED.type, {name: value for name, value in row.items() if name != "hash"})


def _watched(tables: Sequence[tuple[type, tuple[str, ...], bool]]) -> dict[str, Watched]:
    made = [Watched(table.__table__, keys, plain) for table, keys, plain in tables]  # type: ignore[attr-defined]
    return {one.type: one for one in made}


WATCHED = _watched([
    (Command, ("author_id", "id"), True),
    (Quarantine, ("author_id", "raw_sha256"), False),
    (Visit, ("id",), True),
    (VisitPhoto, ("visit_id", "sha256"), True),
    (Issue, ("id",), True),
    (Photo, ("sha256",), False),
    (PhotoUpload, ("user_id", "sha256"), True),
    (Review, ("id",), False),
    (ReviewEvent, ("id",), False),
    (EvidenceQuestion, ("id",), False),
    (FieldConflict, ("id",), False),
    (AgreementSignature, ("id",), False),
])  # fmt: skip
