"""What Reflex keeps of a tab outside the process tells nothing there, and nothing foreign is read back."""

import pickle

import pytest
import reflex as rx
from reflex.state import BaseState
from reflex_base.utils.exceptions import StateSchemaMismatchError

from app import crypto
from app.shell.kept_states import seal_states

NAME = "小星星"


class Shown(rx.State):
    """What a page shows."""

    name: str = ""


@pytest.fixture
def shown(home, monkeypatch) -> Shown:
    """A State, with the sealing of this test alone."""
    monkeypatch.setattr(BaseState, "_serialize", BaseState._serialize)
    monkeypatch.setattr(BaseState, "_deserialize", BaseState.__dict__["_deserialize"])
    seal_states()
    seal_states()
    made = Shown(_reflex_internal_init=True)
    made.name = NAME
    return made


def test_it_comes_back_as_it_was_and_lies_sealed(shown):
    kept = shown._serialize()
    assert NAME.encode() not in kept
    assert b"Shown" not in kept
    assert BaseState._deserialize(data=kept).name == NAME


def test_what_we_did_not_seal_is_not_read(shown):
    class Runs:
        def __reduce__(self):
            return pytest.fail, ("it ran",)

    kept = shown._serialize()
    moved = crypto.ready().seal_bytes(b"x", "person.name")
    for foreign in (pickle.dumps(Runs()), kept[:-1] + bytes([kept[-1] ^ 1]), moved, b"", b"\1"):
        with pytest.raises(StateSchemaMismatchError):
            BaseState._deserialize(data=foreign)
