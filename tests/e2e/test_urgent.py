"""有危险: the number first, without signal; then a report that waits on the phone and reaches the county."""

import sqlite3

import pytest
from playwright.sync_api import expect

from tests.e2e.phone import Phone
from tests.e2e.server import Server

EXAMPLE = "汪玉兰"
# A phone dials and comes back; a browser without a dialler would ask what to do, and take every touch after that.
NO_DIALLER = """() => document.addEventListener("click", (event) => {
  if (event.target.closest("a[href^='tel:']")) event.preventDefault();
}, true)"""

# Whoever reads the phone's rows waits until this is over, as on a phone that is taking in what has come.
ROWS_ARE_BUSY = """async () => {
  const name = (await indexedDB.databases()).map((one) => one.name).find((one) => one.startsWith("ruhutong-of-"));
  const store = await new Promise((done) => (indexedDB.open(name).onsuccess = (event) => done(event.target.result)));
  const rows = store.transaction("rows", "readwrite").objectStore("rows");
  window.free = false;
  const hold = () => (window.free ? store.close() : (rows.get(["", ""]).onsuccess = hold));
  hold();
}"""


def cases(server: Server) -> list[tuple[str, str, int]]:
    """What the county has of cases: stage, situation, whether three people only see it."""
    with sqlite3.connect(server.home / "ruhutong.db") as database:
        return database.execute("SELECT stage, situation, restricted FROM child_case ORDER BY id").fetchall()


def arrived(phone: Phone) -> None:
    """Wait until the county has what was written last."""
    expect(phone.page.get_by_test_id("save-urgent")).to_be_hidden()
    phone.arrive(f"{phone.url}/outbox")
    expect(phone.page.get_by_text("今天已到 1 条")).to_be_visible(timeout=30_000)


@pytest.fixture
def at_home(phone: Phone) -> Phone:
    """The page of the home with a grandmother and a left-behind grandson."""
    phone.tab("农户")
    phone.page.get_by_test_id("household-search").fill(EXAMPLE)
    phone.page.get_by_test_id("household-item").filter(has_text=EXAMPLE).first.click()
    expect(phone.page.get_by_test_id("start-visit")).to_be_visible()
    return phone


def test_the_red_button_without_signal(at_home: Phone, server: Server):
    page, before = at_home.page, cases(server)
    assert at_home.context is not None
    at_home.context.set_offline(True)
    page.get_by_label("紧急：有危险，先打电话").click()
    expect(page.get_by_test_id("call-110")).to_have_attribute("href", "tel:110")
    expect(page.get_by_role("link", name="12345")).to_be_visible()
    expect(page.get_by_test_id("save-urgent")).to_be_hidden()
    expect(page.get_by_test_id("urgent-text")).to_be_hidden()
    page.evaluate(NO_DIALLER)
    page.get_by_test_id("call-110").click()
    expect(page.get_by_text(f"{EXAMPLE}家")).to_be_visible()
    expect(page.get_by_label("110", exact=True)).to_be_checked()
    page.get_by_test_id("save-urgent").click()
    expect(page.get_by_text("点一下是什么情况。")).to_be_visible()
    page.get_by_text("张子轩", exact=True).click()
    page.get_by_text("没人管", exact=True).click()
    page.get_by_test_id("urgent-text").fill("一个人在路上走")
    page.get_by_test_id("urgent-number").fill("接警 0012")
    page.get_by_test_id("save-urgent").click()
    expect(page.get_by_text("已存在手机", exact=True)).to_be_visible()
    at_home.arrive(f"{at_home.url}/outbox")
    expect(page.get_by_text("还没传完 1 条")).to_be_visible()
    assert cases(server) == before
    at_home.context.set_offline(False)
    arrived(at_home)
    assert cases(server)[len(before) :] == [("report", "untended", 0)]


def test_a_child_that_is_in_no_list(phone: Phone, server: Server):
    page, before = phone.page, cases(server)
    page.get_by_label("紧急：有危险，先打电话").click()
    page.get_by_test_id("open-urgent").click()
    page.get_by_test_id("urgent-unlisted").click()
    page.get_by_text("被性侵害", exact=True).click()
    page.get_by_test_id("save-urgent").click()
    expect(page.get_by_text("写一下在哪里、是谁，好去找。")).to_be_visible()
    page.get_by_test_id("urgent-where").fill("村口，七八岁女孩")
    page.get_by_test_id("save-urgent").click()
    arrived(phone)
    assert cases(server)[len(before) :] == [("report", "sexual", 1)]


def test_what_was_tapped_while_the_phone_was_being_read_stays(at_home: Phone):
    page = at_home.page
    page.evaluate(ROWS_ARE_BUSY)
    page.get_by_label("紧急：有危险，先打电话").click()
    page.evaluate(NO_DIALLER)
    page.get_by_test_id("call-110").click()
    page.get_by_text("大人", exact=True).click()
    page.get_by_text("挨打受伤", exact=True).click()
    page.evaluate("() => { window.free = true; }")
    expect(page.get_by_text(f"{EXAMPLE}家")).to_be_visible()
    for answer in ("大人", "挨打受伤", "110"):
        expect(page.get_by_label(answer, exact=True)).to_be_checked()
    page.locator("header a.back").click()
    page.get_by_label("紧急：有危险，先打电话").click()
    expect(page.get_by_text("县民政局值班电话")).to_be_visible()
    expect(page.get_by_test_id("open-urgent")).to_be_visible()


def test_a_grown_up_in_danger_is_an_urgent_issue(at_home: Phone, server: Server):
    page, before = at_home.page, cases(server)
    page.get_by_label("紧急：有危险，先打电话").click()
    page.get_by_test_id("open-urgent").click()
    page.get_by_text("大人", exact=True).click()
    page.get_by_text("挨打受伤", exact=True).click()
    page.get_by_test_id("save-urgent").click()
    arrived(at_home)
    assert cases(server) == before
