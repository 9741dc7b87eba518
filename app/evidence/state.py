"""The office's 证据 and 紧急查看."""

import base64
import io
from dataclasses import dataclass
from datetime import date
from typing import Any

import reflex as rx
import segno
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import OfficeState, read, requires, write
from app.db import utcnow
from app.evidence import check_service, head_service, opening_service
from app.evidence.check_service import CheckView
from app.evidence.opening_service import Opening

P = Permission


@dataclass(frozen=True)
class HeadView:
    """A head as a bulletin prints it."""

    date: str = ""
    n: int = 0
    hash: str = ""
    at: str = ""
    signature: str = ""
    public_key: str = ""
    qr: str = ""


def _head(session: Session, actor: Actor, day: date | None) -> HeadView:
    try:
        found = head_service.shown_head(session, actor, day)
    except head_service.NoHead:
        return HeadView()
    out = io.BytesIO()
    segno.make(found.line, error="m").save(out, kind="svg", scale=5, border=3, dark="#000", light="#fff", xmldecl=False)
    picture = "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()
    return HeadView(found.date, found.n, found.hash, found.at, found.signature, found.public_key, picture)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _start(session: Session, actor: Actor) -> None:
    check_service.start(session, actor, utcnow())


class EvidenceState(OfficeState):
    """The head of a day, and the last check of everything."""

    head: HeadView = HeadView()
    check: CheckView = CheckView()
    day: str = ""
    ready: bool = False

    async def _show(self) -> None:
        self.head = await read(_head, _day(self.day))
        self.check = await read(check_service.view)
        self.ready = True

    @rx.event
    @requires(P.EVIDENCE)
    async def open(self) -> None:
        """The head of now, and what the last check found."""
        self.day = ""
        await self._show()

    @rx.event
    @requires(P.EVIDENCE)
    async def choose(self, form: dict[str, Any]) -> None:
        """The head of another day."""
        self.day = str(form.get("day") or "")[:10]
        await self._show()

    @rx.event(temporal=True)
    @requires(P.EVIDENCE)
    async def start(self) -> None:
        """Check everything."""
        await write(_start)
        self.check = await read(check_service.view)

    @rx.event
    @requires(P.EVIDENCE)
    async def look(self) -> None:
        """How far the check is."""
        self.check = await read(check_service.view)


def _mine(session: Session, actor: Actor) -> tuple[list[Opening], list[Opening]]:
    now = utcnow()
    return opening_service.mine(session, actor, now), opening_service.to_see(session, actor, now)


def _open(session: Session, actor: Actor, code: str, reason: str) -> None:
    opening_service.open_(session, actor, code, reason, utcnow())


def _close(session: Session, actor: Actor, opening_id: str) -> None:
    opening_service.close(session, actor, opening_id, utcnow())


def _seen(session: Session, actor: Actor, opening_id: str) -> None:
    opening_service.seen(session, actor, opening_id, utcnow())


class OpeningsState(OfficeState):
    """One's own accesses to homes elsewhere, and for a section's head those in the area."""

    rows: list[Opening] = []
    told: list[Opening] = []
    ready: bool = False

    async def _show(self) -> None:
        self.rows, self.told = await read(_mine)
        self.ready = True

    @rx.event
    @requires(P.BREAK_GLASS)
    async def open(self) -> None:
        """What was opened of late."""
        await self._show()

    @rx.event(temporal=True)
    @requires(P.BREAK_GLASS)
    async def take(self, form: dict[str, Any]) -> None:
        """Open a home by its code, with a reason."""
        why = "：".join(str(form.get(name) or "").strip() for name in ("choice", "reason") if form.get(name))
        await write(_open, str(form.get("code") or "")[:64], why[:200])
        await self._show()
        self.done = "可以看了，到时间自己关上。县股室会收到通知。"

    @rx.event(temporal=True)
    @requires(P.BREAK_GLASS)
    async def close(self, opening_id: str) -> None:
        """End it before its time."""
        await write(_close, str(opening_id)[:36])
        await self._show()

    @rx.event(temporal=True)
    @requires(P.BREAK_GLASS_SEEN)
    async def seen(self, opening_id: str) -> None:
        """A section's head has read it."""
        await write(_seen, str(opening_id)[:36])
        await self._show()
