"""Findings on the office face: the list and decisions on several, one finding, the rules, the overview."""

from typing import Any, ClassVar

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import Choice, OfficeState, read, requires, said, write
from app.errors import BadInput
from app.findings import office_service, settling_service
from app.findings.office_schemas import ApplicationRow, FindingPage, FindingView, Overview, RuleView
from app.findings.rules_list import RULES
from app.findings.rules_words import HOW, PROGRAMMES, STATES
from app.households.register_state import one_of, places
from app.shell.list_state import CountedListState


def _begin(session: Session, actor: Actor, finding_id: str) -> None:
    settling_service.begin_application(session, actor, finding_id)


class FindingsState(CountedListState, OfficeState):
    """The list: what is looked for, one page of it, how many of each severity."""

    COUNTED: ClassVar[str] = "条"
    page: FindingPage = FindingPage()
    programme: str = ""
    rule: str = ""
    village: str = ""
    severity: str = ""
    shown: str = "open"
    choices: list[Choice] = []
    picking: bool = False

    async def _show(self) -> None:
        self.page = await read(
            office_service.listing, programme=self.programme, rule=self.rule, village=self.village,
            severity=self.severity, state=self.shown, offset=self.offset,
        )  # fmt: skip
        self.ready, self.picking = True, False

    @rx.event
    @requires(Permission.REGISTERS)
    async def open(self) -> None:
        """The first page of the whole area, or of the place and rule that the address names."""
        self.choices = await read(places)
        self.village, self.rule = one_of(self.choices, self._parameter("village")), self._parameter("rule")[:8]
        self.programme, self.severity = self._parameter("programme")[:16], self._parameter("severity")[:8]
        self.shown, self.offset = "open", 0
        await self._show()

    @rx.event
    @requires(Permission.REGISTERS)
    async def find(self, form: dict[str, Any]) -> None:
        """Narrow the list."""
        self.programme, self.village = said(form, "programme", 16), one_of(self.choices, said(form, "village"))
        self.rule, state = said(form, "rule", 8), said(form, "state", 8)
        self.shown, self.severity, self.offset = state if state in STATES else "open", "", 0
        await self._show()

    @rx.event
    @requires(Permission.REGISTERS)
    async def narrow(self, severity: str) -> None:
        """Only one severity."""
        self.severity, self.offset = str(severity)[:8], 0
        await self._show()

    @rx.event
    @requires(Permission.REGISTERS)
    async def turn(self, pages: int) -> None:
        """Some pages on or back."""
        await self._turn(pages)

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def settle_many(self, form: dict[str, Any]) -> None:
        """The same decision for all that were picked."""
        ids = [name.removeprefix("pick_") for name, value in form.items() if name.startswith("pick_") and value]
        if not ids:
            raise BadInput("先勾上要一起办的。")
        number = await write(settling_service.close, ids[: office_service.PAGE], said(form, "how", 12),
                             said(form, "reason"), said(form, "evidence"))  # fmt: skip
        await self._show()
        self.done = f"已办完 {number} 条。"

    @rx.event
    @requires(Permission.REGISTERS_WRITE)
    async def pick(self) -> None:
        """Show or hide the boxes for several at once."""
        self.picking = not self.picking


class FindingState(OfficeState):
    """One finding."""

    one: FindingView | None = None

    async def _show(self) -> None:
        self.one = await read(office_service.one, self._parameter("id"))

    @rx.event
    @requires(Permission.REGISTERS)
    async def open(self) -> None:
        """The finding that the address names."""
        self.one = None
        await self._show()

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def settle(self, form: dict[str, Any]) -> None:
        """Close it."""
        await write(settling_service.close, [self._parameter("id")], said(form, "how", 12), said(form, "reason"),
                    said(form, "evidence"))  # fmt: skip
        await self._show()
        self.done = "记下了。"

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def apply(self) -> None:
        """Begin the application that it calls for."""
        await write(_begin, self._parameter("id"))
        await self._show()
        self.done = "已开始申请，填好的和还缺的在下面。"


class RulesState(OfficeState):
    """All rules."""

    rows: list[RuleView] = []
    ready: bool = False

    async def _show(self) -> None:
        self.rows = await read(office_service.rules_view)
        self.ready = True

    @rx.event
    @requires(Permission.SETTINGS)
    async def open(self) -> None:
        """Every rule with its values and how often it was a false alarm."""
        await self._show()

    @rx.event(temporal=True)
    @requires(Permission.SETTINGS)
    async def switch(self, code: str, on: bool) -> None:
        """Use a rule, or leave it."""
        await write(office_service.switch, str(code)[:8], bool(on))
        await self._show()
        self.done = "改好了，下次比对起作数。"


class FindingsOverviewState(OfficeState):
    """Who needs looking at, place by place."""

    all: Overview = Overview()
    ready: bool = False

    @rx.event
    @requires(Permission.OVERVIEW)
    async def open(self) -> None:
        """Count anew."""
        area = self._parameter("area")
        self.all = await read(office_service.overview, area if area.isdigit() and len(area) == 9 else "")
        self.ready = True


class ApplicationsState(OfficeState):
    """Applications that were begun."""

    rows: list[ApplicationRow] = []
    ready: bool = False

    @rx.event
    @requires(Permission.REGISTERS)
    async def open(self) -> None:
        """The newest ones."""
        self.rows = await read(office_service.applications)
        self.ready = True


RULE_CHOICES = tuple((one.code, one.name) for one in RULES if not one.blocks)
PROGRAMME_CHOICES = tuple(PROGRAMMES.items())
HOW_CHOICES = tuple(HOW.items())
