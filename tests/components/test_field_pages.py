"""The pages of the field face: bound to the phone alone, with the names that browser tests rely on."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import reflex as rx

from app.accounts.page import me_page
from app.feedback.page import feedback_page
from app.households.page import household_page, households_page
from app.reviews.field_page import review_page
from app.shell.page import login_page
from app.shell.urgent_page import urgent_page
from app.sync.page import outbox_page
from app.visits.page import visit_page, visits_page
from app.visits.today_page import today_page

ROOT = Path(__file__).resolve().parents[2]
PAGES: dict[str, Callable[[], rx.Component]] = {
    "/": today_page,
    "/households": households_page,
    "/households/[id]": household_page,
    "/visit": visits_page,
    "/visit/[id]": visit_page,
    "/outbox": outbox_page,
    "/me": me_page,
    "/reviews/[id]": review_page,
    "/feedback": feedback_page,
    "/urgent": urgent_page,
    "/login": login_page,
}


def drawn(page: Callable[[], rx.Component]) -> str:
    shown = json.dumps(page().render(), ensure_ascii=False, default=str).replace('\\"', '"')
    return re.sub(r"\\+u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), shown)


@pytest.mark.parametrize("route", PAGES)
def test_every_page_tells_where_the_work_is(route: str):
    shown = drawn(PAGES[route])
    for name in ("outbox-count", "sync-now", "sync-state"):
        assert shown.count(f'"data-testid":"{name}"') == 1, name


@pytest.mark.parametrize("route", PAGES)
def test_help_and_complaints_are_one_tap_away(route: str):
    shown = drawn(PAGES[route])
    assert "/feedback?from=" in shown
    assert 'to:"/urgent"' in shown or "tel:110" in shown


@pytest.mark.parametrize("route", PAGES)
def test_no_page_talks_to_a_server_state(route: str):
    shown = drawn(PAGES[route])
    assert "addEvents" not in shown
    assert "reflex___state" not in shown


@pytest.mark.parametrize(
    ("route", "names"),
    [
        ("/login", ["login-username", "login-password", "login-submit"]),
        ("/", ["start-visit", "login-submit"]),
        ("/households", ["household-search", "household-item"]),
        ("/households/[id]", ["start-visit"]),
        ("/visit/[id]", ["save-visit", "take-photo"]),
    ],
)
def test_names_of_the_contract(route: str, names: list[str]):
    shown = drawn(PAGES[route])
    for name in names:
        assert shown.count(f'"data-testid":"{name}"') == 1, name


def test_questions_and_sections_carry_their_codes():
    shown = drawn(visit_page)
    assert "question-" in shown
    assert "unchanged-" in shown
    assert '"data-person":' in shown


def test_every_action_of_a_page_is_one_of_the_store():
    """A page that calls an action nobody wrote would fail only under a thumb."""
    sources = [path.read_text("utf-8") for path in (ROOT / "assets/offline/screens").glob("*.js")]
    sources.append((ROOT / "assets/offline/store.js").read_text("utf-8"))
    written: set[str] = set()
    for source in sources:
        body = source.partition("export const actions = {")[2]
        written |= set(re.findall(r"^  (?:async )?(\w+)(?:\(|:|,$)", body, re.M))
    called = set(re.findall(r"actions\.(\w+)\(", " ".join(drawn(page) for page in PAGES.values())))
    assert called - written == set()
    assert "saveVisit" in called


def test_the_statement_that_the_law_asks_for():
    assert "本应用不设打卡、排名、时长统计" in drawn(me_page)


def test_what_a_reviewer_wrote_is_not_stretched_with_the_lines():
    shown = drawn(review_page)
    lines, written = shown.partition("pen written")[::2]
    assert "svg" in lines
    assert '"text"' not in lines.rpartition("preserveAspectRatio")[2]
    assert "translate" in written
