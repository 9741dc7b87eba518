"""Line icons, drawn once in `assets/icons.svg` and referred to by name."""

import reflex as rx

SPRITE = "/icons.svg"


def icon(name: str | rx.Var[str], *, small: bool = False, class_name: str | rx.Var[str] = "") -> rx.Component:
    """One icon; it is decoration, the word beside it carries the meaning."""
    size = "i s" if small else "i"
    classes = f"{size} {class_name}" if isinstance(class_name, rx.Var) or class_name else size
    return rx.el.svg(
        rx.el.svg.use(href=f"{SPRITE}#i-{name}"),
        class_name=classes,
        aria_hidden="true",
        custom_attrs={"focusable": "false"},
    )
