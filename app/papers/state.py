"""打印 and 表格模板 on the office face."""

from dataclasses import replace

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import OfficeState, read, requires, write
from app.db import utcnow
from app.papers import form_service, template_service
from app.papers.own_state import OwnFilesState
from app.papers.schemas import PrintPage
from app.papers.template_service import TemplateView

P = Permission


def _page(session: Session, actor: Actor, household: str, person: str) -> PrintPage:
    found = form_service.page(session, actor, household, utcnow())
    if not person:
        return found
    mine = [
        replace(one, people=[who for who in one.people if who.id == person])
        for one in found.forms
        if any(who.id == person for who in one.people)
    ]
    return replace(found, forms=mine, of=next((who.name for one in mine for who in one.people), ""))


class PrintState(OfficeState):
    """What can be printed for a home, or for one of its people."""

    page: PrintPage = PrintPage()
    ready: bool = False

    @rx.event
    @requires(P.PRINT)
    async def open(self) -> None:
        """The home, and the person, that the address names."""
        self.page, self.ready = PrintPage(), False
        self.page = await read(_page, self._parameter("household"), self._parameter("person"))
        self.ready = True


class TemplatesState(OwnFilesState, OfficeState):
    """The forms' templates."""

    rows: list[TemplateView] = []

    async def _listed(self) -> list[TemplateView]:
        return await read(template_service.listed)

    async def _back(self, name: str) -> None:
        await write(template_service.revert, name)
