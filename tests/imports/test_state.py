"""The page of one import, driven without a browser."""

import asyncio
from dataclasses import replace

import pytest
import reflex as rx
from reflex.istate.data import RouterData

from app.accounts.rules import Role
from app.db import transaction
from app.http import COOKIE
from app.imports import service
from app.imports.state import ImportsState
from tests import makers
from tests.imports.conftest import preview
from tests.imports.files import family


@pytest.fixture
def page(home) -> ImportsState:
    """The page of an import that has just been read, before it has looked."""
    with transaction() as session:
        makers.divisions(session)
        actor = makers.user(session, Role.TOWN_CLERK, ("349927100",), token="clerk")
    import_id, _ = preview(family(), actor=actor)
    state = rx.State().get_substate(ImportsState.get_full_name().split("."))
    state.parent_state.parent_state.router = RouterData.from_router_data(
        {"headers": {"cookie": f"{COOKIE}=clerk", "origin": "http://x"}, "asPath": f"/office/imports?id={import_id}"}
    )
    call(state, "open")
    return state


def call(state: ImportsState, name: str) -> None:
    asyncio.run(getattr(type(state), name).fn(state))


def test_a_file_that_was_read_between_two_looks_is_shown(page: ImportsState):
    """The page had seen 正在读 and then, a moment later in the same event, that it was read: it waited for ever."""
    assert page.one.state == page.progress.state == "previewed"
    page.one = replace(page.one, state="reading")
    call(page, "look")
    assert page.one.state == "previewed"


def test_the_tab_fits_what_was_seen_in_the_same_look(page: ImportsState, monkeypatch):
    """A small file was read within one look: the page showed 新的 though rows had been repaired, and stayed there."""
    shown, view = [], service.view

    def earlier_first(*args):
        shown.append(view(*args))
        return replace(shown[-1], state="reading", first_tab="unreadable") if len(shown) == 1 else shown[-1]

    monkeypatch.setattr(service, "view", earlier_first)
    page.tab = ""
    call(page, "open")
    assert page.tab == page.one.first_tab
    call(page, "look")
    assert (page.one.state, page.tab) == ("previewed", shown[-1].first_tab)
