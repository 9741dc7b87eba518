"""导出 on the office face: which ledger, why; how far it is; what was reported; the orders of columns."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import Choice, OfficeState, acting, read, requires, write
from app.db import utcnow
from app.households.register_state import places
from app.http import parse
from app.papers import export_service, ledger_service, mapping_service, report_service
from app.papers.ledgers import BY_HAND, LEDGERS
from app.papers.mapping_service import MappingView
from app.papers.own_state import OwnFilesState
from app.papers.report_service import ReportView
from app.papers.schemas import ExportView, ExportWish

P = Permission
WORDS = ("ledger", "mapping", "area", "period", "programme", "reason")


def _choices(session: Session, actor: Actor) -> tuple[list[Choice], list[Choice]]:
    found = [Choice(one.code, f"{one.title}（{one.ledger}）") for one in mapping_service.listed(session)]
    return places(session, actor), found


def _ask(session: Session, actor: Actor, wish: ExportWish) -> str:
    return export_service.ask(session, actor, wish, utcnow())


def _withdraw(session: Session, actor: Actor, report_id: str) -> None:
    report_service.withdraw(session, actor, report_id, utcnow())


def ledgers_for(actor: Actor) -> list[Choice]:
    """The ledgers that somebody may choose from."""
    titles = {name: one.title + ("（空表）" if name in BY_HAND else "") for name, one in LEDGERS.items()}
    titles[ledger_service.COUNTS] = ledger_service.COUNTS_TITLE
    return [Choice(name, title) for name, title in titles.items() if ledger_service.may_have(actor, name)]


class ExportsState(OfficeState):
    """What one has exported, what was reported, and what can be chosen."""

    rows: list[ExportView] = []
    reports: list[ReportView] = []
    ledgers: list[Choice] = []
    mappings: list[Choice] = []
    areas: list[Choice] = []
    ready: bool = False

    @rx.var
    def busy(self) -> bool:
        """Whether one is under way."""
        return any(one.state in ("waiting", "running") for one in self.rows)

    async def _show(self) -> None:
        self.rows = await read(export_service.recent)
        self.reports = await read(report_service.listed)

    @rx.event
    @requires(P.EXPORT)
    async def open(self) -> None:
        """The page."""
        self.ledgers = ledgers_for(acting())
        self.areas, self.mappings = await read(_choices)
        await self._show()
        self.ready = True

    @rx.event(temporal=True)
    @requires(P.EXPORT)
    async def ask(self, form: dict[str, Any]) -> None:
        """Ask for what the form says."""
        given = {name: str(form.get(name) or "").strip() for name in WORDS}
        ticks = {name: bool(form.get(name)) for name in ("full", "changed", "report")}
        wish = parse(ExportWish, {name: value for name, value in given.items() if value} | ticks)
        await write(_ask, wish)
        await self._show()
        self.done = "在导了，好了就能下载。可以先去做别的。"

    @rx.event
    @requires(P.EXPORT)
    async def look(self) -> None:
        """How far it is."""
        rows = await read(export_service.recent)
        if rows != self.rows:
            await self._show()

    @rx.event(temporal=True)
    @requires(P.EXPORT)
    async def withdraw(self, report_id: str) -> None:
        """A report was not taken in up there after all."""
        await write(_withdraw, str(report_id)[:36])
        await self._show()
        self.done = "这次报送不算了，下次会再列出来。"


class MappingsState(OwnFilesState, OfficeState):
    """The orders of columns for national systems."""

    rows: list[MappingView] = []

    async def _listed(self) -> list[MappingView]:
        return await read(_mappings)

    async def _back(self, name: str) -> None:
        await write(mapping_service.revert, name)


def _mappings(session: Session, actor: Actor) -> list[MappingView]:
    return mapping_service.listed(session)
