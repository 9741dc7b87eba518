"""The office's 账号 and 改密码: what the pages show, and what their buttons do."""

from datetime import date
from typing import Any

import reflex as rx
from sqlmodel import Session

from app.accounts import office_service, service
from app.accounts.office_service import FLAGS, AccountDetail, AccountPage
from app.accounts.rules import Permission
from app.accounts.schemas import AccountInput, Actor, PasswordChange
from app.accounts.state import Choice, OfficeState, read, requires, write
from app.db import SHANGHAI, utcnow
from app.errors import BadInput
from app.http import SIGNED_IN, parse

AREAS = ("area1", "area2", "area3")


def account_of(form: dict[str, Any], username: str) -> AccountInput:
    """The account that a form describes."""
    return parse(AccountInput, {
        "username": username, "name": form.get("name") or "", "role": form.get("role") or "",
        "divisions": [form[name] for name in AREAS if form.get(name)],
        "phone": form.get("phone") or None, "flags": [flag for flag in FLAGS if form.get(flag)],
    })  # fmt: skip


def day_of(text: object, what: str) -> date:
    """A date field of a form.

    Raises:
        BadInput: it holds no date.
    """
    try:
        return date.fromisoformat(str(text or ""))
    except ValueError as error:
        raise BadInput(f"{what}没有写对。") from error


def _create(session: Session, actor: Actor, data: AccountInput) -> tuple[str, str]:
    return service.create_account(session, actor, data, utcnow())


def _change_password(session: Session, actor: Actor, data: PasswordChange) -> None:
    service.change_password(session, actor, data.old, data.new, utcnow())


def _reset(session: Session, actor: Actor, user_id: str) -> str:
    return service.reset_password(session, actor, user_id, utcnow())


def _disable(session: Session, actor: Actor, user_id: str, disabled: bool) -> None:
    if user_id == actor.id:
        raise BadInput("不能停用自己的账号。")
    service.set_disabled(session, actor, user_id, disabled, utcnow())


async def _places() -> list[Choice]:
    return [Choice(code, name) for code, name in await read(office_service.county_places)]


class AccountsState(OfficeState):
    """The list of accounts, and the first password of a new one, shown once."""

    page: AccountPage = AccountPage()
    text: str = ""
    role: str = ""
    offset: int = 0
    choices: list[Choice] = []
    first: str = ""
    first_of: str = ""
    ready: bool = False

    async def _show(self) -> None:
        self.page = await read(office_service.list_accounts, text=self.text, role=self.role, offset=self.offset)
        self.ready = True

    @rx.event
    @requires(Permission.ACCOUNTS)
    async def open(self) -> None:
        """The list from its beginning."""
        self.first, self.offset = "", 0
        self.choices = await _places()
        await self._show()

    @rx.event
    @requires(Permission.ACCOUNTS)
    async def find(self, form: dict[str, Any]) -> None:
        """Accounts by name and role."""
        self.text, self.role, self.offset = str(form.get("text") or "")[:64], str(form.get("role") or "")[:24], 0
        await self._show()

    @rx.event
    @requires(Permission.ACCOUNTS)
    async def turn(self, pages: int) -> None:
        """Some pages on or back."""
        self.offset = max(0, self.offset + int(pages) * office_service.PAGE)
        await self._show()

    @rx.event(temporal=True)
    @requires(Permission.ACCOUNTS)
    async def create(self, form: dict[str, Any]) -> None:
        """Make an account; its first password is shown once."""
        self.first = ""
        data = account_of(form, str(form.get("username") or ""))
        _, self.first = await write(_create, data)
        self.first_of = f"{data.name}（{data.username}）"
        await self._show()

    @rx.event
    @requires(Permission.ACCOUNTS)
    async def noted(self) -> None:
        """The first password was written down."""
        self.first = ""

    @rx.var
    def line(self) -> str:
        """第 1–50 个，共 60 个."""
        last = self.offset + len(self.page.rows)
        return f"第 {self.offset + 1}–{last} 个，共 {self.page.total} 个" if self.page.rows else ""


class AccountState(OfficeState):
    """One account: who, where, which homes; its state."""

    account: AccountDetail | None = None
    choices: list[Choice] = []
    first: str = ""

    async def _show(self) -> None:
        self.account = await read(office_service.account, self._parameter("id"))

    def _id(self) -> str:
        if self.account is None:
            raise BadInput("先打开一个账号。")
        return self.account.id

    @rx.event
    @requires(Permission.ACCOUNTS)
    async def open(self) -> None:
        """The account that the address names."""
        self.account, self.first = None, ""
        self.choices = [Choice("", "不选"), *await _places()]
        await self._show()

    @rx.event(temporal=True)
    @requires(Permission.ACCOUNTS)
    async def save(self, form: dict[str, Any]) -> None:
        """Change name, role, areas and flags."""
        await write(service.change_account, self._id(), account_of(form, self.account.username if self.account else ""))
        await self._show()
        self.done = "已存好。"

    @rx.event(temporal=True)
    @requires(Permission.ACCOUNTS)
    async def reset_password(self) -> None:
        """A new first password, shown once; the account's sessions end."""
        self.first = await write(_reset, self._id())
        await self._show()

    @rx.event(temporal=True)
    @requires(Permission.ACCOUNTS)
    async def unlock(self) -> None:
        """Lift the lock after wrong passwords."""
        await write(service.unlock, self._id())
        await self._show()

    @rx.event(temporal=True)
    @requires(Permission.ACCOUNTS)
    async def disable(self, disabled: bool) -> None:
        """Stop the account or let it work again; what it wrote stays."""
        await write(_disable, self._id(), bool(disabled))
        await self._show()

    @rx.event(temporal=True)
    @requires(Permission.ACCOUNTS)
    async def pair(self, form: dict[str, Any]) -> None:
        """结对 from a day on."""
        to_on = day_of(form["to_on"], "结束日期") if form.get("to_on") else None
        code = str(form.get("code") or "").strip()[:32]
        await write(office_service.pair_by_code, self._id(), code, day_of(form.get("from_on"), "开始日期"), to_on)
        await self._show()

    @rx.event(temporal=True)
    @requires(Permission.ACCOUNTS)
    async def unpair(self, pairing_id: str) -> None:
        """结对 ends today."""
        await write(service.end_pairing, str(pairing_id)[:36], utcnow().astimezone(SHANGHAI).date())
        await self._show()


class PasswordState(OfficeState):
    """One's own password; the first one must be changed before anything else."""

    changed: bool = False
    first_time: bool = False

    @rx.event
    @requires(SIGNED_IN, before_password_change=True)
    async def open(self) -> None:
        """Say whether this is the first password."""
        self.changed = False
        self.first_time = await read(lambda _session, actor: actor.must_change_password)

    @rx.event(temporal=True)
    @requires(SIGNED_IN, before_password_change=True)
    async def change(self, form: dict[str, Any]) -> None:
        """Change it; other sessions end."""
        if form.get("new") != form.get("again"):
            raise BadInput("两次写的新密码不一样。")
        await write(_change_password, parse(PasswordChange, {"old": form.get("old"), "new": form.get("new")}))
        self.changed, self.first_time = True, False
