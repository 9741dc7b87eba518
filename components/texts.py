"""The Python face of assets/office/texts.js: a file read into a text field, a heading read out when it comes."""

from typing import Any

import reflex as rx
from reflex.vars import VarData
from reflex_base.utils.imports import ImportVar

from components.icons import icon

TEXTS = "$/public/office/texts.js"


class _Found(rx.Component):
    """A heading that takes the focus as soon as it is drawn."""

    library = TEXTS
    tag = "Found"


def found(*children: Any, **props: Any) -> rx.Component:
    """What came of something just done: the page scrolls there, and a screen reader says it."""
    return _Found.create(*children, class_name="found", **props)


def text_file(words: str, *, into: str, accept: str, **props: Any) -> rx.Component:
    """A button that reads a file into a text field; nothing leaves the machine."""
    data = VarData(imports={TEXTS: [ImportVar(tag="readInto")]})
    read = rx.Var(f'((event) => readInto(event, "{into}"))', _var_type=rx.EventChain, _var_data=data)
    picker = rx.el.input(type="file", accept=accept, on_change=read, aria_label=words, **props)
    return rx.el.span(icon("plus", small=True), words, picker, class_name="btn pick")


def told(into: str) -> rx.Component:
    """Where it is said what became of the file."""
    return rx.el.p(id=f"{into}-told", class_name="soft-text", role="status")
