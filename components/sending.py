"""The Python face of assets/office/sending.js: a file sent from an office page, and asking again while work goes on."""

from typing import Any

import reflex as rx
from reflex.event import no_args_event_spec, passthrough_event_spec

SENDING = "$/public/office/sending.js"


class _FilePick(rx.Component):
    """A button whose whole face is a file input; sends what was picked."""

    library = SENDING
    tag = "FilePick"
    words: rx.Var[str]
    accept: rx.Var[str]
    most: rx.Var[int]
    kind: rx.Var[str]
    to: rx.Var[str]
    on_sent: rx.EventHandler[passthrough_event_spec(str)]


class _Tick(rx.Component):
    """Calls its handler again and again while it is drawn and the page is looked at."""

    library = SENDING
    tag = "Tick"
    every: rx.Var[int]
    on_tick: rx.EventHandler[no_args_event_spec]


def file_pick(
    words: str, *, accept: str, most: int, on_sent: Any, kind: str = "main", to: str = "/api/imports"
) -> rx.Component:
    """A button that sends one file.

    Args:
        accept: file name endings, as the browser's picker takes them.
        most: bytes that are not even tried.
        on_sent: hears the id of what was received, or what came of it in words.
        to: where it is sent.
    """
    return _FilePick.create(words=words, accept=accept, most=most, kind=kind, to=to, on_sent=on_sent)


def tick(on_tick: Any, *, every: int = 1500) -> rx.Component:
    """Draws nothing; calls `on_tick` every `every` milliseconds."""
    return _Tick.create(every=every, on_tick=on_tick)
