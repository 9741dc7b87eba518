"""The service worker through its life: first start, a new version, a captive portal, the way out.

A site in small, two versions of it, put together by the very script and sources that the product is built with; so the
whole life takes seconds. That the product's own pages are in it is shown by test_shell.py.
"""

import json
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from app.shell.build import PROJECT, ensure_built, node_environment
from tests.e2e.browser import FLAGS

STATES = "window.states = []; const tell = (update) => window.states.push(update.state);"
SAME = "assets/same-SAMESAME.js"


def _site(folder: Path, version: str) -> Path:
    update = (PROJECT / "assets/offline/update.js").read_text("utf-8").replace("import.meta.env.DEV", "false")
    lazy = f"assets/lazy-{version * 4}.js"
    page = f"""<!doctype html><p id="version">{version}</p><p id="lazy"></p><script type="module">
      import {{ watchUpdates, applyUpdate }} from "/update.js";
      {STATES} window.applyUpdate = applyUpdate; watchUpdates(tell);
      window.loadLazy = () => import("/{lazy}");
      window.ready = true;
    </script>"""
    files = {
        "index.html": page,
        "households/index.html": page.replace('id="version">', 'id="version">households '),
        "__spa-fallback.html": page.replace('id="version">', 'id="version">shell '),
        "update.js": update,
        lazy: f'document.querySelector("#lazy").textContent = "lazy {version}";',
        SAME: "export default 1;",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    listed = folder.parent / f"{folder.name}.json"
    listed.write_text(json.dumps(sorted(files)), encoding="utf-8")
    command = ["node", "worker/build.mjs", str(folder), str(listed)]
    subprocess.run(command, cwd=PROJECT / ".web", env=node_environment(), check=True, capture_output=True)
    return folder


@dataclass
class Host:
    """A server whose site, and whose honesty, can be changed while it runs."""

    folder: Path
    portal: str = ""
    asked: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"


class _Handler(BaseHTTPRequestHandler):
    host: Host

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.host.asked.append(path)
        if self.host.portal == "page" and path != "/sw.js":
            self._send(200, "text/html", b"<html>please pay for the network")
        elif self.host.portal == "redirect" and path not in {"/sw.js", "/pay"}:
            self.send_response(302)
            self.send_header("Location", "/pay")
            self.end_headers()
        else:
            self._file("/index.html" if path == "/" else path)

    def _file(self, path: str) -> None:
        file = self.host.folder / path.lstrip("/")
        if not file.is_file():
            self._send(404, "text/html", b"<html>server says: not found")
            return
        self._send(200, "text/javascript" if path.endswith(".js") else "text/html", file.read_bytes())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three versions of the small site."""
    ensure_built()
    folder = tmp_path_factory.mktemp("sites")
    return [_site(folder / version, version * 2) for version in "ABC"]


@pytest.fixture
def host(versions: list[Path]) -> Iterator[Host]:
    """The first version, being served."""
    one = Host(versions[0])
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"host": one}))
    one.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield one
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def context(playwright: Playwright, chromium: str) -> Iterator[BrowserContext]:
    """A browser that has never been here."""
    browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
    yield browser.new_context()
    browser.close()


def _open(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    page.wait_for_function("() => window.ready && navigator.serviceWorker.controller")
    return page


def _look_for_update(page: Page) -> None:
    page.evaluate("() => window.dispatchEvent(new Event('online'))")


def _wait_state(page: Page, state: str) -> None:
    page.wait_for_function("(state) => window.states.includes(state)", arg=state)


def _caches(page: Page) -> list[str]:
    return page.evaluate("() => caches.keys()")


def test_everything_opens_without_a_network(context: BrowserContext, host: Host):
    page = _open(context, host.url)
    context.set_offline(True)
    page.reload()
    expect(page.locator("#version")).to_have_text("AA")
    for address, text in (
        ("/households", "households AA"),
        ("/households/0190", "shell AA"),
        ("/visit/1?a=b", "shell AA"),
    ):
        page.goto(host.url + address)
        expect(page.locator("#version")).to_have_text(text)
    page.evaluate("() => window.loadLazy()")
    expect(page.locator("#lazy")).to_have_text("lazy AA")


@pytest.mark.parametrize("address", ["/office", "/office/reviews", "/api/health", "/_event/"])
def test_the_server_s_own_addresses_go_by_untouched(context: BrowserContext, host: Host, address: str):
    page = _open(context, host.url)
    page.goto(host.url + address)
    expect(page.locator("body")).to_have_text("server says: not found")


def test_a_new_version_is_offered_and_never_forced(context: BrowserContext, host: Host, versions: list[Path]):
    first, second = _open(context, host.url), _open(context, host.url)
    host.folder = versions[1]
    host.asked.clear()
    _look_for_update(first)
    _wait_state(first, "ready")
    assert f"/{SAME}" not in host.asked, "what is on the phone already does not come over the line again"
    second.reload()
    expect(second.locator("#version")).to_have_text("AA")
    _wait_state(second, "ready")

    first.evaluate("() => window.applyUpdate()")
    expect(first.locator("#version")).to_have_text("BB")
    _wait_state(second, "elsewhere")
    expect(second.locator("#version")).to_have_text("AA")
    context.set_offline(True)
    second.evaluate("() => window.loadLazy()")
    expect(second.locator("#lazy")).to_have_text("lazy AA")
    first.reload()
    expect(first.locator("#version")).to_have_text("BB")


def test_one_generation_is_kept(context: BrowserContext, host: Host, versions: list[Path]):
    page = _open(context, host.url)
    first = _caches(page)
    for folder, name in ((versions[1], "BB"), (versions[2], "CC")):
        host.folder = folder
        _look_for_update(page)
        _wait_state(page, "ready")
        page.evaluate("() => window.applyUpdate()")
        expect(page.locator("#version")).to_have_text(name)
        page.wait_for_function("() => window.ready")
    assert len(_caches(page)) == 2
    assert not set(first) & set(_caches(page))


@pytest.mark.parametrize("portal", ["page", "redirect"])
def test_a_captive_portal_is_not_put_away(context: BrowserContext, host: Host, versions: list[Path], portal: str):
    page = _open(context, host.url)
    host.folder, host.portal = versions[1], portal
    failed = page.evaluate("""async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      const gone = new Promise((done) => registration.addEventListener("updatefound", () => {
        const worker = registration.installing;
        worker.addEventListener("statechange", () => done(worker.state));
      }));
      await registration.update();
      return gone;
    }""")
    assert failed == "redundant"
    page.reload()
    expect(page.locator("#version")).to_have_text("AA")
    host.folder, host.portal = versions[2], ""
    page.wait_for_function("() => window.ready")
    _look_for_update(page)
    _wait_state(page, "ready")
    page.evaluate("() => window.applyUpdate()")
    expect(page.locator("#version")).to_have_text("CC")
    assert page.evaluate("async () => !!(await caches.match('/assets/lazy-AAAAAAAA.js'))"), "a tab may still run it"
    assert len(_caches(page)) == 2


def test_the_way_out_leaves_the_written_work(context: BrowserContext, host: Host, tmp_path: Path):
    page = _open(context, host.url)
    page.evaluate("""() => new Promise((done) => {
      const request = indexedDB.open("work", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("drafts").put("written", 1);
      request.onsuccess = () => { request.result.close(); done(); };
    })""")
    off = tmp_path / "off"
    off.mkdir()
    (off / "sw.js").write_bytes((PROJECT / "app/shell/worker/sw-off.js").read_bytes())
    host.folder = off
    _look_for_update(page)
    page.wait_for_function("async () => (await caches.keys()).length === 0")
    page.wait_for_function("async () => !(await navigator.serviceWorker.getRegistration())")
    assert page.evaluate("async () => (await indexedDB.databases()).map((one) => one.name)") == ["work"]
