"""The office's 未安置: what a person has to settle."""

from dataclasses import dataclass, field
from typing import Any

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import Choice, OfficeState, read, requires, write
from app.errors import BadInput
from app.households import service as households
from app.limits import PAGE
from app.shell.list_state import ListState
from app.sync import unplaced_service

STATES = {
    "orphaned": "不归他管的户",
    "held": "等了很久的",
    "conflict": "两边都改了",
    "rejected": "没收下的",
    "field": "说法不一样",
}


@dataclass
class Waiting:
    """One line of the list."""

    key: str = ""
    state: str = ""
    state_words: str = ""
    kind: str = ""
    author: str = ""
    household_id: str = ""
    household: str = ""
    since: str = ""
    why: str = ""
    choices: list[Choice] = field(default_factory=list)


def lines(session: Session, actor: Actor) -> list[Waiting]:
    """What waits in the actor's area."""
    found = unplaced_service.unplaced(session, actor)
    return [
        Waiting(one.key, one.state, STATES.get(one.state, one.state), one.kind, one.author, one.household_id,
                one.household, one.since, one.why, [Choice(code, words) for code, words in one.choices])
        for one in found
    ]  # fmt: skip


def place(session: Session, actor: Actor, key: str, where: str) -> str:
    """Put a waiting record where it belongs: at the home it names, or at another that a search finds alone.

    Raises:
        BadInput: the search finds nobody, or homes of several people.
    """
    author_id, _, command_id = key.partition(":")
    target = None
    if where.strip():
        homes = {hit.household_id for hit in households.search(session, actor, where, households.today(), most=20)}
        if len(homes) != 1:
            raise BadInput("没找到这一户，换个写法。" if not homes else "找到好几户，写户主全名或身份证号。")
        target = homes.pop()
    return unplaced_service.place(session, actor, author_id, command_id, target)


OUTCOMES = {
    "stored": "放好了。",
    "held": "还在等另一条记录。",
    "conflict": "放好了，但和别人改的不一样，在下面定一个。",
}


class UnplacedState(ListState, OfficeState):
    """What waits, one page of it."""

    rows: list[Waiting] = []
    total: int = 0

    async def _show(self) -> None:
        found = await read(lines)
        self.total, self.ready = len(found), True
        self.offset = min(self.offset, max(0, (len(found) - 1) // PAGE * PAGE))
        self.rows = found[self.offset : self.offset + PAGE]

    @rx.event
    @requires(Permission.UNPLACED)
    async def open(self) -> None:
        """Everything that waits, the oldest first."""
        self.offset = 0
        await self._show()

    @rx.event
    @requires(Permission.UNPLACED)
    async def turn(self, pages: int) -> None:
        """Some pages on or back."""
        await self._turn(pages)

    @rx.event(temporal=True)
    @requires(Permission.UNPLACED)
    async def place(self, form: dict[str, Any]) -> None:
        """Put a record where it belongs."""
        status = await write(place, str(form.get("key") or "")[:80], str(form.get("where") or "")[:80])
        await self._show()
        self.done = OUTCOMES.get(status, "处理好了。")

    @rx.event(temporal=True)
    @requires(Permission.CONFLICT_DECIDE)
    async def decide(self, key: str, keep: str) -> None:
        """Decide a field that two people told differently."""
        await write(unplaced_service.decide_conflict, str(key).removeprefix("field:")[:36], str(keep)[:8])
        await self._show()
        self.done = "定好了，两边都会看到。"
