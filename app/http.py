"""The plain-HTTP side: endpoints as data, one error shape, bodies with a cap, requests of our own pages only.

An endpoint is a function in a room's `endpoints.py`, marked by `@endpoint(...)` with the permission it needs;
`app.rooms` collects them, and a test walks through all of them. Cross-site requests are refused by their
headers (https://words.filippo.io/csrf/): SameSite cookies alone do not cover old browsers.
"""

import inspect
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
import structlog
from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive

from app.accounts.rules import BARRED, Permission
from app.accounts.schemas import Actor
from app.config import settings
from app.errors import AppError, BadInput, Detail, NotAllowed, NotSignedIn, TooBig, TooMany
from app.keepable import keepable
from app.limits import flood

log = structlog.get_logger()
COOKIE = "ruhutong_session"
"""The session's cookie on a line that is not encrypted (a machine talking to itself, a test)."""
HOST_COOKIE = f"__Host-{COOKIE}"
"""The same over https: browsers take it from this very host alone, never from a neighbour of the same domain."""
HASH_COOKIE = "ruhutong_session_hash"
"""What `app.web` makes of it for the WebSocket: a State is kept, perhaps in Redis, together with the headers."""
ONE_MEGABYTE = 1_000_000
AS_RECEIVED = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
"""Headers of bytes that came from outside: no browser runs them or gives them to another page."""
PUBLIC = "public"
SIGNED_IN = "signed_in"
Access = Permission | str
Model = TypeVar("Model", bound=BaseModel)


class Authenticate(Protocol):
    """Finds who stands behind a session cookie; given by the composition root."""

    def __call__(self, token: str | None) -> Actor | None: ...


def session_token(cookies: Mapping[str, str]) -> str | None:
    """The session's token among cookies, the one that only this host can have set first."""
    return cookies.get(HOST_COOKIE) or cookies.get(COOKIE)


@dataclass(frozen=True)
class Door:
    """How callers are known: from memory at once, or else by asking the database in a thread."""

    authenticate: Authenticate
    recall: Authenticate
    shares: Callable[[], Mapping[str, int]] = dict

    async def who(self, token: str | None) -> Actor | None:
        """Who stands behind a session cookie."""
        return self.recall(token) or await anyio.to_thread.run_sync(self.authenticate, token)


@dataclass(frozen=True)
class Endpoint:
    """One way into the server: `requires` is a permission, `PUBLIC`, or `SIGNED_IN` (any role)."""

    method: str
    path: str
    handler: Callable[..., Any]
    requires: Access
    body_limit: int = ONE_MEGABYTE
    before_password_change: bool = False
    rate: str = ""
    quota: str = ""
    body: type[BaseModel] | None = None
    query: tuple[str, ...] = ()


@dataclass
class Call:
    """What an endpoint is given: who asks, and for what. `body` is read and inflated under the cap."""

    request: Request
    actor: Actor | None
    body: bytes = b""
    params: dict[str, str] = field(default_factory=dict)
    quota: str = ""

    @property
    def who(self) -> Actor:
        """The signed-in actor.

        Raises:
            NotSignedIn: on a public endpoint nobody need be signed in.
        """
        if self.actor is None:
            raise NotSignedIn()
        return self.actor

    def count(self, size: int) -> None:
        """Count bytes that came in against what the account may send in a day.

        Raises:
            TooMany: `quota`, the day's share is used up.
        """
        wait = flood.take(self.quota, self.actor.id, size) if self.quota and self.actor else 0
        if wait:
            raise TooMany("今天传的太多了，明天会接着传。手机里的内容都在。", code="quota", retry_after=wait)

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            BadInput: `bad_json`, it is not JSON in UTF-8.
        """
        try:
            return keepable(json.loads(self.body.decode("utf-8")))
        except (ValueError, RecursionError) as error:
            raise BadInput("内容不是 JSON，没有收下。", code="bad_json") from error

    def parsed(self, model: type[Model]) -> Model:
        """The body as an input model.

        Raises:
            BadInput: with one detail for each field that is wrong.
        """
        return parse(model, self.json())

    def query(self, name: str, default: str = "") -> str:
        """A query parameter as text."""
        return keepable(self.request.query_params.get(name, default))

    def asked(self) -> dict[str, str]:
        """All query parameters that say something."""
        return {name: said for name, value in self.request.query_params.items() if (said := keepable(value))}

    def whole_number(self, name: str, default: int, *, low: int, high: int) -> int:
        """A whole number from the query, held between `low` and `high`.

        Raises:
            BadInput: it is not a whole number.
        """
        text = self.query(name)
        if not text:
            return default
        if not text.isascii() or not text.isdigit():
            raise BadInput(details=[Detail(name, "not_a_number", "要填整数。")])
        return max(low, min(high, int(text[:9])))


_WORDS = {
    "missing": "这一项没有填。",
    "extra_forbidden": "这一项不认识。",
    "string_too_long": "写得太长了。",
    "string_too_short": "写得太短了。",
    "json_invalid": "内容不是 JSON。",
    "greater_than_equal": "数太小了。",
    "less_than_equal": "数太大了。",
    "too_long": "太多了。",
    "too_short": "太少了。",
}


def details_of(error: ValidationError) -> list[Detail]:
    """A validation error as places in the input, each with a Chinese sentence."""
    found = []
    for item in error.errors(include_url=False, include_context=True, include_input=False):
        path = ".".join(str(part) for part in item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        chinese = any("\u4e00" <= char <= "\u9fff" for char in message)
        found.append(Detail(path, item["type"], message if chinese else _WORDS.get(item["type"], "这一项填得不对。")))
    return found


def parse(model: type[Model], data: Any) -> Model:
    """`data` as `model`.

    Raises:
        BadInput: with one detail for each field that is wrong.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise BadInput(details=details_of(error)) from error


def endpoint(
    method: str,
    path: str,
    *,
    requires: Access,
    body_limit: int = ONE_MEGABYTE,
    before_password_change: bool = False,
    rate: str = "",
    quota: str = "",
    body: type[BaseModel] | None = None,
    query: tuple[str, ...] = (),
) -> Callable[[Callable[..., Any]], Endpoint]:
    """Mark a function as an endpoint.

    Args:
        method: HTTP method.
        path: under `/api`, with Starlette's `{name}` parameters.
        requires: a permission, `PUBLIC` or `SIGNED_IN`.
        body_limit: bytes the body may have, inflated; 0 leaves the body to the handler (a stream).
        before_password_change: allowed while a first password waits to be changed, or a phone to be enrolled.
        rate: which parameter `rate.…` says how often one device of one account may do this.
        quota: which parameter `quota.…` says how much an account may send in a day; counted for bodies that are read
            here, while a handler that streams counts for itself (`Call.count`).
        body: what it takes, for the OpenAPI document; bytes when None.
        query: the names of its query parameters, for the same.
    """

    def mark(handler: Callable[..., Any]) -> Endpoint:
        return Endpoint(method, path, handler, requires, body_limit, before_password_change, rate, quota, body, query)

    return mark


async def _raw(request: Request, limit: int) -> AsyncIterator[bytes]:
    """What comes over the line: never more than it may be once inflated, and what gzip adds where it helps nothing.

    Bytes that inflate to none, or that follow the end of a gzip body, count like any.
    """
    seen, most = 0, limit + limit // 1000 + 1000
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > most:
            raise TooBig(code="batch_too_big")
        yield chunk


async def _chunks(request: Request, limit: int) -> AsyncIterator[bytes]:
    if request.headers.get("content-encoding", "").lower() != "gzip":
        async for chunk in _raw(request, limit):
            yield chunk
        return
    inflate = zlib.decompressobj(wbits=31)
    try:
        async for chunk in _raw(request, limit):
            while chunk:
                yield inflate.decompress(chunk, ONE_MEGABYTE)
                chunk = inflate.unconsumed_tail
            if inflate.unused_data:
                raise BadInput("压缩的内容后面还有别的，请重新送。", code="bad_gzip")
        yield inflate.flush()
    except zlib.error as error:
        raise BadInput("压缩的内容打不开，请重新送。", code="bad_gzip") from error
    if not inflate.eof:
        raise BadInput("压缩的内容不完整，请重新送。", code="bad_gzip")


async def read_body(request: Request, limit: int) -> bytes:
    """The request's body, inflated if it is gzip.

    Raises:
        TooBig: `batch_too_big`, over `limit` bytes after inflating.
        BadInput: broken gzip.
    """
    body = bytearray()
    async for chunk in _chunks(request, limit):
        body += chunk
        if len(body) > limit:
            raise TooBig(code="batch_too_big")
    return bytes(body)


def _same_site(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


class _Answer(JSONResponse):
    """JSON in which half a character that the sender wrote (a lone surrogate) becomes a question mark."""

    def render(self, content: Any) -> bytes:
        """The body."""
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def error_response(error: AppError) -> Response:
    """An error in the one shape of `/api`."""
    headers = {"Cache-Control": "no-store"}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    return _Answer(error.as_json(), status_code=error.status, headers=headers)


def _check(one: Endpoint, actor: Actor | None) -> None:
    if one.requires == PUBLIC:
        return
    if actor is None:
        raise NotSignedIn()
    if actor.barred and not (actor.barred == "device_not_enrolled" and one.before_password_change):
        raise NotAllowed(BARRED[actor.barred], code=actor.barred)
    if actor.must_change_password and not one.before_password_change:
        raise NotAllowed("密码要先改一下：在「我的」里改密码。", code="must_change_password")
    if actor.must_set_factor and not one.before_password_change:
        raise NotAllowed("这个账号要先设好验证器：打开办公页，照着做。", code="must_set_factor")
    if isinstance(one.requires, Permission) and not actor.may(one.requires):
        raise NotAllowed()


SMALL_BODY_SECONDS, BODY_SECONDS = 60.0, 1800.0
"""For a body of a few KB, and for any body: 1 KB/s is still a link, silence (`RUHUTONG_SILENCE_SECONDS`) is none."""


def patient(receive: Receive, whole: float, silence: float) -> Receive:
    """`receive`, which takes a sender who keeps us waiting for one who has left."""
    began = anyio.current_time()

    async def wait() -> Message:
        with anyio.move_on_after(min(silence, whole - (anyio.current_time() - began))):
            return await receive()
        return {"type": "http.disconnect"}

    return wait


def _not_too_often(one: Endpoint, actor: Actor | None) -> None:
    if not one.rate or actor is None:
        return
    wait = flood.wait(one.rate, f"{actor.id}:{actor.device_id}")
    if wait:
        raise TooMany(f"太快了，请等 {wait} 秒再试。", retry_after=wait)


async def _answer(one: Endpoint, door: Door, request: Request) -> Response:
    if one.method not in {"GET", "HEAD"} and not _same_site(request):
        raise NotAllowed("这个请求不是从入户通的页面来的，没有执行。", code="cross_site")
    actor = await door.who(session_token(request.cookies))
    _check(one, actor)
    if flood.stale:
        flood.use(await anyio.to_thread.run_sync(door.shares))
    _not_too_often(one, actor)
    if one.method not in {"GET", "HEAD"}:
        whole = SMALL_BODY_SECONDS if 0 < one.body_limit < ONE_MEGABYTE else BODY_SECONDS
        request = Request(request.scope, patient(request.receive, whole, settings().silence_seconds))
    body = await read_body(request, one.body_limit) if one.body_limit and one.method not in {"GET", "HEAD"} else b""
    call = Call(request, actor, body, dict(request.path_params), one.quota)
    call.count(len(body))
    if inspect.iscoroutinefunction(one.handler):
        result = await one.handler(call)
    else:
        result = await anyio.to_thread.run_sync(partial(one.handler, call))
    if isinstance(result, Response):
        return result
    return JSONResponse(result, headers={"Cache-Control": "no-store"})


def _route(one: Endpoint, door: Door) -> Route:
    async def run(request: Request) -> Response:
        try:
            return await _answer(one, door, request)
        except AppError as error:
            return error_response(error)
        except ClientDisconnect:
            return Response(status_code=408)
        except Exception:
            log.exception("request failed", method=one.method, path=one.path)
            return error_response(
                AppError("服务器出了点问题，已记下。请稍后再试，手机里的内容都在。", code="server_error")
            )

    return Route(one.path, run, methods=[one.method], name=f"{one.method} {one.path}")


def _framework_error(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    words = {404: ("not_found", "没有这个地址。"), 405: ("method_not_allowed", "这个地址不能这样用。")}
    code, message = words.get(status, ("error", "出了点问题，请再试一次。"))
    answer = AppError(message, code=code)
    response = JSONResponse(answer.as_json(), status_code=status, headers={"Cache-Control": "no-store"})
    if status == 405 and isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


def _nobody(_token: str | None) -> Actor | None:
    return None


def build_api(
    endpoints: Sequence[Endpoint],
    authenticate: Authenticate,
    recall: Authenticate = _nobody,
    shares: Callable[[], Mapping[str, int]] = dict,
) -> Starlette:
    """The application to mount under `/api`; `recall` knows without waiting who was asked for a moment ago.

    `shares` gives the parameters `rate.…` and `quota.…`; without it nothing is limited.
    """
    door = Door(authenticate, recall, shares)
    handler: Callable[[Request, Exception], Response | Awaitable[Response]] = _framework_error
    made = Starlette(routes=[_route(one, door) for one in endpoints], exception_handlers={HTTPException: handler})
    # Its redirect of `/session/` would lead to whatever host the request names.
    made.router.redirect_slashes = False
    return made
