"""The office's 打不开的: sealed copies that are kept as they came."""

from functools import partial
from typing import ClassVar

import reflex as rx

from app.accounts.rules import Permission
from app.accounts.state import OfficeState, acting, read, requires
from app.db import utcnow
from app.sealed import kept_service
from app.sealed.kept_service import KeptPage
from app.shell.list_state import CountedListState


class KeptState(CountedListState, OfficeState):
    """A page of what could not be opened."""

    COUNTED: ClassVar[str] = "份"
    page: KeptPage = KeptPage()

    async def _show(self) -> None:
        self.page = await read(kept_service.list_kept, offset=self.offset)
        self.ready = True

    @rx.event
    @requires(Permission.SEALED_KEPT)
    async def open(self) -> None:
        """The list from its beginning."""
        self.offset = 0
        await self._show()

    @rx.event
    @requires(Permission.SEALED_KEPT)
    async def turn(self, pages: int) -> None:
        """Some pages on or back."""
        await self._turn(pages)

    @rx.event(temporal=True)
    @requires(Permission.SEALED_KEPT)
    async def retry(self, name: str) -> None:
        """Try to open one anew."""
        words = await rx.run_in_thread(partial(kept_service.retry, acting(), str(name)[:64], utcnow()))
        await self._show()
        self.done = words
