"""Taking pictures in: piece by piece or whole, looked at when the last byte is in, on disk before the answer."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import obstore
from obstore.store import LocalStore
from sqlalchemy import Row, bindparam, delete, insert, select, tuple_
from sqlmodel import Session

from app import parts
from app.accounts.schemas import Actor
from app.audit.service import entry, record_many
from app.bulk import Bulk
from app.db import reading, utcnow
from app.errors import AppError, BadInput, TooBig
from app.feed.service import Change, publish
from app.photos import store
from app.photos.rules import LARGEST, picture_type
from app.photos.service import may_see
from app.reviews import service as reviews
from app.sync.service import one_at_a_time
from app.together import together
from models.photos import Photo, PhotoRefusal, PhotoUpload
from models.visits import Visit, VisitPhoto

OTHER_LENGTH = "这张照片先前说的长度不一样，从县里已有的地方接着传。"


@dataclass(eq=False)
class WrongOffset(AppError):
    """409: the part ends elsewhere, or is of another length; `offset` and `length` say what there is."""

    message: str = "位置对不上，从县里已有的地方接着传。"
    code: str = "wrong_offset"
    offset: int = 0
    length: int | None = None
    status = 409


@dataclass(eq=False)
class WrongBytes(AppError):
    """460: the sha256 differs; the upload is back at nothing."""

    message: str = "照片在路上传坏了，会重新传一次。"
    code: str = "checksum_mismatch"
    status = 460


@dataclass(eq=False)
class NoPicture(AppError):
    """415: no picture, or one that is cut short."""

    message: str = "这不是照片，或者不完整，县里打不开。照片还在手机里，可以重拍。"
    code: str = "not_a_picture"
    status = 415


@dataclass(frozen=True)
class State:
    """How much of a picture the server has; `length` is None while nobody has said."""

    offset: int
    length: int | None

    @property
    def whole(self) -> bool:
        """Whether it has all."""
        return self.length is not None and self.offset >= self.length


def state(actor: Actor, sha256: str) -> State:
    """How much this user has sent of a picture; whole also for who may see it and need not send it."""
    with reading() as session:
        size = _whole_size(session, actor, sha256)
    if size is not None and store.holds(sha256):  # bytes that were lost since are asked for anew
        return State(size, size)
    part = parts.find(actor.id, sha256)
    if part is None:
        return State(0, None)
    if part.offset < part.length:
        return State(part.offset, part.length)
    # The process fell after the last byte and before it was taken in: "whole" is only said of what is kept.
    try:
        _finish(actor, sha256, part)
    except (NoPicture, WrongBytes, WrongOffset):
        return State(0, None)
    return State(part.length, part.length)


def _whole_size(session: Session, actor: Actor, sha256: str) -> int | None:
    size = session.scalar(select(Photo.size).where(Photo.sha256 == sha256))  # type: ignore[call-overload]
    if size is None:
        return None
    if session.get(PhotoUpload, (actor.id, sha256)) is not None:
        return size
    # Who names it in a visit has to send it: a visit gives sight only of what its author sent.
    if _own_visits(session, actor.id, sha256) or may_see(session, actor, sha256) is None:
        return None
    return size


def _own_visits(session: Session, user_id: str, sha256: str) -> list[Visit]:
    query = select(Visit).join(VisitPhoto, VisitPhoto.visit_id == Visit.id)  # type: ignore[arg-type]
    return list(session.scalars(query.where(VisitPhoto.sha256 == sha256, Visit.author_id == user_id)))


def part_for(actor: Actor, sha256: str, offset: int, length: int | None) -> parts.Part | State:
    """The part to which bytes at `offset` are added, or the state of a picture that is there already.

    The length may be said again with each piece, and never changes while there is something to lose (tus: "once set,
    the length MUST NOT be changed"). Only who begins from nothing may say another one, for else a picture announced
    with a wrong length could never be sent.

    Raises:
        TooBig: over the largest size.
        BadInput: `length_missing`, nobody has said how long it is.
        WrongOffset: the part ends elsewhere, or is of another length.
    """
    if length is not None and length > LARGEST:
        raise TooBig("照片太大，县里收不了（最多 15 MB）。", code="photo_too_big")
    store.require_there()
    part = parts.find(actor.id, sha256)
    other = part is not None and length is not None and length != part.length
    if part is not None and other and offset and part.offset < part.length:
        raise WrongOffset(message=OTHER_LENGTH, code="wrong_length", offset=part.offset, length=part.length)
    if part is None or other or part.offset >= part.length:
        present = state(actor, sha256)
        if present.whole:
            return present
        if length is None:
            raise BadInput("没有说照片有多长。", code="length_missing")
        if offset:
            parts.forget(actor.id, sha256)
            raise WrongOffset(offset=0)
        part = parts.begin(actor.id, sha256, length)
    if part.offset != offset:
        raise WrongOffset(offset=part.offset)
    return part


def add(actor: Actor, sha256: str, part: parts.Part, offset: int, data: bytes) -> int:
    """Add bytes to a part; when that makes it whole, look at it and keep it. Returns where it ends.

    Raises:
        WrongOffset, NoPicture, WrongBytes: as they say.
        Unavailable: the database or the store is away.
    """
    with store.away_in_words():
        end = parts.append(part, offset, data)
    if end != min(offset + len(data), part.length):
        raise WrongOffset(offset=end)
    if end == part.length:
        _finish(actor, sha256, part)
    return end


def _finish(actor: Actor, sha256: str, part: parts.Part) -> None:
    """Look at a part that is whole, and keep it; once, when two requests bring the last byte.

    Raises:
        NoPicture, WrongBytes: as they say; the part is forgotten.
        WrongOffset: another request has forgotten it.
        Unavailable: the database or the store is away.
    """
    with parts.alone(part) as ours:
        if not ours:
            with reading() as session:
                if session.get(PhotoUpload, (actor.id, sha256)) is None:
                    raise WrongOffset(offset=0)
            return
        whole = parts.read(part)
        if len(whole) < part.length:  # another request has begun it anew under the same name
            raise WrongOffset(offset=len(whole))
        try:
            mime = _look(sha256, whole)
        except NoPicture:
            parts.forget(actor.id, sha256)
            _note_refusal(actor, sha256)
            raise
        except WrongBytes:
            parts.forget(actor.id, sha256)
            raise
        _take(actor, sha256, part.path, whole, mime)


def put(actor: Actor, sha256: str, data: bytes) -> None:
    """Take a picture in one piece.

    Raises:
        TooBig, NoPicture, WrongBytes: as they say.
        Unavailable: the database or the store is away.
    """
    if len(data) > LARGEST:
        raise TooBig("照片太大，县里收不了（最多 15 MB）。", code="photo_too_big")
    try:
        mime = _look(sha256, data)
    except NoPicture:
        _note_refusal(actor, sha256)
        raise
    store.require_there()
    with store.away_in_words():
        path = parts.write_whole(actor.id, sha256, data)
    _take(actor, sha256, path, data, mime)
    parts.forget(actor.id, sha256)


def _look(sha256: str, data: bytes) -> str:
    if hashlib.sha256(data).hexdigest() != sha256:
        raise WrongBytes()
    mime = picture_type(data)
    if mime is None:
        raise NoPicture()
    return mime


def _take(actor: Actor, sha256: str, path: Path, data: bytes, mime: str) -> None:
    """Put the bytes where they stay, then write down that they are there: a row never names missing bytes."""
    target = store.photo_store()
    with store.away_in_words():
        if isinstance(target, LocalStore):
            parts.keep(path, store.local_path(sha256))
        else:
            obstore.put(target, store.key(sha256), data)
            path.unlink(missing_ok=True)
    together(received, Arrival(actor, sha256, len(data), mime))


@dataclass(frozen=True)
class Arrival:
    """A picture whose bytes are on disk and whose row is still to be written."""

    actor: Actor
    sha256: str
    size: int
    mime: str

    @property
    def key(self) -> tuple[str, str]:
        """Who sent what."""
        return self.actor.id, self.sha256


def received(session: Session, arrivals: Sequence[Arrival]) -> list[None]:
    """Write down that pictures have wholly arrived; visits of their senders that name them go to review."""
    one_at_a_time(session)
    now = utcnow()
    rows = {one.sha256: {"sha256": one.sha256, "size": one.size, "mime": one.mime, "state": "held", "received_at": now}
            for one in arrivals}  # fmt: skip
    _PHOTOS.write(session, list(rows.values()))
    keys = [one.key for one in arrivals]
    known = {(user_id, name) for user_id, name in session.execute(_SENT, {"keys": keys})}
    new = {one.key: one for one in arrivals if one.key not in known}
    if new:
        columns = [{"user_id": key[0], "sha256": key[1], "completed_at": now} for key in new]
        _UPLOADS.write(session, columns)
        session.connection().execute(_TAKEN_BACK, {"keys": list(new)})
        pictures = _pictures_named(session, set(new))
        reviews.on_photos_held(session, pictures)
        record_many(session, [entry(one.actor, "photo.received", "photo", one.sha256,
                                    after={"size": one.size, "mime": one.mime}) for one in new.values()])  # fmt: skip
        publish(session, [_news(one) for one in pictures])
    return [None] * len(arrivals)


def _once(dialect: str) -> Any:
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as once
    else:
        from sqlalchemy.dialects.postgresql import insert as once
    return once(Photo.__table__).on_conflict_do_nothing()  # type: ignore[attr-defined]


_PHOTOS = Bulk(_once)
_UPLOADS = Bulk(insert(PhotoUpload.__table__))  # type: ignore[attr-defined]
_SOME = bindparam("keys", expanding=True)
_UPLOAD, _REFUSAL = PhotoUpload.__table__, PhotoRefusal.__table__  # type: ignore[attr-defined]
_SENT = select(_UPLOAD.c.user_id, _UPLOAD.c.sha256).where(tuple_(_UPLOAD.c.user_id, _UPLOAD.c.sha256).in_(_SOME))
_TAKEN_BACK = delete(_REFUSAL).where(tuple_(_REFUSAL.c.user_id, _REFUSAL.c.sha256).in_(_SOME))


def _pictures_named(session: Session, keys: set[tuple[str, str]]) -> list[Row[Any]]:
    """What visits name, where the visit's author sent it."""
    return [
        one
        for one in reviews.with_visits(session, names={name for _, name in keys})
        if (one.author_id, one.sha256) in keys
    ]


def _news(visit: Row[Any]) -> Change:
    return Change("visit", visit.id, visit.household_id, visit.division)


def _note_refusal(actor: Actor, sha256: str) -> None:
    """Remember that what came under this name was no picture, so that the visit can say so."""

    together(_refused, (actor, sha256))


def _refused(session: Session, pairs: Sequence[tuple[Actor, str]]) -> list[None]:
    one_at_a_time(session)
    rows = {(actor.id, name): {"user_id": actor.id, "sha256": name, "code": NoPicture.code, "refused_at": utcnow()}
            for actor, name in pairs}  # fmt: skip
    session.connection().execute(_TAKEN_BACK, {"keys": list(rows)})
    session.execute(insert(PhotoRefusal.__table__), list(rows.values()))  # type: ignore[attr-defined]
    publish(session, [_news(one) for one in _pictures_named(session, set(rows))])
    return [None] * len(pairs)
