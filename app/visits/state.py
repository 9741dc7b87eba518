"""The office's 走访记录."""

from datetime import date
from typing import Any

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import Choice, OfficeState, read, requires
from app.db import SHANGHAI, utcnow
from app.households.register_state import places
from app.visits import office_service
from app.visits.office_service import VisitFamily, VisitPage

TEXTS = ("area", "form", "mode", "state")


def _today() -> date:
    return utcnow().astimezone(SHANGHAI).date()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _list(session: Session, actor: Actor, **what: Any) -> VisitPage:
    return office_service.list_visits(session, actor, _today(), **what)


def _one(session: Session, actor: Actor, visit_id: str) -> VisitFamily:
    return office_service.visit_page(session, actor, visit_id, _today())


def _forms(session: Session, _actor: Actor) -> list[Choice]:
    return [Choice(code, title) for code, title in office_service.form_titles(session).items()]


class VisitsState(OfficeState):
    """The list of visits, and what is looked for; `trail` holds where the earlier pages began."""

    page: VisitPage = VisitPage()
    wanted: dict[str, str] = {}
    trail: list[str] = []
    areas: list[Choice] = []
    forms: list[Choice] = []
    ready: bool = False

    async def _show(self) -> None:
        texts = {name: self.wanted.get(name, "") for name in TEXTS}
        since, until = _day(self.wanted.get("since", "")), _day(self.wanted.get("until", ""))
        home = self._parameter("household")
        after = self.trail[-1] if self.trail else ""
        self.page = await read(_list, **texts, since=since, until=until, household=home, after=after)
        self.ready = True

    @rx.event
    @requires(Permission.VISITS_READ)
    async def open(self) -> None:
        """The latest visits of the whole area."""
        self.wanted, self.trail = {}, []
        self.areas, self.forms = await read(places), await read(_forms)
        await self._show()

    @rx.event
    @requires(Permission.VISITS_READ)
    async def find(self, form: dict[str, Any]) -> None:
        """Visits as the form says."""
        self.wanted = {str(name)[:20]: str(text)[:40] for name, text in form.items() if isinstance(text, str)}
        self.trail = []
        await self._show()

    @rx.event
    @requires(Permission.VISITS_READ)
    async def turn(self, pages: int) -> None:
        """To earlier visits, or back."""
        if pages < 0:
            self.trail = self.trail[:-1]
        elif self.page.next_after:
            self.trail = [*self.trail, self.page.next_after]
        await self._show()


class VisitState(OfficeState):
    """One visit in words, its corrections beside it."""

    family: VisitFamily | None = None

    @rx.event
    @requires(Permission.VISITS_READ)
    async def open(self) -> None:
        """The visit that the address names."""
        self.family = None
        self.family = await read(_one, self._parameter("id"))
