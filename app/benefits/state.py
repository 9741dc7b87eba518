"""待遇 on the office face: all programmes of a month, one roll with its changes, one person, a home's section."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import Choice, OfficeState, read, requires, said, version_of, write
from app.benefits import office_service, rules, service
from app.benefits.schemas import ChangeIn, EnrolIn, EnrolmentView, PersonBenefits, ProgrammeRow, ReviewIn, Roll, StopIn
from app.db import utcnow
from app.errors import BadInput
from app.households import register_service as register
from app.households import rules as household_rules
from app.households.register_state import OnePersonState, places
from app.households.words_service import fen_of
from app.http import parse
from app.limits import PAGE
from app.papers import export_service, ledger_service
from app.papers.schemas import ExportWish


def _given(form: dict[str, Any], *names: str) -> dict[str, Any]:
    """The fields of a form that say something, an amount of yuan in fen."""
    found: dict[str, Any] = {name: said(form, name) for name in names if said(form, name)}
    money = said(form, "amount")
    if money and fen_of(money) is None:
        raise BadInput("金额要写数字，比如 600 或 66.67。")
    return found | ({"amount_fen": fen_of(money)} if money else {})


def _start(session: Session, actor: Actor, person_id: str, data: EnrolIn) -> None:
    service.start(session, actor, person_id, data)


def _export(session: Session, actor: Actor, wish: ExportWish) -> None:
    export_service.ask(session, actor, wish, utcnow())


def _stop(session: Session, actor: Actor, enrolment_id: str, data: StopIn, version: int) -> None:
    service.stop(session, actor, enrolment_id, data, version)


def _change(session: Session, actor: Actor, enrolment_id: str, data: ChangeIn, version: int) -> None:
    service.change(session, actor, enrolment_id, data, version)


def _review(session: Session, actor: Actor, enrolment_id: str, data: ReviewIn, version: int) -> None:
    service.review(session, actor, enrolment_id, data, version)


class BenefitsState(OfficeState):
    """A month: every programme, and the roll of the one that was chosen."""

    rows: list[ProgrammeRow] = []
    roll: Roll = Roll()
    month: str = ""
    village: str = ""
    kind: str = ""
    changes_from: int = 0
    trail: list[list[str]] = []
    months: list[Choice] = []
    choices: list[Choice] = []
    ready: bool = False

    async def _show(self) -> None:
        programme = self.roll.programme
        self.roll = await read(
            office_service.roll, programme, self.month, place=self.village, state=self.kind,
            after=self.trail[-1] if self.trail else (), changes_from=self.changes_from,
        )  # fmt: skip

    async def _all(self) -> None:
        self.rows = await read(office_service.overview, self.month, self.village)
        held = [one.code for one in self.rows]
        if self.roll.programme not in held:
            self.roll = Roll(programme=held[0]) if held else Roll()
        self.trail, self.changes_from = [], 0
        if held:
            await self._show()
        self.ready = True

    @rx.event
    @requires(Permission.REGISTERS)
    async def open(self) -> None:
        """This month, the whole area."""
        self.choices = await read(places)
        today = register.today()
        self.months = [Choice(code, words) for code, words in office_service.months(today)]
        self.month = self.month or rules.month_of(today)
        await self._all()

    @rx.event
    @requires(Permission.REGISTERS)
    async def find(self, form: dict[str, Any]) -> None:
        """Another month or place."""
        self.month, self.village = said(form, "month"), said(form, "village")
        await self._all()

    @rx.event
    @requires(Permission.REGISTERS)
    async def pick(self, programme: str) -> None:
        """Another programme's roll."""
        self.roll = Roll(programme=str(programme)[:24])
        self.kind, self.trail, self.changes_from = "", [], 0
        await self._show()

    @rx.event
    @requires(Permission.REGISTERS)
    async def narrow(self, kind: str) -> None:
        """All lines, or those of one state."""
        self.kind, self.trail = str(kind)[:8], []
        await self._show()

    @rx.event
    @requires(Permission.REGISTERS)
    async def turn(self, pages: int) -> None:
        """A page of lines on or back."""
        self.trail = [*self.trail, self.roll.next] if pages > 0 and self.roll.next else self.trail[:-1]
        await self._show()

    @rx.event
    @requires(Permission.REGISTERS)
    async def turn_changes(self, pages: int) -> None:
        """A page of changes on or back."""
        self.changes_from = max(0, min(self.changes_from + pages * PAGE, 1_000_000))
        await self._show()

    @rx.var
    def changes_line(self) -> str:
        """第 1–50 条，共 80 条."""
        first, count = self.changes_from + 1, len(self.roll.changes)
        return f"第 {first}–{first + count - 1} 条，共 {self.roll.changes_total} 条" if count else ""

    @rx.event(temporal=True)
    @requires(Permission.EXPORT)
    async def export(self, form: dict[str, Any]) -> None:
        """This roll as Excel; why is written down, and the file waits among the exports."""
        wish = {"ledger": ledger_service.ROLL, "period": self.month, "programme": self.roll.programme,
                "area": self.village, "reason": said(form, "reason")}  # fmt: skip
        await write(_export, parse(ExportWish, wish))
        self.to = "/office/exports"


class PersonBenefitsState(OnePersonState, OfficeState):
    """One person: what they hold and held, what was paid; begin, stop, change; the account behind its mask."""

    one: PersonBenefits | None = None
    offset: int = 0
    asked: str = ""
    own: bool = False
    shown: str = ""

    async def _show(self) -> None:
        self.one = await read(office_service.person_page, self._id(), self.offset)

    @rx.event
    @requires(Permission.REGISTERS)
    async def open(self) -> None:
        """The person that the address names."""
        self.one, self.offset, self.asked, self.own, self.shown = None, 0, "", False, ""
        await self._show()

    @rx.event
    @requires(Permission.REGISTERS)
    async def turn(self, pages: int) -> None:
        """Older payments, or newer ones."""
        self.offset = max(0, min(self.offset + pages * office_service.PAID, 100_000))
        await self._show()

    @rx.event(temporal=True)
    @requires(Permission.BENEFITS_WRITE)
    async def begin(self, form: dict[str, Any]) -> None:
        """A programme begins."""
        data = _given(form, "programme", "from_month", "why", "certificate", "band", "account")
        data["is_holder"] = bool(form.get("is_holder"))
        await write(_start, self._id(), parse(EnrolIn, data))
        await self._after("已起发。")

    @rx.event(temporal=True)
    @requires(Permission.BENEFITS_WRITE)
    async def stop(self, form: dict[str, Any]) -> None:
        """A programme ends."""
        data = parse(StopIn, _given(form, "to_month", "reason", "note") | {"whole": said(form, "whole") == "yes"})
        await write(_stop, said(form, "id"), data, version_of(form))
        await self._after("已停发，以前的还看得到。")

    @rx.event(temporal=True)
    @requires(Permission.BENEFITS_WRITE)
    async def change(self, form: dict[str, Any]) -> None:
        """Another amount, band, state or account."""
        data = parse(ChangeIn, _given(form, "month", "why", "band", "state", "account"))
        await write(_change, said(form, "id"), data, version_of(form))
        await self._after("已存好，以前的还看得到。")

    @rx.event(temporal=True)
    @requires(Permission.BENEFITS_WRITE)
    async def review(self, form: dict[str, Any]) -> None:
        """低保 was reviewed, and what it came to."""
        # What another outcome would ask stands hidden in the form, and is not said.
        asked = rules.REVIEW_ASKS.get(said(form, "outcome"), ())
        data = parse(ReviewIn, _given(form, "on", "outcome", "why", *asked))
        await write(_review, said(form, "id"), data, version_of(form))
        await self._after("复核记下了，以前的还看得到。")

    @rx.event
    @requires(Permission.REGISTER_UNMASK)
    async def want(self, enrolment_id: str) -> None:
        """Ask to see an account."""
        self.asked, self.own, self.shown = str(enrolment_id)[:36], False, ""

    @rx.event
    @requires(Permission.REGISTER_UNMASK)
    async def look(self, why: str) -> None:
        """Show it for one of the usual reasons; who looked and why is written down."""
        if why == household_rules.OTHER:
            self.own = True
        else:
            self.shown = await write(office_service.take_account, self.asked, str(why)[:200])

    @rx.event
    @requires(Permission.REGISTER_UNMASK)
    async def say(self, form: dict[str, Any]) -> None:
        """Show it for a reason in words of one's own."""
        self.shown = await write(office_service.take_account, self.asked, said(form, "reason"))

    @rx.event
    @requires(Permission.REGISTERS)
    async def close(self) -> None:
        """Cover it again."""
        self.asked, self.own, self.shown = "", False, ""


class HomeBenefitsState(OfficeState):
    """What a home's people hold; read when somebody asks."""

    household_id: str = ""
    rows: list[EnrolmentView] = []

    @rx.event
    @requires(Permission.REGISTERS)
    async def tell(self, household_id: str) -> None:
        """What everybody in this home holds."""
        self.rows = await read(office_service.home, str(household_id)[:36])
        self.household_id = str(household_id)[:36]
