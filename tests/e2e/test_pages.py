"""Going from home to home: a page never shows the home before, not for one frame; a thumb would write into it."""

import pytest
from playwright.sync_api import expect

from tests.e2e.phone import Phone

# What each frame shows while something can be begun or saved in it.
WATCH = """() => {
  window.seen = [];
  const look = () => {
    if (document.querySelector("[data-testid=start-visit], [data-testid=save-visit]"))
      seen.push(document.querySelector("header h1").textContent + document.querySelector("main").textContent);
    requestAnimationFrame(look);
  };
  look();
}"""


def test_a_page_never_shows_the_home_before(phone: Phone):
    page = phone.page
    phone.tab("农户")
    first, second = page.get_by_test_id("household-item").locator(".t > b").all_inner_texts()[:2]
    assert first != second
    phone.start_visit(0)
    page.get_by_role("link", name="回到这一户").click()
    page.locator("header a.back").click()
    expect(page.get_by_test_id("household-search")).to_be_visible()
    page.evaluate(WATCH)
    page.get_by_test_id("household-item").nth(1).click()
    page.get_by_test_id("start-visit").click()
    expect(page.get_by_test_id("save-visit")).to_be_visible()
    shown = page.evaluate("() => seen")
    assert any(second in words for words in shown)
    assert not any(first in words for words in shown)


def test_news_that_come_while_a_visit_opens_do_not_stop_it(phone: Phone):
    """What arrives from the county or another tab is drawn afterwards; it never leaves the page waiting for good."""
    page = phone.page
    assert phone.context is not None
    phone.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.evaluate("""() => {
      const other = new BroadcastChannel("ruhutong");
      window.noise = setInterval(() => other.postMessage({ topic: "rows", detail: {} }), 10);
    }""")
    for number in range(3):
        phone.tab("农户")
        page.get_by_test_id("household-item").nth(number).click()
        page.get_by_test_id("start-visit").click()
        expect(page.get_by_test_id("save-visit")).to_be_visible(timeout=60_000)
        page.get_by_role("link", name="回到这一户").click()
        page.locator("header a.back").click()


OPEN_DRAFTS = """async () => {
  const names = (await indexedDB.databases()).map((one) => one.name).filter((name) => name.startsWith("ruhutong-of-"));
  const asked = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  const found = [];
  for (const name of names) {
    const store = await asked(indexedDB.open(name));
    found.push(...await asked(store.transaction("drafts").objectStore("drafts").getAll()));
    store.close();
  }
  return found.filter((one) => one.state === "open").length;
}"""


@pytest.mark.parametrize("path", ["/", "/households", "/outbox"])
def test_a_saved_visit_leaves_nothing_unfinished(phone: Phone, path: str):
    """Also where the page was loaded at another address than the one to which saving leads."""
    page = phone.page
    page.goto(phone.url + path)
    for number in (30, 31):
        phone.visit(number)
        expect(page.get_by_role("heading", name="今日")).to_be_visible()
        phone.tab("农户")
        expect(page.get_by_test_id("household-item").first).to_be_visible()
        assert page.evaluate(OPEN_DRAFTS) == 0
