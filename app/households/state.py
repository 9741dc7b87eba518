"""The office's 农户名册: the list of homes, and the page of one."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import Choice, OfficeState, acting, read, requires, said, write
from app.households import history_service, looking_service, office_service, rules, service
from app.households.history_service import HistoryPage
from app.households.register_state import places
from app.households.schemas import HouseholdPage, HouseholdView, LookView
from app.shell.list_state import CountedListState


@dataclass
class Ask:
    """Whose number is about to be shown, or (without a field) whose record; `own`: the reason is said in words."""

    person_id: str = ""
    field: str = ""
    title: str = ""
    own: bool = False


def _list(session: Session, actor: Actor, **what: Any) -> HouseholdPage:
    return office_service.list_households(session, actor, service.today(), **what)


def _page(session: Session, actor: Actor, household_id: str) -> tuple[HouseholdView, list[LookView]]:
    on = service.today()
    return (
        office_service.household_page(session, actor, household_id, on),
        looking_service.looks(session, actor, household_id, on),
    )


def _past(session: Session, actor: Actor, household_id: str, whose: str, before_id: int) -> HistoryPage:
    return history_service.history(
        session, actor, household_id, service.today(), person_id=whose, before_id=before_id
    )


class HomesState(CountedListState, OfficeState):
    """The list of homes: what is looked for, and one page of what was found."""

    COUNTED: ClassVar[str] = "户"
    page: HouseholdPage = HouseholdPage([], 0, False)
    text: str = ""
    village: str = ""
    tag: str = ""
    choices: list[Choice] = []

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
        self.text, self.village, self.tag = (said(form, name, 80) for name in ("text", "village", "tag"))
        self.offset = 0
        await self._show()

    @rx.event
    @requires(Permission.REGISTER_READ)
    async def turn(self, pages: int) -> None:
        """Some pages on or back."""
        await self._turn(pages)


class HomeState(OfficeState):
    """The page of one home; numbers stay masked until somebody asks, and asking is written down."""

    home: HouseholdView | None = None
    looks: list[LookView] = []
    ask: Ask = Ask()
    shown: str = ""
    past: HistoryPage = HistoryPage()
    past_open: bool = False
    whose: str = ""
    trail: list[int] = []

    async def _show(self) -> None:
        self.home, self.looks = await read(_page, self._parameter("id"))

    @rx.event
    @requires(Permission.REGISTER_READ)
    async def open(self) -> None:
        """The home that the address names."""
        self.home, self.ask, self.shown = None, Ask(), ""
        self.past, self.past_open, self.whose, self.trail = HistoryPage(), False, "", []
        await self._show()

    async def _tell(self) -> None:
        begin = self.trail[-1] if self.trail else 0
        self.past = await read(_past, self._parameter("id"), self.whose, begin)
        self.past_open = True

    @rx.event
    @requires(Permission.REGISTER_READ)
    async def tell(self, whose: str) -> None:
        """What became of the home and its people, or of one of them."""
        self.whose, self.trail = str(whose)[:64], []
        await self._tell()

    @rx.event
    @requires(Permission.REGISTER_READ)
    async def turn(self, pages: int) -> None:
        """To earlier changes, or back."""
        self.trail = [*self.trail, self.past.next_id] if int(pages) > 0 else self.trail[:-1]
        await self._tell()

    @rx.event
    @requires(Permission.REGISTER_READ)
    async def want(self, person_id: str, name: str) -> None:
        """Ask to see a number, or (without a name) a child's record."""
        acting()
        people = self.home.people if self.home else []
        person = next((one for one in people if one.id == person_id), None)
        if person and (name in looking_service.WHAT or (name == "" and person.closed)):
            what = looking_service.WHAT.get(name, "资料")
            self.ask, self.shown = Ask(person_id, name, f"看{person.name}的{what}"), ""

    async def _look(self, why: str) -> None:
        ask = self.ask
        if ask.field:
            self.shown = await write(service.unmask, ask.person_id, ask.field, why) or "没有登记"
        else:
            await write(service.open_child, ask.person_id, why)
            self.ask = Ask()
        await self._show()
        if self.past_open:
            await self._tell()

    @rx.event
    @requires(Permission.REGISTER_READ)
    async def look(self, why: str) -> None:
        """Show it for one of the usual reasons, and write down who looked, at what and why."""
        if why == rules.OTHER:
            self.ask = replace(self.ask, own=True)
        else:
            await self._look(str(why))

    @rx.event
    @requires(Permission.REGISTER_READ)
    async def say(self, form: dict[str, Any]) -> None:
        """Show it for a reason in words of one's own."""
        await self._look(str(form.get("reason") or ""))

    @rx.event
    @requires(Permission.REGISTER_READ)
    async def close(self) -> None:
        """Cover it again."""
        self.ask, self.shown = Ask(), ""
