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
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.shell.build import META, is_whole

BACKEND = re.compile(r"^/(api|_event|_health|ping)(/|$)")
HASHED = re.compile(r"^/assets/.+-[\w-]{8}\.\w+$|^/assets/manifest-\w+\.js$")
IMMUTABLE = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
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
# What only a page can heed does not come with every receipt: a phone pays for each byte.
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
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket" and not self._our_origin(Headers(scope=scope)):
            await receive()
            await send({"type": "websocket.close", "code": 4403, "reason": "origin"})
        else:
            await self._behind(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        backend = BACKEND.match(scope["path"])

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
        else:
            yield from OF_PAGES.items()

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


async def _answer(send: Send, status: int, body: bytes, headers: Mapping[str, str], *, head: bool) -> None:
    lines = dict(headers)
    if status != 304:
        lines["content-length"] = str(len(body))
    raw = [(name.encode(), value.encode("latin-1")) for name, value in lines.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if head else body})
