"""The Python face of assets/office/desk.js: full loads between office pages and to the login."""

import reflex as rx
from reflex.vars import VarData
from reflex_base.utils.imports import ImportVar

DESK = "$/public/office/desk.js"


class _Leave(rx.Component):
    """Goes to the login as soon as it is drawn."""

    library = DESK
    tag = "Leave"


class _Go(rx.Component):
    """Goes to another office page as soon as it is drawn."""

    library = DESK
    tag = "Go"
    to: rx.Var[str]


def leave() -> rx.Component:
    """Draws nothing: the browser goes to the login."""
    return _Leave.create()


def go(to: str | rx.Var[str]) -> rx.Component:
    """Draws nothing: the browser goes to another page."""
    return _Go.create(to=to)


def sign_out() -> rx.Var:
    """A handler that ends the session."""
    data = VarData(imports={DESK: [ImportVar(tag="signOut")]})
    return rx.Var("(() => signOut())", _var_type=rx.EventChain, _var_data=data)
