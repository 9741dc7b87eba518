"""The policies that every page is sent with: nothing is evaluated from text. That no page needs more than they allow
is seen where every page is looked at (test_access.py).
"""

import httpx
import pytest

from app.app import FIELD_PAGES, OFFICE_PAGES
from tests.e2e.phone import Phone
from tests.e2e.server import Server

PAGES = [route for route, *_ in (*FIELD_PAGES, *OFFICE_PAGES)]
SOMETHING = "01900000-0000-7000-8000-000000000000"


@pytest.mark.parametrize("route", PAGES)
def test_no_page_may_evaluate_text(server: Server, route: str):
    answer = httpx.get(server.url + route.replace("[id]", SOMETHING))
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "script-src" in policy
    assert "unsafe-eval" not in policy


LATER = """() => new Promise((done) => setTimeout(() => {
  try { done(String(eval("1 + 1"))); } catch (error) { done(error.name); }
}, 0))"""


def test_text_is_never_run(phone: Phone):
    """What would run text as a program is refused by the browser itself, also in a task of the page's own."""
    assert phone.page.evaluate(LATER) == "EvalError"
