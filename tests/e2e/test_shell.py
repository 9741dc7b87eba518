"""The product as built and served: it starts without a network, opens no socket in the field, and fits any port.

These tests know no page but the two faces, `/` and `/office`, and one address of the field face that is drawn
from the shell; what the pages say is the journeys' matter.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from app.shell import precache
from app.shell.build import PROJECT, ensure_built
from tests.e2e.browser import FLAGS
from tests.e2e.server import free_port

DYNAMIC = "/households/0190aaaa-0000-7000-8000-000000000001"
ALL_BYTES = 250 * 1024


class Face:
    """`python -m app.shell.serve` on a port of its own."""

    def __init__(self, home: Path, *extra: str) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "app.shell.serve", "--port", str(self.port), *extra]
        environment = {**os.environ, "RUHUTONG_HOME": str(home)}
        self.process = subprocess.Popen(command, cwd=PROJECT, env=environment, start_new_session=True)
        transport = httpx.HTTPTransport(retries=0)
        with httpx.Client(transport=transport, trust_env=False) as client:
            while self.process.poll() is None:
                try:
                    client.get(self.url, timeout=5)
                    return
                except httpx.TransportError:
                    continue
        raise RuntimeError(f"the server ended with {self.process.returncode}")

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def workers(self) -> list[int]:
        """The processes below the one we started."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(number) for number in listed.split()]

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(10)


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Face]]:
    """Two servers on two ports and two homes, from one build."""
    ensure_built()
    with ExitStack() as stack:
        started = []
        for name in "ab":
            started.append(Face(tmp_path_factory.mktemp("face") / name))
            stack.callback(started[-1].stop)
        yield started


class Tab:
    """A page and what it did: the sockets it opened, what it complained of, how much it fetched."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.sockets: list[str] = []
        self.frames: list[str] = []
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("websocket", self._socket)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        self.page.goto(url)

    def _socket(self, opened: object) -> None:
        self.sockets.append(opened.url)  # type: ignore[attr-defined]
        opened.on("framereceived", lambda frame: self.frames.append(str(frame)))  # type: ignore[attr-defined]

    def put_away(self) -> None:
        """Wait until the worker is in charge."""
        self.page.wait_for_function("() => navigator.serviceWorker.controller !== null")


@pytest.fixture
def open_tab(playwright: Playwright, chromium: str) -> Iterator[Callable[[str], Tab]]:
    """Opens tabs of one phone that has never been here."""
    browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    yield lambda url: Tab(context, url)
    browser.close()


@pytest.mark.parametrize("number", [0, 1])
def test_the_field_face_starts_without_a_network(faces: list[Face], open_tab: Callable[[str], Tab], number: int):
    url = faces[number].url
    tab = open_tab(url)
    tab.put_away()
    words = tab.page.locator("h1").first
    expect(words).to_be_visible()
    tab.page.context.set_offline(True)
    tab.page.reload()
    expect(words).to_be_visible()
    for address in (DYNAMIC, "/households", "/?from=home-screen"):
        other = open_tab(url + address)
        expect(other.page.locator("h1").first).to_be_visible()
        assert other.sockets == []
    assert tab.sockets == []


def test_the_field_face_runs_behind_its_policy(faces: list[Face], open_tab: Callable[[str], Tab]):
    tab = open_tab(faces[0].url + DYNAMIC)
    expect(tab.page.locator("h1").first).to_be_visible()
    tab.put_away()
    assert [line for line in tab.complaints if "Content Security Policy" in line or "Minified React" in line] == []


@pytest.mark.parametrize("number", [0, 1])
def test_the_office_face_talks_to_where_it_came_from(faces: list[Face], open_tab: Callable[[str], Tab], number: int):
    tab = open_tab(faces[number].url + "/office")
    tab.page.wait_for_event("websocket", predicate=lambda _: True) if not tab.sockets else None
    assert tab.sockets[0].startswith(f"ws://localhost:{faces[number].port}/_event")
    while not any('"delta"' in frame for frame in tab.frames):
        tab.page.wait_for_function("() => new Promise((done) => requestAnimationFrame(() => done(true)))")
    assert len(tab.sockets) == 1
    assert [line for line in tab.complaints if "Content Security Policy" in line] == []


def test_a_foreign_page_gets_no_socket(faces: list[Face]):
    with socket.create_connection(("127.0.0.1", faces[0].port)) as line:
        line.sendall(
            b"GET /_event/?EIO=4&transport=websocket&token=x HTTP/1.1\r\nHost: localhost:%d\r\n"
            b"Origin: http://evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" % faces[0].port
        )
        assert line.recv(100).split(b"\r\n")[0].startswith(b"HTTP/1.1 403")


def test_the_first_load_is_light(faces: list[Face], open_tab: Callable[[str], Tab]):
    """All bytes as they come over the line, before the page can be used."""
    tab = open_tab(faces[0].url)
    expect(tab.page.locator("h1").first).to_be_visible()
    weight = tab.page.evaluate("""() => [
      ...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource"),
    ].reduce((sum, entry) => sum + entry.transferSize, 0)""")
    assert weight <= ALL_BYTES


def test_what_the_phone_puts_away_is_of_these_kinds(faces: list[Face], open_tab: Callable[[str], Tab]):
    tab = open_tab(faces[0].url)
    tab.put_away()
    kept = set(
        tab.page.evaluate("""async () => {
          const cache = await caches.open((await caches.keys())[0]);
          return (await cache.keys()).map((request) => new URL(request.url).pathname);
        }""")
    )
    expected = precache.field_files(ensure_built() / "client")
    assert kept - {"/__took-over"} == {f"/{name}" for name in expected.all}
    assert all(name == precache.SHELL or name.endswith("index.html") for name in expected.pages)
    assert all(name.startswith("assets/") for name in expected.assets)
    worker = "offline/photo-worker.js"
    assert expected.extras == [*precache.ALWAYS, worker]
    modules = [name for name in kept if name.startswith("/offline/") and name != f"/{worker}"]
    assert not modules
    assert not [name for name in kept if "office" in name or name.endswith(".gz")]


def test_field_chunks_hold_no_state_of_the_server():
    client = ensure_built() / "client"
    for name in precache.field_files(client).assets:
        if Path(name).name.startswith("_"):
            assert "reflex___state" not in (client / name).read_text("utf-8"), name


def test_it_ends_when_told_however_many_are_connected(tmp_path: Path, open_tab: Callable[[str], Tab]):
    face = Face(tmp_path / "home")
    open_tab(face.url + "/office")
    workers = face.workers()
    face.process.send_signal(signal.SIGTERM)
    assert face.process.wait(5) == 0
    assert workers
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]


def test_killed_at_once_it_leaves_nothing_that_holds_the_port(tmp_path: Path):
    face = Face(tmp_path / "home")
    workers = face.workers()
    face.process.kill()
    face.process.wait()
    for worker in workers:
        handle = os.pidfd_open(worker) if Path(f"/proc/{worker}").exists() else None
        if handle is not None:
            _wait_gone(handle)
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", face.port))
    assert not (PROJECT / ".states").exists()


def _wait_gone(handle: int) -> None:
    import select

    poller = select.poll()
    poller.register(handle, select.POLLIN)
    assert poller.poll(5000), "the worker outlived its parent"
    os.close(handle)
