"""Taking in sealed work, whoever carries it: opened here, then the very same way as if its author had sent it.

No session stands behind it. What counts is the signature of an enrolled phone over the header, which holds the digest
of what is inside. The author may be signed out, locked out, disabled, or the phone revoked: nothing is lost. Whoever
may no longer write has it kept for the township to place. One bad container never stops its neighbours.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.service import make_actor
from app.audit.service import record
from app.crypto import SealBroken
from app.db import reading, transaction, utcnow
from app.devices import rules as signatures
from app.devices import service as devices
from app.errors import AppError, BadInput, NotAllowed, TooBig
from app.keys import CountyKeyMissing, from_text, open_sealed
from app.photos import upload_service as photos
from app.sealed import rules
from app.sealed.rules import Broken, Container, Header
from app.sync import rules as commands
from app.sync import service as sync
from app.sync.schemas import DUPLICATE, REJECTED, STORED
from models.accounts import Device, User
from models.devices import SealedKept

log = structlog.get_logger()
REFUSED = "refused"
"""Not taken and not kept: it stays on the phone, which tries again later."""
MOST_KEPT, MOST_KEPT_BYTES = 50, 5_000_000
"""Of one phone, of what could not be opened."""
WORDS = {
    "malformed": "这不是封好的记录。",
    "unknown_device": "县里不认识这部手机，先留在手机里。请本人登录一次。",
    "key_missing": "县里暂时打不开，先留在手机里，过些天再送。",
    "wrong_signature": "封条和这部手机对不上，县里先留着，请找县管理员。",
    "seal_broken": "封好的内容打不开，可能传坏了。县里先留着，会再送一次。",
    "wrong_content": "封好的内容和封条写的不一样，县里先留着。",
    "not_a_command": "里面不是一条记录，县里先留着。",
}


class Opened:
    """A container that was opened: whose, what, and what came of it."""

    def __init__(self, container: Container, plain: bytes) -> None:
        self.container = container
        self.plain = plain
        self.receipt: dict[str, Any] = {}


Line = tuple[Container | None, dict[str, Any] | Opened]


def take(
    data: bytes, now: datetime | None = None, *, over: Mapping[int, AppError] | None = None
) -> list[dict[str, Any]]:
    """Take in containers, one after another; a receipt for each, in order.

    Args:
        over: those, by their place, that are not to be taken now, and why.

    Raises:
        BadInput: nothing in it is a container.
        NotAllowed: `unknown_device`, none of it comes from a phone that is known here.
    """
    found = list(rules.containers(data))
    if not any(isinstance(one, Container) for one in found):
        raise BadInput("里面没有封好的记录。", code="bad_sealed")
    return take_all(found, now or utcnow(), over=over or {})


def take_all(
    found: Sequence[Container | Broken], now: datetime, *, strict: bool = True,
    over: Mapping[int, AppError] = MappingProxyType({}),
) -> list[dict[str, Any]]:  # fmt: skip
    """The same for containers already cut apart; not `strict`, unknown phones are told by receipts alone."""
    lines: list[Line] = []
    for number, one in enumerate(found):
        if isinstance(one, Container) and number in over:
            problem = over[number]
            error = {"path": "", "code": problem.code, "message": problem.message}
            lines.append((one, {"status": REFUSED, "errors": [error]}))
        elif isinstance(one, Broken):
            lines.append((None, {"id": None, "kind": None, "status": REJECTED, "errors": [_error("malformed")]}))
        else:
            lines.append((one, _open(one, now)))
    if strict and all(isinstance(what, dict) and _is(what, "unknown_device") for _, what in lines):
        raise NotAllowed(WORDS["unknown_device"], code="unknown_device")
    opened = [what for _, what in lines if isinstance(what, Opened)]
    _take_commands([one for one in opened if one.container.header.kind == rules.COMMAND], now)
    for one in opened:
        if one.container.header.kind == rules.PHOTO:
            one.receipt = _photo(one)
    return [_receipt(container, what.receipt if isinstance(what, Opened) else what) for container, what in lines]


def _is(receipt: dict[str, Any], code: str) -> bool:
    return any(error["code"] == code for error in receipt.get("errors", ()))


def _error(code: str) -> dict[str, str]:
    return {"path": "", "code": code, "message": WORDS[code]}


def _receipt(container: Container | None, what: dict[str, Any]) -> dict[str, Any]:
    """As for a push; `sealed` is the digest that the header names, by which the phone finds its container."""
    if container is None:
        return what
    header = container.header
    return {"id": header.id, "kind": header.kind, "digest": header.digest, **what, "sealed": header.digest}


def known_phone(header: Header) -> bool:
    """Whether a header is signed by a phone enrolled here.

    Raises:
        NotAllowed: `unknown_device`, such a phone is not known here.
    """
    worth = devices.worth_of((header.author, header.device), [(header.signed_words(), header.signature or "-")])[0]
    if worth == signatures.UNKNOWN_KEY:
        raise NotAllowed(WORDS["unknown_device"], code="unknown_device")
    return worth == signatures.YES


def known_photo(header: Header) -> list[dict[str, Any]]:
    """The receipt of a photo that is here already, for its header alone: what is there need not come again."""
    if (
        header.kind != rules.PHOTO
        or header.id != header.digest
        or not photos.state(author_of(header)[0], header.id).whole
    ):
        return []
    return [
        {"id": header.id, "kind": header.kind, "digest": header.digest, "status": DUPLICATE, "sealed": header.digest}
    ]


def _open(one: Container, now: datetime) -> dict[str, Any] | Opened:
    header = one.header
    try:
        if not known_phone(header):
            return _keep(one, "wrong_signature", now)
        epk, iv = from_text(header.epk), from_text(header.iv)
        plain = open_sealed(header.kid, epk, iv, one.ciphertext, rules.INFO, one.beside)
    except NotAllowed:
        return {"status": REFUSED, "errors": [_error("unknown_device")]}
    except CountyKeyMissing:
        return {"status": REFUSED, "errors": [_error("key_missing")]}
    except (SealBroken, ValueError):
        return _keep(one, "seal_broken", now)
    if hashlib.sha256(plain).hexdigest() != header.digest:
        return _keep(one, "wrong_content", now)
    if header.kind == rules.PHOTO and header.id != header.digest:
        return _keep(one, "wrong_content", now)
    return Opened(one, plain)


def _keep(one: Container, code: str, now: datetime) -> dict[str, Any]:
    """Keep what cannot be opened as it came, so much of each phone."""
    with transaction() as session:
        row = session.get(SealedKept, one.sum)
        if row is not None:
            row.times += 1
        elif _room(session, one):
            header = one.header
            session.add(
                SealedKept(sum=one.sum, author_id=header.author, device_id=header.device, kind=header.kind,
                           item_id=header.id, code=code, size=len(one.raw), raw=one.raw, received_at=now)
            )  # fmt: skip
            record(session, None, "sealed.kept", "device", header.device, after={"id": header.id, "why": code})
    return {"status": REJECTED, "errors": [_error(code)]}


def _room(session: Session, one: Container) -> bool:
    of = (SealedKept.author_id == one.header.author, SealedKept.device_id == one.header.device)
    count, size = session.execute(
        select(func.count(), func.coalesce(func.sum(SealedKept.size), 0)).where(*of)  # type: ignore[arg-type]
    ).one()
    return count < MOST_KEPT and size + len(one.raw) <= MOST_KEPT_BYTES


def author_of(header: Header) -> tuple[Actor, str]:
    """The author on the phone it was written on, and why he may no longer write (empty: he may)."""
    with reading() as session:
        user = session.get(User, header.author)
        assert user is not None, "keys belong to accounts"
        actor = make_actor(session, user, device_id=header.device)
        device = session.get(Device, (header.author, header.device))
        if user.disabled_at is not None:
            return actor, "author_disabled"
        if not actor.may(Permission.SYNC):
            return actor, "author_role"
        return actor, "device_revoked" if device is not None and device.revoked_at is not None else ""


def _take_commands(opened: Sequence[Opened], now: datetime) -> None:
    by_phone: dict[tuple[str, str], list[tuple[Opened, str]]] = defaultdict(list)
    for one in opened:
        header, raw = one.container.header, _command_in(one.plain)
        if raw is None:
            one.receipt = _keep(one.container, "not_a_command", now)
        else:
            by_phone[header.author, header.device].append((one, raw))
    for found in by_phone.values():
        for at in range(0, len(found), commands.MOST_COMMANDS):
            _push(found[at : at + commands.MOST_COMMANDS], now)


def _command_in(plain: bytes) -> str | None:
    """The one command that is inside, as it was written; None where there is none, or more than one."""
    try:
        fields, items = commands.read_push(b'{"commands":[' + plain + b"]}")
    except commands.NotJson:
        return None
    return items[0].raw if len(items) == 1 and not fields else None


def _push(found: Sequence[tuple[Opened, str]], now: datetime) -> None:
    header = found[0][0].container.header
    actor, aside = author_of(header)
    text = f'{{"device_id":"{header.device}","commands":[{",".join(raw for _, raw in found)}]}}'
    try:
        receipts = sync.push(actor, text.encode("utf-8", "surrogatepass"), now, aside=aside)["receipts"]
    except TooBig as problem:
        if len(found) > 1:
            for one in found:
                _push([one], now)
            return
        receipts = [{"status": REJECTED, "errors": [{"path": "", "code": problem.code, "message": problem.message}]}]
    for (one, _), receipt in zip(found, receipts, strict=True):
        one.receipt = receipt


def _photo(one: Opened) -> dict[str, Any]:
    header = one.container.header
    actor, _ = author_of(header)
    if photos.state(actor, header.id).whole:
        return {"status": DUPLICATE}
    try:
        photos.put(actor, header.id, one.plain)
    except AppError as problem:
        if problem.status >= 500:
            raise
        error = {"path": "", "code": problem.code, "message": problem.message}
        return {"status": REJECTED, "errors": [error]}
    return {"status": STORED}
