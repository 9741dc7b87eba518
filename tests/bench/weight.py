"""Every byte that a phone which has never been here loads before the field face can be used: ≤ 250 KB."""

from typing import Any

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.bench import villages
from tests.bench.run import Figure
from tests.e2e.browser import launch
from tests.e2e.phone import SIZE

GOAL = 250


class Scales:
    """The bytes that come over the line for one page, headers included, as the browser counts them."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.bytes = 0.0
        self.open: dict[str, float] = {}
        session = context.new_cdp_session(page)
        session.on("Network.dataReceived", self._piece)
        session.on("Network.loadingFinished", self._whole)
        session.send("Network.enable")

    def _piece(self, event: dict[str, Any]) -> None:
        self.open[event["requestId"]] = self.open.get(event["requestId"], 0) + event["encodedDataLength"]

    def _whole(self, event: dict[str, Any]) -> None:
        self.open.pop(event["requestId"], None)
        self.bytes += event["encodedDataLength"]

    def kilobytes(self) -> float:
        """What came until now, of answers that are not whole yet too."""
        return (self.bytes + sum(self.open.values())) / 1024


def run() -> list[Figure]:
    """Open the login until it answers to a tap, then sign in until the homes stand there."""
    with villages.home() as folder, villages.serving(folder) as server, sync_playwright() as driver:
        browser = launch(driver)
        try:
            context = browser.new_context(viewport=SIZE, locale="zh-CN", has_touch=True, is_mobile=True)
            page = context.new_page()
            scales = Scales(context, page)
            page.goto(server.url + "/")
            page.get_by_test_id("login-submit").click()
            expect(page.get_by_text("用户名还没写")).to_be_visible()
            page.wait_for_load_state("networkidle")
            usable = scales.kilobytes()
            account = server.accounts["village"]
            page.get_by_test_id("login-username").fill(account["username"])
            page.get_by_test_id("login-password").fill(account["password"])
            page.get_by_test_id("login-submit").click()
            page.locator("nav").get_by_role("link", name="农户").click()
            expect(page.get_by_test_id("household-item").first).to_be_visible(timeout=30_000)
            page.wait_for_load_state("networkidle")
            listed = scales.kilobytes()
        finally:
            browser.close()
    goal = f"≤ {GOAL} KB"
    return [
        Figure("first load of the field face, all bytes until it can be used", usable, "KB", goal, usable <= GOAL),
        Figure("the same until the list of homes stands, 50 homes' data included", listed, "KB", "told", True),
    ]
