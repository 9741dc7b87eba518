"""The office's 账号 and 改密码: what the pages show, and what their buttons do."""

from datetime import date
from typing import Any

import reflex as rx
from sqlmodel import Session

from app.accounts import factor_service, office_service, pairing_service, password_service, service
from app.accounts.office_service import FLAGS, AccountDetail, AccountPage
from app.accounts.rules import PROGRAMMES, Permission
from app.accounts.schemas import AccountInput, Actor, PasswordChange
from app.accounts.state import FACTOR_PAGE, Choice, OfficeState, acting, read, requires, write
from app.db import SHANGHAI, utcnow
from app.errors import BadInput
from app.http import SIGNED_IN, parse
from app.shell.list_state import CountedListState

AREAS = ("area1", "area2", "area3")


def account_of(form: dict[str, Any], username: str) -> AccountInput:
    """The account that a form describes."""
    return parse(AccountInput, {
        "username": username, "name": form.get("name") or "", "role": form.get("role") or "",
        "divisions": [form[name] for name in AREAS if form.get(name)],
        "phone": form.get("phone") or None, "flags": [flag for flag in FLAGS if form.get(flag)],
        "programmes": [code for code in PROGRAMMES if form.get(f"programme_{code}")],
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


def _change_password(session: Session, actor: Actor, data: PasswordChange, reused: bool) -> None:
    service.change_password(session, actor, data.old, data.new, utcnow(), reused=reused)


def _password_hint(session: Session, _actor: Actor) -> str:
    rule = password_service.password_rule(session, utcnow())
    return f"至少 {rule.length} 位，小写、大写、数字、符号里要有 {rule.kinds} 种"


def _reset(session: Session, actor: Actor, user_id: str) -> str:
    return service.reset_password(session, actor, user_id, utcnow())


def _clear_factor(session: Session, actor: Actor, user_id: str) -> None:
    factor_service.clear(session, actor, user_id)
    service.end_sessions(session, user_id, utcnow())


def _disable(session: Session, actor: Actor, user_id: str, disabled: bool) -> None:
    if user_id == actor.id:
        raise BadInput("不能停用自己的账号。")
    service.set_disabled(session, actor, user_id, disabled, utcnow())


async def _places() -> list[Choice]:
    return [Choice(code, name) for code, name in await read(office_service.county_places)]


class AccountsState(CountedListState, OfficeState):
    """The list of accounts, and the first password of a new one, shown once."""

    page: AccountPage = AccountPage()
    text: str = ""
    role: str = ""
    choices: list[Choice] = []
    first: str = ""
    first_of: str = ""

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
        await self._turn(pages)

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
    async def clear_factor(self) -> None:
        """Take the second factor away after a loss; the account's sessions end, and it sets up a new one."""
        await write(_clear_factor, self._id())
        await self._show()
        self.done = "清掉了。下次登录时重新设。"

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
        await write(pairing_service.end_pairing, str(pairing_id)[:36], utcnow().astimezone(SHANGHAI).date())
        await self._show()


class PasswordState(OfficeState):
    """One's own password; the first one must be changed before anything else."""

    changed: bool = False
    first_time: bool = False
    hint: str = ""
    onward: str = "/"

    @rx.event
    @requires(SIGNED_IN, before_password_change=True)
    async def open(self) -> None:
        """Say whether this is the first password."""
        self.changed = False
        self.first_time = acting().must_change_password
        self.onward = FACTOR_PAGE if acting().must_set_factor else "/"
        self.hint = await read(_password_hint)

    @rx.event(temporal=True)
    @requires(SIGNED_IN, before_password_change=True)
    async def change(self, form: dict[str, Any]) -> None:
        """Change it; other sessions end."""
        if form.get("new") != form.get("again"):
            raise BadInput("两次写的新密码不一样。")
        data = parse(PasswordChange, {"old": form.get("old"), "new": form.get("new")})
        actor = acting()
        reused = await rx.run_in_thread(lambda: service.used_before(actor, data.new))
        await write(_change_password, data, reused)
        self.changed, self.first_time = True, False
