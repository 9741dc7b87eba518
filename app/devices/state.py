"""The office's 手机: the list, one-time codes, revoking, and files that a phone has saved."""

from typing import Any, ClassVar

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import OfficeState, read, requires, write
from app.db import utcnow
from app.devices import office_service
from app.devices.schemas import CodeView, DevicePage
from app.shell.list_state import CountedListState


def _code(session: Session, actor: Actor, username: str) -> CodeView:
    return office_service.make_code(session, actor, username, utcnow())


def _revoke(session: Session, actor: Actor, user_id: str, device_id: str, reason: str) -> None:
    office_service.revoke(session, actor, user_id, device_id, reason, utcnow())


class DevicesState(CountedListState, OfficeState):
    """A page of phones; a code just made, shown once."""

    COUNTED: ClassVar[str] = "部"
    page: DevicePage = DevicePage()
    text: str = ""
    code: CodeView = CodeView()
    mode: str = ""

    async def _show(self) -> None:
        self.page = await read(office_service.list_devices, text=self.text, offset=self.offset)
        self.mode = await read(office_service.enrolment)
        self.ready = True

    @rx.event
    @requires(Permission.DEVICES)
    async def open(self) -> None:
        """The list from its beginning."""
        self.code, self.offset = CodeView(), 0
        await self._show()

    @rx.event
    @requires(Permission.DEVICES)
    async def find(self, form: dict[str, Any]) -> None:
        """Phones by their people's name."""
        self.text, self.offset = str(form.get("text") or "")[:64], 0
        await self._show()

    @rx.event
    @requires(Permission.DEVICES)
    async def turn(self, pages: int) -> None:
        """Some pages on or back."""
        await self._turn(pages)

    @rx.event(temporal=True)
    @requires(Permission.DEVICES)
    async def make_code(self, form: dict[str, Any]) -> None:
        """A one-time code for an account."""
        made = await write(_code, str(form.get("username") or "")[:64])
        self.code = office_service.with_picture(made, str(self.router.headers.origin or ""))

    @rx.event
    @requires(Permission.DEVICES)
    async def noted(self) -> None:
        """The code was handed over."""
        self.code = CodeView()

    @rx.event(temporal=True)
    @requires(Permission.DEVICES)
    async def revoke(self, form: dict[str, Any]) -> None:
        """Stop serving a phone."""
        who, name = str(form.get("user_id") or "")[:36], str(form.get("id") or "")[:36]
        await write(_revoke, who, name, str(form.get("reason") or ""))
        await self._show()
        self.done = "停用了。它下次联网就会把资料删掉，没送出的照样送到县里。"

    @rx.event(temporal=True)
    @requires(Permission.DEVICES)
    async def restore(self, user_id: str, device_id: str) -> None:
        """Serve a phone again."""
        await write(office_service.restore, str(user_id)[:36], str(device_id)[:36])
        await self._show()
        self.done = "恢复了，本人重新登录就能用。"

    @rx.event(temporal=True)
    @requires(Permission.SETTINGS)
    async def set_mode(self, form: dict[str, Any]) -> None:
        """How phones are enrolled from today on."""
        await write(office_service.set_enrolment, str(form.get("mode") or "")[:8], str(form.get("source") or ""))
        await self._show()
        self.done = "已存好。"

    @rx.event
    @requires(Permission.DEVICES)
    async def rescued(self, words: str) -> None:
        """A file was taken in; says what came of it."""
        self.done = str(words)[:300]
