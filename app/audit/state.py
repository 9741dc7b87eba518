"""The office's 操作日志."""

from datetime import date
from typing import Any

import reflex as rx

from app.accounts.rules import Permission
from app.accounts.state import OfficeState, read, requires
from app.audit import office_service
from app.audit.office_service import AuditPage


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


class AuditState(OfficeState):
    """A page of the log, and what is looked for; `trail` holds where the earlier pages began."""

    page: AuditPage = AuditPage()
    wanted: dict[str, str] = {}
    trail: list[int] = []
    ready: bool = False

    async def _show(self) -> None:
        wanted = {name: self.wanted.get(name, "") for name in ("who", "action", "subject")}
        since, until = _day(self.wanted.get("since", "")), _day(self.wanted.get("until", ""))
        before = self.trail[-1] if self.trail else 0
        self.page = await read(office_service.log, **wanted, since=since, until=until, before_id=before)
        self.ready = True

    @rx.event
    @requires(Permission.AUDIT_READ)
    async def open(self) -> None:
        """The newest entries."""
        self.wanted, self.trail = {}, []
        await self._show()

    @rx.event
    @requires(Permission.AUDIT_READ)
    async def find(self, form: dict[str, Any]) -> None:
        """Entries as the form says."""
        self.wanted = {str(name)[:20]: str(text)[:80] for name, text in form.items() if isinstance(text, str)}
        self.trail = []
        await self._show()

    @rx.event
    @requires(Permission.AUDIT_READ)
    async def turn(self, pages: int) -> None:
        """To earlier entries, or back."""
        self.trail = [*self.trail, self.page.next_id] if int(pages) > 0 else self.trail[:-1]
        await self._show()
