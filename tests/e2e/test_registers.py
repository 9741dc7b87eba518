"""The registers at a desk: an elder's page with whom to call, a tier set with a reason; a child behind a reason."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.e2e.phone import FLAGS
from tests.e2e.server import Server


@pytest.fixture
def desk(playwright: Playwright, chromium: str, server: Server) -> Iterator[Callable[[str], Page]]:
    """A desk at which somebody of a role sits down."""
    browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS])

    def sit(role: str) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
        device = {"id": "01900000-0000-7000-8000-000000000198", "name": "desk"}
        # Not by the door: it leads on to the first page while another is asked for.
        answer = context.request.post(f"{server.url}/api/session", data={**server.accounts[role], "device": device})
        assert answer.ok, answer.text()
        page = context.new_page()
        return page

    yield sit
    browser.close()


def test_an_elder_whom_nobody_reaches(desk: Callable[[str], Page], server: Server):
    page = desk("town_clerk")
    page.goto(f"{server.url}/office/elders")
    page.get_by_test_id("elder-search").fill("汪玉兰")
    page.get_by_role("button", name="找", exact=True).click()
    page.get_by_test_id("elder-item").filter(has_text="汪玉兰").click()
    expect(page.get_by_role("heading", name="汪玉兰")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("80–89 岁")).to_be_visible()
    page.get_by_test_id("call-not_reached").first.click()
    expect(page.get_by_test_id("done")).to_contain_text("接着打", timeout=15_000)
    page.get_by_test_id("tier-open").click()
    page.get_by_test_id("elder-tier").select_option("high")
    page.get_by_test_id("elder-tier-reason").fill("刚出院")
    page.get_by_test_id("elder-tier-send").click()
    expect(page.get_by_text("人定的：刚出院")).to_be_visible(timeout=15_000)


def test_a_child_is_opened_with_a_reason(desk: Callable[[str], Page], server: Server):
    page = desk("town_clerk")
    page.goto(f"{server.url}/office/children")
    page.get_by_test_id("child-search").fill("张子轩")
    page.get_by_role("button", name="找", exact=True).click()
    page.get_by_test_id("child-item").filter(has_text="张子轩").click()
    expect(page.get_by_role("heading", name="为什么要看")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("外出务工")).to_have_count(0)
    page.get_by_test_id("why-benefit").click()
    expect(page.get_by_role("heading", name="今天谁在照看")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("外出务工").first).to_be_visible()


def test_what_is_grave_is_seen_by_three(desk: Callable[[str], Page], server: Server):
    trusted = desk("section")
    trusted.goto(f"{server.url}/office/children/cases")
    expect(trusted.get_by_text("要保密的一件").first).to_be_visible(timeout=20_000)
    other = desk("town_clerk")
    other.goto(f"{server.url}/office/children/cases")
    expect(other.get_by_role("heading", name="有危险的孩子")).to_be_visible(timeout=20_000)
    expect(other.get_by_test_id("case-item").first).to_be_visible(timeout=20_000)
    expect(other.get_by_text("要保密的一件")).to_have_count(0)
    address = trusted.get_by_test_id("case-item").filter(has_text="要保密的一件").first.get_attribute("href")
    other.goto(f"{server.url}{address}")
    expect(other.get_by_text("没有这一件").first).to_be_visible(timeout=20_000)
    trusted.goto(f"{server.url}{address}")
    expect(trusted.get_by_text("只给三个人看")).to_be_visible(timeout=20_000)
