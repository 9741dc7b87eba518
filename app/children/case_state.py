"""Cases of children in danger on the office face: the list with clocks, one case and its next step."""

from typing import Any, ClassVar

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import OfficeState, read, requires, said, version_of, write
from app.children import case_office_service, case_service
from app.children.rules import SITUATIONS
from app.children.schemas import CasePage, CaseReport, CaseView
from app.db import utcnow
from app.errors import Conflict
from app.http import SIGNED_IN, parse
from app.shell.list_state import CountedListState


def _open(session: Session, actor: Actor, case_id: str) -> CaseView:
    case_service.look(session, actor, case_id)
    return case_office_service.case_page(session, actor, case_id)


def _step(session: Session, actor: Actor, case_id: str, stage: str, text: str, base_version: int) -> CaseView:
    case_service.add_step(session, actor, case_id, stage, text, base_version, utcnow())
    return case_office_service.case_page(session, actor, case_id)


def _report(session: Session, actor: Actor, data: CaseReport) -> str:
    division = actor.divisions[0] if actor.divisions else ""
    return case_service.report(session, actor, data, utcnow(), division=division).id


class CasesState(CountedListState, OfficeState):
    """The cases that one may see."""

    COUNTED: ClassVar[str] = "件"
    page: CasePage = CasePage()
    which: str = "open"

    async def _show(self) -> None:
        self.page = await read(case_office_service.list_cases, which=self.which, offset=self.offset)
        self.ready = True

    @rx.event
    @requires(Permission.CHILD_CASES)
    async def open(self) -> None:
        """Those that are not closed."""
        self.which, self.offset = "open", 0
        await self._show()

    @rx.event
    @requires(Permission.CHILD_CASES)
    async def choose(self, which: str) -> None:
        """Open ones or closed ones."""
        self.which, self.offset = ("closed" if which == "closed" else "open"), 0
        await self._show()

    @rx.event
    @requires(Permission.CHILD_CASES)
    async def turn(self, pages: int) -> None:
        """Some pages on or back."""
        await self._turn(pages)


class CaseState(OfficeState):
    """One case; each look is written down. `saved` counts what was written: only then is the form empty again."""

    case: CaseView | None = None
    saved: int = 0

    @rx.event
    @requires(SIGNED_IN)
    async def open(self) -> None:
        """The case that the address names."""
        self.case = None
        self.case = await write(_open, self._parameter("id"))

    @rx.event(temporal=True)
    @requires(Permission.CHILD_CASES)
    async def step(self, form: dict[str, Any]) -> None:
        """What was done, and the stage reached with it."""
        given = said(form, "stage", 16), str(form.get("text") or ""), version_of(form)
        try:
            self.case = await write(_step, self._parameter("id"), *given)
        except Conflict:
            self.case = await write(_open, self._parameter("id"))
            raise
        self.saved += 1
        self.done = "记下了。"


class ReportState(OfficeState):
    """A report from the office: after the call, which it never stands for."""

    ready: bool = False

    @rx.event
    @requires(Permission.CHILD_CASES)
    async def open(self) -> None:
        """An empty form."""
        self.ready = True

    @rx.event(temporal=True)
    @requires(Permission.CHILD_CASES)
    async def save(self, form: dict[str, Any]) -> None:
        """Write down what was seen and who was called."""
        said = {name: str(form.get(name) or "").strip() or None
                for name in ("where", "seen", "called_at", "police_unit", "police_number")}  # fmt: skip
        called = [number for number in ("110", "12345") if form.get(f"called_{number}")]
        chosen = [code for code in SITUATIONS if form.get(code)]
        person = self._parameter("person") or None
        data = parse(CaseReport, {"situations": chosen, "called": called, "person_id": person, **said})
        self.to = f"/office/children/case?id={await write(_report, data)}"
