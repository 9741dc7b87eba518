"""信访 and 公示 on the office face: the list of petitions, one of them, public notices."""

from collections.abc import Callable
from typing import Any, ClassVar

import reflex as rx

from app.accounts.office_state import day_of
from app.accounts.rules import Permission
from app.accounts.state import Choice, OfficeState, read, requires, said, version_of, write
from app.casework import office_service, rules, service
from app.casework.schemas import Choosing, NoticeIn, NoticePage, PetitionIn, PetitionPage, PetitionView
from app.errors import Conflict, NotFound
from app.households.register_state import one_of, places
from app.http import parse
from app.shell.list_state import CountedListState

HERE = "/office/casework"


class CaseworkState(CountedListState, OfficeState):
    """The list of petitions, and what can be chosen for a new one.

    `received` counts what was saved: only then is the form empty again; what was refused can be put right.
    """

    COUNTED: ClassVar[str] = "件"
    page: PetitionPage = PetitionPage()
    which: str = "open"
    village: str = ""
    category: str = ""
    source: str = ""
    choices: list[Choice] = []
    choosing: Choosing = Choosing()
    received: int = 0

    async def _show(self) -> None:
        self.page = await read(
            office_service.listing, which=self.which, village=self.village, category=self.category,
            source=self.source, offset=self.offset,
        )  # fmt: skip
        self.ready = True

    @rx.event
    @requires(Permission.CASEWORK)
    async def open(self) -> None:
        """What is not done in the whole area, or what this tab looked for before."""
        self.choices, self.choosing = await read(places), await read(office_service.choosing)
        await self._show()

    @rx.event
    @requires(Permission.CASEWORK)
    async def find(self, form: dict[str, Any]) -> None:
        """Narrow the list."""
        which, self.village = said(form, "which", 8), one_of(self.choices, said(form, "village"))
        self.which, self.offset = which if which in rules.WHICH else "open", 0
        self.category, self.source = said(form, "category", 16), said(form, "source", 16)
        await self._show()

    @rx.event
    @requires(Permission.CASEWORK)
    async def turn(self, pages: int) -> None:
        """Some pages on or back."""
        await self._turn(pages)

    @rx.event(temporal=True)
    @requires(Permission.CASEWORK)
    async def receive(self, form: dict[str, Any]) -> None:
        """Write a petition down."""
        category = said(form, "category", 16)
        accused = said(form, "accused", 36) if category == rules.ACCUSATION else ""  # else it is not shown
        data = parse(PetitionIn, {
            "division": said(form, "division", 12), "category": category,
            "source": said(form, "source", 16), "text": said(form, "text", 2000),
            "received_on": day_of(form.get("received_on"), "收到的日期").isoformat(),
            "accused": [accused] if accused else [], "assignee": said(form, "assignee", 36) or None,
        })  # fmt: skip
        until = await write(office_service.received, data)
        self.received += 1
        await self._show()
        self.done = f"登记好了，{until}"


class PetitionState(OfficeState):
    """One petition."""

    one: PetitionView | None = None

    async def _show(self) -> None:
        try:
            self.one = await read(office_service.one, self._parameter("id"))
        except NotFound:  # handed on by somebody else meanwhile: what this tab still holds is not its reader's any more
            self.one = None
            raise

    async def _act(self, words: str, work: Callable[..., Any], *given: Any) -> None:
        try:
            await write(work, self._parameter("id"), *given)
        except (Conflict, NotFound):
            await self._show()
            raise
        try:
            await self._show()
            self.done = words
        except NotFound:  # an accusation that was handed on is its new officer's alone
            self.to = HERE

    @rx.event
    @requires(Permission.CASEWORK)
    async def open(self) -> None:
        """The petition that the address names."""
        self.one = None
        await self._show()

    @rx.event(temporal=True)
    @requires(Permission.CASEWORK)
    async def assign(self, form: dict[str, Any]) -> None:
        """Hand it to somebody."""
        await self._act("交给他办了。", service.assign, said(form, "assignee", 36), version_of(form))

    @rx.event(temporal=True)
    @requires(Permission.CASEWORK)
    async def step(self, form: dict[str, Any]) -> None:
        """It was told, accepted, done, on which day."""
        given = said(form, "what", 16), version_of(form), day_of(form.get("on"), "哪天的")
        await self._act("记下了。", service.step, *given)

    @rx.event(temporal=True)
    @requires(Permission.CASEWORK)
    async def say_source(self, form: dict[str, Any]) -> None:
        """How it came, where nobody wrote that down."""
        await self._act("记下了。", service.say_source, said(form, "source", 16), version_of(form))

    @rx.event(temporal=True)
    @requires(Permission.CASEWORK)
    async def step_back(self, form: dict[str, Any]) -> None:
        """The last step was a slip of the hand."""
        await self._act("", service.step_back, said(form, "reason", 200), version_of(form))
        if self.one and not self.problem and not self.to:
            self.done = f"退回了，办到“{self.one.stages[self.one.reached]}”。"

    @rx.event(temporal=True)
    @requires(Permission.CASEWORK)
    async def extend(self, form: dict[str, Any]) -> None:
        """More time for it."""
        given = said(form, "by", 64), said(form, "why", 500), version_of(form)
        await self._act("延期记下了，要告知信访人。", service.extend, *given)


class NoticesState(CountedListState, OfficeState):
    """The list of public notices; `posted` counts what was saved, as `received` does."""

    COUNTED: ClassVar[str] = "张"
    page: NoticePage = NoticePage()
    village: str = ""
    choices: list[Choice] = []
    on: str = ""
    posted: int = 0

    async def _show(self) -> None:
        self.page = await read(office_service.notices, village=self.village, offset=self.offset)
        self.on, self.ready = service.today().isoformat(), True

    @rx.event
    @requires(Permission.CASEWORK)
    async def open(self) -> None:
        """Those of the whole area, or of the place that this tab looked for before."""
        self.choices = await read(places)
        await self._show()

    @rx.event
    @requires(Permission.CASEWORK)
    async def find(self, form: dict[str, Any]) -> None:
        """Only of one place."""
        self.village, self.offset = one_of(self.choices, said(form, "village")), 0
        await self._show()

    @rx.event
    @requires(Permission.CASEWORK)
    async def turn(self, pages: int) -> None:
        """Some pages on or back."""
        await self._turn(pages)

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
        await self._show()
        self.done = "公示记下了，可以去贴。"

    @rx.event(temporal=True)
    @requires(Permission.CASEWORK)
    async def take_down(self, form: dict[str, Any]) -> None:
        """A notice does not hang any more, or must not."""
        given = day_of(form.get("on"), "撤下的日期"), said(form, "reason", 500), version_of(form)
        try:
            await write(service.take_down, said(form, "id", 36), *given)
        except (Conflict, NotFound):
            await self._show()
            raise
        await self._show()
        self.done = "撤下记下了，村里贴的要揭下来。"


WHICH_CHOICES = tuple(rules.WHICH.items())
SOURCE_CHOICES = tuple((one, one) for one in rules.SOURCES)
CATEGORY_CHOICES = tuple((one, one) for one in rules.CATEGORIES)
PROGRAMME_CHOICES = tuple(rules.PROGRAMMES.items())
