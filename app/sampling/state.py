"""抽查 on the office face: draws, one draw, one drawn home."""

import re
from typing import Any

import reflex as rx

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import Choice, OfficeState, read, requires, said, write
from app.divisions import service as divisions
from app.households import register_service as register
from app.http import parse
from app.sampling import office_service, service
from app.sampling.schemas import DrawIn, ItemView, JudgeIn, SamplesPage, SampleView, SecondIn
from app.shell.list_state import ListState
from models.sampling import Sample

HERE = "/office/sampling"
ANSWER = "answer_"
VISITOR = "visitor_"


def _areas(session: Any, actor: Actor) -> list[Choice]:
    return [Choice(one.code, one.place) for one in divisions.within(session, actor.divisions)]


def _draw(session: Any, actor: Actor, data: DrawIn) -> str:
    made: Sample = service.draw(session, actor, data)
    return made.id


def wish_of(form: dict[str, Any]) -> DrawIn:
    """A draw as the form says it; 户编号 stand in lines or with commas between."""
    names = ("programme", "which", "area", "from_month", "to_month", "seed")
    given: dict[str, Any] = {name: said(form, name) for name in names}
    codes = re.split(r"[\s,，、;；]+", said(form, "codes", 100_000))
    given["codes"] = list(dict.fromkeys(one for one in codes if one))
    given["visitors"] = [name.removeprefix(VISITOR) for name in form if name.startswith(VISITOR) and form[name]]
    return parse(DrawIn, given)


def second_of(form: dict[str, Any]) -> SecondIn:
    """The second visit as the form says it."""
    answers = {name.removeprefix(ANSWER): said(form, name) for name in form if name.startswith(ANSWER)}
    return parse(
        SecondIn, {"visited_on": said(form, "visited_on"), "answers": answers, "note": said(form, "note", 500)}
    )


class SamplingState(ListState, OfficeState):
    """The draws of the area, and where I am sent."""

    page: SamplesPage = SamplesPage()
    areas: list[Choice] = []
    which: str = "new"
    month: str = ""

    async def _show(self) -> None:
        self.page = await read(office_service.samples_page, offset=self.offset)
        self.ready = True

    @rx.event
    @requires(Permission.SAMPLING)
    async def open(self) -> None:
        """The latest draws."""
        self.areas, self.month = await read(_areas), f"{register.today():%Y-%m}"
        self.offset = 0
        await self._show()

    @rx.event
    @requires(Permission.SAMPLING)
    async def turn(self, pages: int) -> None:
        """Some pages on or back."""
        await self._turn(pages)

    @rx.event(temporal=True)
    @requires(Permission.SAMPLING)
    async def draw(self, form: dict[str, Any]) -> None:
        """Draw, once."""
        made = await write(_draw, wish_of(form))
        self.to = f"{HERE}/one?id={made}"


class SampleState(ListState, OfficeState):
    """One draw, a page of its homes."""

    one: SampleView | None = None

    async def _show(self) -> None:
        self.one = await read(office_service.sample_page, self._parameter("id"), offset=self.offset)

    @rx.event
    @requires(Permission.SAMPLING)
    async def open(self) -> None:
        """The draw that the address names."""
        self.one, self.offset = None, 0
        await self._show()

    @rx.event
    @requires(Permission.SAMPLING)
    async def turn(self, pages: int) -> None:
        """Some pages on or back."""
        await self._turn(pages)


class SampledHomeState(OfficeState):
    """One drawn home."""

    one: ItemView | None = None

    async def _show(self) -> None:
        self.one = await read(office_service.item_page, self._parameter("id"))

    @rx.event
    @requires(Permission.SAMPLING)
    async def open(self) -> None:
        """The home that the address names."""
        self.one = None
        await self._show()

    @rx.event(temporal=True)
    @requires(Permission.SAMPLING)
    async def give(self, form: dict[str, Any]) -> None:
        """Send somebody."""
        await write(service.give, self._parameter("id"), said(form, "user"))
        await self._show()
        self.done = "已安排好。"

    @rx.event(temporal=True)
    @requires(Permission.SAMPLING)
    async def second(self, form: dict[str, Any]) -> None:
        """Note the second visit, once."""
        await write(service.second, self._parameter("id"), second_of(form))
        await self._show()
        self.done = "记下了。下面是两次的对比，看了再定结果。"

    @rx.event(temporal=True)
    @requires(Permission.SAMPLING)
    async def judge(self, form: dict[str, Any]) -> None:
        """Say what came of it."""
        data = parse(JudgeIn, {"outcome": said(form, "outcome"), "note": said(form, "note", 500)})
        await write(service.judge, self._parameter("id"), data)
        await self._show()
        self.done = "结果记下了。"
