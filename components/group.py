"""White groups on the pale ground, the words above them, and the rows inside."""

from typing import Any, Literal

import reflex as rx

from components.icons import icon as draw
from components.link import link


def label(text: Any, aside: Any = None, **props: Any) -> rx.Component:
    """The heading above a group, with a quiet word at its right end."""
    props.setdefault("class_name", "label")
    return rx.el.h2(text, *([] if aside is None else [" ", rx.el.span(aside)]), **props)


def group(*children: Any, class_name: str = "", **props: Any) -> rx.Component:
    """A group of things that belong together."""
    return rx.el.div(*children, class_name=f"group {class_name}".strip(), **props)


def group_list(*items: Any, **props: Any) -> rx.Component:
    """A group that is a list; each item is an `rx.el.li`."""
    return rx.el.ul(*items, class_name="group", **props)


def pad(*children: Any, class_name: str = "", **props: Any) -> rx.Component:
    """Padding for what is not a row."""
    return rx.el.div(*children, class_name=f"pad {class_name}".strip(), **props)


def fold(words: Any, *children: Any, kind: Literal["", "soft", "plain"] = "soft", **props: Any) -> rx.Component:
    """What is done now and then: it opens on a tap of the button, whose `props` are given."""
    return rx.el.details(rx.el.summary(words, class_name=f"btn {kind}".strip(), **props), *children, class_name="stack")


def row_text(title: Any, *lines: Any) -> rx.Component:
    """The text of a row: its name, then the quiet lines below."""
    return rx.el.span(rx.el.b(title), *[row_line(line) for line in lines], class_name="t")


def row_line(text: Any, class_name: str = "") -> rx.Component:
    """One quiet line of a row's text; `why` is the brown one that says it is time."""
    return rx.el.span(text, class_name=class_name) if class_name else rx.el.span(text)


def row(*children: Any, class_name: str = "", **props: Any) -> rx.Component:
    """A row that only shows."""
    return rx.el.div(*children, class_name=f"row {class_name}".strip(), **props)


def row_link(*children: Any, to: str | rx.Var[str], class_name: str | rx.Var[str] = "", **props: Any) -> rx.Component:
    """A row that is a link as a whole, with the arrow that says so: drawn by CSS, for there are hundreds of them."""
    classes = (
        rx.Var.create("row go ") + class_name.to(str)
        if isinstance(class_name, rx.Var)
        else f"row go {class_name}".strip()
    )
    return link(*children, to=to, class_name=classes, **props)


def row_button(*children: Any, arrow: str | None = "chevron-right", class_name: str = "", **props: Any) -> rx.Component:
    """A row that does something here."""
    end = [draw(arrow)] if arrow else []
    return rx.el.button(*children, *end, type="button", class_name=f"row {class_name}".strip(), **props)


def answer_row(name: Any, value: Any, **props: Any) -> rx.Component:
    """A question and what was found: 药 / 够吃到月底."""
    return rx.el.li(
        rx.el.span(rx.el.b(name), class_name="t"), rx.el.span(value, class_name="v"), class_name="row answer", **props
    )
