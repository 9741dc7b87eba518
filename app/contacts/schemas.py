"""What goes in and out of the contacts room."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import StringConstraints

from app.households.schemas import Name, Text32
from app.sync.schemas import Id, Strict


class ContactConfirm(Strict):
    """The payload of `contact.confirm`: what came of a call. `on` is the Shanghai day, else that of the command."""

    contact_id: Id
    result: Literal["reached", "not_reached", "wrong_number"]
    on: date | None = None


class ContactPut(Strict):
    """Somebody to call, as the office writes it; without a number a known one stays."""

    kind: Literal["emergency", "village", "carer"]
    name: Name
    relation: Annotated[str, StringConstraints(strip_whitespace=True, max_length=24)] | None = None
    phone: Text32 | None = None
    place: Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)] | None = None
    supports: bool | None = None


@dataclass(frozen=True)
class ContactRow:
    """Somebody to call, as the office shows it: masked until looked at."""

    id: str
    code: str
    kind: str
    name: str
    relation: str
    phone: str
    place: str
    supports: str
    confirmed: str
    result: str
    expires: str
    expired: bool
    first: bool = False
    next_name: str = ""
    owes: str = ""
