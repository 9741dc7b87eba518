"""The office's 农户名册: the list of homes, and the page of one."""

from dataclasses import dataclass
from typing import Any

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import Choice, OfficeState, acting, read, requires, write
from app.divisions import service as divisions
from app.households import office_service, service
from app.households.schemas import HouseholdPage, HouseholdView, LookView


@dataclass
class Ask:
    """Whose number is about to be shown, and why a reason is needed."""

    person_id: str = ""
    field: str = ""
    title: str = ""
    child: bool = False


def places(session: Session, actor: Actor) -> list[Choice]:
    """The townships and villages of this person's area."""
    within = divisions.within(session, actor.divisions)
    return [Choice(one.code, one.place) for one in within if len(one.code) > 6]


def _list(session: Session, actor: Actor, **what: Any) -> HouseholdPage:
    return office_service.list_households(session, actor, service.today(), **what)


def _page(session: Session, actor: Actor, household_id: str) -> tuple[HouseholdView, list[LookView]]:
    on = service.today()
    return (
        office_service.household_page(session, actor, household_id, on),
        office_service.looks(session, actor, household_id, on),
    )


class HomesState(OfficeState):
    """The list of homes: what is looked for, and one page of what was found."""

    page: HouseholdPage = HouseholdPage([], 0, False)
    text: str = ""
    village: str = ""
    tag: str = ""
    offset: int = 0
    choices: list[Choice] = []
    ready: bool = False

    async def _show(self) -> None:
        self.page = await read(_list, text=self.text, village=self.village, tag=self.tag, offset=self.offset)
        self.ready = True

    @rx.event
    @requires(Permission.REGISTER_READ)
    async def open(self) -> None:
        """The first page of the whole area."""
        self.choices = await read(places)
        await self._show()

    @rx.event
    @requires(Permission.REGISTER_READ)
    async def find(self, form: dict[str, Any]) -> None:
        """Look for what the form says."""
        self.text, self.village, self.tag = (str(form.get(name) or "")[:80] for name in ("text", "village", "tag"))
        self.offset = 0
        await self._show()

    @rx.event
    @requires(Permission.REGISTER_READ)
    async def turn(self, pages: int) -> None:
        """Some pages on or back."""
        self.offset = max(0, min(self.offset + int(pages) * office_service.PAGE, 1_000_000))
        await self._show()

    @rx.var
    def line(self) -> str:
        """第 1–50 户，共 400 户."""
        last = self.offset + len(self.page.rows)
        total = "" if self.page.total < 0 else f"，共 {self.page.total} 户"
        return f"第 {self.offset + 1}–{last} 户{total}" if self.page.rows else ""


class HomeState(OfficeState):
    """The page of one home; numbers stay masked until somebody asks, and asking is written down."""

    home: HouseholdView | None = None
    looks: list[LookView] = []
    ask: Ask = Ask()
    shown: str = ""

    async def _show(self) -> None:
        self.home, self.looks = await read(_page, self._parameter("id"))

    @rx.event
    @requires(Permission.REGISTER_READ)
    async def open(self) -> None:
        """The home that the address names."""
        self.home, self.ask, self.shown = None, Ask(), ""
        await self._show()

    @rx.event
    @requires(Permission.REGISTER_UNMASK)
    async def want(self, person_id: str, name: str) -> None:
        """Ask to see a number."""
        acting()
        people = self.home.people if self.home else []
        person = next((one for one in people if one.id == person_id), None)
        if person and name in office_service.WHAT:
            self.ask = Ask(person_id, name, f"看{person.name}的{office_service.WHAT[name]}", person.is_child)

    @rx.event
    @requires(Permission.REGISTER_UNMASK)
    async def look(self, form: dict[str, Any]) -> None:
        """Show it, and write down who looked, at what and why."""
        reason = str(form.get("reason") or "")
        self.shown = await write(service.unmask, self.ask.person_id, self.ask.field, reason) or "没有登记"
        await self._show()

    @rx.event
    @requires(Permission.REGISTER_READ)
    async def close(self) -> None:
        """Cover it again."""
        self.ask, self.shown = Ask(), ""
