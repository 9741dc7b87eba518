"""留守老人 on the office face: the list, and the page of one."""

from collections.abc import Container
from typing import Any, ClassVar

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import OfficeState, read, requires, write
from app.contacts.state import ContactsState
from app.elders import office_service, rules, service
from app.elders.schemas import ElderIn, ElderPage, ElderView
from app.errors import BadInput
from app.households import register_office_service as shared
from app.households import register_service as register
from app.households.register_schemas import FoundPerson
from app.households.register_state import RegisterListState, TakingInState
from app.http import parse

CHILDREN = 6
CHILD_FIELDS = ("name", "relation", "place", "since", "phone", "returns", "able")


def _list(session: Session, actor: Actor, **what: Any) -> ElderPage:
    return office_service.list_elders(session, actor, register.today(), **what)


def _page(session: Session, actor: Actor, elder_id: str) -> ElderView:
    return office_service.elder_page(session, actor, elder_id, register.today())


def _find(session: Session, actor: Actor, text: str) -> list[FoundPerson]:
    on = register.today()
    youngest = register.policy(session, rules.POLICY, on, "")["age.elder"]
    return shared.find_people(session, actor, text, on, youngest=youngest)


def elder_in(form: dict[str, Any]) -> ElderIn:
    """What the form says of marks and children."""
    marks = [tag for tag in rules.ELDER_TAGS if form.get(tag)]
    children = []
    for number in range(1, CHILDREN + 1):
        said = {name: str(form.get(f"{name}_{number}") or "").strip() or None for name in CHILD_FIELDS}
        if said["name"]:
            children.append(said)
    count = str(form.get("children_count") or "").strip()
    if count and not count.isdigit():
        raise BadInput("儿女几个，写数字。")
    return parse(ElderIn, {"marks": marks, "children": children, "children_count": int(count) if count else None})


class EldersState(TakingInState, RegisterListState, OfficeState):
    """The list of the register, and whom to take in."""

    COUNTED: ClassVar[str] = "位"
    NOT_FOUND: ClassVar[str] = "没找到。要先在农户名册里，岁数也要够。"
    ONLY: ClassVar[Container[str]] = office_service.ONLY
    page: ElderPage = ElderPage()

    async def _show(self) -> None:
        self.page = await read(_list, **self._wanted())
        self.ready = True

    async def _people(self, text: str) -> list[FoundPerson]:
        return await read(_find, text)

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def add(self, form: dict[str, Any]) -> None:
        """Take them in, with the reason."""
        await write(service.add, self.chosen.id, elder_in(form), str(form.get("reason") or ""))
        name = self.chosen.name
        self._nobody()
        await self._show()
        self.done = f"{name}登进老人名册了。"


class ElderState(OfficeState):
    """The page of one elder."""

    elder: ElderView | None = None

    async def _show(self) -> None:
        self.elder = await read(_page, self._parameter("id"))

    @rx.event
    @requires(Permission.REGISTERS)
    async def open(self) -> None:
        """The elder that the address names, with whom to call."""
        self.elder = None
        await self._show()
        if self.elder:
            contacts = await self.get_state(ContactsState)
            await contacts._of(self.elder.person_id)

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def change(self, form: dict[str, Any]) -> None:
        """Marks and children anew."""
        seen = self.elder.version if self.elder else 0
        await write(service.change, self._parameter("id"), elder_in(form), seen)
        await self._show()
        self.done = "存好了。"

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def tier(self, form: dict[str, Any]) -> None:
        """A tier of one's own decision, or the one that follows from the facts."""
        await write(service.set_tier, self._parameter("id"), str(form.get("tier") or ""), str(form.get("reason") or ""))
        await self._show()
        self.done = "定好了。"

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def end(self, form: dict[str, Any]) -> None:
        """Out of the register, with the reason."""
        await write(service.end, self._parameter("id"), str(form.get("reason") or ""))
        self.to = "/office/elders"
