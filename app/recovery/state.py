"""The office's 忘记密码: requests for the key of a phone; one approves, another confirms."""

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import OfficeState, read, requires, write
from app.db import utcnow
from app.recovery import service
from app.recovery.schemas import RecoveryView

SAID = {"approved": "同意了，还要另一个人确认。", "ready": "确认好了，本人在手机上点「看看好了没有」就能打开。"}


def _waiting(session: Session, actor: Actor) -> list[RecoveryView]:
    return service.waiting(session, actor, utcnow())


def _agree(session: Session, actor: Actor, request_id: str) -> str:
    return service.agree(session, actor, request_id, utcnow())


def _refuse(session: Session, actor: Actor, request_id: str) -> None:
    service.refuse(session, actor, request_id, utcnow())


class RecoveryState(OfficeState):
    """What waits for this person."""

    rows: list[RecoveryView] = []
    ready: bool = False

    @rx.event
    @requires(Permission.RECOVERY)
    async def open(self) -> None:
        """The requests of today."""
        self.rows = await read(_waiting)
        self.ready = True

    @rx.event(temporal=True)
    @requires(Permission.RECOVERY)
    async def agree(self, request_id: str) -> None:
        """One approves, another confirms."""
        done = await write(_agree, request_id)
        self.rows = await read(_waiting)
        self.done = SAID[done]

    @rx.event(temporal=True)
    @requires(Permission.RECOVERY)
    async def refuse(self, request_id: str) -> None:
        """No."""
        await write(_refuse, request_id)
        self.rows = await read(_waiting)
        self.done = "没有同意。"
