"""口径 on the office face: the dated values of the programmes."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from app.accounts.office_state import day_of
from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import Choice, OfficeState, read, requires, write
from app.divisions import service as divisions
from app.settings import policy_service, rules_values
from app.settings.policy_service import PolicyTopic, PolicyView, Preview


def _text(form: dict[str, Any], name: str) -> str:
    return str(form.get(name) or "").strip()[:2000]


def _townships(session: Session, _actor: Actor) -> list[Choice]:
    return [Choice(one.code, one.name) for one in divisions.all_of(session) if len(one.code) == 9]


def _given(form: dict[str, Any]) -> dict[str, str]:
    """What a form says of a value: whole, or by the names of a map."""
    parts = {name.removeprefix("part_"): _text(form, name) for name in form if name.startswith("part_")}
    return parts | {"value": _text(form, "value")}


class PolicyState(OfficeState):
    """The values by programme."""

    topics: list[PolicyTopic] = []
    text: str = ""
    topic: str = ""
    ready: bool = False

    async def _show(self) -> None:
        self.topics = await read(policy_service.topics, self.text, self.topic)
        self.ready = True

    @rx.event
    @requires(Permission.SETTINGS)
    async def open(self) -> None:
        """What holds today."""
        await self._show()

    @rx.event
    @requires(Permission.SETTINGS)
    async def find(self, form: dict[str, Any]) -> None:
        """Narrow them to a programme or to words."""
        topic = _text(form, "topic")
        self.text, self.topic = _text(form, "text")[:40], topic if topic in rules_values.TOPICS else ""
        await self._show()


class PolicyOneState(OfficeState):
    """One value: its history, and a change that is looked at before it is made."""

    one: PolicyView | None = None
    townships: list[Choice] = []
    preview: Preview | None = None
    area: str = ""
    _given: dict[str, str] = {}
    _from_on: str = ""
    _source: str = ""

    async def _show(self) -> None:
        self.one = await read(policy_service.one, self._parameter("key"))
        self.preview = None

    @rx.event
    @requires(Permission.SETTINGS)
    async def open(self) -> None:
        """The value that the address names."""
        self.one = None
        self.townships = await read(_townships)
        await self._show()

    @rx.event
    @requires(Permission.SETTINGS)
    async def look(self, form: dict[str, Any]) -> None:
        """What a change would do."""
        self.preview = None
        self._given, self.area, self._source = _given(form), _text(form, "area")[:12], _text(form, "source")[:200]
        from_on = day_of(form.get("from_on"), "日期")
        self._from_on = from_on.isoformat()
        key = self._parameter("key")
        self.preview = await read(policy_service.preview, key, self._given, from_on, self.area)

    @rx.event(temporal=True)
    @requires(Permission.SETTINGS)
    async def change(self) -> None:
        """Make the change that was looked at."""
        key, from_on = self._parameter("key"), day_of(self._from_on, "日期")
        await write(policy_service.change, key, self._given, from_on, self.area, self._source)
        await self._show()
        self.done = "已存好，到那天起作数。"

    @rx.event
    @requires(Permission.SETTINGS)
    async def drop(self) -> None:
        """Leave it as it is."""
        self.preview = None
