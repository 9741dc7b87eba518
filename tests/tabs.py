"""A page's State as a tab calls it: its handlers, with the session's cookie and the page's address."""

import asyncio
from typing import Any

import reflex as rx
from reflex.istate.data import RouterData

from app.http import COOKIE


def tab(kind: type, token: str, query: str = "") -> Any:
    """The State of a page that somebody has opened."""
    state: Any = rx.State().get_substate(kind.get_full_name().split("."))
    router = {"headers": {"cookie": f"{COOKIE}={token}"}, "pathname": "/office", "asPath": f"/office?{query}"}
    state.parent_state.parent_state.router = RouterData.from_router_data(router)
    return state


def call(state: Any, name: str, *args: Any) -> Any:
    """One event of that tab; the State again."""
    asyncio.run(getattr(type(state), name).fn(state, *args))
    return state
