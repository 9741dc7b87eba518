"""A part of a visit: what was found last time, and one control that says nothing changed."""

from typing import Any

import reflex as rx

from components.icons import icon as draw


def section(
    title: Any, aside: Any, last: Any, same_control: Any, change: Any, *, done: Any, **props: Any
) -> rx.Component:
    """Closed: the last answer and 无变化 / 有变化. `done` folds it; its tick stays, so that focus and state do too."""
    return rx.el.div(
        draw("circle-check", class_name="mark"),
        rx.el.div(rx.el.h2(title), rx.el.span(aside), class_name="h"),
        rx.el.p(last, class_name="last"),
        rx.el.div(same_control, change, class_name="pair"),
        class_name=rx.cond(done, "group sect done", "group sect"),
        role="group",
        **props,
    )


def same(words: Any = "无变化", **props: Any) -> rx.Component:
    """「无变化」: a tick that stands for the whole section."""
    return rx.el.label(
        rx.el.input(type="checkbox", **props),
        rx.el.span(draw("circle"), words),
        class_name="same",
    )


def folded(
    title: Any, line: Any, *, on_open: Any, spoken: Any, icon: Any = "circle-check", tone: Any = "", **props: Any
) -> rx.Component:
    """Answered: one line, with 改 to open it again."""
    return rx.el.div(
        draw(icon, class_name=tone),
        rx.el.div(title, rx.cond(line, rx.el.p(line))),
        rx.el.button("改", type="button", class_name="btn plain", on_click=on_open, aria_label=spoken),
        class_name="folded",
        **props,
    )
