"""A list in the office, a page at a time: what the State of every such list has, and how it is turned.

A room says what its page holds (`_show`) and who may look; its handlers stay its own, each with its permission.

    class CasesState(CountedListState, OfficeState):
        COUNTED: ClassVar[str] = "件"
        page: CasePage = CasePage()

        async def _show(self) -> None:
            self.page = await read(case_office_service.list_cases, offset=self.offset)
            self.ready = True

        @rx.event
        @requires(Permission.CHILD_CASES)
        async def turn(self, pages: int) -> None:
            await self._turn(pages)

Reflex takes a class for a mixin itself when all its bases are: so each State also names `OfficeState`.
"""

from typing import Any, ClassVar

import reflex as rx

from app.accounts.state import OfficeState
from app.limits import PAGE

FARTHEST = 10_000_000


class ListState(OfficeState, mixin=True):
    """Where this page begins, and whether it has come."""

    offset: int = 0
    ready: bool = False

    async def _show(self) -> None:
        raise NotImplementedError

    async def _turn(self, pages: int) -> None:
        self.offset = max(0, min(self.offset + pages * PAGE, FARTHEST))
        await self._show()


class CountedListState(ListState, mixin=True):
    """`page` has `rows`, `total` and `more`; `COUNTED` is the word to count them with."""

    COUNTED: ClassVar[str] = "个"
    page: Any = None

    @rx.var
    def line(self) -> str:
        """第 1–50 个，共 400 个; a list that is not counted to its end has a total below 0."""
        last, word = self.offset + len(self.page.rows), self.COUNTED
        total = "" if self.page.total < 0 else f"，共 {self.page.total} {word}"
        return f"第 {self.offset + 1}–{last} {word}{total}" if self.page.rows else ""
