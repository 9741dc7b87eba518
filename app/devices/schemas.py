"""What goes in and out of the devices room."""

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints


class DeviceRegistration(BaseModel):
    """Body of `POST /api/devices`: the public half of the phone's key, and the one-time code where one is needed."""

    model_config = ConfigDict(extra="forbid")
    public_key: Annotated[str, StringConstraints(min_length=87, max_length=87)]
    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)] | None = None


@dataclass(frozen=True)
class DeviceView:
    """One phone in the office's list."""

    user_id: str
    id: str
    person: str
    username: str
    name: str
    tail: str
    seen: str
    waiting: str
    version: str
    storage: str
    how: str
    revoked: str
    reason: str


@dataclass(frozen=True)
class DevicePage:
    """A page of phones."""

    rows: list[DeviceView] = field(default_factory=list)
    total: int = 0


@dataclass(frozen=True)
class CodeView:
    """A code just made: shown once, as a picture and in letters."""

    code: str = ""
    link: str = ""
    qr: str = ""
    person: str = ""
    until: str = ""
