"""Links: inside the field face the page changes without a load, between the faces it loads."""

from typing import Any

import reflex as rx

from components.offline import link

__all__ = ["link", "load"]


def load(*children: Any, href: str | rx.Var[str], **props: Any) -> rx.Component:
    """Go to the other face, to a telephone or out of the product: a full load."""
    return rx.el.a(*children, href=href, reload_document=True, **props)
