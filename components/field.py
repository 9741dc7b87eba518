"""Fields one writes into, and the search field. Text stays the browser's own until it is saved."""

from typing import Any

import reflex as rx

from components.button import button
from components.icons import icon as draw
from components.message import error

UNKEPT = "unkept"
"""The form of every box of several lines: browsers write such boxes into their session files unless a form says no."""


def field(
    label: Any, control: rx.Component, /, *, aside: Any = None, problem: Any = None, **props: Any
) -> rx.Component:
    """A labelled control; `problem` is the sentence under it that says what to do."""
    small = [] if aside is None else [" ", rx.el.small(aside)]
    below = [] if problem is None else [rx.cond(problem, error(problem))]
    return rx.el.label(rx.el.span(label, *small), control, *below, class_name="field", **props)


def text_field(label: Any, /, *, aside: Any = None, problem: Any = None, **props: Any) -> rx.Component:
    """One line of text; the browser keeps no copy of it in its own files."""
    return field(label, rx.el.input(**({"auto_complete": "off"} | props)), aside=aside, problem=problem)


def text_box(**props: Any) -> rx.Component:
    """A box of several lines, bare; the browser keeps no copy of it in its own files (see `UNKEPT` for the phone)."""
    return rx.el.textarea(**({"rows": "2", "auto_complete": "off"} | props))


def text_area(label: Any, /, *, aside: Any = None, problem: Any = None, **props: Any) -> rx.Component:
    """Several lines; it grows with what is written."""
    return field(label, text_box(**props), aside=aside, problem=problem)


def unkept() -> rx.Component:
    """The form that boxes of several lines name with `form=UNKEPT`; it is never sent."""
    return rx.el.form(id=UNKEPT, auto_complete="off", hidden=True)


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
        rx.el.label(
            rx.el.span(label, class_name="vh"),
            draw("search"),
            rx.el.input(**({"type": "search", "auto_complete": "off"} | props)),
        ),
        *([] if on_clear is None else [rx.cond(filled, clear)]),
        class_name="search",
    )


def search_form(*fields: Any, on_find: Any) -> rx.Component:
    """What a list is narrowed by, and the button that does it."""
    return rx.el.form(
        *fields,
        button("找", type="submit", kind="soft", icon="search"),
        on_submit=on_find,
        class_name="filters",
        role="search",
    )


def options_of(choices: Any) -> rx.Component:
    """Entries that are known only while the program runs, each with value and label."""
    return rx.foreach(choices, lambda one: rx.el.option(one.label, value=one.value))


def place_field(label: str, choices: Any, /, *, every: str = "全部", name: str = "village", **props: Any) -> Any:
    """All places, or one of them."""
    return field(label, rx.el.select(rx.el.option(every, value=""), options_of(choices), name=name, **props))


def switch(label: str, *, checked: Any, on_change: Any, **props: Any) -> rx.Component:
    """On or off, at once."""
    return rx.el.label(
        rx.el.input(type="checkbox", role="switch", aria_label=label, checked=checked, on_change=on_change),
        rx.el.span(),
        class_name="switch",
        **props,
    )
