"""What the States of all registers share: a list by name, place and what is to be seen to; taking somebody in."""

from collections.abc import Container, Iterable
from typing import Any, ClassVar

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import Choice, OfficeState, read, requires, said, write
from app.divisions import service as divisions
from app.households import looking_service
from app.households.register_schemas import FoundPerson
from app.shell.list_state import CountedListState

NOBODY = FoundPerson("", "", "")


def places(session: Session, actor: Actor) -> list[Choice]:
    """The townships and villages of this person's area."""
    within = divisions.within(session, actor.divisions)
    return [Choice(one.code, one.place) for one in within if len(one.code) > 6]


def one_of(choices: Iterable[Choice], named: str) -> str:
    """What a form or an address names, if it can be chosen; else nothing, which is the whole area."""
    return named if any(one.value == named for one in choices) else ""


class RegisterListState(CountedListState, mixin=True):
    """The list of a register; `ONLY` holds what `only` may narrow it to."""

    ONLY: ClassVar[Container[str]] = ()
    text: str = ""
    village: str = ""
    only: str = ""
    choices: list[Choice] = []

    def _wanted(self) -> dict[str, Any]:
        return {"text": self.text, "village": self.village, "only": self.only, "offset": self.offset}

    @rx.event
    @requires(Permission.REGISTERS)
    async def open(self) -> None:
        """The whole area, or what this tab looked for before."""
        self.choices = await read(places)
        await self._show()

    @rx.event
    @requires(Permission.REGISTERS)
    async def find(self, form: dict[str, Any]) -> None:
        """Narrow the list."""
        only = said(form, "only")
        self.text, self.village = said(form, "text"), said(form, "village")
        self.only, self.offset = only if only in self.ONLY else "", 0
        await self._show()

    @rx.event
    @requires(Permission.REGISTERS)
    async def turn(self, pages: int) -> None:
        """Some pages on or back."""
        await self._turn(pages)


class TakingInState(OfficeState, mixin=True):
    """Find somebody of the area (`_people`) and choose them; what becomes of them is the room's."""

    NOT_FOUND: ClassVar[str] = "没找到。要先在农户名册里。"
    found: list[FoundPerson] = []
    chosen: FoundPerson = NOBODY

    async def _people(self, text: str) -> list[FoundPerson]:
        raise NotImplementedError

    def _nobody(self) -> None:
        self.found, self.chosen = [], NOBODY

    @rx.event
    @requires(Permission.REGISTERS_WRITE)
    async def look_for(self, form: dict[str, Any]) -> None:
        """Who is meant."""
        self.found, self.chosen = await self._people(said(form, "text", 80)), NOBODY
        if not self.found:
            self.problem = self.NOT_FOUND

    @rx.event
    @requires(Permission.REGISTERS_WRITE)
    async def pick(self, person_id: str) -> None:
        """This one."""
        self.chosen = next((one for one in self.found if one.id == person_id), NOBODY)


class OnePersonState(OfficeState, mixin=True):
    """One person of a register, `one`; the address names the row."""

    one: Any = None

    def _id(self) -> str:
        return self._parameter("id")

    async def _show(self) -> None:
        raise NotImplementedError

    async def _after(self, words: str) -> None:
        await self._show()
        self.done = words

    @rx.event
    @requires(Permission.REGISTERS)
    async def open(self) -> None:
        """The person that the address names."""
        self.one = None
        await self._show()

    @rx.event
    @requires(Permission.REGISTERS)
    async def open_child(self, why: str) -> None:
        """Open a child's record for a reason, which is written down."""
        if self.one is not None:
            await write(looking_service.open_child, self.one.person_id, str(why)[:200])
        await self._show()
