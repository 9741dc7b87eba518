"""Headers, cache rules, addresses and our own origin, on a small build."""

import asyncio
import gzip
import hashlib
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
        for address in ("/", "/sw.js", "/nowhere"):
            assert client.get(address).headers[name] == value
        for address in ("/api/fresh", "/assets/entry-AAAAAAAA.js"):
            assert name not in client.get(address).headers


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


def test_the_token_does_not_come_as_far_as_what_is_kept(build: Path):
    """Reflex keeps the headers of a connection with its State, in Redis where there is one."""
    seen: list[dict[str, str]] = []

    async def behind(scope: Any, receive: Any, send: Any) -> None:
        seen.append({name.decode(): value.decode() for name, value in scope["headers"]})
        await send({"type": "websocket.close"})

    def ask(cookies: str) -> dict[str, str]:
        headers = [(b"host", b"localhost:3000"), (b"cookie", cookies.encode())]
        scope = {"type": "websocket", "path": "/_event", "headers": headers, "query_string": b"", "subprotocols": []}

        async def nothing(*_message: Any) -> dict[str, str]:
            return {"type": "websocket.connect"}

        asyncio.run(WebFace(behind, Site(build))(scope, nothing, nothing))
        return seen[-1]

    assert ask("a=1; ruhutong_session=secret") == {
        "host": "localhost:3000",
        "cookie": f"ruhutong_session_hash={hashlib.sha256(b'secret').hexdigest()}",
    }
    assert "cookie" not in ask("ruhutong_session_hash=forged")
    assert "forged" not in str(ask("ruhutong_session=secret; ruhutong_session_hash=forged"))


@pytest.mark.parametrize("address", ["/_event/?EIO=4&transport=polling", "/_event", "/api/fresh%0a", "/api/%00"])
def test_there_is_no_way_round(client: Client, address: str):
    for method in ("GET", "POST"):
        assert client.ask(method, address).status_code == 404


def test_a_tab_is_known_by_its_name_only_to_its_session(build: Path):
    """The browser chooses the name of a tab's State; another session with the same name has another State."""
    seen: list[str] = []

    async def behind(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["query_string"].decode())
        await send({"type": "websocket.close"})

    async def nothing(*_message: Any) -> dict[str, str]:
        return {"type": "websocket.connect"}

    for cookie in (b"ruhutong_session=a", b"ruhutong_session=b", b"", b"ruhutong_session=a"):
        scope = {"type": "websocket", "path": "/_event", "headers": [(b"cookie", cookie)],
                 "query_string": b"EIO=4&token=tab-1&transport=websocket", "subprotocols": []}  # fmt: skip
        asyncio.run(WebFace(behind, Site(build))(scope, nothing, nothing))
    assert len(set(seen)) == 3
    assert seen[0] == seen[3]
    assert "tab-1" not in "".join(seen)
    assert all(one.startswith("EIO=4&token=") and one.endswith("&transport=websocket") for one in seen)


def _hosts(build: Path, *hosts: str, path: str = "/", public: str | None = "https://county.example:8443") -> list[Any]:
    sent: list[Any] = []

    async def behind(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def keep(message: Any) -> None:
        sent.append(message)

    async def nothing() -> dict[str, str]:
        return {"type": "http.request"}

    kind = "websocket" if path == "/_event" else "http"
    scope = {"type": kind, "method": "GET", "path": path, "headers": [(b"host", one.encode()) for one in hosts],
             "query_string": b"", "subprotocols": []}  # fmt: skip
    asyncio.run(WebFace(behind, Site(build), public_url=public)(scope, nothing, keep))
    return sent


def test_a_request_by_two_names_is_refused(build: Path):
    for path in ("/", "/api/session"):
        for public in (None, "https://county.example"):
            sent = _hosts(build, "county.example", "evil.example", path=path, public=public)
            assert sent[0]["status"] == 400
    assert _hosts(build, "county.example", "county.example", path="/_event")[0]["type"] == "websocket.close"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("county.example:8443", 200), ("COUNTY.example:8443", 200), ("county.example", 200), ("localhost:3000", 200),
        ("127.0.0.1:3000", 200), ("[::1]:3000", 200), ("evil.example", 421), ("county.example.evil.example", 421),
        ("evil.example:8443", 421), ("county.example@evil.example", 421), ("[::1", 421), ("", 421),
    ],
)  # fmt: skip
def test_only_our_names_where_the_county_says_which(build: Path, host: str, status: int):
    assert _hosts(build, host, path="/api/session")[0]["status"] == status
    assert _hosts(build, host, path="/api/session", public=None)[0]["status"] == 200
    assert _hosts(build, host, path="/api/health")[0]["status"] == 200, "machines ask by whatever name they know"


def test_the_wrong_name_is_told_in_words(build: Path):
    start, body = _hosts(build, "evil.example", path="/api/session")
    assert json.loads(body["body"])["error"]["code"] == "wrong_host"
    assert "county.example" in body["body"].decode()
    assert dict(start["headers"])[b"content-type"] == b"application/json"
    assert _hosts(build, "evil.example", path="/_event")[0]["type"] == "websocket.close"
