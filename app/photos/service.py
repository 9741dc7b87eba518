"""Seeing pictures: who may, what is shown in their place, what was found in them.

The bytes as received stay private. What is shown is re-encoded, without EXIF, and lies under `cache/derivatives`, where
it can be made again at any time. A child's picture needs a right of its own and a reason, and each look is logged.
"""

import atexit
import os
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select, update
from sqlmodel import Session

from app.accounts.queries import in_scope
from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit.service import record
from app.config import settings
from app.db import SHANGHAI, reading, transaction, utcnow
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.photos import store
from app.photos.decoder import Decoder
from models.photos import Photo, PhotoUpload
from models.visits import Visit, VisitPhoto

SIZES = ("thumb", "screen")
LOOKS = "1"
"""Part of the derivatives' address; another number when they are made another way."""
OPENING_REASONS = ("review", "check", "complaint")
MOST_NAMES = 400
"""So many names go into one query."""


@dataclass(frozen=True)
class Sight:
    """That somebody may see a picture: their own, or one of a visit in their area."""

    sha256: str
    own: bool
    of_child: bool


def of_children(session: Session, names: Iterable[str]) -> set[str]:
    """Which of these pictures are a child's: those that any visit, wherever it lies, names as one."""
    wanted, found = sorted(set(names)), set()
    for start in range(0, len(wanted), MOST_NAMES):
        part = VisitPhoto.sha256.in_(wanted[start : start + MOST_NAMES])  # type: ignore[attr-defined]
        found |= set(session.scalars(select(VisitPhoto.sha256).where(part, VisitPhoto.of_child)))  # type: ignore[call-overload]
    return found


def may_see(session: Session, actor: Actor, sha256: str, on: date | None = None) -> Sight | None:
    """Whether an actor may see a picture: its uploader, or who has a visit in scope whose author uploaded it.

    A picture that any visit names as a child's is a child's picture. The right to see those is asked for by `open_`.
    """
    of_child = bool(of_children(session, [sha256]))
    if session.get(PhotoUpload, (actor.id, sha256)) is not None:
        return Sight(sha256, own=True, of_child=of_child)
    if not actor.may(Permission.PHOTO_SEE):
        return None
    day = on or utcnow().astimezone(SHANGHAI).date()
    named = (
        select(Visit.id)  # type: ignore[call-overload]
        .join(VisitPhoto, VisitPhoto.visit_id == Visit.id)
        .join(PhotoUpload, (PhotoUpload.user_id == Visit.author_id) & (PhotoUpload.sha256 == VisitPhoto.sha256))
        .where(VisitPhoto.sha256 == sha256, in_scope(actor, day, Visit.division, Visit.household_id, looking=True))
    )
    if session.scalar(named.limit(1)) is None:
        return None
    return Sight(sha256, own=False, of_child=of_child)


def see(session: Session, actor: Actor, sha256: str) -> Sight:
    """As `may_see`, for who asks by address.

    Raises:
        NotFound: no such picture, or not for this actor; the same answer for both.
    """
    sight = may_see(session, actor, sha256)
    if sight is None:
        raise NotFound("没有这张照片，或不在你负责的范围。")
    return sight


def open_(session: Session, actor: Actor, sight: Sight, reason: str | None) -> None:
    """Open a child's picture: needs the right and a reason (but for who took it), and is logged.

    Raises:
        NotAllowed: `child_photo`, the account has not the right.
        BadInput: `reason_needed`, no reason, or not one of `OPENING_REASONS`.
    """
    if not sight.of_child:
        return
    if not sight.own:
        if not actor.may(Permission.CHILD_PHOTO_SEE):
            raise NotAllowed("孩子的照片要有专门的权限才能看。", code="child_photo")
        if reason not in OPENING_REASONS:
            raise BadInput("看孩子的照片，请先选一个原因。", code="reason_needed")
    record(session, actor, "photo.child_seen", "photo", sight.sha256, reason="own" if sight.own else reason)


def derivative_path(sha256: str, size: str) -> Path:
    """Where a derivative lies in the cache."""
    return settings().cache / "derivatives" / LOOKS / sha256[:2] / f"{sha256}-{size}.jpg"


def _keep(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    os.replace(name, path)


_own = threading.local()


def _new_decoder() -> Decoder:
    made = Decoder()
    atexit.register(made.close)
    return made


@lru_cache(maxsize=1)
def _shared_decoder() -> Decoder:
    return _new_decoder()


def derivative(sha256: str, size: str) -> bytes:
    """The picture as it is shown, `thumb` or `screen`; made again where it is missing.

    Who may see it is asked before, by `see` and `open_`.

    Raises:
        BadInput: another size.
        NotFound: `not_here_yet`, the bytes have not arrived.
        Conflict: `undecodable`, the bytes are kept, but no picture can be made of them.
        Unavailable: the store or the decoder is away.
    """
    if size not in SIZES:
        raise BadInput("照片只有 thumb 和 screen 两种大小。", code="unknown_size")
    path = derivative_path(sha256, size)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    with reading() as session:
        row = session.get(Photo, sha256)
    if row is None:
        raise NotFound("文字已到，照片在路上。", code="not_here_yet")
    if row.state == "undecodable" or not _make(sha256, _shared_decoder()):
        raise Conflict("这张照片打不开，收到的原件留着。", code="undecodable")
    return path.read_bytes()


def _make(sha256: str, decoder: Decoder) -> bool:
    """Derivatives anew for a picture whose row is settled; False where it cannot be decoded."""
    from app.photos.processing import Undecodable

    try:
        found = decoder.look(store.read(sha256))
    except Undecodable:
        return False
    _keep(derivative_path(sha256, "screen"), found.screen)
    _keep(derivative_path(sha256, "thumb"), found.thumb)
    return True


def original(sha256: str) -> tuple[bytes, str]:
    """The bytes as received and their type, for who may see them.

    Raises:
        NotFound: they have not arrived.
    """
    with reading() as session:
        row = session.get(Photo, sha256)
    if row is None:
        raise NotFound("文字已到，照片在路上。", code="not_here_yet")
    return store.read(sha256), row.mime


def as_received(sha256: str) -> bytes:
    """The bytes in the store, for whoever checks them against their name.

    Raises:
        NotFound: they are not there.
        Unavailable: the store is away.
    """
    return store.read(sha256)


def orientations(sha256: str) -> list[int]:
    """The perceptual hashes of a picture in its eight orientations; none for a plain or unreadable one."""
    from app.photos.processing import hashes_of

    try:
        return hashes_of(derivative(sha256, "thumb"))
    except (NotFound, Conflict):
        return []


def process(sha256: str, decoder: Decoder | None = None) -> bool:
    """Decode a picture that has arrived and note what was found; nothing the second time.

    The decoding happens outside any unit of work. What cannot be decoded is kept, marked, and asked about.

    Returns:
        Whether this call settled it.
    """
    from app.photos.processing import Found, Undecodable

    with reading() as session:
        row = session.get(Photo, sha256)
        if row is None or row.state != "held":
            return False
    found: Found | Undecodable
    try:
        found = (decoder or _shared_decoder()).look(store.read(sha256))
    except Undecodable as error:
        found = error
    if isinstance(found, Found):
        _keep(derivative_path(sha256, "screen"), found.screen)
        _keep(derivative_path(sha256, "thumb"), found.thumb)
    with transaction() as session:
        values = _facts(found) | {"processed_at": utcnow()}
        changed = session.execute(
            update(Photo).where(Photo.sha256 == sha256, Photo.state == "held").values(**values)  # type: ignore[arg-type]
        )
        return bool(changed.rowcount)  # type: ignore[attr-defined]


def _facts(found: object) -> dict[str, object]:
    from app.photos.processing import Found, Undecodable

    if isinstance(found, Undecodable):
        return {"state": "undecodable", "problem": found.code}
    assert isinstance(found, Found)
    return {
        "state": "processed", "width": found.width, "height": found.height, "phash": found.phash,
        "exif_at": datetime.fromisoformat(found.taken_at) if found.taken_at else None,
        "exif_lat": found.lat, "exif_lon": found.lon,
    }  # fmt: skip


def worker_decoder() -> Decoder:
    """The decoder of this worker thread."""
    if not hasattr(_own, "decoder"):
        _own.decoder = _new_decoder()
    return _own.decoder


def waiting(session: Session, before: datetime, limit: int) -> list[str]:
    """Pictures that arrived before a moment and are not processed: what a killed worker left."""
    query = select(Photo.sha256).where(Photo.state == "held", Photo.received_at < before)  # type: ignore[call-overload, arg-type]
    return list(session.scalars(query.limit(limit)))
