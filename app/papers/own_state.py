"""What ships and what the county put in its place: the list, a file that has arrived, back to what ships."""

from typing import Any

import reflex as rx

from app.accounts.rules import Permission
from app.accounts.state import OfficeState, requires


class OwnFilesState(OfficeState, mixin=True):
    """A list of such files; where they are kept (`_listed`, `_back`) is the page's."""

    rows: list[Any] = []
    ready: bool = False

    async def _listed(self) -> list[Any]:
        raise NotImplementedError

    async def _back(self, name: str) -> None:
        raise NotImplementedError

    async def _show(self) -> None:
        self.rows = await self._listed()
        self.ready = True

    @rx.event
    @requires(Permission.FORMS)
    async def open(self) -> None:
        """All of them."""
        await self._show()

    @rx.event
    @requires(Permission.FORMS)
    async def sent(self, words: str) -> None:
        """One has arrived."""
        await self._show()
        self.done = str(words)[:80]

    @rx.event(temporal=True)
    @requires(Permission.FORMS)
    async def revert(self, name: str) -> None:
        """Use the shipped one again, or none."""
        await self._back(str(name)[:32])
        await self._show()
        self.done = "用回原来的了。"
