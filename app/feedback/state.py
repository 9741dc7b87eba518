"""The office's 投诉建议: everyone writes, the administrator reads and answers."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import OfficeState, acting, read, requires, write
from app.db import utcnow
from app.feedback import service
from app.feedback.schemas import FeedbackAdd, FeedbackView
from app.http import SIGNED_IN, parse
from app.limits import PAGE


def _add(session: Session, actor: Actor, data: FeedbackAdd) -> None:
    service.add(session, actor, data, utcnow())


def _reply(session: Session, actor: Actor, feedback_id: str, text: str) -> None:
    service.reply(session, actor, feedback_id, text, utcnow())


class FeedbackState(OfficeState):
    """What one has said oneself; for who answers also what everybody said. `trail`: where the pages began."""

    mine: list[FeedbackView] = []
    rows: list[FeedbackView] = []
    trail: list[str] = []
    more: bool = False
    ready: bool = False

    async def _show(self) -> None:
        self.mine = await read(service.mine)
        if acting().may(Permission.FEEDBACK_REPLY):
            after = self.trail[-1] if self.trail else None
            found = await read(service.entries, limit=PAGE + 1, after=after)
            self.rows, self.more = found[:PAGE], len(found) > PAGE
        self.ready = True

    @rx.event
    @requires(SIGNED_IN)
    async def open(self) -> None:
        """The latest entries."""
        self.trail, self.rows = [], []
        await self._show()

    @rx.event(temporal=True)
    @requires(SIGNED_IN)
    async def send(self, form: dict[str, Any]) -> None:
        """Say something, under one's name or without."""
        said = {
            "text": form.get("text") or "",
            "about": form.get("about") or "app",
            "anonymous": bool(form.get("hide")),
        }
        await write(_add, parse(FeedbackAdd, said | {"page": "/office"}))
        await self._show()
        self.done = "收到了，谢谢。有回复会显示在这里。"

    @rx.event(temporal=True)
    @requires(Permission.FEEDBACK_REPLY)
    async def reply(self, form: dict[str, Any]) -> None:
        """Answer an entry."""
        await write(_reply, str(form.get("id") or "")[:36], str(form.get("text") or ""))
        await self._show()
        self.done = "回复好了。"

    @rx.event
    @requires(Permission.FEEDBACK_REPLY)
    async def turn(self, pages: int) -> None:
        """To earlier entries, or back."""
        self.trail = [*self.trail, self.rows[-1].id] if int(pages) > 0 and self.rows else self.trail[:-1]
        await self._show()
