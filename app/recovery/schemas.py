"""What goes in and out of the recovery room."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

INFO = "ruhutong-recovery-1"


def aad_of(user_id: str, device_id: str) -> bytes:
    """What a phone's sealed key is bound to: nobody can pass it off as another's."""
    return f"recovery:{user_id}:{device_id}".encode()


class WrapInput(BaseModel):
    """Body of `POST /api/recovery/wrap`: a phone's key, sealed to the county."""

    model_config = ConfigDict(extra="forbid")
    kid: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]
    epk: Annotated[str, StringConstraints(pattern=r"^[\w-]{80,96}$")]
    iv: Annotated[str, StringConstraints(pattern=r"^[\w-]{16}$")]
    ciphertext: Annotated[str, StringConstraints(pattern=r"^[\w-]{60,96}$")]


@dataclass
class RecoveryView:
    """One request on the office page. `step`: approve, confirm, wait (one has agreed, another must confirm)."""

    id: str = ""
    name: str = ""
    username: str = ""
    role_name: str = ""
    device: str = ""
    asked: str = ""
    approved: str = ""
    step: str = ""
