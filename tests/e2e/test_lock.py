"""The lock: when it asks for the password, when it does not, and that one goes on where one was."""

import json
from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.phone import Phone
from tests.e2e.server import Server
from tests.e2e.truth import Ledger

_desks = count(701)
# All that the status line has said since the page began.
STATES = """window.states = [];
new MutationObserver(() => {
  const words = document.querySelector("[data-testid=sync-state]")?.textContent;
  if (words && words !== states.at(-1)) states.push(words);
}).observe(document, { subtree: true, childList: true, characterData: true });"""


def state(page: Page):
    return page.get_by_test_id("sync-state").first


def give(page: Page, password: str) -> None:
    page.get_by_test_id("login-password").fill(password)
    page.get_by_test_id("login-submit").click()


def test_a_reload_and_a_second_tab_do_not_ask_and_a_cold_start_does(phone: Phone, server: Server):
    """Keys are in memory only: the service worker's for a reload, another tab's for a second one, then nobody's."""
    phone.page.reload()
    expect(phone.page.get_by_test_id("household-item").first).to_be_visible(timeout=15_000)
    second = phone.context.new_page()
    second.goto(phone.url + "/me")
    expect(second.get_by_role("button", name="退出登录")).to_be_visible(timeout=15_000)
    stored = second.evaluate("() => JSON.stringify({ ...localStorage, ...sessionStorage })")
    assert "raw" not in stored
    assert server.accounts["village"]["password"] not in stored
    phone.close()

    phone.open("about:blank")
    phone.context.set_offline(True)
    phone.context.add_init_script(STATES)
    phone.page.goto(phone.url + "/households")
    expect(state(phone.page)).to_contain_text("锁着", timeout=15_000)
    assert not any("登录后开始" in words for words in phone.page.evaluate("states")), "not before it knows whose it is"
    expect(phone.page.get_by_test_id("household-item")).to_have_count(0)
    expect(phone.page.get_by_test_id("login-username")).to_have_value(server.accounts["village"]["username"])
    expect(phone.page.get_by_role("link", name="紧急")).to_be_visible()
    give(phone.page, "不是这个密码Xx1")
    expect(phone.page.get_by_text("用户名或密码不对")).to_be_visible(timeout=15_000)
    give(phone.page, phone.password)
    expect(phone.page.get_by_test_id("household-item").first).to_be_visible(timeout=15_000)
    assert phone.page.url.endswith("/households")


def test_it_locks_when_nobody_touches_it_and_goes_on_at_the_same_place(new_phone: Callable[..., Phone], server: Server):
    """Half an hour later every tab is locked; what was being written is there again, and saving works."""
    ledger = Ledger(server, server.accounts["village"]["username"])
    phone = new_phone()
    phone.open("about:blank")
    phone.page.clock.install()
    phone.page.goto(phone.url + "/")
    phone.sign_in(server.accounts["village"])
    second = phone.context.new_page()
    second.goto(phone.url + "/me")
    expect(second.get_by_role("button", name="退出登录")).to_be_visible(timeout=15_000)
    second.close()
    phone.start_visit(26)
    phone.page.get_by_role("button", name="记一条困难").click()
    phone.page.locator("textarea").last.fill("屋檐要修")
    here = phone.page.url
    phone.page.clock.fast_forward("31:00")
    expect(state(phone.page)).to_contain_text("锁着", timeout=15_000)
    expect(phone.page.get_by_text("屋檐要修")).to_have_count(0)
    give(phone.page, phone.password)
    expect(phone.page.locator("textarea").last).to_have_value("屋檐要修", timeout=15_000)
    assert phone.page.url == here
    phone.nothing_changed()
    phone.save()
    phone.sync()
    phone.expect_all_received()
    ledger.expect_new(1)


def test_one_tab_locks_all(phone: Phone):
    """Two tabs, one lock; two tabs, one password."""
    second = phone.context.new_page()
    second.goto(phone.url + "/me")
    expect(second.get_by_role("button", name="退出登录")).to_be_visible(timeout=40_000)
    second.evaluate("""async () => {
      const names = (await indexedDB.databases()).map((one) => one.name);
      const name = names.find((one) => one.startsWith("ruhutong-of-"));
      new BroadcastChannel("ruhutong-keys").postMessage({ lock: name.replace("ruhutong-of-", "") });
    }""")
    for page in (phone.page, second):
        expect(state(page)).to_contain_text("锁着", timeout=40_000)
    give(second, phone.password)
    for page in (phone.page, second):
        expect(state(page)).not_to_contain_text("锁着", timeout=40_000)
    expect(phone.page.get_by_test_id("household-item").first).to_be_visible(timeout=40_000)


@pytest.mark.parametrize("path", ["/", "/visit", "/outbox", "/me", "/reviews/none"])
def test_no_page_shows_anything_while_it_is_locked(phone: Phone, path: str):
    """Deep links too."""
    phone.close()
    phone.open("about:blank")
    phone.page.goto(phone.url + path)
    expect(state(phone.page)).to_contain_text("锁着", timeout=15_000)
    expect(phone.page.get_by_test_id("login-password")).to_be_visible()
    expect(phone.page.locator("nav")).to_have_count(0)


def at_the_office(new_phone: Callable[..., Phone], account: dict[str, str], path: str) -> Page:
    """Somebody at a page of the office, signed in without the door, which would lead on while the page is asked for."""
    desk = new_phone()
    page = desk.open("about:blank")
    assert desk.context is not None
    device = {"id": f"01900000-0000-7000-8000-{next(_desks):012}", "name": "desk"}
    assert desk.context.request.post(f"{desk.url}/api/session", data={**account, "device": device}).ok
    page.goto(desk.url + path)
    return page


def remember(server: Server, role: str, password: str) -> None:
    """A demo account has another password from now on, for the tests that follow too."""
    accounts = server.accounts
    accounts[role]["password"] = password
    (server.home / "demo.json").write_text(json.dumps(accounts, ensure_ascii=False), "utf-8")


def test_a_forgotten_password_is_recovered_by_two_people(phone: Phone, new_phone, server: Server):
    """The administrator gives a new password and approves, the township confirms; what was written is there again."""
    expect(state(phone.page)).to_contain_text("已连上县里", timeout=30_000)
    phone.context.set_offline(True)
    phone.visit(27)
    phone.expect_waiting(1)
    phone.close()

    admin = at_the_office(new_phone, server.accounts["admin"], "/office/accounts")
    (name,) = server.rows("SELECT name FROM user WHERE username = ?", (server.accounts["village"]["username"],))[0]
    admin.get_by_role("link", name=name).first.click()
    admin.get_by_role("button", name="换一个第一次的密码").click()
    remember(server, "village", admin.get_by_test_id("first-password").text_content().strip())

    phone.password = None
    page = phone.open("/outbox")
    expect(state(page)).to_contain_text("锁着", timeout=15_000)
    give(page, server.accounts["village"]["password"])
    ask = page.get_by_test_id("ask-recovery")
    ask.click(timeout=30_000)
    expect(page.get_by_text("已经告诉县里了")).to_be_visible(timeout=15_000)

    admin.goto(server.url + "/office/recovery")
    admin.get_by_test_id("recovery-approve").click()
    expect(admin.get_by_text("等另一个人来办")).to_be_visible(timeout=15_000)
    expect(admin.get_by_test_id("recovery-confirm")).to_have_count(0)
    ask.click()
    expect(page.get_by_text("管理员同意了")).to_be_visible(timeout=15_000)
    town = at_the_office(new_phone, server.accounts["town_approver"], "/office/recovery")
    town.get_by_test_id("recovery-confirm").click()
    expect(town.get_by_text("没有人在等")).to_be_visible(timeout=15_000)

    ask.click()
    expect(ask).to_be_hidden(timeout=30_000)
    phone.password = server.accounts["village"]["password"]
    phone.expect_all_received()
    acts = "SELECT action FROM audit_entry WHERE action LIKE 'recovery.%' ORDER BY rowid"
    done = [action.partition(".")[2] for (action,) in server.rows(acts)]
    assert [one for one in done if one != "kept"] == ["asked", "approved", "confirmed", "taken"]
