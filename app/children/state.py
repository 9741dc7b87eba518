"""儿童 on the office face: the list, one child, the women's survey."""

from collections.abc import Container
from typing import Any, ClassVar

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import OfficeState, read, requires, said_or_none, write
from app.children import office_service, rules, service
from app.children.schemas import ChildIn, ChildPage, ChildView, WomanIn, WomanPage
from app.contacts.state import ContactsState
from app.households import looking_service
from app.households import register_office_service as shared
from app.households import register_service as register
from app.households.register_schemas import FoundPerson
from app.households.register_state import RegisterListState, TakingInState
from app.http import parse
from app.shell.list_state import CountedListState


def _list(session: Session, actor: Actor, **what: Any) -> ChildPage:
    return office_service.list_children(session, actor, register.today(), **what)


def _page(session: Session, actor: Actor, child_id: str) -> ChildView:
    return office_service.child_page(session, actor, child_id, register.today())


def _find(session: Session, actor: Actor, text: str) -> list[FoundPerson]:
    on = register.today()
    grown = register.policy(session, rules.GUARDIANSHIP, on, "")["age.child"]
    return shared.find_people(session, actor, text, on, oldest=grown)


def _find_woman(session: Session, actor: Actor, text: str) -> list[FoundPerson]:
    return shared.find_people(session, actor, text, register.today(), youngest=18)


def _women(session: Session, actor: Actor, offset: int) -> WomanPage:
    return office_service.list_surveys(session, actor, register.today(), offset=offset)


def _survey(session: Session, actor: Actor, person_id: str, data: WomanIn) -> None:
    service.add_survey(session, actor, person_id, data, register.today())


def _kinds(form: dict[str, Any]) -> list[str]:
    return [kind for kind in rules.KINDS if form.get(kind)]


def child_in(form: dict[str, Any]) -> ChildIn:
    """What the form says of a child."""
    plain = ("support", "risk", "school_written", "wish", "school_told_on", "village_told_on", "parent_contact_on")
    parents = {
        who: {name: said_or_none(form, f"{who}_{name}") for name in ("name", "state", "since", "back_on")}
        for who in ("father", "mother")
    }
    return parse(ChildIn, {"kinds": _kinds(form), **{name: said_or_none(form, name) for name in plain}, **parents})


class ChildrenState(TakingInState, RegisterListState, OfficeState):
    """The list of the register, and whom to take in."""

    NOT_FOUND: ClassVar[str] = "没找到。要先在农户名册里，还没成年。"
    ONLY: ClassVar[Container[str]] = office_service.ONLY
    page: ChildPage = ChildPage()

    async def _show(self) -> None:
        self.page = await read(_list, **self._wanted())
        self.ready = True

    async def _people(self, text: str) -> list[FoundPerson]:
        return await read(_find, text)

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def add(self, form: dict[str, Any]) -> None:
        """Take them in, with the reason."""
        data = parse(ChildIn, {"kinds": _kinds(form)})
        await write(service.add, self.chosen.id, data, str(form.get("reason") or ""))
        name = self.chosen.name
        self._nobody()
        await self._show()
        self.done = f"{name}登进儿童名册了。"


class ChildState(OfficeState):
    """The page of one child; nothing is known until somebody has said why they open it."""

    child: ChildView | None = None

    async def _show(self) -> None:
        self.child = await read(_page, self._parameter("id"))
        contacts = await self.get_state(ContactsState)
        if self.child.closed:
            contacts.rows, contacts.lacks, contacts.person_id = [], [], ""
        else:
            await contacts._of(self.child.person_id)

    @rx.event
    @requires(Permission.REGISTERS)
    async def open(self) -> None:
        """The child that the address names."""
        self.child = None
        await self._show()

    @rx.event
    @requires(Permission.REGISTERS)
    async def look(self, why: str) -> None:
        """Open the record for one of the usual reasons; who, when and why is written down."""
        if self.child:
            await write(looking_service.open_child, self.child.person_id, str(why))
            await self._show()

    @rx.event
    @requires(Permission.REGISTERS)
    async def say(self, form: dict[str, Any]) -> None:
        """Open it for a reason in words of one's own."""
        if self.child:
            await write(looking_service.open_child, self.child.person_id, str(form.get("reason") or ""))
            await self._show()

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def change(self, form: dict[str, Any]) -> None:
        """What the office knows, anew."""
        seen = self.child.version if self.child else 0
        await write(service.change, self._parameter("id"), child_in(form), seen)
        await self._show()
        self.done = "存好了。"

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def end(self, form: dict[str, Any]) -> None:
        """Out of the register, with the reason."""
        await write(service.end, self._parameter("id"), str(form.get("reason") or ""))
        self.to = "/office/children"


class WomenState(TakingInState, CountedListState, OfficeState):
    """The survey of left-behind women: the list, and one more."""

    COUNTED: ClassVar[str] = "份"
    page: WomanPage = WomanPage()

    async def _show(self) -> None:
        self.page = await read(_women, self.offset)
        self.ready = True

    async def _people(self, text: str) -> list[FoundPerson]:
        return await read(_find_woman, text)

    @rx.event
    @requires(Permission.REGISTERS)
    async def open(self) -> None:
        """The first page."""
        self.offset = 0
        self._nobody()
        await self._show()

    @rx.event
    @requires(Permission.REGISTERS)
    async def turn(self, pages: int) -> None:
        """Some pages on or back."""
        await self._turn(pages)

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def save(self, form: dict[str, Any]) -> None:
        """Write down what she said."""
        answers = {name: told for name in rules.WOMAN_FIELDS if (told := said_or_none(form, name))}
        hard = [code for code in rules.WOMAN_DIFFICULTIES if form.get(code)]
        await write(_survey, self.chosen.id, parse(WomanIn, {"answers": answers, "difficulties": hard}))
        self._nobody()
        await self._show()
        self.done = "记下了。"
