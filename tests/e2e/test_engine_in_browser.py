"""What of the phone engine only a real browser can show: its canvas, its worker under our CSP, its files and its store.

The modules are served as they lie in assets/offline, with the packages of tests/offline; no build, no county.
"""

import hashlib
import io
import json
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, Playwright

from tests.offline.packages import FOLDER, install

ASSETS = FOLDER.parents[1] / "assets" / "offline"
PACKAGES = {
    "dexie": "dexie/dist/modern/dexie.mjs",
    "canonicalize": "canonicalize/lib/canonicalize.js",
    "@noble/ciphers/aes.js": "@noble/ciphers/aes.js",
    "@marcbachmann/cel-js": "@marcbachmann/cel-js/lib/index.js",
}
IMPORTS = json.dumps({"imports": {name: f"/packages/{path}" for name, path in PACKAGES.items()}})
PAGE = f"""<!doctype html><meta charset="utf-8"><title>engine</title>
<script type="importmap">{IMPORTS}</script><input type="file" id="photo">"""
CSP = "default-src 'self'; script-src 'self' 'unsafe-inline'; worker-src 'self'; img-src 'self' blob:"
SESSION = {"user": {"id": "u-gao", "name": "高敏", "role": "village", "areas": []}}

OPEN = """async () => {
  const load = (name) => import(`/offline/${name}.js`);
  const names = ["db", "drafts", "outbox", "photos", "pictures", "rows", "session", "storage", "sync"];
  globalThis.engine = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await load(name)])));
  await engine.session.signIn("gao", "山里的路1");
  globalThis.draft = await engine.drafts.openDraft({ household_id: "h1", form: { code: "home", version: 1 } });
}"""
TAKE = """async () => {
  const [file] = document.querySelector("#photo").files;
  try {
    const photo = await engine.photos.addPhoto(file, { draft_id: draft.id });
    const store = engine.db.personStore("u-gao");
    const kept = await store.blobs.get(photo.sha256);
    const data = await engine.pictures.openPicture(store, "blobs", photo.sha256, kept.data);
    const url = await engine.photos.thumbUrl(photo.sha256);
    const shown = url && await new Promise((done) => {
      const image = new Image();
      image.onload = () => done(Math.max(image.naturalWidth, image.naturalHeight));
      image.onerror = () => done(0);
      image.src = url;
    });
    return { ...photo, shown, data: Array.from(new Uint8Array(data)) };
  } catch (error) {
    return { code: error.code, message: error.message };
  }
}"""


class _Handler(SimpleHTTPRequestHandler):
    """The modules, the packages, an empty page, and the sign-in."""

    def translate_path(self, path: str) -> str:
        room, _, rest = path.partition("?")[0].strip("/").partition("/")
        return str({"offline": ASSETS, "packages": FOLDER / "node_modules"}.get(room, FOLDER / "nothing") / rest)

    def end_headers(self) -> None:
        self.send_header("content-security-policy", CSP)
        super().end_headers()

    def do_GET(self) -> None:
        if self.path == "/":
            self._send(PAGE.encode(), "text/html; charset=utf-8")
        else:
            super().do_GET()

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        device = {"device": {"id": asked["device"]["id"]}}
        self._send(json.dumps(SESSION | device).encode(), "application/json")

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the modules are served."""
    install()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def context(playwright: Playwright, chromium: str, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser with a profile of its own."""
    one = playwright.chromium.launch_persistent_context(
        str(tmp_path / "profile"), executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
    )
    yield one
    one.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Page:
    """The engine with 高敏 at work and a draft open."""
    one = context.new_page()
    one.goto(address + "/")
    one.evaluate(OPEN)
    return one


def _camera(folder: Path, *, size: tuple[int, int] = (4000, 3000), orientation: int = 1) -> Path:
    """A picture as noisy as a camera's, with a place and a time in its EXIF."""
    rng = np.random.default_rng(7)
    coarse = Image.fromarray(rng.integers(0, 256, (size[1] // 8, size[0] // 8, 3), dtype=np.uint8)).resize(size)
    fine = rng.integers(-24, 25, (size[1], size[0], 3), dtype=np.int16)
    image = Image.fromarray(np.clip(np.asarray(coarse, dtype=np.int16) + fine, 0, 255).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "CAMERA"
    exif.get_ifd(0x8825)[1] = "N"
    path = folder / "camera.jpg"
    image.save(path, "JPEG", quality=90, exif=exif)
    return path


def _take(page: Page, path: Path) -> dict[str, Any]:
    page.set_input_files("#photo", str(path))
    return page.evaluate(TAKE)


def test_a_camera_picture_is_made_small_in_the_worker(page: Page, tmp_path: Path) -> None:
    """Upright, at most 1600 px and 300 KB, without EXIF; both digests are right; our CSP allows it."""
    path = _camera(tmp_path, orientation=6)
    photo = _take(page, path)
    data = bytes(photo["data"])
    made = Image.open(io.BytesIO(data))
    assert made.format == "JPEG"
    assert made.size == (photo["width"], photo["height"])
    assert max(made.size) <= 1600
    assert made.height > made.width
    assert len(data) == photo["bytes"] <= 300_000
    assert not made.getexif()
    assert b"CAMERA" not in data
    assert photo["original_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert photo["sha256"] == hashlib.sha256(data).hexdigest()
    assert photo["shown"] == 240
    assert [worker.url.rpartition("/")[2] for worker in page.workers] == ["photo-worker.js"]


def test_without_a_worker_the_page_does_it(page: Page, tmp_path: Path) -> None:
    """A browser whose workers cannot be had still keeps the picture."""
    page.route("**/photo-worker.js", lambda route: route.abort())
    photo = _take(page, _camera(tmp_path, size=(1200, 900), orientation=3))
    assert (photo["width"], photo["height"]) == (1200, 900)
    assert photo["notice"] is None


def test_a_transparent_picture_is_white_not_black(page: Page, tmp_path: Path) -> None:
    """A screenshot in PNG becomes a JPEG one can read."""
    path = tmp_path / "clear.png"
    Image.new("RGBA", (300, 200), (0, 0, 0, 0)).save(path)
    made = Image.open(io.BytesIO(bytes(_take(page, path)["data"])))
    assert made.convert("RGB").getpixel((150, 100)) == (255, 255, 255)


def test_what_is_no_good_picture_gets_its_sentence(page: Page, tmp_path: Path) -> None:
    """HEIC goes as it is; a torn JPEG goes as it is or as far as it can be seen; a page of HTML does not go."""
    heic = tmp_path / "phone.heic"
    heic.write_bytes(b"\x00\x00\x00\x18ftypheic" + bytes(5000))
    taken = _take(page, heic)
    assert "按原样上传" in taken["notice"]
    assert bytes(taken["data"]) == heic.read_bytes()
    assert taken["shown"] is None
    torn = tmp_path / "torn.jpg"
    torn.write_bytes(_camera(tmp_path, size=(800, 600)).read_bytes()[:9000])
    assert _take(page, torn)["bytes"] > 0
    html = tmp_path / "page.jpg"
    html.write_text("<html>不是照片</html>", "utf-8")
    assert _take(page, html)["code"] == "photo_not_picture"
    empty = tmp_path / "empty.jpg"
    empty.touch()
    assert _take(page, empty)["code"] == "photo_empty"


def test_a_file_that_vanished_after_it_was_picked(page: Page, tmp_path: Path) -> None:
    """Some phones take the file back before it is read."""
    path = _camera(tmp_path, size=(400, 300))
    page.set_input_files("#photo", str(path))
    path.unlink()
    assert page.evaluate(TAKE)["code"] == "photo_gone"


def test_a_store_that_was_closed_by_force_opens_again(context: BrowserContext, page: Page, address: str) -> None:
    """The browser throws the connections away (as iOS does in the background): the next save needs no reload."""
    cdp = context.new_cdp_session(page)
    cdp.send("Storage.clearDataForOrigin", {"origin": address, "storageTypes": "indexeddb"})
    saved = page.evaluate(
        """async () => {
          await engine.session.signIn("gao", "山里的路1");
          const { id } = await engine.outbox.enqueue({ type: "visit", payload: { household_id: "h1" } });
          return (await engine.outbox.item(id)).sentence;
        }"""
    )
    assert saved == "已存在手机"


def test_the_page_stays_awake_while_a_picture_is_made(page: Page, tmp_path: Path) -> None:
    """No step of the page itself waits for the picture: its clock goes on ticking."""
    page.set_input_files("#photo", str(_camera(tmp_path)))
    page.evaluate("() => { globalThis.ticks = 0; setInterval(() => { ticks += 1; }, 10); }")
    page.evaluate(TAKE)
    assert page.evaluate("ticks") > 5
