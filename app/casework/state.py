"""信访和公示 on the office face."""

from typing import Any

import reflex as rx

from app.accounts.office_state import day_of
from app.accounts.rules import Permission
from app.accounts.state import Choice, OfficeState, read, requires, said, version_of, write
from app.casework import rules, service
from app.casework.schemas import Casework, NoticeIn, NoticeRow, PetitionIn, PetitionRow
from app.households.register_state import places
from app.http import parse


class CaseworkState(OfficeState):
    """Petitions and public notices of the area, and what can be chosen for a new one.

    `received` and `posted` count what was saved: only then is a form empty again; what was refused can be put right.
    """

    petitions: list[PetitionRow] = []
    notices: list[NoticeRow] = []
    officers: list[Choice] = []
    accused: list[Choice] = []
    choices: list[Choice] = []
    on: str = ""
    ready: bool = False
    received: int = 0
    posted: int = 0

    async def _show(self, done: str = "") -> None:
        found: Casework = await read(service.page)
        self.petitions, self.notices = found.petitions, found.notices
        self.officers = [Choice(key, name) for key, name in found.officers]
        self.accused = [Choice(key, name) for key, name in found.accused]
        self.on, self.ready = service.today().isoformat(), True
        if done:
            self.done = done

    @rx.event
    @requires(Permission.CASEWORK)
    async def open(self) -> None:
        """All of the area."""
        self.choices = await read(places)
        await self._show()

    @rx.event(temporal=True)
    @requires(Permission.CASEWORK)
    async def receive(self, form: dict[str, Any]) -> None:
        """Write a petition down."""
        accused = said(form, "accused", 36)
        data = parse(PetitionIn, {
            "division": said(form, "division", 12), "category": said(form, "category", 16),
            "source": said(form, "source", 16),
            "text": said(form, "text", 2000), "received_on": day_of(form.get("received_on"), "收到的日期").isoformat(),
            "accused": [accused] if accused else [], "assignee": said(form, "assignee", 36) or None,
        })  # fmt: skip
        await write(service.receive, data)
        self.received += 1
        await self._show("登记好了。15 天内要告知来信人。")

    @rx.event(temporal=True)
    @requires(Permission.CASEWORK)
    async def assign(self, form: dict[str, Any]) -> None:
        """Hand a petition to somebody."""
        await write(service.assign, said(form, "id", 36), said(form, "assignee", 36), version_of(form))
        await self._show("交给他办了。")

    @rx.event(temporal=True)
    @requires(Permission.CASEWORK)
    async def step(self, petition_id: str, what: str, version: int) -> None:
        """Today it was told, accepted, done."""
        await write(service.step, str(petition_id)[:36], str(what)[:16], version)
        await self._show("记下了。")

    @rx.event(temporal=True)
    @requires(Permission.CASEWORK)
    async def extend(self, form: dict[str, Any]) -> None:
        """More time for a petition."""
        await write(service.extend, said(form, "id", 36), said(form, "by", 64), said(form, "why", 500),
                    version_of(form))  # fmt: skip
        await self._show("延期记下了，要告知来信人。")

    @rx.event(temporal=True)
    @requires(Permission.CASEWORK)
    async def post(self, form: dict[str, Any]) -> None:
        """Hang a public notice up."""
        data = parse(NoticeIn, {
            "division": said(form, "division", 12), "programme": said(form, "programme", 24),
            "from_on": day_of(form.get("from_on"), "开始日期").isoformat(),
            "to_on": day_of(form.get("to_on"), "结束日期").isoformat(), "text": said(form, "text", 2000),
        })  # fmt: skip
        await write(service.post, data)
        self.posted += 1
        await self._show("公示记下了，可以去贴。")


SOURCE_CHOICES = tuple((one, one) for one in rules.SOURCES)
CATEGORY_CHOICES = tuple((one, one) for one in rules.CATEGORIES)
PROGRAMME_CHOICES = tuple(rules.PROGRAMMES.items())
