"""Short answers as big buttons. A chosen one is pale, bordered, bold and signed: never colour alone."""

from typing import Any, Literal

import reflex as rx

from components.icons import icon as draw

Shape = Literal["", "five", "two", "left", "left two", "left one", "sizes"]
SIGNS = {"": "check", "bad": "triangle-alert", "na": "minus"}


def choice(
    text: Any,
    *,
    name: Any = None,
    checked: Any = None,
    on_change: Any = None,
    many: bool | rx.Var[bool] = False,
    tone: Literal["", "bad", "na"] | rx.Var[str] = "",
    **props: Any,
) -> rx.Component:
    """One answer. `tone` is `bad` for what is not good yet, `na` for what does not apply."""
    kind = rx.cond(many, "checkbox", "radio") if isinstance(many, rx.Var) else ("checkbox" if many else "radio")
    if isinstance(tone, rx.Var):
        sign = rx.match(tone, ("bad", "triangle-alert"), ("na", "minus"), "check")
    else:
        sign = SIGNS[tone]
    given = {"name": name, "checked": checked, "on_change": on_change}
    shown = {key: value for key, value in given.items() if value is not None}
    # In a list it is the whole answer that stays or goes, not the input inside another one's words.
    place = {"key": props.pop("key")} if "key" in props else {}
    picker = rx.el.input(type=kind, class_name=tone, **shown, **props)
    return rx.el.label(picker, rx.el.span(draw(sign, small=True), text), **place)


def choices(*children: Any, shape: Shape | rx.Var[str] = "", **props: Any) -> rx.Component:
    """Answers side by side; three of them stand one below the other with big text."""
    return rx.el.div(*children, class_name=f"choices {shape}", **props)


def question(title: Any, *children: Any, aside: Any = None, **props: Any) -> rx.Component:
    """A question with its answers, named for a screen reader."""
    tail = [] if aside is None else [rx.el.span(aside)]
    return rx.el.fieldset(rx.el.legend(title, *tail, class_name="q"), *children, **props)
