"""The office's 验证器: setting up the second factor. The secret and the recovery codes never stand in a State.

A State lies in memory or in Redis; so what must not lie there is written into the page by `rx.set_value`, once.
"""

from typing import Any

import reflex as rx
from sqlmodel import Session

from app.accounts import factor_service
from app.accounts.schemas import Actor
from app.accounts.state import OfficeState, read, requires, write
from app.db import utcnow
from app.http import SIGNED_IN

SECRET, CODES = "factor-secret", "factor-codes"


def _begin(session: Session, actor: Actor) -> str:
    return factor_service.begin(session, actor, utcnow())


def _confirm(session: Session, actor: Actor, code: str) -> list[str]:
    return factor_service.confirm(session, actor, code, utcnow())


class FactorState(OfficeState):
    """`step`: begin, scan (a secret waits for its first code), codes (to be written down), set."""

    step: str = ""
    picture: int = 0

    @rx.event
    @requires(SIGNED_IN, before_password_change=True)
    async def open(self) -> None:
        """Say whether there is a second factor."""
        self.step = "set" if await read(factor_service.is_set) else "begin"

    @rx.event(temporal=True)
    @requires(SIGNED_IN, before_password_change=True)
    async def begin(self) -> Any:
        """Make a secret and show it."""
        secret = await write(_begin)
        self.step, self.picture = "scan", self.picture + 1
        return rx.set_value(SECRET, " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)))

    @rx.event(temporal=True)
    @requires(SIGNED_IN, before_password_change=True)
    async def confirm(self, form: dict[str, Any]) -> Any:
        """The first code; then the recovery codes, shown once."""
        codes = await write(_confirm, str(form.get("code") or "")[:24])
        self.step = "codes"
        return [rx.set_value(SECRET, ""), rx.set_value(CODES, "\n".join(codes))]

    @rx.event
    @requires(SIGNED_IN, before_password_change=True)
    async def noted(self) -> Any:
        """The recovery codes were written down."""
        self.step = "set"
        return rx.set_value(CODES, "")
