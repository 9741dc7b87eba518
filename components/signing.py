"""The Python face of assets/office/signing.js: a pad to sign on."""

import reflex as rx


class _Pad(rx.Component):
    """Where somebody signs with a finger, a pen or the mouse; the picture leaves with the form around it."""

    library = "$/public/office/signing.js"
    tag = "Pad"
    name: rx.Var[str]
    words: rx.Var[str]


def sign_pad(*, name: str, words: str) -> rx.Component:
    """A pad and a way to wipe it.

    Args:
        name: of the hidden field that holds the picture as a data address, empty while nothing is drawn.
        words: what the pad is for, read aloud.
    """
    return _Pad.create(name=name, words=words)
