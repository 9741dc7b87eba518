"""The office's 五项禁止 自查."""

import reflex as rx

from app.accounts.rules import Permission
from app.accounts.state import OfficeState, read, requires
from app.settings.prohibitions_service import Prohibition, prohibitions


class ProhibitionsState(OfficeState):
    """The five, with today's figures."""

    rows: list[Prohibition] = []

    @rx.event
    @requires(Permission.SETTINGS)
    async def open(self) -> None:
        """Count anew."""
        self.rows = await read(prohibitions)
