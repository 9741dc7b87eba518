"""The Python face of assets/office/pen.js: the photo with its pen, the keys of the desk."""

from typing import Any

import reflex as rx
from reflex.vars import VarData
from reflex_base.utils.imports import ImportVar

PEN = "$/public/office/pen.js"


class _Stage(rx.Component):
    """One picture large, with pen, enlarging and turning; strokes stay in the browser until the form is sent."""

    library = PEN
    tag = "Stage"
    name: rx.Var[str]
    src: rx.Var[str]
    thumb: rx.Var[str]
    words: rx.Var[str]
    marks: rx.Var[str]
    drawing: rx.Var[bool]


class _Keys(rx.Component):
    """A, R, J, K and the arrows; draws nothing."""

    library = PEN
    tag = "Keys"


class _PlainForm(rx.el.Div):
    """A form that the browser sends by itself; Reflex's own would keep it from that."""

    tag = "form"


def file_form(*children: Any, action: str, **props: Any) -> rx.Component:
    """A form whose answer is a file that the browser keeps.

    It answers into a tab that closes by itself: leaving this page, even for a file, would end its WebSocket.
    """
    attrs = {"action": action, "method": "get", "target": "_blank", "rel": "noopener"}
    return _PlainForm.create(*children, custom_attrs=attrs, **props)


def stage(**props: Any) -> rx.Component:
    """The picture and its tools. `name` changes with the review and its version."""
    return _Stage.create(**props)


def keys() -> rx.Component:
    """The keys of the desk."""
    return _Keys.create()


def put_away() -> rx.Var:
    """A handler that puts the reasons of a return away."""
    data = VarData(imports={PEN: [ImportVar(tag="putAway")]})
    return rx.Var("(() => putAway())", _var_type=rx.EventChain, _var_data=data)
