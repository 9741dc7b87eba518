"""No page of either face asks for anything that its content security policy forbids; nothing is evaluated from text."""

import pytest
from playwright.sync_api import Page

from app.app import FIELD_PAGES, OFFICE_PAGES
from tests.e2e.phone import Phone
from tests.e2e.server import Server

HEARD = """() => {
  window.broken = [];
  document.addEventListener("securitypolicyviolation", (one) =>
    window.broken.push(`${one.violatedDirective} ${one.blockedURI} ${one.sample}`));
}"""
SOMETHING = "01900000-0000-7000-8000-000000000000"


def walk(page: Page, url: str, paths: list[str]) -> list[str]:
    """What the policies of these pages stopped."""
    page.add_init_script(f"({HEARD})()")
    found = []
    for path in paths:
        answer = page.goto(url + path.replace("[id]", SOMETHING))
        assert answer is not None
        assert "unsafe-eval" not in answer.headers["content-security-policy"], path
        page.wait_for_load_state("networkidle")
        found += [f"{path}: {one}" for one in page.evaluate("() => window.broken")]
    return found


def test_the_field_face(phone: Phone):
    assert walk(phone.page, phone.url, [path for path, _, _ in FIELD_PAGES]) == []


@pytest.mark.parametrize("role", ["admin", "town_clerk", "auditor"])
def test_the_office_face(new_phone, server: Server, role: str):
    phone = new_phone()
    page = phone.open("/login")
    account = server.accounts[role]
    page.get_by_test_id("login-username").fill(account["username"])
    page.get_by_test_id("login-password").fill(account["password"])
    page.get_by_test_id("login-submit").click()
    page.wait_for_url("**/office/**" if role != "town_clerk" else server.url + "/")
    assert walk(page, phone.url, [path for path, *_ in OFFICE_PAGES]) == []


LATER = """() => new Promise((done) => setTimeout(() => {
  try { done(String(eval("1 + 1"))); } catch (error) { done(error.name); }
}, 0))"""


def test_text_is_never_run(phone: Phone):
    """What would run text as a program is refused by the browser itself, also in a task of the page's own."""
    assert phone.page.evaluate(LATER) == "EvalError"
