"""The office's list of rows that wait for somebody: say who is meant, let a row go, take either back."""

import reflex as rx

from app.accounts.rules import Permission
from app.accounts.state import OfficeState, read, requires, write
from app.imports import unmatched_service as service
from app.imports.unmatched_service import TABS, WaitingPage

P = Permission


class WaitingState(OfficeState):
    """One tab of the rows, a page at a time."""

    seen: WaitingPage = WaitingPage()
    tab: str = "open"
    number: int = 0
    ready: bool = False

    async def _show(self) -> None:
        self.seen = await read(service.page, self.tab, self.number)
        self.ready = True

    @rx.event
    @requires(P.IMPORT)
    async def open(self) -> None:
        """The rows that wait."""
        self.tab, self.number, self.ready = "open", 0, False
        await self._show()

    @rx.event
    @requires(P.IMPORT)
    async def choose(self, tab: str) -> None:
        """Another tab."""
        self.tab, self.number = tab if tab in TABS else "open", 0
        await self._show()

    @rx.event
    @requires(P.IMPORT)
    async def turn(self, pages: int) -> None:
        """Another fifty rows."""
        self.number = max(0, min(self.number + int(pages), (self.seen.total - 1) // service.PAGE))
        await self._show()

    @rx.event(temporal=True)
    @requires(P.IMPORT)
    async def confirm(self, row_id: str, person_id: str) -> None:
        """This is who is meant."""
        count = await write(service.confirm, str(row_id), str(person_id))
        await self._show()
        self.done = f"对上了 {count} 行。"

    @rx.event(temporal=True)
    @requires(P.IMPORT)
    async def let_go(self, row_id: str) -> None:
        """Nobody of ours is meant."""
        await write(service.let_go, str(row_id))
        await self._show()
        self.done = "记下了，这一行不用管。"

    @rx.event(temporal=True)
    @requires(P.IMPORT)
    async def take_back(self, row_id: str) -> None:
        """It was not so."""
        await write(service.take_back, str(row_id))
        await self._show()
        self.done = "改回来了，又在等着对上。"
