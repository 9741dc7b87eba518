"""What goes in and out of the accounts room."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from app.accounts.rules import FIELD_ROLES, Permission, Role, permissions_of

Text64 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]


@dataclass(frozen=True)
class Actor:
    """Who acts: the account behind a session, with its areas (division codes) and rights.

    `barred`: why this phone gets no answer but that (a code of `rules.BARRED`), empty for all others.
    """

    id: str
    username: str
    name: str
    role: Role
    divisions: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    device_id: str | None = None
    must_change_password: bool = False
    barred: str = ""
    must_set_factor: bool = False
    token_hash: str | None = field(default=None, repr=False)

    def may(self, permission: Permission) -> bool:
        """Whether role and flags include this permission."""
        return permission in permissions_of(self.role, self.flags)

    @property
    def in_field(self) -> bool:
        """Whether the role works with the phone."""
        return self.role in FIELD_ROLES


class DeviceIn(BaseModel):
    """The phone or computer, as it names itself."""

    model_config = ConfigDict(extra="forbid")
    id: UUID
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""


class SignInInput(BaseModel):
    """Body of `POST /api/session`."""

    model_config = ConfigDict(extra="forbid")
    username: Text64
    password: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    code: Annotated[str, StringConstraints(strip_whitespace=True, max_length=24)] = ""
    device: DeviceIn


class PasswordChange(BaseModel):
    """Body of `POST /api/session/password`."""

    model_config = ConfigDict(extra="forbid")
    old: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    new: Annotated[str, StringConstraints(min_length=1, max_length=256)]


class AccountInput(BaseModel):
    """An account as the administrator writes it."""

    model_config = ConfigDict(extra="forbid")
    username: Text64
    name: Text64
    role: Role
    divisions: list[Annotated[str, StringConstraints(pattern=r"^\d{6}(\d{3}(\d{3})?)?$")]] = []
    phone: Annotated[str, StringConstraints(pattern=r"^\d{11}$")] | None = None
    flags: list[Text64] = []
    programmes: list[Text64] = []


@dataclass(frozen=True)
class AccountView:
    """An account in the administrator's list."""

    id: str
    username: str
    name: str
    role: str
    role_name: str
    divisions: str
    state: str
    seen_at: datetime | None
