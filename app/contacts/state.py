"""Whom to call, as part of a person's page: one tap notes what came of a call."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import OfficeState, read, requires, write
from app.contacts import rules, service
from app.contacts.schemas import ContactPut, ContactRow
from app.households import register_service as register
from app.http import parse


def _rows(session: Session, actor: Actor, person_id: str) -> tuple[list[ContactRow], list[str]]:
    register.person_to_see(session, actor, person_id)
    return service.rows_of(session, person_id, register.today())


def _confirm(session: Session, actor: Actor, contact_id: str, result: str) -> str:
    after = service.confirm(session, actor, contact_id, result, register.today())
    return after.name if after else ""


class ContactsState(OfficeState):
    """The chain of one person; the page about that person says whose."""

    rows: list[ContactRow] = []
    lacks: list[str] = []
    person_id: str = ""
    shown_id: str = ""
    shown: str = ""

    async def _of(self, person_id: str) -> None:
        self.person_id, self.shown_id, self.shown = person_id, "", ""
        self.rows, self.lacks = await read(_rows, person_id)

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def note(self, contact_id: str, result: str) -> None:
        """What came of a call, now."""
        if result not in rules.RESULTS:
            return
        after = await write(_confirm, str(contact_id)[:36], result)
        await self._of(self.person_id)
        self.done = f"记下了。没打通，接着打{after}的电话。" if after else "记下了。"

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def put(self, form: dict[str, Any]) -> None:
        """Add somebody, or change one."""
        names = ("kind", "name", "relation", "phone", "place")
        said = {name: str(form.get(name) or "").strip() or None for name in names}
        owes = {"yes": True, "no": False}.get(str(form.get("supports") or ""))
        data = parse(ContactPut, said | {"supports": owes})
        await write(service.put, self.person_id, data, str(form.get("id") or "")[:36])
        await self._of(self.person_id)
        self.done = "存好了。"

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def first(self, contact_id: str) -> None:
        """Call this one before the others of the kind."""
        await write(service.first, str(contact_id)[:36])
        await self._of(self.person_id)

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def remove(self, contact_id: str) -> None:
        """Take one out."""
        await write(service.remove, str(contact_id)[:36])
        await self._of(self.person_id)
        self.done = "去掉了。"

    @rx.event
    @requires(Permission.REGISTER_UNMASK)
    async def reveal(self, contact_id: str) -> None:
        """Show a number to call; who looked is written down."""
        wanted = str(contact_id)[:36]
        self.shown = await write(service.reveal, wanted)
        self.shown_id = wanted
