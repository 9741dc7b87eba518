"""Whatever happens to the phone or its network, what the cadre saved is on the server exactly once."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Error, Route, expect

from tests.e2e.faultproxy import FaultProxy, Weather
from tests.e2e.phone import Phone
from tests.e2e.server import Server
from tests.e2e.truth import Ledger

Pictures = Callable[[int], list[Path]]


@pytest.fixture
def ledger(server: Server) -> Ledger:
    """The village cadre's visits on the server, before and after."""
    return Ledger(server, server.accounts["village"]["username"])


@pytest.fixture
def village_phone(new_phone: Callable[..., Phone], weather: FaultProxy, server: Server) -> Iterator[Phone]:
    """The cadre's phone behind a network that can be bad."""
    one = new_phone(f"http://localhost:{weather.port}")
    one.open("/")
    one.sign_in(server.accounts["village"])
    yield one
    weather.set(Weather.PASS)


def test_a_draft_and_a_saved_visit_outlive_a_dead_battery(
    phone: Phone, ledger: Ledger, server: Server, pictures: Pictures
):
    """pwa §8.1: saved offline, killed, reopened, online: exactly once; and what was half written is still there."""
    phone.context.set_offline(True)
    phone.visit(2, *pictures(1))
    phone.start_visit(3)
    phone.take(*pictures(1))
    here = phone.page.url
    phone.kill()

    phone.open("about:blank")
    phone.context.set_offline(True)
    phone.arrive(here)
    expect(phone.page.locator(".strip figure")).to_have_count(1, timeout=15_000)
    phone.nothing_changed()
    phone.save()
    phone.expect_waiting(2)
    phone.context.set_offline(False)
    phone.sign_in_again(server.accounts["village"])
    phone.sync()
    phone.expect_all_received()
    ledger.expect_new(2, photos=2)


WHERE_IT_IS_SAID = """() => {
  window.said = new Promise((done) => {
    const look = () => document.querySelector(".toasts")?.textContent.includes("已存在手机") && done(location.pathname);
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
  });
}"""


def test_saved_is_said_before_the_next_page_is_drawn(phone: Phone, ledger: Ledger):
    """Drawing 今日 takes a slow phone longer than saving; the word does not wait for it, and stays on the next page."""
    phone.start_visit(4)
    phone.nothing_changed()
    phone.page.evaluate(WHERE_IT_IS_SAID)
    phone.save()
    assert phone.page.evaluate("() => window.said").startswith("/visit/")
    expect(phone.page).to_have_url(f"{phone.url}/")
    expect(phone.page.get_by_text("已存在手机", exact=True)).to_be_visible()
    phone.expect_all_received()
    ledger.expect_new(1)


def test_answers_lost_before_or_after_the_commit(phone: Phone, ledger: Ledger, pictures: Pictures):
    """pwa §8.2: a third of all requests dies on the way there or on the way back."""
    draw, dropped = random.Random(7), []

    def fate(route: Route) -> None:
        roll = draw.random()
        if roll < 0.15:
            dropped.append("before")
            route.abort()
        elif roll < 0.35:
            dropped.append("after")
            route.fetch()
            route.abort()
        else:
            route.continue_()

    phone.context.set_offline(True)
    for number in range(4, 8):
        phone.visit(number, *pictures(1))
    phone.page.route("**/api/sync/push", fate)
    phone.page.route("**/api/photos/**", fate)
    phone.context.set_offline(False)
    for _ in range(40):
        phone.sync()
        try:
            phone.expect_all_received(3)
            break
        except AssertionError:
            continue
    phone.expect_all_received(5)
    assert {"before", "after"} <= set(dropped)
    ledger.expect_new(4, photos=4)


def test_a_line_that_is_cut_in_the_middle_of_a_photo(
    village_phone: Phone, weather: FaultProxy, ledger: Ledger, pictures: Pictures
):
    """pwa §8.3: RST in each connection after some 90 KB; the photo goes on where it stopped."""
    phone = village_phone
    weather.set(Weather.RESET, cut_after=90_000)
    phone.visit(8, *pictures(2))
    phone.sync()
    expect(phone.page.get_by_test_id("outbox-count").first).to_have_text("1")
    phone.page.wait_for_function("() => true")
    for _ in range(60):
        if weather.cuts >= 2:
            break
        phone.sync()
        phone.page.wait_for_timeout(250)
    assert weather.cuts >= 1
    weather.set(Weather.PASS)
    phone.sync()
    phone.expect_all_received()
    ledger.expect_new(1, photos=2)


def test_a_network_that_never_answers(village_phone: Phone, weather: FaultProxy, ledger: Ledger):
    """pwa §8.4: the phone goes on working, says so, and sends when the net answers again."""
    phone = village_phone
    weather.set(Weather.BLACKHOLE)
    phone.visit(9)
    phone.sync()
    phone.tab("农户")
    phone.page.get_by_test_id("household-search").fill("z")
    expect(phone.page.get_by_test_id("household-item").first).to_be_visible()
    phone.expect_waiting(1)
    weather.set(Weather.PASS)
    phone.sync()
    # Each line that the browser had open stays dead, and costs one request its patience of half a minute.
    phone.expect_all_received(150)
    ledger.expect_new(1)


@pytest.mark.parametrize("speed", [20_000])
def test_a_slow_line(village_phone: Phone, weather: FaultProxy, ledger: Ledger, pictures: Pictures, speed: int):
    """20 KB a second: text first, and the photo follows."""
    phone = village_phone
    weather.set(Weather.SLOW, rate=speed)
    phone.visit(10, *pictures(1))
    phone.sync()
    phone.expect_all_received(120)
    ledger.expect_new(1, photos=1)


def test_a_captive_portal_is_no_success(phone: Phone, ledger: Ledger):
    """pwa §8.5: 200 and a web page to every request, late at first; 待上传 says what is on its way only while it is."""
    late: list[Route] = []

    def portal(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html", body="<html><body>请先登录无线网络</body></html>")

    def slowly(route: Route) -> None:
        late.append(route)

    phone.page.route("**/api/**", portal)
    phone.visit(11)
    expect(phone.page.get_by_test_id("outbox-count").first).to_have_text("1")
    phone.tab("待上传")
    said = phone.page.get_by_role("main").get_by_role("listitem").first
    expect(said).to_contain_text("已存在手机")
    phone.page.route("**/api/**", slowly)
    phone.sync()
    expect(said).to_contain_text("正在上传")
    phone.page.unroute("**/api/**", slowly)
    for route in late:
        portal(route)
    expect(said).to_contain_text("已存在手机")
    phone.page.unroute("**/api/**")
    phone.sync()
    phone.expect_all_received()
    ledger.expect_new(1)


def test_two_tabs_send_once(phone: Phone, ledger: Ledger, pictures: Pictures):
    """pwa §8.6: one sender among the tabs; both show the same count."""
    second = phone.context.new_page()
    second.goto(phone.url + "/outbox")
    expect(second.get_by_test_id("outbox-count").first).to_have_text("0")
    phone.page.bring_to_front()
    phone.context.set_offline(True)
    phone.visit(12, *pictures(1))
    phone.visit(13)
    expect(second.get_by_test_id("outbox-count").first).to_have_text("2")
    phone.context.set_offline(False)
    phone.sync()
    second.get_by_test_id("sync-now").first.click()
    phone.expect_all_received()
    expect(second.get_by_test_id("outbox-count").first).to_have_text("0")
    ledger.expect_new(2, photos=1)


FULL = """() => { for (const name of ["put", "add"]) { const real = IDBObjectStore.prototype[name];
  IDBObjectStore.prototype[name] = function (value, ...rest) {
    const big = Object.values(value ?? {}).some((one) => one?.byteLength > 20000);
    if (big) { window.refused = (window.refused ?? 0) + 1; throw new DOMException("full", "QuotaExceededError"); }
    return real.call(this, value, ...rest); }; } }"""
"""Storage that has room for text but not for pictures. (CDP's own quota does not bite reliably: pwa §1.)"""


def test_a_full_phone_keeps_the_text(phone: Phone, ledger: Ledger, pictures: Pictures):
    """pwa §8.7: the photo does not fit; a sentence says so, and the visit is saved all the same."""
    phone.start_visit(14)
    phone.page.evaluate(FULL)
    phone.page.get_by_test_id("take-photo").set_input_files(str(pictures(1)[0]))
    expect(phone.page.locator(".error").filter(has_text="存").first).to_be_visible(timeout=20_000)
    assert phone.page.evaluate("() => window.refused") >= 1
    expect(phone.page.locator(".strip figure")).to_have_count(0)
    phone.nothing_changed()
    phone.save()
    phone.sync()
    phone.expect_all_received()
    ledger.expect_new(1)


def test_a_picture_that_vanished_after_it_was_picked(phone: Phone, ledger: Ledger, pictures: Pictures):
    """pwa §8.9: the gallery took it away; a sentence, and the text is saved."""
    phone.start_visit(15)
    gone = "() => { File.prototype.arrayBuffer = () => Promise.reject(new DOMException('gone', 'NotFoundError')); }"
    phone.page.evaluate(gone)
    phone.page.get_by_test_id("take-photo").set_input_files(str(pictures(1)[0]))
    expect(phone.page.locator(".error").first).to_be_visible(timeout=20_000)
    phone.nothing_changed()
    phone.save()
    phone.sync()
    phone.expect_all_received()
    ledger.expect_new(1)


def test_a_database_that_was_closed_under_us(phone: Phone, ledger: Ledger):
    """pwa §8.10: the browser closes its database; the next touch opens it again and nothing is lost."""
    phone.context.set_offline(True)
    phone.visit(16)
    close = """() => indexedDB.databases().then((all) => Promise.all(all.map(({ name, version }) =>
    new Promise((done) => {
      const ask = indexedDB.open(name, version + 10000);
      ask.onupgradeneeded = () => ask.transaction.abort();
      ask.onerror = ask.onblocked = ask.onsuccess = () => done(name);
    }))))"""
    assert phone.page.evaluate(close)
    phone.visit(17)
    phone.expect_waiting(2)
    phone.context.set_offline(False)
    phone.sync()
    phone.expect_all_received()
    ledger.expect_new(2)


def test_a_session_that_ended_keeps_the_work(phone: Phone, ledger: Ledger, server: Server):
    """401 with a queue: all is kept, sign-in is asked for, and it goes, at the latest then (sealed, it may before)."""
    phone.context.set_offline(True)
    phone.visit(18)
    phone.context.clear_cookies()
    phone.context.set_offline(False)
    expect(phone.page.get_by_test_id("sync-state").first).to_contain_text("登录", timeout=30_000)
    page, account = phone.page, server.accounts["village"]
    phone.tab("我的")
    page.get_by_test_id("sync-now").first.click()
    expect(page.get_by_test_id("login-username")).to_have_value(account["username"])
    page.get_by_test_id("login-password").fill(account["password"])
    page.get_by_test_id("login-submit").click()
    expect(page.get_by_role("heading", name="我的")).to_be_visible()
    phone.expect_all_received()
    ledger.expect_new(1)


def test_the_server_is_killed_while_the_phone_sends(phone: Phone, ledger: Ledger, server: Server, pictures: Pictures):
    """The server dies at once and comes back: the phone sends again, and nothing is doubled."""
    phone.context.set_offline(True)
    for number in range(19, 23):
        phone.visit(number, *pictures(1))
    phone.context.set_offline(False)
    phone.sync()
    server.kill()
    server.start()
    for _ in range(10):
        phone.sync()
        try:
            phone.expect_all_received(10)
            break
        except (AssertionError, Error):
            continue
    phone.expect_all_received(10)
    ledger.expect_new(4, photos=4)
