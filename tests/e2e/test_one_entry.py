"""One visit fills every ledger: the home of a destitute grandmother, a left-behind grandson and a disabled uncle."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.phone import Phone
from tests.e2e.server import Server

HEAD = "汪玉兰"
MOST_TAPS = 8
COUNT_TAPS = "() => { window.taps = 0; addEventListener('pointerdown', () => { window.taps += 1; }, true); }"
REGISTERS = ("elder", "child", "hardship", "disability", "pairing")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, county: Path) -> Iterator[Server]:
    """A county of its own: its example must be as it was loaded."""
    one = Server(tmp_path_factory.mktemp("one-entry") / "home", county)
    one.start()
    yield one
    one.stop()


def go_to(phone: Phone) -> str:
    """Open the example's page; returns the home's id."""
    phone.tab("农户")
    phone.page.get_by_test_id("household-search").fill(HEAD)
    phone.page.get_by_test_id("household-item").first.click()
    expect(phone.page.get_by_test_id("start-visit")).to_be_visible()
    return phone.page.url.rsplit("/", 1)[-1]


def told(server: Server, role: str) -> list[dict[str, Any]]:
    """All rows that a phone of this account holds."""
    cursor, found, more = "", [], True
    with closing(server.client(role)) as client:
        while more:
            answer = client.get("/api/sync/pull", params={"cursor": cursor, "limit": 1000}).json()
            found += [one for one in answer["changes"] if "data" in one]
            cursor, more = answer["cursor"], answer["more"]
    return found


def test_nothing_changed_is_said_within_eight_taps_and_every_ledger_hears_of_it(phone: Phone, server: Server):
    home = go_to(phone)
    phone.context.set_offline(True)
    phone.page.evaluate(COUNT_TAPS)
    phone.page.get_by_test_id("start-visit").click()
    expect(phone.page.get_by_test_id("save-visit")).to_be_visible()
    phone.page.locator("label", has_text=HEAD).first.click()
    sections = phone.page.locator("[data-testid^=unchanged-]")
    assert sections.count() <= 5
    phone.nothing_changed()
    phone.save()
    assert phone.page.evaluate("window.taps") <= MOST_TAPS
    phone.expect_waiting(1)
    phone.context.set_offline(False)
    phone.sync()
    phone.expect_all_received()

    (visit,) = server.rows("SELECT id FROM visit WHERE household_id = ? ORDER BY seq DESC LIMIT 1", (home,))[0]
    rows = [one for one in told(server, "village") if one["data"].get("household_id") == home]
    for kind in REGISTERS:
        mine = [one["data"] for one in rows if one["type"] == kind]
        assert mine, f"the example is on the register {kind}"
        assert {one["last_visit"]["id"] for one in mine} == {visit}, kind
    for role in ("village", "paired", "town_clerk"):
        tasks = [one["data"] for one in told(server, role) if one["type"] == "task"]
        visits = [one for one in tasks if one["household_id"] == home and one["kind"] == "visit"]
        assert [one["last_visit"]["id"] for one in visits] == [visit], f"{role} is told by which visit it was settled"


def test_what_happened_stands_first_before_the_county_knows_and_what_was_told_is_not_asked_again(
    phone: Phone, server: Server
):
    home = go_to(phone)
    phone.context.set_offline(True)
    page = phone.page
    page.get_by_test_id("start-visit").click()
    uncle = page.locator("[data-section=disability]")
    happened = uncle.get_by_test_id("question-d_event")
    uncle.get_by_role("button", name="有变化").click()
    uncle.get_by_role("button", name="最近出了什么事").click()
    happened.get_by_text("摔过").click()
    phone.save_anyway()
    phone.tab("今日")
    # Another journey may have left a home with something as urgent; this one stands on the plate or right below it.
    expect(page.locator(".plate, .row").filter(has_text=HEAD).first).to_contain_text(re.compile("快去看看|要紧"))
    phone.context.set_offline(False)
    phone.sync()
    phone.expect_all_received()
    server.eventually("SELECT urgent FROM task WHERE household_id = ? AND kind = 'visit'", (home,), [(1,)])
    (visit,) = server.rows("SELECT id FROM visit WHERE household_id = ? ORDER BY seq DESC LIMIT 1", (home,))[0]
    rows = [one["data"] for one in told(server, "village") if one["type"] == "disability"]
    rows = [one for one in rows if one["household_id"] == home]
    assert [(one["source_visit_id"], one["ledger"]["event"]) for one in rows] == [(visit, ["fall"])]
    go_to(phone)
    page.get_by_test_id("start-visit").click()
    expect(page.get_by_text("已经报过的，不用再写")).to_be_visible()
    expect(page.get_by_text("最近的事：摔过").first).to_be_visible()
