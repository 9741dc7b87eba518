"""The office's 概况."""

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import OfficeState, read, requires
from app.db import SHANGHAI, utcnow
from app.visits.overview_service import TownRow, overview


def _overview(session: Session, actor: Actor) -> list[TownRow]:
    return overview(session, actor, utcnow().astimezone(SHANGHAI).date())


class OverviewState(OfficeState):
    """One row a township."""

    rows: list[TownRow] = []
    ready: bool = False

    @rx.event
    @requires(Permission.OVERVIEW)
    async def open(self) -> None:
        """Count anew."""
        self.rows = await read(_overview)
        self.ready = True
