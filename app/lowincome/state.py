"""低收入人口库 on the office face: homes by tier, one home's whole picture, those nobody has seen, numbers alone."""

from collections.abc import Container
from typing import ClassVar

import reflex as rx

from app.accounts.rules import Permission
from app.accounts.state import OfficeState, read, requires
from app.households.register_state import RegisterListState
from app.lowincome import home_service, service
from app.lowincome.schemas import HomesPage, TownCount, UnseenPage, WholeHome


class LowIncomeState(RegisterListState, OfficeState):
    """The list of homes."""

    COUNTED: ClassVar[str] = "户"
    ONLY: ClassVar[Container[str]] = service.ONLY
    page: HomesPage = HomesPage()

    async def _show(self) -> None:
        self.page = await read(service.listing, **self._wanted())
        self.ready = True


class UnseenState(RegisterListState, OfficeState):
    """Homes that nobody has looked at for too long; narrowed to a place alone."""

    COUNTED: ClassVar[str] = "户"
    page: UnseenPage = UnseenPage()

    async def _show(self) -> None:
        self.page = await read(service.unseen, village=self.village, offset=self.offset)
        self.ready = True


class WholeHomeState(OfficeState):
    """One home's whole picture."""

    home: WholeHome | None = None

    @rx.event
    @requires(Permission.REGISTERS)
    async def open(self) -> None:
        """The home that the address names."""
        self.home = None
        self.home = await read(home_service.whole_home, self._parameter("id"))


class TownCountsState(OfficeState):
    """Numbers of homes alone."""

    rows: list[TownCount] = []
    ready: bool = False

    @rx.event
    @requires(Permission.OVERVIEW)
    async def open(self) -> None:
        """Count anew."""
        self.rows = await read(service.town_counts)
        self.ready = True
