"""The chain's head: of now, or the last one of a day, signed, to be printed in a bulletin or sent elsewhere."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.db import SHANGHAI
from app.errors import NotAllowed, NotFound
from app.evidence import rules
from app.keys import receipt_keys, to_text
from models.evidence import EvidenceEntry, EvidenceSignature


@dataclass(frozen=True)
class Head:
    """A signed head. With the public key anybody checks it; with `n` and `hash` anybody holds us to it later."""

    date: str
    n: int
    hash: str
    at: str
    signature: str
    key: str
    public_key: str

    @property
    def line(self) -> str:
        """What a bulletin prints, and the QR code holds."""
        return f"ruhutong {self.date} {self.n} {self.hash}"

    def told(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return asdict(self)


class NoHead(NotFound):
    """There is no entry up to that day."""

    def __init__(self) -> None:
        super().__init__("那一天以前还没有记录。", code="no_head")


def head(session: Session, day: date | None = None) -> Head:
    """The last head up to the end of a day in China; without a day, that of now.

    Raises:
        NoHead: the chain began later.
    """
    last = select(func.max(EvidenceEntry.n))  # type: ignore[arg-type]
    if day is not None:
        until = datetime.combine(day + timedelta(days=1), time(), tzinfo=SHANGHAI)
        last = last.where(EvidenceEntry.at < until)  # type: ignore[arg-type]
    row = session.get(EvidenceEntry, session.scalar(last) or 0)
    signed = session.get(EvidenceSignature, row.n) if row else None
    if row is None or signed is None:
        raise NoHead()
    public = receipt_keys().public(signed.key) or b""
    return Head(
        date=row.at.astimezone(SHANGHAI).date().isoformat(), n=row.n, hash=rules.short(row.hash), at=rules.when(row.at),
        signature=to_text(signed.signature), key=signed.key, public_key=to_text(public),
    )  # fmt: skip


def shown_head(session: Session, actor: Actor, day: date | None = None) -> Head:
    """As `head`, for the office page.

    Raises:
        NotAllowed: the role does not look after the record.
    """
    if not actor.may(Permission.EVIDENCE):
        raise NotAllowed()
    return head(session, day)
