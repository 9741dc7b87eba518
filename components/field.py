"""Fields one writes into, and the search field. Text stays the browser's own until it is saved."""

from typing import Any

import reflex as rx

from components.icons import icon as draw
from components.message import error


def field(
    label: Any, control: rx.Component, /, *, aside: Any = None, problem: Any = None, **props: Any
) -> rx.Component:
    """A labelled control; `problem` is the sentence under it that says what to do."""
    small = [] if aside is None else [" ", rx.el.small(aside)]
    below = [] if problem is None else [rx.cond(problem, error(problem))]
    return rx.el.label(rx.el.span(label, *small), control, *below, class_name="field", **props)


def text_field(label: Any, /, *, aside: Any = None, problem: Any = None, **props: Any) -> rx.Component:
    """One line of text."""
    return field(label, rx.el.input(**props), aside=aside, problem=problem)


def text_area(label: Any, /, *, aside: Any = None, problem: Any = None, **props: Any) -> rx.Component:
    """Several lines; it grows with what is written."""
    return field(label, rx.el.textarea(**({"rows": "2"} | props)), aside=aside, problem=problem)


def password_field(label: Any, /, *, shown: Any, on_show: Any, problem: Any = None, **props: Any) -> rx.Component:
    """A password that can be looked at, because thumbs err."""
    control = rx.el.span(
        rx.el.input(type=rx.cond(shown, "text", "password"), **props),
        rx.el.button(
            draw("eye", small=True),
            rx.cond(shown, "隐藏", "显示"),
            type="button",
            on_click=on_show,
            aria_label=rx.cond(shown, "隐藏密码", "显示密码"),
            class_name="btn plain",
        ),
        class_name="in",
    )
    below = [] if problem is None else [rx.cond(problem, error(problem))]
    return rx.el.label(rx.el.span(label), control, *below, class_name="field")


def search_field(label: str, /, *, on_clear: Any = None, filled: Any = None, **props: Any) -> rx.Component:
    """The search field of a list, with a way to empty it once something is in it."""
    clear = rx.el.button(draw("x"), type="button", aria_label="清空", on_click=on_clear)
    return rx.el.div(
        rx.el.label(rx.el.span(label, class_name="vh"), draw("search"), rx.el.input(type="search", **props)),
        *([] if on_clear is None else [rx.cond(filled, clear)]),
        class_name="search",
    )


def switch(label: str, *, checked: Any, on_change: Any, **props: Any) -> rx.Component:
    """On or off, at once."""
    return rx.el.label(
        rx.el.input(type="checkbox", role="switch", aria_label=label, checked=checked, on_change=on_change),
        rx.el.span(),
        class_name="switch",
        **props,
    )
