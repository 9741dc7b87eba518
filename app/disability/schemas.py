"""What goes in and out of the register of certificates."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text120 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Category = Annotated[int, Field(ge=1, le=7)]
Grade = Annotated[int, Field(ge=1, le=4)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CertificateIn(_In):
    """A certificate as the office writes it; category and grade stand in its number. `kinds`: of 多重, kind → grade.

    A change without a number keeps the one that is known.
    """

    number: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""
    kinds: dict[Category, Grade] = {}
    issued_on: date | None = None
    valid_to: date | None = None
    open_ended: bool = False
    care_needed: bool | None = None
    injury_care: bool | None = None


class ServiceIn(_In):
    """A care service of the pilot (贫困重度残疾人照护)."""

    mode: Literal["institution", "day", "neighbour", "at_home"]
    provider: Text120 | None = None
    hours_month: Annotated[int, Field(ge=0, le=744)] | None = None
    fee_fen: Annotated[int, Field(ge=0, le=100_000_000)] | None = None
    from_on: date
    to_on: date | None = None


@dataclass(frozen=True)
class DisabilityRow:
    """A line of the list; what is known of a child stays closed here."""

    id: str
    name: str
    place: str
    kind: str
    until: str
    living: str
    care: str
    flags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class DisabilityPage:
    """A page of the list."""

    rows: list[DisabilityRow] = field(default_factory=list)
    total: int = 0
    more: bool = False


@dataclass(frozen=True)
class AllowanceView:
    """One allowance of one person: what the rules say, what is drawn, what the standard is."""

    name: str
    words: str
    why: str
    missing: bool
    too_much: bool
    drawn: str
    standard: str


@dataclass(frozen=True)
class ServiceView:
    """One care service."""

    id: str
    mode: str
    provider: str
    extent: str
    days: str
    running: bool


@dataclass(frozen=True)
class DisabilityView:
    """The page of one holder. `closed`: a child whose record has not been opened."""

    id: str
    person_id: str
    household_id: str
    name: str
    about: str
    place: str
    closed: bool = False
    number: str = ""
    kind: str = ""
    written: str = ""
    problems: list[str] = field(default_factory=list)
    issued: str = ""
    issued_on: str = ""
    until: str = ""
    valid_to: str = ""
    open_ended: bool = False
    state: str = ""
    state_words: str = ""
    remind: str = ""
    care_needed: str = ""
    injury_care: str = ""
    kinds: dict[str, str] = field(default_factory=dict)
    allowances: list[AllowanceView] = field(default_factory=list)
    services: list[ServiceView] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    told_visit_id: str = ""
    told_on: str = ""
    last_visit: str = ""
    version: int = 0
