"""The office face's door: whoever comes is led on once, also in a tab where somebody was sent out before."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.phone import Phone
from tests.e2e.server import Server


@pytest.fixture
def desk(new_phone: Callable[..., Phone]) -> Phone:
    """A browser in which nobody has signed in yet."""
    one = new_phone()
    one.open("/")
    return one


def sign_in(page: Page, account: dict[str, str]) -> None:
    """Sign in and wait until the first office page stands."""
    page.get_by_test_id("login-username").fill(account["username"])
    page.get_by_test_id("login-password").fill(account["password"])
    page.get_by_test_id("login-submit").click()
    page.wait_for_url("**/office/*")
    expect(page.locator("h1, h2").first).to_be_visible()
    expect(page.locator("main .bone")).to_have_count(0)


def documents(page: Page) -> list[str]:
    """The addresses of the pages that are loaded from now on, as they come."""
    loaded: list[str] = []
    page.on("request", lambda one: loaded.append(one.url) if one.resource_type == "document" else None)
    return loaded


def test_the_door_leads_on_once(desk: Phone, server: Server):
    loaded = documents(desk.page)
    sign_in(desk.page, server.accounts["supervisor"])
    desk.page.wait_for_function("() => performance.getEntriesByType('navigation')[0].loadEventEnd > 0")
    assert loaded == [f"{desk.url}/office", desk.page.url]


def test_who_was_sent_out_comes_in_again(desk: Phone, server: Server):
    account = server.accounts["supervisor"]
    sign_in(desk.page, account)
    assert desk.context is not None
    desk.context.clear_cookies()
    desk.page.reload()
    desk.page.wait_for_url("**/login")
    loaded = documents(desk.page)
    sign_in(desk.page, account)
    assert loaded == [f"{desk.url}/office", desk.page.url]


def test_the_field_face_lets_another_sign_in_on_an_office_browser(desk: Phone, server: Server):
    sign_in(desk.page, server.accounts["supervisor"])
    desk.page.goto(desk.url + "/")
    expect(desk.page.get_by_role("link", name="紧急")).to_be_visible()
    desk.page.get_by_role("link", name="换一个账号登录").click()
    desk.sign_in(server.accounts["village"])
