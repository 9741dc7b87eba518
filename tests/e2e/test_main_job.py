"""The main job, as a new user does it: two visits without signal, looked at in the county, one comes back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.phone import Phone
from tests.e2e.server import Server
from tests.e2e.truth import Ledger


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, county: Path) -> Iterator[Server]:
    """A county of its own: the supervisor must see exactly these two visits."""
    one = Server(tmp_path_factory.mktemp("main-job") / "home", county)
    one.start()
    yield one
    one.stop()


def decide(page: Page, button: str, left: int) -> None:
    """One press decides, also in the first moments of the page."""
    page.get_by_test_id(button).click()
    expect(page.get_by_test_id("review-item")).to_have_count(left)


def test_two_visits_without_signal_reviewed_and_one_comes_back(phone: Phone, new_phone, server: Server, pictures):
    ledger = Ledger(server, server.accounts["village"]["username"])
    phone.context.set_offline(True)
    phone.visit(0, *pictures(1))
    phone.visit(1, *pictures(1))
    phone.expect_waiting(2)
    phone.kill()

    phone.open("about:blank")
    phone.context.set_offline(True)
    phone.page.goto(phone.url + "/outbox")
    expect(phone.page.get_by_test_id("outbox-count").first).to_have_text("2")
    phone.unlock()
    phone.context.set_offline(False)
    phone.sign_in_again(server.accounts["village"])
    phone.sync()
    phone.expect_all_received()

    made = ledger.expect_new(2, photos=2)

    desk = new_phone()
    desk.open("/")
    page = desk.page
    account = server.accounts["supervisor"]
    page.get_by_test_id("login-username").fill(account["username"])
    page.get_by_test_id("login-password").fill(account["password"])
    page.get_by_test_id("login-submit").click()
    page.wait_for_url("**/office**")
    page.goto(server.url + "/office/reviews")
    items = page.get_by_test_id("review-item")
    expect(items).to_have_count(2, timeout=30_000)
    items.first.click()
    decide(page, "review-accept", left=1)
    items.first.click()
    page.get_by_test_id("review-return").click()
    page.get_by_test_id("review-note").fill("请把水缸也拍上")
    decide(page, "review-return", left=0)
    marks = ",".join("?" * len(made))
    states = server.rows(f"SELECT state FROM review WHERE visit_id IN ({marks}) ORDER BY state", made)
    assert states == [("accepted",), ("returned",)]

    phone.sync()
    phone.tab("今日")
    expect(phone.page.get_by_text("请把水缸也拍上")).to_be_visible(timeout=30_000)
