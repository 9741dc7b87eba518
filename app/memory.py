"""What a process has loaded at its start stays until its end: it is not looked through for garbage again and again.

A full collection walks over everything that was ever imported, which takes as long as hundreds of visits, in the middle
of somebody's request.
"""

import gc

YOUNG = 10_000
"""New objects after which the youngest are looked through; Python's own 700 is for small programs."""

FILES = 300_000
"""The same where long files are taken in: a lot of a thousand rows is worked off and gone before anybody looks."""


def settle(young: int = YOUNG) -> None:
    """Called once when a process that serves, works through jobs or takes a long file in or out is ready."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(young, 20, 20)
