"""特困 on the office face: the list with the two rates, one person's page, the roll of the care allowance."""

from collections.abc import Container
from typing import Any, ClassVar

import reflex as rx
from sqlmodel import Session

from app.accounts.office_state import day_of
from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import Choice, OfficeState, read, requires, said, version_of, write
from app.errors import BadInput
from app.hardship import fee_service, office_service, rules, service
from app.hardship.schemas import AssessmentIn, ClaimIn, FeeView, HardshipIn, HardshipPage, HardshipView, RateView
from app.households import finding_service
from app.households import register_service as register
from app.households.register_state import OnePersonState, RegisterListState, places
from app.households.words_service import fen_of
from app.http import parse
from app.shell.list_state import ListState


def _person(session: Session, actor: Actor, hardship_id: str) -> HardshipView:
    one = service.get(session, actor, hardship_id, looking=True)
    return office_service.person_page(session, actor, one)


def _take_in(session: Session, actor: Actor, number: str, data: HardshipIn) -> str:
    person = finding_service.by_number(session, actor, number)
    return service.enter(session, actor, person.id, data).id


def _of_form(form: dict[str, Any], *names: str) -> dict[str, Any]:
    """The fields of a form that say something."""
    return {name: said(form, name) for name in names if said(form, name)}


def _support(form: dict[str, Any]) -> HardshipIn:
    return parse(HardshipIn, _of_form(form, "support", "institution", "wish", "asked_on", "refused_why"))


def money(form: dict[str, Any], name: str, what: str) -> int | None:
    """An amount in yuan as a form holds it, in fen; None where it is empty.

    Raises:
        BadInput: it is no amount.
    """
    text = said(form, name)
    found = fen_of(text)
    if text and found is None:
        raise BadInput(f"{what}要写金额，比如 80 或 80.50。")
    return found


class HardshipState(RegisterListState, OfficeState):
    """The list, and the two rates."""

    COUNTED: ClassVar[str] = "人"
    ONLY: ClassVar[Container[str]] = office_service.ONLY
    page: HardshipPage = HardshipPage()
    rates: list[RateView] = []

    async def _show(self) -> None:
        self.page, self.rates = await read(office_service.listing, **self._wanted())
        self.ready = True

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def take_in(self, form: dict[str, Any]) -> None:
        """Somebody comes onto the register."""
        made = await write(_take_in, said(form, "number"), _support(form))
        self.to = f"/office/hardship/one?id={made}"


class HardshipPersonState(OnePersonState, OfficeState):
    """One destitute person."""

    one: HardshipView | None = None

    async def _show(self) -> None:
        self.one = await read(_person, self._id())

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def save(self, form: dict[str, Any]) -> None:
        """Form of support and wish."""
        version = self.one.version if self.one else 0
        await write(service.change, self._id(), _support(form), version)
        await self._after("已存好。")

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def assess(self, form: dict[str, Any]) -> None:
        """A new assessment of the six."""
        answers = {name: said(form, name) for name in rules.INDICATORS}
        if not all(one in {"yes", "no"} for one in answers.values()):
            raise BadInput("六项都要选能或不能。")
        on = day_of(form.get("on"), "评估日期")
        able = {name: one == "yes" for name, one in answers.items()}
        await write(service.assess, self._id(), AssessmentIn(on=on, **able))
        await self._after("已记下这次评估，等级按六项自己算出。")

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def review(self, form: dict[str, Any]) -> None:
        """The yearly review."""
        await write(service.review, self._id(), day_of(form.get("on"), "年审日期"))
        await self._after("已记下年审。")

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def claim(self, form: dict[str, Any]) -> None:
        """A claim of the hospital-care insurance, new or going on."""
        data = parse(ClaimIn, {
            **_of_form(form, "in_on", "out_on", "insurer", "policy", "state"),
            "day_fen": money(form, "per_day", "每天护理费"), "paid_fen": money(form, "paid", "赔款"),
        })  # fmt: skip
        claim_id = said(form, "id")
        if claim_id:
            await write(service.change_claim, claim_id, data, version_of(form))
        else:
            await write(service.add_claim, self._id(), data)
        await self._after("已存好这笔理赔。")

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def leave(self, form: dict[str, Any]) -> None:
        """The person leaves the register."""
        await write(service.leave, self._id(), said(form, "why"))
        self.to = "/office/hardship"


class FeesState(ListState, OfficeState):
    """照料护理补贴发放册 of a quarter."""

    page: FeeView = FeeView()
    quarter: str = ""
    quarters: list[str] = []
    village: str = ""
    choices: list[Choice] = []

    async def _show(self) -> None:
        self.page = await read(fee_service.roll_view, self.quarter, self.village, self.offset)
        self.ready = True

    @rx.event
    @requires(Permission.REGISTERS)
    async def open(self) -> None:
        """The running quarter."""
        self.choices = await read(places)
        self.quarters = fee_service.quarters(register.today())
        self.quarter = self.quarter or self.quarters[0]
        await self._show()

    @rx.event
    @requires(Permission.REGISTERS)
    async def find(self, form: dict[str, Any]) -> None:
        """Another quarter or place."""
        self.quarter, self.village, self.offset = said(form, "quarter"), said(form, "village"), 0
        await self._show()

    @rx.event
    @requires(Permission.REGISTERS)
    async def turn(self, pages: int) -> None:
        """Some pages on or back."""
        await self._turn(pages)
