"""A cadre's phone: Chromium at 360×740 on a profile that survives, and what a thumb does with it."""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import BrowserContext, Error, Page, Playwright, expect

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SIZE = {"width": 360, "height": 740}


def picture(folder: Path, name: str, *, seed: int = 1, size: tuple[int, int] = (1200, 900)) -> Path:
    """A JPEG that looks like no other of another seed."""
    image = Image.new("RGB", size, (seed * 37 % 256, seed * 91 % 256, seed * 53 % 256))
    draw = ImageDraw.Draw(image)
    for number in range(40):
        x, y = (seed * 131 + number * 97) % size[0], (seed * 71 + number * 59) % size[1]
        draw.ellipse((x, y, x + 90, y + 60), fill=(number * 6 % 256, (seed * 11 + number * 17) % 256, 200 - number * 3))
    path = folder / name
    image.save(path, "JPEG", quality=88)
    return path


@dataclass
class Phone:
    """One phone with one profile folder. `page` is the open tab."""

    playwright: Playwright
    executable: str
    url: str
    profile: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="phone-")))
    flags: tuple[str, ...] = ()
    context: BrowserContext | None = None
    page: Any = None
    password: str | None = None

    def open(self, path: str = "/") -> Page:
        """Start the browser on the profile as it is, open a page, and unlock it where somebody has signed in before."""
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.profile), executable_path=self.executable, args=[*FLAGS, *self.flags], viewport=SIZE,
            locale="zh-CN",
            timezone_id="Asia/Shanghai", has_touch=True, is_mobile=True, permissions=["geolocation"],
            geolocation={"latitude": 30.1234, "longitude": 116.6789, "accuracy": 20},
        )  # fmt: skip
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()
        if path.startswith("about:"):
            self.page.goto(path)
        else:
            self.arrive(self.url + path)
        return self.page

    def arrive(self, url: str) -> None:
        """Open an address, and unlock the phone where it is locked."""
        self.page.goto(url)
        if self.password is not None:
            self.unlock()

    def unlock(self) -> None:
        """Give the password where the phone asks for it; a key that another tab holds is enough."""
        state = self.page.get_by_test_id("sync-state").first
        expect(state).not_to_contain_text("正在打开", timeout=15_000)
        if "锁着" not in (state.text_content() or ""):
            return
        self.page.get_by_test_id("login-password").fill(self.password or "")
        self.page.get_by_test_id("login-submit").click()
        expect(self.page.get_by_test_id("login-submit")).to_be_hidden(timeout=30_000)

    def close(self) -> None:
        """Close the browser in order."""
        if self.context is not None:
            self.context.close()
            self.context = None

    def kill(self) -> None:
        """Kill the browser as an empty battery would."""
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if f"--user-data-dir={self.profile}".encode() in words and not any(w.startswith(b"--type=") for w in words):
                os.kill(int(entry.name), signal.SIGKILL)
        try:
            self.close()
        except Error:
            self.context = None

    def sign_in(self, account: dict[str, str]) -> None:
        """Sign in with signal and wait until the households are on the phone."""
        page = self.page
        self.password = account["password"]
        page.get_by_test_id("login-username").fill(account["username"])
        page.get_by_test_id("login-password").fill(account["password"])
        page.get_by_test_id("login-submit").click()
        expect(page.get_by_test_id("login-submit")).to_be_hidden(timeout=30_000)
        self.tab("农户")
        expect(page.get_by_test_id("household-item").first).to_be_visible(timeout=30_000)
        self.wait_worker()

    def sign_in_again(self, account: dict[str, str]) -> None:
        """Sign in if asked: a browser killed within half a minute of its sign-in has not written the cookie down."""
        if self.page.evaluate("() => fetch('/api/session').then((answer) => answer.status)") != 401:
            return
        here = self.page.url
        self.arrive(self.url + "/login")
        self.page.get_by_test_id("login-username").fill(account["username"])
        self.page.get_by_test_id("login-password").fill(account["password"])
        self.page.get_by_test_id("login-submit").click()
        expect(self.page.get_by_test_id("login-submit")).to_be_hidden(timeout=30_000)
        self.arrive(here)

    def wait_worker(self) -> None:
        """Wait until the service worker holds the app, so that it starts without a network."""
        self.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")

    def tab(self, name: str) -> None:
        """Go to a tab of the bottom bar."""
        self.page.locator("nav").get_by_role("link", name=name).click()

    def start_visit(self, number: int = 0) -> None:
        """Open a household of the list and begin a visit."""
        self.tab("农户")
        self.page.get_by_test_id("household-item").nth(number).click()
        self.page.get_by_test_id("start-visit").click()
        expect(self.page.get_by_test_id("save-visit")).to_be_visible()

    def nothing_changed(self) -> None:
        """Say 无变化 to every section."""
        marks = self.page.locator("[data-testid^=unchanged-]:not(:checked)")
        while marks.count():
            before = marks.count()
            marks.first.click()
            expect(marks).not_to_have_count(before)

    def take(self, *pictures: Path) -> None:
        """Take pictures, one after the other, and wait until each is kept."""
        kept = self.page.locator(".strip figure")
        for one in pictures:
            before = kept.count()
            self.page.get_by_test_id("take-photo").set_input_files(str(one))
            expect(kept).to_have_count(before + 1, timeout=20_000)

    def save(self) -> None:
        """Save the visit and wait for the word that it is on the phone."""
        self.page.get_by_test_id("save-visit").click()
        expect(self.page.get_by_test_id("save-visit")).to_be_hidden(timeout=20_000)

    def save_anyway(self) -> None:
        """Save although something is left to look at: the second tap (就这样存) always saves."""
        button = self.page.get_by_test_id("save-visit")
        button.click()
        again = button.filter(has_text="就这样存")
        expect(again.or_(self.page.get_by_text("已存在手机")).first).to_be_visible()
        if again.is_visible():
            again.click()
        expect(button).to_be_hidden(timeout=20_000)

    def visit(self, number: int = 0, *pictures: Path) -> None:
        """A whole ordinary visit."""
        self.start_visit(number)
        if pictures:
            self.take(*pictures)
        self.nothing_changed()
        self.save()

    def expect_waiting(self, count: int) -> None:
        """Wait until the phone says that so many visits have not wholly arrived."""
        expect(self.page.get_by_test_id("outbox-count").first).to_have_text(str(count))

    def sync(self) -> None:
        """Send now."""
        self.page.get_by_test_id("sync-now").first.click()

    def expect_all_received(self, seconds: float = 60) -> None:
        """Wait until nothing waits any more."""
        expect(self.page.get_by_test_id("outbox-count").first).to_have_text("0", timeout=seconds * 1000)


@contextmanager
def phone(playwright: Playwright, executable: str, url: str) -> Iterator[Phone]:
    """A new phone, closed at the end."""
    one = Phone(playwright, executable, url)
    try:
        yield one
    finally:
        one.close()
