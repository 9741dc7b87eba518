"""Column types shared by the tables: moments in UTC, JSON, fields sealed with the county's key."""

import json
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import JSON, DateTime, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import LargeBinary, TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A moment kept in UTC, always with its time zone in Python (SQLite would drop it)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_PLAIN = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS


def write_json(value: Any) -> str:
    """JSON as tables keep it; what the fast writer does not take (a huge integer) the plain one writes or refuses."""
    try:
        return orjson.dumps(value, option=_PLAIN).decode()
    except TypeError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def read_json(text: str | bytes) -> Any:
    """JSON out of a table."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def ordered(length: int) -> String:
    """Text compared by code point on both databases, so that a prefix is a range of an index."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Sealed(TypeDecorator[str]):
    """Text encrypted field by field: ID numbers, phones, bank accounts (PIPL art. 28, 51).

    The cipher is given by `app.crypto` at start, so that tables know no key.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def __repr__(self) -> str:
        return f"Sealed({self.purpose!r})"

    def process_bind_param(self, value: str | None, dialect: Any) -> bytes | None:
        return None if value is None else cipher().seal(value, self.purpose)

    def process_result_value(self, value: bytes | None, dialect: Any) -> str | None:
        return None if value is None else cipher().open(bytes(value), self.purpose)


class SealedJson(Sealed):
    """A JSON value encrypted as a whole: answers and values that may hold a phone number."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> bytes | None:
        if value is None:
            return None
        return super().process_bind_param(write_json(value), dialect)

    def process_result_value(self, value: bytes | None, dialect: Any) -> Any:
        text = super().process_result_value(value, dialect)
        return None if text is None else read_json(text)


_cipher: list[Any] = []


def use_cipher(value: Any) -> None:
    """Give the tables the cipher that seals and opens their fields."""
    _cipher[:] = [value]


def cipher() -> Any:
    """The cipher in use; made from the home's key files on first need."""
    if not _cipher:
        raise RuntimeError("no cipher: call app.crypto.ready() first")
    return _cipher[0]
