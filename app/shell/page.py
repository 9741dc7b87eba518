"""The frame of the field face: the status line, the top, the tabs, the toast, and the login in place of what needs one.

Everything here is bound to the phone's own store (`components/offline.py`): it starts and works without the network.
"""

from typing import Any, TypedDict

import reflex as rx

from app.shell.login import WHO, login_body
from components import offline
from components.frame import bar, body, face, status_line, tabs, top, urgent_link
from components.icons import icon
from components.message import bones, empty, toast


class Frame(TypedDict):
    """The status line, as `assets/offline/views/frame.js` words it."""

    icon: str
    before: str
    count: int
    counted: bool
    after: str
    tone: str
    offline: bool


class Toast(TypedDict):
    """What was just done, and the word that takes it back."""

    shown: bool
    text: str
    word: str


FRAME: rx.Var[Frame] = offline.slice("frame", Frame)
TOAST: rx.Var[Toast] = offline.slice("toast", Toast)
CAME: rx.Var[str] = offline.slice("came", str)
PATH: rx.Var[str] = offline.slice("route.path", str)


def screen(
    content: rx.Component | list[rx.Component],
    *,
    title: Any,
    tab: str = "",
    back: Any = None,
    back_word: Any = "返回",
    line: Any = None,
    aside: list[rx.Component] | None = None,
    main: rx.Component | None = None,
    urgent: bool = True,
    open_to_all: bool = False,
    body_props: dict[str, Any] | None = None,
) -> rx.Component:
    """A page of the field face.

    Args:
        content: what the middle holds.
        tab: the tab this page belongs to; without one the tabs are not shown.
        main: the bar with the one main action.
        urgent: whether 紧急 stands in the top (not on its own page).
        open_to_all: shown to whoever holds the phone, signed in or not.
    """
    parts = content if isinstance(content, list) else [content]
    head = top(
        title, line=line, back=back, back_word=back_word, aside=[*(aside or []), *([urgent_link()] if urgent else [])]
    )
    inside = rx.fragment(
        head,
        body(*parts, **(body_props or {})),
        _toast(),
        main if main is not None else rx.fragment(),
        tabs(tab, badge=FRAME["count"]) if tab else rx.fragment(),
    )
    outside = rx.fragment(login_body(), _toast())
    shown = (
        inside
        if open_to_all
        else rx.match(WHO, ("out", "locked", outside), ("office", _office_body()), inside)
    )
    return face(offline.start(), _status(), shown)


def login_page() -> rx.Component:
    """`/login`: for whoever was signed out while working, and for another person on this phone."""
    return face(offline.start(), _status(), login_body(), _toast())


def main_bar(*children: Any, over_tabs: bool = False) -> rx.Component:
    """The bar at the foot of a page."""
    return bar(*children, over_tabs=over_tabs)


def waiting() -> rx.Component:
    """Grey shapes of rows, until the phone has been read."""
    return bones(5)


def _status() -> rx.Component:
    count = rx.el.span(FRAME["count"], data_testid="outbox-count", class_name=rx.cond(FRAME["counted"], "", "vh"))
    words = rx.el.span(FRAME["before"], count, FRAME["after"], data_testid="sync-state")
    state = rx.el.button(
        icon(FRAME["icon"], small=True),
        words,
        rx.cond(FRAME["tone"] == "fix", "", rx.el.span("，点一下现在上传", class_name="vh")),
        type="button",
        on_click=offline.action("sendNow"),
        data_testid="sync-now",
    )
    return status_line(state, offline.link("投诉建议", to=offline.path("/feedback?from=", PATH)), tone=FRAME["tone"])


def _toast() -> rx.Component:
    back = rx.cond(
        TOAST["word"] != "",
        rx.el.button(TOAST["word"], type="button", on_click=offline.action("toastBack")),
    )
    return rx.el.div(
        rx.cond(TOAST["shown"], toast(TOAST["text"], action=back)),
        class_name="toasts",
        role="status",
        aria_live="polite",
    )


def _office_body() -> rx.Component:
    choices = rx.el.div(
        rx.el.a("去办公页", href="/office", reload_document=True, class_name="btn main"),
        offline.link("换一个账号登录", to="/login", class_name="btn"),
        class_name="stack",
    )
    said = empty("这个账号在办公页工作", "走访用村里的账号登录。", action=choices)
    return rx.fragment(top("入户通", aside=[urgent_link()]), body(said))
