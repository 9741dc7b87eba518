"""结对 on the office face: homes and who is responsible, one home, the officials."""

from collections.abc import Container
from typing import Any, ClassVar

import reflex as rx
from sqlmodel import Session

from app.accounts.office_state import day_of
from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import Choice, OfficeState, acting, read, requires, said, version_of, write
from app.errors import BadInput
from app.households.register_state import RegisterListState
from app.households.words_service import fen_of
from app.http import parse
from app.pairing import office_service, plan_service, rules, service
from app.pairing.schemas import (
    HomeView,
    MeasureIn,
    OfficialIn,
    OfficialPage,
    PairingPage,
    PlanIn,
    ProgressIn,
)
from app.shell.list_state import ListState

HERE = "/office/pairing"


def _given(form: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: said(form, name, 2000) for name in names if said(form, name)}


def _home(session: Session, actor: Actor, household_id: str) -> HomeView:
    return office_service.home_page(session, actor, service.home(session, actor, household_id, looking=True))


def _all_officials(session: Session, actor: Actor) -> list[Choice]:
    page = office_service.officials(session, actor)
    return [Choice(one.id, f"{one.name} {one.unit}".strip()) for one in page.rows]


class PairingState(RegisterListState, OfficeState):
    """The list of homes."""

    COUNTED: ClassVar[str] = "户"
    ONLY: ClassVar[Container[str]] = office_service.ONLY
    page: PairingPage = PairingPage()

    async def _show(self) -> None:
        self.page = await read(office_service.listing, **self._wanted())
        self.ready = True


class PairedHomeState(OfficeState):
    """One home: who is responsible, its plan and measures, the log."""

    home: HomeView | None = None
    officials: list[Choice] = []

    def _id(self) -> str:
        return self._parameter("id")

    async def _show(self, done: str = "") -> None:
        self.home = await read(_home, self._id())
        self.officials = await read(_all_officials) if acting().may(Permission.PAIRINGS) else []
        if done:
            self.done = done

    @rx.event
    @requires(Permission.REGISTERS)
    async def open(self) -> None:
        """The home that the address names."""
        self.home = None
        await self._show()

    @rx.event(temporal=True)
    @requires(Permission.PAIRINGS)
    async def pair(self, form: dict[str, Any]) -> None:
        """Somebody is responsible from a day on; who was before until the day before."""
        official, on = said(form, "official"), day_of(form.get("on"), "日期")
        now = next((one.id for one in self.home.terms if one.now), "") if self.home else ""
        if now:
            await write(service.hand_over, now, official, on)
        else:
            await write(service.pair, official, self._id(), on)
        await self._show("已存好，他的手机跟着变。")

    @rx.event(temporal=True)
    @requires(Permission.PAIRINGS)
    async def end(self, form: dict[str, Any]) -> None:
        """A pairing ends with a day."""
        await write(service.end, said(form, "id"), day_of(form.get("on"), "结束日期"))
        await self._show("已存好。这户没有责任人了，尽快找人补上。")

    @rx.event(temporal=True)
    @requires(Permission.PLANS)
    async def save_plan(self, form: dict[str, Any]) -> None:
        """一户一方案 of this year."""
        aim = said(form, "aim")
        if aim and fen_of(aim) is None:
            raise BadInput("收入目标要写金额，比如 30000。")
        causes = [cause for cause in rules.CAUSES if form.get(f"cause_{cause}")]
        data = parse(PlanIn, {"causes": causes, "aim_fen": fen_of(aim), **_given(form, "text")})
        year, version = (self.home.year, self.home.plan_version) if self.home else (0, 0)
        await write(plan_service.save_plan, self._id(), year, data, version)
        await self._show("方案已存好。")

    @rx.event(temporal=True)
    @requires(Permission.PLANS)
    async def add_measure(self, form: dict[str, Any]) -> None:
        """一人一措施."""
        data = parse(MeasureIn, _given(form, "person_id", "kind", "text", "owner", "due_on"))
        await write(plan_service.add_measure, self._id(), data)
        await self._show("措施已记下。")

    @rx.event(temporal=True)
    @requires(Permission.PLANS)
    async def move_on(self, form: dict[str, Any]) -> None:
        """How far a measure has come."""
        data = parse(ProgressIn, _given(form, "progress", "effect"))
        await write(plan_service.move_on, said(form, "id"), data, version_of(form))
        await self._show("进度已记下。")

    @rx.event(temporal=True)
    @requires(Permission.PLANS)
    async def say_not(self, form: dict[str, Any]) -> None:
        """四个不摘."""
        told = {field: said(form, field) for field in rules.NOTS}
        given = {field: value == "yes" for field, value in told.items() if value in {"yes", "no"}}
        await write(service.say_not, self._id(), given)
        await self._show("四个不摘已记下。")


class OfficialsState(ListState, OfficeState):
    """The officials: who they are, which account is theirs, what becomes of their homes when they leave."""

    page: OfficialPage = OfficialPage()
    text: str = ""

    async def _show(self, done: str = "") -> None:
        self.page = await read(office_service.officials, text=self.text, offset=self.offset)
        self.ready = True
        if done:
            self.done = done

    @rx.event
    @requires(Permission.PAIRINGS)
    async def open(self) -> None:
        """All officials of the area."""
        await self._show()

    @rx.event
    @requires(Permission.PAIRINGS)
    async def find(self, form: dict[str, Any]) -> None:
        """By name or unit."""
        self.text, self.offset = said(form, "text"), 0
        await self._show()

    @rx.event
    @requires(Permission.PAIRINGS)
    async def turn(self, pages: int) -> None:
        """Some pages on or back."""
        await self._turn(pages)

    @rx.event(temporal=True)
    @requires(Permission.PAIRINGS)
    async def save(self, form: dict[str, Any]) -> None:
        """A new official, or what is known of one."""
        data, official = parse(OfficialIn, _given(form, "name", "unit", "post", "phone")), said(form, "id")
        if official:
            await write(service.change_official, official, data)
        else:
            await write(service.add_official, data)
        await self._show("已存好。")

    @rx.event(temporal=True)
    @requires(Permission.PAIRINGS)
    async def link(self, form: dict[str, Any]) -> None:
        """Which account is theirs."""
        await write(service.link, said(form, "id"), said(form, "username"))
        await self._show("已存好，他的手机跟着变。")

    @rx.event(temporal=True)
    @requires(Permission.PAIRINGS)
    async def leaves(self, form: dict[str, Any]) -> None:
        """An official leaves: their homes need somebody else."""
        left = await write(service.official_leaves, said(form, "id"), day_of(form.get("on"), "最后一天"))
        await self._show(f"已存好，有 {len(left)} 户要找人补上，在结对里看没有责任人。")
