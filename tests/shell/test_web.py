"""Headers, cache rules, addresses and our own origin, on a small build."""

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket

from app.web import API_POLICY, OF_PAGES, SECURITY, Site, WebFace

FILES = {
    "index.html": b"<html>home",
    "households/index.html": b"<html>households",
    "__spa-fallback.html": b"<html>shell",
    "404.html": b"<html>nothing",
    "sw.js": b"worker",
    "manifest.webmanifest": b"{}",
    "assets/entry-AAAAAAAA.js": b"import 1;" * 200,
}


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, body in files.items():
        path = folder / "client" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        if name.endswith(".js"):
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(body))
    meta = {"routes": ["index", "households", "households/[id]", "404"], "policies": {"index.html": "the-policy"}}
    (folder / "build.json").write_text(json.dumps(meta))


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """Two builds side by side; the younger is served."""
    _write(tmp_path / "old", {"index.html": b"old", "assets/entry-OLDOLDOL.js": b"old chunk"})
    _write(tmp_path / "new", FILES)
    return tmp_path / "new"


def _behind() -> Starlette:
    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("hello")
        await socket.close()

    api = Starlette(
        routes=[
            Route("/fresh", lambda request: PlainTextResponse("fresh")),
            Route("/kept", lambda request: PlainTextResponse("kept", headers={"Cache-Control": "private"})),
        ]
    )
    return Starlette(routes=[Mount("/api", api), WebSocketRoute("/_event", echo)])


class Client:
    """Asks an ASGI application without a server."""

    def __init__(self, face: WebFace) -> None:
        self.face = face

    def ask(self, method: str, address: str, headers: dict[str, str] | None = None) -> httpx.Response:
        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(self.face)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000") as client:
                return await client.request(method, address, headers=headers)

        return asyncio.run(run())

    def get(self, address: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return self.ask("GET", address, headers)

    def socket(self, origin: str | None) -> list[str]:
        """What the WebSocket answers to a page of that origin: the kinds of its messages."""
        sent: list[str] = []

        async def receive() -> dict[str, Any]:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            sent.append(message["type"])

        headers = [(b"host", b"localhost:3000")] + ([] if origin is None else [(b"origin", origin.encode())])
        scope = {"type": "websocket", "path": "/_event", "headers": headers, "query_string": b"", "subprotocols": []}
        asyncio.run(self.face(scope, receive, send))
        return sent


@pytest.fixture
def client(build: Path) -> Client:
    return Client(WebFace(_behind(), Site(build)))


def test_pages_are_asked_for_again_and_chunks_never(client: Client):
    for name in ("/", "/households", "/sw.js", "/manifest.webmanifest"):
        assert client.get(name).headers["cache-control"] == "no-cache"
    assert client.get("/assets/entry-AAAAAAAA.js").headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("address", ["/", "/api/fresh", "/assets/entry-AAAAAAAA.js", "/nowhere"])
def test_security_headers_are_on_every_answer(client: Client, address: str):
    answer = client.get(address)
    for name, value in SECURITY.items():
        assert answer.headers[name] == value


def test_what_only_a_page_can_heed_stays_with_pages(client: Client):
    for name, value in OF_PAGES.items():
        assert client.get("/").headers[name] == value
        assert name not in client.get("/api/fresh").headers


def test_a_page_carries_its_own_policy_and_the_api_a_closed_one(client: Client):
    assert client.get("/").headers["content-security-policy"] == "the-policy"
    assert client.get("/api/fresh").headers["content-security-policy"] == API_POLICY


def test_the_api_is_never_stored_unless_it_says_so(client: Client):
    assert client.get("/api/fresh").headers["cache-control"] == "no-store"
    assert client.get("/api/kept").headers["cache-control"] == "private"


@pytest.mark.parametrize(
    ("address", "status", "body"),
    [
        ("/", 200, "<html>home"),
        ("/households", 200, "<html>households"),
        ("/households/", 200, "<html>households"),
        ("/households/0190-1", 200, "<html>shell"),
        ("/households/0190-1/more", 404, "<html>nothing"),
        ("/nowhere", 404, "<html>nothing"),
        ("/../build.json", 404, "<html>nothing"),
        ("/%2e%2e/build.json", 404, "<html>nothing"),
        ("/assets/entry-OLDOLDOL.js", 200, "old chunk"),
    ],
)
def test_addresses(client: Client, address: str, status: int, body: str):
    answer = client.get(address)
    assert (answer.status_code, answer.text) == (status, body)


def test_what_the_browser_holds_is_not_sent_again(client: Client):
    first = client.get("/")
    again = client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"] == "the-policy"


def test_gzip_is_sent_to_who_takes_it(client: Client):
    zipped = client.get("/assets/entry-AAAAAAAA.js", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/assets/entry-AAAAAAAA.js", headers={"Accept-Encoding": "identity"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert zipped.content == plain.content
    assert zipped.headers["content-type"] == "text/javascript; charset=utf-8"


def test_head_sends_no_body_and_other_methods_are_refused(client: Client):
    head = client.ask("HEAD", "/")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "10")
    assert client.ask("POST", "/").status_code == 405


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://ruhutong.example.cn", None])
def test_the_socket_takes_our_own_pages(build: Path, origin: str | None):
    client = Client(WebFace(_behind(), Site(build), public_url="https://ruhutong.example.cn"))
    assert client.socket(origin) == ["websocket.accept", "websocket.send", "websocket.close"]


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:3001", "null", ""])
def test_the_socket_refuses_foreign_pages(client: Client, origin: str):
    assert client.socket(origin) == ["websocket.close"]


def test_the_way_out_of_a_harmful_worker(build: Path):
    off = Client(WebFace(_behind(), Site(build, service_worker=False)))
    assert "unregister" in off.get("/sw.js").text
    assert off.get("/sw.js").headers["cache-control"] == "no-cache"


def test_behind_a_proxy_with_https_it_stays_https(build: Path):
    public = Client(WebFace(_behind(), Site(build), public_url="https://ruhutong.example.cn"))
    assert "strict-transport-security" in public.get("/").headers
    plain = Client(WebFace(_behind(), Site(build)))
    assert "strict-transport-security" not in plain.get("/").headers
