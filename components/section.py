"""A part of a visit: what was found last time, and one control that says nothing changed."""

from typing import Any

import reflex as rx

from components.icons import icon as draw


def section(title: Any, aside: Any, last: Any, *actions: Any, **props: Any) -> rx.Component:
    """Closed: the last answer and 无变化 / 有变化."""
    return rx.el.div(
        rx.el.div(rx.el.h2(title), rx.el.span(aside), class_name="h"),
        rx.el.p(last, class_name="last"),
        rx.el.div(*actions, class_name="pair"),
        class_name="group sect",
        role="group",
        **props,
    )


def same(**props: Any) -> rx.Component:
    """「无变化」: a tick that stands for the whole section."""
    return rx.el.label(
        rx.el.input(type="checkbox", **props),
        rx.el.span(draw("circle"), "无变化"),
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
