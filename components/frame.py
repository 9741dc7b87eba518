"""The phone's frame: status line, top, the middle that scrolls, the main action, the five tabs."""

from typing import Any

import reflex as rx

from components.field import unkept
from components.icons import icon as draw
from components.link import link

TABS = (
    ("today", "/", "house", "今日"),
    ("households", "/households", "users", "农户"),
    ("visit", "/visit", "footprints", "走访"),
    ("outbox", "/outbox", "cloud-upload", "待上传"),
    ("me", "/me", "user", "我的"),
)


def face(*parts: Any) -> rx.Component:
    """A whole screen of the field face, from the status line down."""
    return rx.el.div(*parts, unkept(), class_name="face")


def status_line(state: rx.Component, aside: rx.Component, tone: Any = "") -> rx.Component:
    """What is saved, on its way or received, in words; 投诉建议 never moves."""
    return rx.el.section(state, aside, class_name=f"status {tone}", aria_label="存到哪一步")


def top(title: Any, *, line: Any = None, back: Any = None, back_word: Any = "返回", aside: Any = None) -> rx.Component:
    """The title of a screen, the way back, and help in danger at the right."""
    arrow = [] if back is None else [link(draw("chevron-left"), to=back, class_name="back", aria_label=back_word)]
    small = [] if line is None else [rx.cond(line, rx.el.p(line))]
    tail = [] if aside is None else (aside if isinstance(aside, list) else [aside])
    return rx.el.header(
        *arrow,
        rx.el.div(rx.el.h1(title, tab_index=-1), *small),
        *tail,
        class_name="top" if back is None else "top sub",
    )


def urgent_link() -> rx.Component:
    """紧急: on every screen, at the same place."""
    return link(
        draw("phone", small=True), "紧急", to="/urgent", class_name="urgent", aria_label="紧急：有危险，先打电话"
    )


def body(*children: Any, class_name: str = "", **props: Any) -> rx.Component:
    """The middle, which scrolls."""
    return rx.el.main(*children, class_name=f"body {class_name}".strip(), id="content", tab_index=0, **props)


def bar(*children: Any, over_tabs: bool = False) -> rx.Component:
    """The one main action, within the thumb's reach."""
    return rx.el.section(*children, class_name="bar over" if over_tabs else "bar", aria_label="主要操作")


def tabs(current: str, *, badge: Any = None) -> rx.Component:
    """The bottom bar; `badge` is the number on 待上传."""
    return rx.el.nav(*[_tab(current, *entry, badge=badge) for entry in TABS], class_name="tabs", aria_label="主要页面")


def _tab(current: str, code: str, to: str, mark: str, word: str, *, badge: Any) -> rx.Component:
    number = (
        [rx.cond(badge, rx.el.span(badge, class_name="n", aria_hidden="true"))]
        if code == "outbox" and badge is not None
        else []
    )
    here = {"aria_current": "page"} if code == current else {}
    return link(rx.el.span(draw(mark), *number, class_name="ico"), rx.el.span(word), to=to, **here)


def sheet(title: Any, *children: Any, on_close: Any) -> rx.Component:
    """A sheet from below, for a choice that belongs to what lies under it."""
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                rx.el.h2(title),
                rx.el.button("关上", type="button", class_name="btn plain", on_click=on_close),
                class_name="line",
            ),
            *children,
            class_name="sheetup",
            role="dialog",
            aria_label=title,
            custom_attrs={"aria-modal": "true"},
        ),
        class_name="sheet-veil",
    )
