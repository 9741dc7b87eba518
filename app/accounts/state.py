"""The base of every office State: who acts, checked anew at each event; errors as a sentence, never as an exception.

Every public method of a State is a remote call, whoever draws a button for it. So each carries `@requires(...)`, and a
test walks through all of them. The actor is found from the HttpOnly cookie that came with the WebSocket.

    class HomesState(OfficeState):
        page: HomesPage = HomesPage()

        @rx.event
        @requires(Permission.REGISTER_READ)
        async def load(self) -> None:
            self.page = await read(office_service.list_households, text=self.text)

`read(fn, ...)` and `write(fn, ...)` call `fn(session, actor, ...)` in a thread, the latter in one transaction.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial, wraps
from http.cookies import CookieError, SimpleCookie
from inspect import signature
from typing import Any, TypeVar, get_origin

import reflex as rx
import structlog
from pydantic import ValidationError

from app.accounts.rules import BARRED, ROLE_NAMES, Permission, permissions_of
from app.accounts.schemas import Actor
from app.accounts.service import authenticate, authenticate_hash
from app.db import reading, transaction
from app.errors import AppError, BadInput, NotAllowed, NotSignedIn, TooMany
from app.http import COOKIE, HASH_COOKIE, HOST_COOKIE, SIGNED_IN, Access, details_of
from app.keepable import keepable
from app.limits import flood
from app.settings.service import shares

log = structlog.get_logger()
Result = TypeVar("Result")
_acting: ContextVar[Actor] = ContextVar("acting")
PASSWORD_PAGE, FACTOR_PAGE = "/office/password", "/office/factor"


def session_token(cookies: str) -> str | None:
    """The session's token among a browser's cookies."""
    return _cookie(cookies, HOST_COOKIE) or _cookie(cookies, COOKIE)


def _cookie(cookies: str, name: str) -> str | None:
    try:
        found = SimpleCookie(cookies).get(name)
    except CookieError:
        return None
    return found.value if found else None


@dataclass
class Me:
    """Who sits here, for the masthead; rights only decide what is drawn."""

    name: str = ""
    role: str = ""
    role_name: str = ""
    permissions: list[str] = field(default_factory=list)


@dataclass
class Choice:
    """One entry of a list to choose from."""

    value: str = ""
    label: str = ""


class OfficeState(rx.State):
    """What every office page shows: who is here, what went wrong, what was done, where to go instead."""

    me: Me = Me()
    problem: str = ""
    done: str = ""
    away: bool = False
    to: str = ""
    _user_id: str = ""

    def _base(self) -> "OfficeState":
        """The part of this tab's state that all office pages share."""
        base: Any = self
        while type(base) is not OfficeState:
            base = base.parent_state
        return base

    def _forget(self) -> None:
        """Empty what this tab has seen: somebody else may sit here now."""
        self._base().reset()

    def _know(self, actor: Actor) -> None:
        if self._user_id not in ("", actor.id):
            self._forget()
        self._user_id = actor.id
        rights = sorted(str(one) for one in permissions_of(actor.role, actor.flags))
        me = Me(actor.name, str(actor.role), ROLE_NAMES[actor.role], rights)
        if self.me != me:
            self.me = me
        if self.problem:
            self.problem = ""
        if self.done:
            self.done = ""
        if self.away or self.to:
            self.away, self.to = False, ""

    def _parameter(self, name: str) -> str:
        """A query parameter of the page's address."""
        return keepable(str(self.router.url.query_parameters.get(name, ""))[:200])


def said(form: dict[str, Any], name: str, most: int = 200) -> str:
    """What a form says under a name, without the spaces around it."""
    return str(form.get(name) or "").strip()[:most]


def said_or_none(form: dict[str, Any], name: str) -> str | None:
    """The same in full; None where it says nothing."""
    return str(form.get(name) or "").strip() or None


def version_of(form: dict[str, Any]) -> int:
    """The version that a form was filled in from; 0, which is no version, where it names none."""
    text = said(form, "version", 9)
    return int(text) if text.isascii() and text.isdigit() else 0


def acting() -> Actor:
    """The actor of the event that is running.

    Raises:
        NotSignedIn: called outside of a handler with `@requires`.
    """
    try:
        return _acting.get()
    except LookupError as error:
        raise NotSignedIn() from error


async def read(work: Callable[..., Result], *args: Any, **more: Any) -> Result:
    """`work(session, actor, …)` in a thread, only looking."""
    return await rx.run_in_thread(partial(_run, reading, work, acting(), args, more))


async def write(work: Callable[..., Result], *args: Any, **more: Any) -> Result:
    """`work(session, actor, …)` in a thread and in one transaction."""
    return await rx.run_in_thread(partial(_run, transaction, work, acting(), args, more))


def _run(unit: Callable[..., Any], work: Callable[..., Result], actor: Actor, args: Any, more: Any) -> Result:
    with unit() as session:
        return work(session, actor, *args, **more)


def sentence(error: Exception) -> str:
    """What a person reads about an error: its own sentence, and the first place that is wrong."""
    if isinstance(error, ValidationError):
        error = BadInput(details=details_of(error))
    if not isinstance(error, AppError):
        log.error("office event failed", exc_info=error)
        return "出了点问题，已记下。请刷新页面再试一次。"
    first = error.details[0].message if error.details else ""
    return error.message if not first or first in error.message else f"{error.message}{first}"


def _who(cookies: str) -> Actor | None:
    """Who stands behind the cookies of a WebSocket: `app.web` lets only the token's hash come so far."""
    name = _cookie(cookies, HASH_COOKIE)
    return authenticate_hash(name) if name else authenticate(session_token(cookies))


Handler = Callable[..., Awaitable[Any]]


def _kind(annotation: Any) -> type | None:
    """The type that an argument must have where a handler reckons with it or looks into it; Reflex does not insist."""
    kind = get_origin(annotation) or annotation
    return kind if kind in (int, dict) else None


def requires(access: Access, *, before_password_change: bool = False) -> Callable[[Handler], Handler]:
    """Let a State handler run only for whom the permission table allows it.

    Args:
        access: a permission, or `SIGNED_IN` for any role.
        before_password_change: allowed while a first password waits to be changed.
    """

    def mark(handler: Handler) -> Handler:
        shape = signature(handler)
        kinds = {name: kind for name, one in shape.parameters.items() if (kind := _kind(one.annotation))}

        @wraps(handler)
        async def run(self: OfficeState, *args: Any, **more: Any) -> Any:
            try:
                actor = await _check(self, access, before_password_change)
            except AppError as error:
                self.problem = sentence(error)
                return None
            if actor is None:
                return None
            try:
                given = shape.bind(self, *args, **more).arguments
            except TypeError:
                self.problem = sentence(BadInput())
                return None
            if not all(type(given[name]) is kind for name, kind in kinds.items() if name in given):
                self.problem = sentence(BadInput())
                return None
            token = _acting.set(actor)
            try:
                return await handler(self, *keepable(list(args)), **keepable(more))
            except Exception as error:
                self.problem = sentence(error)
                return None
            finally:
                _acting.reset(token)

        run.requires = access  # type: ignore[attr-defined]
        return run

    return mark


async def _check(state: OfficeState, access: Access, before_password_change: bool) -> Actor | None:
    """The actor, if they may; None when the browser is sent elsewhere.

    Raises:
        NotAllowed: the role does not include it.
    """
    cookies = state.router.headers.cookie
    actor = await rx.run_in_thread(lambda: _who(cookies))
    if actor is None:
        state._forget()
        state.away = True
        return None
    if actor.barred:
        state._forget()
        raise NotAllowed(BARRED[actor.barred], code=actor.barred)
    if flood.stale:
        flood.use(await rx.run_in_thread(shares))
    wait = flood.wait("office", actor.token_hash or actor.id)
    if wait:
        raise TooMany(f"太快了，请等 {wait} 秒再试。", retry_after=wait)
    state._know(actor)
    if (actor.must_change_password or actor.must_set_factor) and not before_password_change:
        state.to = PASSWORD_PAGE if actor.must_change_password else FACTOR_PAGE
        return None
    if access != SIGNED_IN and not actor.may(Permission(access)):
        raise NotAllowed()
    return actor
