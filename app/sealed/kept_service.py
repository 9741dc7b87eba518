"""Sealed copies that could not be opened: what is kept, trying again once a key is back, taking one out as a file."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import SHANGHAI, reading, transaction
from app.errors import NotAllowed, NotFound
from app.limits import PAGE
from app.sealed import rules, service
from app.sync.schemas import REJECTED
from models.accounts import Device, User
from models.devices import SealedKept

KINDS = {rules.COMMAND: "一条记录", rules.PHOTO: "一张照片"}
WHY = {
    "wrong_signature": "签名和那部手机的钥匙对不上", "seal_broken": "用县里现在的钥匙打不开，或传坏了",
    "wrong_content": "里面的和封条写的不一样", "not_a_command": "里面不是一条记录",
}  # fmt: skip
CAME_OF_IT = {
    "stored": "打开了，已经收到。", "duplicate": "打开了，里面的早就收到了。", "held": "打开了，在等另一条记录。",
    "orphaned": "打开了，等镇里安置。", "conflict": "打开了，有一处等人定。",
    REJECTED: "打开了，里面的有错，留给镇里看。",
}  # fmt: skip


@dataclass(frozen=True)
class KeptView:
    """One sealed copy that does not open."""

    sum: str
    at: str
    who: str
    device: str
    kind: str
    why: str
    size: str
    times: int


@dataclass(frozen=True)
class KeptPage:
    """A page of them, the latest first."""

    rows: list[KeptView] = field(default_factory=list)
    total: int = 0


def _allowed(actor: Actor) -> None:
    if not actor.may(Permission.SEALED_KEPT):
        raise NotAllowed()


def list_kept(session: Session, actor: Actor, *, offset: int = 0) -> KeptPage:
    """A page of what is kept.

    Raises:
        NotAllowed: only an administrator sees it.
    """
    _allowed(actor)
    query = (
        select(SealedKept, User.name, User.username, Device.name)  # type: ignore[call-overload]
        .outerjoin(User, col(User.id) == col(SealedKept.author_id))
        .outerjoin(
            Device, (col(Device.user_id) == col(SealedKept.author_id)) & (col(Device.id) == col(SealedKept.device_id))
        )
        .order_by(col(SealedKept.received_at).desc(), col(SealedKept.sum))
    )
    rows = session.execute(query.limit(PAGE).offset(offset))
    total = session.scalar(select(func.count()).select_from(SealedKept)) or 0
    return KeptPage([_view(*row) for row in rows], total)


def _view(row: SealedKept, name: str | None, username: str | None, device: str | None) -> KeptView:
    return KeptView(
        sum=row.sum, at=f"{row.received_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        who=f"{name}（{username}）" if name else "（已无此账号）", device=f"{device or '手机'} {row.device_id[-6:]}",
        kind=KINDS.get(row.kind, row.kind), why=WHY.get(row.code, row.code), size=f"{max(1, row.size // 1000)} KB",
        times=row.times,
    )  # fmt: skip


def retry(actor: Actor, name: str, now: datetime) -> str:
    """Try to open one anew; what opens is taken in as if it had just come, and is kept here no longer.

    Returns:
        What came of it, in words.

    Raises:
        NotAllowed, NotFound: as they say.
    """
    _allowed(actor)
    with reading() as session:
        row = _one(session, name)
        raw, times = row.raw, row.times
    receipt = service.take_all(list(rules.containers(raw)), now, strict=False)[0]
    faults = [error["code"] for error in receipt.get("errors", ())]
    closed = next((code for code in faults if code in service.WORDS), None)
    with transaction() as session:
        row = _one(session, name)
        if closed is None:
            session.delete(row)
        else:
            row.code, row.times = closed if closed in WHY else row.code, times
        told = {"sum": name, "item": row.item_id, "came": closed or receipt["status"]}
        record(session, actor, "sealed.retried", "device", row.device_id, after=told)
    return service.WORDS[closed] if closed else CAME_OF_IT[receipt["status"]]


def export(session: Session, actor: Actor, name: str) -> bytes:
    """The container as it came, for whoever looks into it elsewhere; it can be sent in again as a rescue file.

    Raises:
        NotAllowed, NotFound: as they say.
    """
    _allowed(actor)
    row = _one(session, name)
    record(session, actor, "sealed.exported", "device", row.device_id, after={"sum": name, "item": row.item_id})
    assert hashlib.sha256(row.raw).hexdigest() == name, "kept as it came"
    return row.raw


def _one(session: Session, name: str) -> SealedKept:
    row = session.get(SealedKept, name)
    if row is None:
        raise NotFound("没有这一份，可能刚打开过。")
    return row
