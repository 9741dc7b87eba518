"""What goes in and out of the rolls."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Month = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])$")]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=120)]
Account = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\d{8,32}$")]
Fen = Annotated[int, Field(ge=0, le=100_000_000)]
Programme = Literal[
    "dibao", "tekun", "old_allowance", "disability_living", "disability_care", "orphan", "unsupported"
]
Band = Annotated[str, StringConstraints(strip_whitespace=True, max_length=24)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EnrolIn(_In):
    """Somebody begins to hold a programme. Of 低保 `certificate` ties the members; `amount_fen` is the home's month."""

    programme: Programme
    from_month: Month
    why: Why
    amount_fen: Fen | None = None
    band: Band | None = None
    certificate: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""
    is_holder: bool = False
    account: Account | None = None


class StopIn(_In):
    """A programme ends with a month (the first without payment); `whole`: of 低保 the whole certificate."""

    to_month: Month
    reason: Why
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = ""
    whole: bool = False


class ChangeIn(_In):
    """Amount, band or state as of a month; of 低保 for all of the certificate. None leaves it as it is."""

    month: Month
    why: Why
    amount_fen: Fen | None = None
    band: Band | None = None
    state: Literal["active", "easing"] | None = None
    account: Account | None = None


class ReviewIn(_In):
    """低保 was reviewed on a day. `month`: from when the outcome counts; `band`, `reason`: where it needs one."""

    on: date
    outcome: Literal["keep", "band", "easing", "stop"]
    why: Why
    month: Month | None = None
    band: Literal["A", "B", "C"] | None = None
    reason: Why | None = None


@dataclass(frozen=True)
class RollLine:
    """One line of a roll, for the page and for what is exported; amounts in fen."""

    id: str
    person_id: str
    household_id: str
    division: str
    place: str
    group: str
    name: str
    people: int
    tier: str
    certificate: str
    from_month: str
    state: str
    amount_fen: int | None
    why_not: str = ""
    note: str = ""
    care_fee_fen: int | None = None
    paid_last_fen: int | None = None
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RollRow:
    """A line of a roll in words."""

    id: str
    person_id: str
    name: str
    place: str
    tier: str
    amount: str
    beside: str
    last: str
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ChangeRow:
    """Somebody who differs from the month before, and why."""

    id: str
    person_id: str
    name: str
    place: str
    kind: str
    words: str


@dataclass(frozen=True)
class ProgrammeRow:
    """One programme in a month: how many people, how much, and what the month before was."""

    code: str
    name: str
    people: str
    amount: str
    before: str
    missing: str = ""


@dataclass(frozen=True)
class Roll:
    """The head of one programme's roll, its changes and a page of its lines."""

    programme: str = ""
    name: str = ""
    month: str = ""
    month_words: str = ""
    people: int = 0
    lines: int = 0
    amount: str = ""
    before: str = ""
    missing: int = 0
    standards: list[str] = field(default_factory=list)
    counts: list[str] = field(default_factory=list)
    changes: list[ChangeRow] = field(default_factory=list)
    changes_total: int = 0
    rows: list[RollRow] = field(default_factory=list)
    next: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PastRow:
    """What was done to an enrolment."""

    at: str
    words: str
    who: str


@dataclass(frozen=True)
class EnrolmentView:
    """One time in one programme; `running` this month; `changeable` as `rules.is_changeable` says."""

    id: str
    person_id: str
    programme: str
    name: str
    who: str
    state: str
    running: bool
    changeable: bool
    term: str
    tier: str
    amount: str
    note: str
    certificate: str
    account: str
    whole: bool
    easing: bool
    reviewed: str = ""
    review_due: str = ""
    review_late: bool = False
    closed: bool = False
    version: int = 1


@dataclass(frozen=True)
class PaymentRow:
    """One payment."""

    id: str
    period: str
    name: str
    amount: str
    state: str
    arrived: bool
    payee: str


@dataclass(frozen=True)
class PersonBenefits:
    """One person's page: what they hold and held, what was paid, what was done. `closed`: a child not opened yet."""

    person_id: str
    household_id: str
    name: str
    about: str
    place: str
    closed: bool = False
    enrolments: list[EnrolmentView] = field(default_factory=list)
    payments: list[PaymentRow] = field(default_factory=list)
    more: bool = False
    history: list[PastRow] = field(default_factory=list)
