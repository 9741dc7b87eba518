"""What stands before everything else: the built front end, cache and security headers, and our own origin only.

`WebFace` answers for the pages and files of a build from memory, and passes `/api`, the WebSocket and the health checks
on. A build never changes, so its answers are made once: body, gzip body, ETag, Cache-Control, CSP.
"""

import hashlib
import json
import mimetypes
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.accounts.recent import token_hash
from app.http import HASH_COOKIE, session_token
from app.shell.build import META, is_whole

BACKEND = re.compile(r"^/((api|_event)(/|$)|(_health|ping)$)")
HASHED = re.compile(r"^/assets/.+-[\w-]{8}\.\w+$|^/assets/manifest-\w+\.js$")
IMMUTABLE = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
SOCKET = re.compile(r"^/_event(/|$)")
"""The socket is a WebSocket, never Engine.IO's polling, which would go past the look at the origin."""
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
PROBES = {"/_health", "/ping", "/api/health"}
"""What machines ask by whatever name they know us."""
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
SHELL = "/__spa-fallback.html"
NOT_FOUND = "/404.html"
WORKER = "/sw.js"
WORKER_OFF = Path(__file__).parent / "shell/worker/sw-off.js"
TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".ico": "image/x-icon"}
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
SECURITY = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
}
# What only a page or a worker can heed does not come with every receipt and script: a phone pays for each byte.
OF_PAGES = {
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=(), interest-cohort=()",
}
TWO_YEARS = "max-age=63072000"


@dataclass(frozen=True)
class Page:
    """One file of the build, ready to send."""

    body: bytes
    zipped: bytes | None
    headers: Mapping[str, str]

    @property
    def etag(self) -> str:
        """Names the content, whichever encoding is sent."""
        return self.headers["etag"]


class Site:
    """All pages and files of one build, by address."""

    def __init__(self, folder: Path, *, service_worker: bool = True) -> None:
        """Read a build into memory.

        Args:
            folder: what `ensure_built` returned.
            service_worker: serve the worker that removes itself in place of the build's own, when False.
        """
        meta = json.loads((folder / META).read_text(encoding="utf-8"))
        self._policies: dict[str, str] = meta["policies"]
        self._routes = [_pattern(route) for route in meta["routes"] if route not in {"index", "404"}]
        self._pages: dict[str, Page] = {}
        # Tabs opened before this build still ask for their own chunks.
        for other in folder.parent.iterdir():
            if other != folder and is_whole(other):
                self._read(other / "client", "assets/*")
        self._read(folder / "client", "**/*")
        if not service_worker:
            self._add(WORKER, WORKER_OFF.read_bytes(), None)

    def _read(self, static: Path, pattern: str) -> None:
        for path in static.glob(pattern):
            if path.is_file() and path.suffix != ".gz":
                zipped = path.with_name(path.name + ".gz")
                name = "/" + path.relative_to(static).as_posix()
                self._add(name, path.read_bytes(), zipped.read_bytes() if zipped.is_file() else None)

    def _add(self, name: str, body: bytes, zipped: bytes | None) -> None:
        suffix = Path(name).suffix
        kind = TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        if kind.startswith("text/"):
            kind += "; charset=utf-8"
        headers = {
            "content-type": kind,
            "etag": f'W/"{hashlib.sha256(body).hexdigest()[:20]}"',
            "cache-control": IMMUTABLE if HASHED.match(name) else ASK_AGAIN,
            "vary": "Accept-Encoding",
        }
        if suffix == ".html" or name == WORKER:
            headers |= OF_PAGES
        if policy := self._policies.get(name.lstrip("/")):
            headers["content-security-policy"] = policy
        self._pages[name] = Page(body, zipped, headers)

    def find(self, address: str) -> tuple[int, Page]:
        """Status and content for an address: a file, a page drawn at build time, the shell, or "not found"."""
        trimmed = address.rstrip("/")
        for name in (address, f"{trimmed}/index.html"):
            if page := self._pages.get(name):
                return 200, page
        if any(route.match(trimmed) for route in self._routes):
            return 200, self._pages[SHELL]
        return 404, self._pages[NOT_FOUND]


def _pattern(route: str) -> re.Pattern[str]:
    parts = []
    for part in route.split("/"):
        if part.startswith("[[..."):
            parts.append("(/.*)?")
        elif part.startswith("[..."):
            parts.append("/.+")
        elif part.startswith("[["):
            parts.append("(/[^/]+)?")
        elif part.startswith("["):
            parts.append("/[^/]+")
        else:
            parts.append("/" + re.escape(part))
    return re.compile("".join(parts) + "$")


def _of_this_session(scope: Scope) -> dict[str, Any]:
    """A connection whose tab is this session's alone, and whose headers hold the hash of the session's token.

    The browser chooses the name under which Reflex keeps a tab's State, and sends it in the address: by itself it would
    show what the tab has shown to whoever has come to know it.
    """
    headers = scope["headers"]
    kept = [(name, value) for name, value in headers if name.lower() not in {b"cookie", b"authorization"}]
    cookies = b"; ".join(value for name, value in headers if name.lower() == b"cookie").decode("latin-1")
    token = session_token(cookie_parser(cookies))
    session = token_hash(token) if token else ""
    if session:
        kept.append((b"cookie", f"{HASH_COOKIE}={session}".encode()))
    asked = parse_qsl(scope["query_string"].decode("latin-1"))
    query = [(name, token_hash(f"{session} {value}")[:32] if name == "token" else value) for name, value in asked]
    return {**scope, "headers": kept, "query_string": urlencode(query).encode()}


class WebFace:
    """ASGI: the front end from memory, the rest from the application behind, headers on both."""

    def __init__(self, behind: ASGIApp, site: Site, *, public_url: str | None = None) -> None:
        """Put the face before an application.

        Args:
            behind: Reflex with our API.
            site: the build to serve.
            public_url: where phones reach us, when a proxy stands before us; its origin counts as ours.
        """
        self._behind = behind
        self._site = site
        self._public = urlsplit(public_url) if public_url else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        fault = self._wrong_host(scope) if scope["type"] in ("http", "websocket") else None
        if fault and scope["type"] == "http":
            await _refuse_host(scope, send, *fault)
        elif fault:
            await receive()
            await send({"type": "websocket.close", "code": 4403, "reason": "host"})
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket" and not self._our_origin(Headers(scope=scope)):
            await receive()
            await send({"type": "websocket.close", "code": 4403, "reason": "origin"})
        elif scope["type"] == "websocket":
            await self._behind(_of_this_session(scope), receive, send)
        else:
            await self._behind(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        backend = BACKEND.match(scope["path"])
        if CONTROL.search(scope["path"]) or SOCKET.match(scope["path"]):
            await _answer(send, 404, b"", {"cache-control": "no-store"}, head=False)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._added(bool(backend)):
                    headers.setdefault(name, value)
            await send(message)

        if backend:
            await self._behind(scope, receive, with_headers)
        else:
            await self._page(scope, with_headers)

    def _added(self, backend: bool) -> Iterable[tuple[str, str]]:
        yield from SECURITY.items()
        if self._public and self._public.scheme == "https":
            yield "strict-transport-security", TWO_YEARS
        if backend:
            yield "content-security-policy", API_POLICY
            yield "cache-control", "no-store"

    def _wrong_host(self, scope: Scope) -> tuple[int, str] | None:
        """Why a request is not for us: by two names at once, or by one that is not ours where the county says which is.

        What stands before us may read the first of two names and we the second; a name that is not ours would end in
        an address that somebody is sent to.
        """
        names = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"host"]
        if len(names) > 1:
            return 400, "这个请求写了两个地址，没有执行。"
        if self._public is None or not names or scope["path"] in PROBES:
            return None
        if names[0].lower() in {self._public.netloc.lower(), (self._public.hostname or "").lower()}:
            return None
        try:
            ours = urlsplit(f"//{names[0]}").hostname in LOOPBACK
        except ValueError:
            ours = False
        return None if ours else (421, f"请用 {self._public.geturl()} 打开入户通。")

    def _our_origin(self, headers: Headers) -> bool:
        """A browser names the page's origin; a program that is no browser names none, and has no one's cookies."""
        origin = headers.get("origin")
        if origin is None:
            return True
        ours = {headers.get("host"), self._public.netloc if self._public else None}
        return bool(origin) and urlsplit(origin).netloc in ours

    async def _page(self, scope: Scope, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            await _answer(send, 405, b"", {"allow": "GET, HEAD"}, head=False)
            return
        status, page = self._site.find(scope["path"])
        wanted = Headers(scope=scope)
        head = scope["method"] == "HEAD"
        if status == 200 and page.etag in wanted.get("if-none-match", ""):
            kept = {name: value for name, value in page.headers.items() if name != "content-type"}
            await _answer(send, 304, b"", kept, head=True)
            return
        if page.zipped is not None and "gzip" in wanted.get("accept-encoding", ""):
            await _answer(send, status, page.zipped, {**page.headers, "content-encoding": "gzip"}, head=head)
            return
        await _answer(send, status, page.body, page.headers, head=head)


async def _refuse_host(scope: Scope, send: Send, status: int, words: str) -> None:
    error = {"error": {"code": "wrong_host", "message": words, "details": []}}
    body, kind = words.encode(), "text/plain; charset=utf-8"
    if scope["path"].startswith("/api"):
        body, kind = json.dumps(error, ensure_ascii=False).encode(), "application/json"
    headers = SECURITY | {"content-type": kind, "cache-control": "no-store"}
    await _answer(send, status, body, headers, head=scope["method"] == "HEAD")


async def _answer(send: Send, status: int, body: bytes, headers: Mapping[str, str], *, head: bool) -> None:
    lines = dict(headers)
    if status != 304:
        lines["content-length"] = str(len(body))
    raw = [(name.encode(), value.encode("latin-1")) for name, value in lines.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if head else body})
