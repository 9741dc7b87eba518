"""What nobody means: places that are none, words for numbers, NUL; each gets a sentence, none an error of ours."""

import asyncio
import re
from inspect import signature
from pathlib import Path
from typing import Any, get_origin
from urllib.parse import quote

import httpx
import pytest
from structlog.testing import capture_logs

import app
from app.accounts.queries import below
from app.accounts.rules import Role, permissions_of
from app.accounts.state import OfficeState
from app.db import transaction
from app.errors import BadInput
from app.households.state import HomesState
from app.http import COOKIE, SIGNED_IN
from app.keepable import keepable
from models.households import Household
from tests import makers
from tests.accounts.test_office_state import all_states, our_handlers
from tests.api_app import application
from tests.makers import COUNTY, TOWN
from tests.tabs import call, tab

ASKED = re.compile(r'(?:\.get\(|form, |_parameter\()"(\w+)"')
"""How a State names what it takes from a form or an address."""


@pytest.mark.parametrize("code", ["胡乱", "", "-5", "3499", "34992710120", "３４９９２７", "9" * 5000, "349927 "])
def test_a_place_that_is_none_is_told(code: str) -> None:
    with pytest.raises(BadInput, match="没有这个地方") as told:
        below(Household.division, code)
    assert told.value.code == "no_such_place"


def test_what_no_database_keeps_is_left_out() -> None:
    assert keepable({"a\0": ["b\0", {"c\ud83d": "\0"}], "d": 1}) == {"a": ["b", {"c": ""}], "d": 1}
    assert keepable("😀") == "😀"


@pytest.fixture
def desks(home: Path) -> dict[Role, str]:
    """One account of each role that together may do all that the office does."""
    with transaction() as session:
        makers.divisions(session)
        for role, area in ((Role.TOWN_CLERK, TOWN), (Role.SECTION, COUNTY), (Role.ADMIN, COUNTY)):
            makers.user(session, role, (area,), token=str(role))
    return {role: str(role) for role in (Role.TOWN_CLERK, Role.SECTION, Role.ADMIN)}


def _names() -> set[str]:
    rooms = Path(app.__file__).parent
    return {name for path in rooms.rglob("*state.py") for name in ASKED.findall(path.read_text("utf-8"))}


def _given(handler: Any, names: set[str], word: str) -> list[Any]:
    """Arguments for a handler: a form that says the word everywhere, or the word itself, or a number below 0."""
    kinds = [get_origin(one.annotation) or one.annotation for one in signature(handler).parameters.values()][1:]
    return [dict.fromkeys(names, word) if kind is dict else -5 if kind is int else word for kind in kinds]


def test_no_page_breaks_over_what_an_address_or_a_form_says(desks: dict[Role, str], monkeypatch: Any) -> None:
    """Whatever only looks, of every State: first what opens the page, then the rest in the same tab."""
    monkeypatch.setattr("app.accounts.state.flood.wait", lambda *_: 0)
    list(our_handlers())
    word, names, asked = "胡乱", _names(), 0
    query = "&".join(f"{name}={quote(word)}" for name in sorted({"offset", "page"} | names))
    with capture_logs() as logs:
        for kind in {one for one in all_states(OfficeState) if one.__module__.startswith("app.") and not one._mixin}:
            tabs = {role: tab(kind, token, query) for role, token in desks.items()}
            for name, handler in sorted(kind.event_handlers.items(), key=lambda one: one[0] != "open"):
                needed = getattr(handler.fn, "requires", None)
                who = next((role for role in desks if needed in {SIGNED_IN, *permissions_of(role, ())}), None)
                if who is None or handler.event_actions.get("temporal"):
                    continue
                call(tabs[who], name, *_given(handler.fn, names, word))
                asked += 1
    assert asked > 90
    assert [repr(one["exc_info"]) for one in logs if one["event"] == "office event failed"] == []


def test_nul_in_an_address_finds_nothing(database: str) -> None:
    with transaction() as session:
        makers.divisions(session)
        makers.user(session, Role.TOWN_CLERK, (TOWN,), token="clerk")
    for query in ("id=%00", "id=a%00b"):
        page = call(tab(HomesState, "clerk", query), "find", {"text": "王\0", "village": TOWN + "\0", "tag": "\ud800"})
        assert (page.problem, page.village) == ("", TOWN)

    async def asked() -> list[int]:
        transport = httpx.ASGITransport(application())
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            client.cookies.set(COOKIE, "clerk")
            printed = await client.get("/api/papers/forms/visit?household=a%00b")
            signed = await client.post("/api/session", content=b'{"username": "a\\u0000b", "password": "x", "device": '
                                       b'{"id": "0198f000-0000-7000-8000-000000000000", "name": ""}}')
            return [printed.status_code, signed.status_code]

    assert asyncio.run(asked()) == [404, 401]
