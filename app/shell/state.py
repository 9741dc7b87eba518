"""Who sits at the office face: read from the session cookie that came with the WebSocket, never from the page."""

from http.cookies import CookieError, SimpleCookie

import reflex as rx

from app.accounts.schemas import Actor
from app.accounts.service import authenticate
from app.http import COOKIE


def session_token(cookies: str) -> str | None:
    """The session's token among a browser's cookies."""
    try:
        found = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return None
    return found.value if found else None


class Desk(rx.State):
    """The signed-in person's name, for the head of every office page."""

    name: str = ""
    known: bool = False

    @rx.event
    async def open(self) -> None:
        """Look up who is here."""
        actor: Actor | None = await rx.run_in_thread(lambda: authenticate(session_token(self.router.headers.cookie)))
        self.name = actor.name if actor else ""
        self.known = True
