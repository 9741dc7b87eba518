"""The office's 设置: hotlines, notices, dated parameters."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from app.accounts.office_state import day_of
from app.accounts.rules import Permission, Role
from app.accounts.schemas import Actor
from app.accounts.state import OfficeState, read, requires, write
from app.notices import service as notices
from app.settings import office_service
from app.settings.office_service import ParameterView, SettingsView


def _sent(session: Session, _actor: Actor) -> str:
    found = notices.counts(session)
    return f"等着发 {found['waiting']} 条，发出 {found['sent']} 条，没发成 {found['failed']} 条"


def _try(chosen: dict[str, Any], text: str) -> str | None:
    return notices.try_now(chosen, text)


class SettingsState(OfficeState):
    """What is set today, and what comes."""

    view: SettingsView = SettingsView()
    rows: list[ParameterView] = []
    sent: str = ""
    trying: str = ""
    ready: bool = False

    async def _show(self) -> None:
        self.view = await read(office_service.overview)
        self.rows = await read(office_service.parameters)
        self.sent = await read(_sent)
        self.ready = True

    @rx.event
    @requires(Permission.SETTINGS)
    async def open(self) -> None:
        """All settings."""
        self.trying = ""
        await self._show()

    @rx.event(temporal=True)
    @requires(Permission.SETTINGS)
    async def save_hotline(self, form: dict[str, Any]) -> None:
        """A number to dial in danger."""
        key, name, number = (str(form.get(field) or "") for field in ("key", "name", "number"))
        await write(office_service.set_hotline, key, name, number)
        await self._show()
        self.done = "已存好，下次更新就到手机上。"

    @rx.event(temporal=True)
    @requires(Permission.SETTINGS)
    async def save_factor(self, form: dict[str, Any]) -> None:
        """Of whom a second factor is asked."""
        await write(office_service.set_factor_roles, [str(role) for role in Role if form.get(str(role))])
        await self._show()
        self.done = "已存好，从下次登录起。"

    @rx.event(temporal=True)
    @requires(Permission.SETTINGS)
    async def save_notice(self, form: dict[str, Any]) -> None:
        """Where notices go, and whether any go."""
        kind, url = str(form.get("kind") or ""), str(form.get("url") or "")
        await write(notices.choose, on=bool(form.get("on")), kind=kind, url=url[:500])
        await self._show()
        self.done = "已存好。"

    @rx.event(temporal=True)
    @requires(Permission.SETTINGS)
    async def try_notice(self) -> None:
        """Send a trial to the gateway."""
        chosen, text = await write(notices.test_text)
        problem = await rx.run_in_thread(lambda: _try(chosen, text))
        self.trying = f"没发成：{problem}。" if problem else "发出去了，看看收到没有。"
        self.sent = await read(_sent)

    @rx.event(temporal=True)
    @requires(Permission.SETTINGS)
    async def set_number(self, form: dict[str, Any]) -> None:
        """A parameter from a day on."""
        key, text, source = (str(form.get(field) or "")[:200] for field in ("key", "value", "source"))
        await write(office_service.set_number, key, text, day_of(form.get("from_on"), "日期"), source)
        await self._show()
        self.done = "已存好，到那天起作数。"
