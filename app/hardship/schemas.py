"""What goes in and out of the register of the destitute."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Money = Annotated[int, Field(ge=0, le=1_000_000_000)]
"""In fen."""


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class HardshipIn(_In):
    """Form of support and wish, as the office writes them."""

    support: Literal["home", "institution"]
    institution: Name | None = None
    wish: Literal["willing", "unwilling", "not_asked"] = "not_asked"
    asked_on: date | None = None
    refused_why: Words | None = None


class AssessmentIn(_In):
    """One assessment; True says that the person can. There is no field for the grade: it follows."""

    on: date
    eats: bool
    dresses: bool
    gets_up: bool
    toilet: bool
    walks: bool
    bathes: bool


class ClaimIn(_In):
    """A claim of the hospital-care insurance."""

    in_on: date
    out_on: date | None = None
    insurer: Name | None = None
    policy: Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)] | None = None
    day_fen: Money | None = None
    paid_fen: Money | None = None
    state: Literal["open", "sent", "paid", "refused"] = "open"


@dataclass(frozen=True)
class RateView:
    """The two figures of §1.2 for one place, and how many must move."""

    code: str
    place: str
    unable: int
    housed: int
    percent: str
    at_least: str
    to_move: int
    asked: int
    reached: bool


@dataclass(frozen=True)
class HardshipRow:
    """A line of the list; what is known of a child stays closed here."""

    id: str
    name: str
    place: str
    support: str
    grade: str
    carer: str
    last_visit: str
    flags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class HardshipPage:
    """A page of the list."""

    rows: list[HardshipRow] = field(default_factory=list)
    total: int = 0
    more: bool = False


@dataclass(frozen=True)
class IndicatorView:
    """One of the six, as assessed and as the last visit found it."""

    name: str
    words: str
    able: str
    seen: str


@dataclass(frozen=True)
class AssessmentView:
    """One assessment of the history."""

    id: str
    on: str
    grade: str
    cannot: str
    who: str
    visit_id: str


@dataclass(frozen=True)
class ClaimView:
    """One claim of the hospital-care insurance."""

    id: str
    days: str
    insurer: str
    policy: str
    per_day: str
    paid: str
    state: str
    code: str
    in_on: str
    out_on: str
    version: int


@dataclass(frozen=True)
class PaidView:
    """What arrived of the care allowance in one quarter."""

    quarter: str
    amount: str
    payee: str
    arrived: bool


@dataclass(frozen=True)
class HardshipView:
    """The page of one destitute person. `closed`: a child whose record has not been opened."""

    id: str
    person_id: str
    household_id: str
    name: str
    about: str
    place: str
    closed: bool = False
    support: str = ""
    support_code: str = "home"
    institution: str = ""
    wish: str = ""
    wish_code: str = "not_asked"
    asked_on: str = ""
    asked_words: str = ""
    refused_why: str = ""
    grade: str = ""
    grade_written: str = ""
    differs: bool = False
    assessed: str = ""
    seen: str = ""
    change_due: str = ""
    indicators: list[IndicatorView] = field(default_factory=list)
    history: list[AssessmentView] = field(default_factory=list)
    carer: str = ""
    carer_phone: str = ""
    agreement: str = ""
    agreement_problem: str = ""
    last_visit: str = ""
    last_visit_id: str = ""
    look_in: str = ""
    look_in_late: bool = False
    reviewed: str = ""
    review_due: str = ""
    review_late: bool = False
    fee: str = ""
    paid: list[PaidView] = field(default_factory=list)
    claims: list[ClaimView] = field(default_factory=list)
    day_fee: str = ""
    told: list[tuple[str, str]] = field(default_factory=list)
    told_visit_id: str = ""
    told_on: str = ""
    version: int = 0


@dataclass(frozen=True)
class FeeRow:
    """One line of the quarterly roll of the care allowance (照料护理补贴发放册)."""

    person_id: str
    household_code: str
    name: str
    place: str
    support: str
    grade: str
    months: int
    month_fen: int | None
    amount_fen: int | None
    payee: str
    why_not: str
    paid_fen: int | None
    arrived: bool | None


@dataclass(frozen=True)
class FeeView:
    """The roll as the office sees it, fifty lines at a time."""

    quarter: str = ""
    days: str = ""
    rows: list[dict[str, str]] = field(default_factory=list)
    total: int = 0
    people: int = 0
    amount: str = ""
    waiting: int = 0
    more: bool = False
