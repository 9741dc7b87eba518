"""What a backup consists of, and what its manifest must say to be believed."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import rfc8785

FORMAT = 1
MANIFEST = "manifest.json"
PHOTOS = "photos"
PHOTO_LIST = "photos.txt"
BROKEN_OFF = ".unfinished"
"""End of the name of a generation that is being written; such a folder is never read as a backup."""
MARGIN = timedelta(minutes=5)
"""Phones and servers know the time only so well: what came in shortly before a backup is not called covered by it."""

_NAME = re.compile(r"\d{8}T\d{6}Z(-\d+)?")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PIECE = re.compile(r"(tables/)?[a-z0-9_]{1,80}(\.[a-z]{1,8}){0,2}")


def generation_name(at: datetime) -> str:
    """The folder of a backup begun at a moment (UTC): names in order are times in order."""
    return at.strftime("%Y%m%dT%H%M%SZ")


def is_generation(name: str) -> bool:
    """Whether a folder's name is that of a whole backup."""
    return _NAME.fullmatch(name) is not None


def to_drop(names: list[str], keep: int) -> list[str]:
    """Which generations are older than the newest `keep`."""
    return sorted(name for name in names if is_generation(name))[:-keep] if keep > 0 else []


def covers(began_at: datetime) -> datetime:
    """What came in before this moment lies in a backup begun at `began_at`, whosever clock counted."""
    return began_at - MARGIN


@dataclass(frozen=True)
class Piece:
    """One file of a generation."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds and when it was made; `keys` are the digests of the key files it needs."""

    app: str
    database: str
    migration: str
    epoch: str
    feed: int
    began_at: str
    covers: str
    pieces: list[Piece]
    rows: dict[str, int]
    photos: int
    photo_bytes: int
    keys: dict[str, str]
    columns: dict[str, list[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As it is written, with a digest of itself."""
        body = {"format": FORMAT} | vars(self) | {"pieces": [vars(one) for one in self.pieces]}
        return body | {"digest": digest_of(body)}


def digest_of(body: dict[str, Any]) -> str:
    """SHA-256 of a manifest's canonical form, without its digest."""
    return hashlib.sha256(rfc8785.dumps({key: value for key, value in body.items() if key != "digest"})).hexdigest()


def read_manifest(body: Any) -> Manifest | None:
    """A manifest as it was written; None where it is none, of another format, or changed."""
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        return None
    try:
        if body["digest"] != digest_of(body):
            return None
        rest = {key: value for key, value in body.items() if key not in {"format", "digest", "pieces"}}
        pieces = [Piece(one["name"], one["size"], one["sha256"]) for one in body["pieces"]]
        found = Manifest(pieces=pieces, **rest)
    except (KeyError, TypeError, ValueError):
        return None
    safe = all(_PIECE.fullmatch(one.name) for one in pieces) and all(
        re.fullmatch(r"[a-z0-9-]{1,60}\.key", name) for name in found.keys
    )
    return found if safe else None


def read_photo_line(line: str) -> tuple[str, int] | None:
    """Name and size of a picture in the list; None for a line that is none."""
    name, _, size = line.strip().partition(" ")
    return (name, int(size)) if _SHA256.fullmatch(name) and size.isdigit() else None
