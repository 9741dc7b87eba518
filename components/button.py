"""Buttons. A screen has one main action; its place never changes."""

from typing import Any, Literal

import reflex as rx

from components.icons import icon as draw
from components.link import link, load

Kind = Literal["", "main", "soft", "plain", "danger", "light"]


def _classes(kind: Kind, extra: str) -> str:
    return " ".join(part for part in ("btn", kind, extra) if part)


def _content(children: tuple[Any, ...], icon: str | None, small: bool) -> list[Any]:
    return [draw(icon, small=small), *children] if icon else list(children)


def button(
    *children: Any, kind: Kind = "", icon: str | None = None, class_name: str = "", **props: Any
) -> rx.Component:
    """A button that does something on this screen."""
    props.setdefault("type", "button")
    return rx.el.button(*_content(children, icon, kind != "main"), class_name=_classes(kind, class_name), **props)


def button_link(
    *children: Any,
    to: str | rx.Var[str],
    kind: Kind = "",
    icon: str | None = None,
    class_name: str = "",
    **props: Any,
) -> rx.Component:
    """A button that goes to another page of this face."""
    return link(*_content(children, icon, kind != "main"), to=to, class_name=_classes(kind, class_name), **props)


def call_link(
    *children: Any, number: str | rx.Var[str], kind: Kind = "soft", icon: str | None = "phone", **props: Any
) -> rx.Component:
    """Dial a number from the phone; works without any network of ours."""
    class_name = _classes(kind, props.pop("class_name", ""))
    return load(*_content(children, icon, True), href=f"tel:{number}", class_name=class_name, **props)


def file_button(
    *children: Any, icon: str = "camera", camera: bool = True, class_name: str = "", **props: Any
) -> rx.Component:
    """A button whose whole face is a file input: one picture a press, from the camera or from the album."""
    attrs: dict[str, Any] = {"capture": "environment"} if camera else {}
    picker = rx.el.input(
        type="file",
        accept="image/*",
        custom_attrs=attrs | props.pop("custom_attrs", {}),
        on_change=props.pop("on_change", None),
        aria_label=props.pop("aria_label", None),
        data_testid=props.pop("data_testid", None),
    )
    return rx.el.span(draw(icon, small=True), *children, picker, class_name=_classes("", f"pick {class_name}"), **props)
