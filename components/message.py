"""What the product says: notes, errors, progress, empty lists, toasts, shapes of what is loading."""

from typing import Any, Literal

import reflex as rx

from components.icons import icon as draw
from components.plate import plaque


def note(
    *lines: Any,
    title: Any = None,
    tone: Literal["", "due", "alarm"] | rx.Var[str] = "",
    icon: str | rx.Var[str] = "circle-help",
    actions: list[rx.Component] | None = None,
    **props: Any,
) -> rx.Component:
    """A fact that decides what to do now; one on a screen."""
    head = [] if title is None else [rx.el.b(title)]
    words = rx.el.p(*head, *lines)
    body = rx.el.div(words, *actions) if actions else words
    return rx.el.div(draw(icon), body, class_name=f"note {tone}", **props)


def error(text: Any, **props: Any) -> rx.Component:
    """What is wrong and what to do, in red under its field."""
    return rx.el.p(draw("circle-alert", small=True), rx.el.span(text), class_name="error", role="alert", **props)


def progress(label: Any, value: Any, total: Any, percent: Any) -> rx.Component:
    """A bar that only grows, for what takes longer than two seconds."""
    return rx.el.div(
        rx.el.i(style={"width": percent}),
        class_name="progress",
        role="progressbar",
        aria_label=label,
        custom_attrs={"aria-valuemin": 0, "aria-valuemax": total, "aria-valuenow": value},
    )


def empty(
    title: Any,
    *lines: Any,
    sign: tuple[Any, Any] | None = None,
    action: rx.Component | None = None,
    whole: bool = False,
) -> Any:
    """An empty list: what it means, and what to do next; `whole` where it is all that the page shows."""
    head = [plaque(*sign)] if sign else []
    tail = [action] if action is not None else []
    name = rx.el.h1(title) if whole else rx.el.b(title)
    return rx.el.div(*head, name, *[rx.el.p(line) for line in lines], *tail, class_name="group empty")


def bones(rows: int = 4) -> rx.Component:
    """Grey shapes of rows, for a wait of up to two seconds."""
    shape = rx.el.div(
        rx.el.i(class_name="bone square"),
        rx.el.div(rx.el.i(class_name="bone half"), rx.el.i(class_name="bone most"), class_name="t"),
        class_name="row",
    )
    return rx.el.div(*[shape for _ in range(rows)], class_name="group", role="img", aria_label="正在打开")


def toast(text: Any, *, action: rx.Component | None = None) -> rx.Component:
    """What was just done, with a way back."""
    return rx.el.div(
        draw("check", small=True), rx.el.span(text), *([action] if action is not None else []), class_name="toast"
    )
