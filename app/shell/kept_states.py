"""What Reflex keeps of a tab outside this process (in Redis) is sealed under the home's field key.

A State holds what its page shows: names, answers, what somebody has the right to see. Redis holds it for as long as
a tab may come back, on another disk and perhaps another machine. Sealed it tells nothing there. And Reflex reads it by
pickle, which runs what it reads: nothing that we did not seal ourselves is read at all.
"""

from typing import BinaryIO

from app import crypto
from app.errors import AppError

PURPOSE = "state"


def seal_states() -> None:
    """Let every State leave this process sealed only; called once, before the application is made."""
    from reflex.state import BaseState
    from reflex_base.utils.exceptions import StateSchemaMismatchError

    plain, read = BaseState._serialize, BaseState._deserialize.__func__  # type: ignore[attr-defined]
    if hasattr(plain, "sealed"):
        return

    def serialize(self: BaseState) -> bytes:
        made = plain(self)
        return crypto.ready().seal_bytes(made, PURPOSE) if made else made

    def deserialize(cls: type[BaseState], data: bytes | None = None, fp: BinaryIO | None = None) -> BaseState:
        sealed = data if data is not None else fp.read() if fp is not None else b""
        try:
            return read(cls, crypto.ready().open_bytes(sealed, PURPOSE))
        except AppError as error:
            # Reflex begins the tab anew.
            raise StateSchemaMismatchError("not sealed by this home") from error

    serialize.sealed = True  # type: ignore[attr-defined]
    BaseState._serialize = serialize  # type: ignore[method-assign]
    BaseState._deserialize = classmethod(deserialize)  # type: ignore[method-assign, assignment]
