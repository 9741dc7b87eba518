"""The enamel door plate, the product's one ornament: the sign of a household."""

from typing import Any

import reflex as rx


def plate(*children: Any, sign: bool = False, **props: Any) -> rx.Component:
    """A plate with its thin inner line; `sign` is the big one of the login."""
    return rx.el.div(*children, class_name="plate sign" if sign else "plate", **props)


def plate_where(left: Any, right: Any) -> rx.Component:
    """The first line of a plate: the village on the left, the group or number on the right."""
    return rx.el.p(rx.el.span(left), rx.el.span(right), class_name="where")


def plaque(group: Any, number: Any, **props: Any) -> rx.Component:
    """The small plate before a household in a list: 三组 12."""
    return rx.el.span(rx.el.small(group), rx.el.b(number), class_name="plaque", **props)
