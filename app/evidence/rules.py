"""How a link of the chain is written and tied to the one before. A stranger's script does the same in ten lines."""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

import orjson

Item = TypeVar("Item")
FIRST = bytes(32)
"""What stands before the first entry."""


@lru_cache(maxsize=1024)
def when(at: datetime) -> str:
    """A moment as the chain writes it; many rows of one unit of work have the same."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def line(n: int, kind: str, type: str, subject: str, what: bytes, at: str) -> bytes:
    """An entry as the text that is hashed: one fact a line."""
    return f"{n}\n{kind}\n{type}\n{subject}\n{what.hex()}\n{at}\n".encode()


def link(before: bytes, written: bytes) -> bytes:
    """The hash of an entry: over the hash of the one before and the digest of its own line.

    The digest stands between, so that a proof can lead past other people's entries without telling what they are.
    """
    return hashlib.sha256(before + hashlib.sha256(written).digest()).digest()


def head_message(n: int, head: bytes) -> bytes:
    """What the county signs."""
    return f"ruhutong chain\n{n}\n{head.hex()}\n".encode()


def content(type: str, row: Mapping[str, Any]) -> bytes:
    """A row as the text whose digest goes into the chain: what is empty is left out, so that columns may be added."""
    full = {"": type} | {name: value for name, value in row.items() if value is not None}
    try:
        return orjson.dumps(full, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    except TypeError:
        return json.dumps(full, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str).encode()


def digest(written: bytes) -> bytes:
    """What the chain keeps of a row."""
    return hashlib.sha256(written).digest()


def subject_of(parts: Iterable[Any]) -> str:
    """A row's key as one text; a blank sorts before everything that stands in an id."""
    return " ".join(map(str, parts))


def short(head: bytes) -> str:
    """A hash as a receipt carries it."""
    return base64.urlsafe_b64encode(head).rstrip(b"=").decode()


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Items in lists of at most `size`, without holding more than one of them."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
