"""The office's 需要人去看的."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import Choice, OfficeState, read, requires
from app.db import SHANGHAI, utcnow
from app.households.register_state import places
from app.shell.list_state import ListState
from app.visits import need_service
from app.visits.need_service import NeedPage


def _list(session: Session, actor: Actor, **what: Any) -> NeedPage:
    return need_service.people_in_need(session, actor, utcnow().astimezone(SHANGHAI).date(), **what)


class NeedState(ListState, OfficeState):
    """The list, and the place that is looked at."""

    page: NeedPage = NeedPage()
    areas: list[Choice] = []
    area: str = ""

    async def _show(self) -> None:
        self.page = await read(_list, area=self.area, offset=self.offset)
        self.ready = True

    @rx.event
    @requires(Permission.VISITS_READ)
    async def open(self) -> None:
        """Who needs somebody in the whole area."""
        self.area, self.offset = "", 0
        self.areas = await read(places)
        await self._show()

    @rx.event
    @requires(Permission.VISITS_READ)
    async def find(self, form: dict[str, Any]) -> None:
        """Only of one place."""
        self.area, self.offset = str(form.get("area") or "")[:12], 0
        await self._show()

    @rx.event
    @requires(Permission.VISITS_READ)
    async def turn(self, pages: int) -> None:
        """To the next, or back."""
        await self._turn(pages)
