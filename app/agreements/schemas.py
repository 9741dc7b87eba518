"""What goes in and out of the agreements room."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.households.schemas import Name, Text32
from app.sync.schemas import Id, Strict

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=24)]


class Party(Strict):
    """One who signs. `signed`: self, phone, video, proxy or empty; `record` the number of the recorded call, or who
    signed for them."""

    role: Literal[
        "elder", "supporter", "town", "carer", "person", "village", "witness", "entruster", "child", "officer"
    ]
    name: Name
    relation: Word | None = None
    phone: Text32 | None = None
    address: Line | None = None
    signed: Literal["", "self", "phone", "video", "proxy"] = ""
    record: Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)] | None = None


class AgreementIn(Strict):
    """An agreement as the office writes it down."""

    kind: Literal["support", "care", "guardianship"]
    number: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] | None = None
    signed_on: date | None = None
    from_on: date | None = None
    to_on: date | None = None
    open_ended: bool = False
    carer_name: Name | None = None
    carer_relation: Word | None = None
    carer_number: Text32 | None = None
    carer_phone: Text32 | None = None
    bar_1: bool | None = None
    bar_2: bool | None = None
    bar_3: bool | None = None
    bar_4: bool | None = None
    parties: Annotated[list[Party], Field(max_length=12)] = []
    terms: dict[Word, Words] = {}
    source_visit_id: Id | None = None


class Inspect(Strict):
    """The payload of `agreement.inspect`: whether an agreement is kept, and how it was urged."""

    agreement_id: Id
    result: Literal["good", "fair", "not_kept"]
    on: date | None = None
    problem: Words | None = None
    urged_on: date | None = None
    urged_how: Words | None = None
    visit_id: Id | None = None


class Sign(Strict):
    """A signature drawn on the screen: whose, by whose hand, the picture as a data address."""

    party: Annotated[int, Field(le=99)] = -1
    by: Literal["self", "proxy"]
    proxy: Name | None = None
    relation: Word | None = None
    why: Line | None = None
    picture: Annotated[str, StringConstraints(max_length=400_000)] = ""


@dataclass(frozen=True)
class AgreementRow:
    """An agreement in the office's list."""

    id: str
    person_id: str
    name: str
    place: str
    kind: str
    until: str
    state: str
    tone: str
    inspection: str
    missing: str


@dataclass(frozen=True)
class AgreementPage:
    """A page of the list."""

    rows: list[AgreementRow] = field(default_factory=list)
    total: int = 0
    more: bool = False


@dataclass(frozen=True)
class PartyView:
    """One who signs, masked. `at`: its place among the parties; `drawn`: the id of what was drawn on the screen."""

    at: str
    role: str
    name: str
    relation: str
    phone: str
    signed: str
    drawn: str
    may_draw: bool


@dataclass(frozen=True)
class LookView:
    """A look at whether it is kept."""

    id: str
    on: str
    result: str
    problem: str
    urged: str
    urge_by: str
    visit_id: str
    by: str


@dataclass(frozen=True)
class Pair:
    """A named value."""

    name: str
    value: str


@dataclass(frozen=True)
class VersionView:
    """A correction: when, by whom, why, what stood there before (masked), and the signatures on it, name and id."""

    id: str
    on: str
    by: str
    why: str
    before: list[Pair]
    drawn: list[Pair]


@dataclass(frozen=True)
class AgreementView:
    """The page of one agreement."""

    id: str
    kind: str
    kind_name: str
    name: str
    person_id: str
    household_id: str
    place: str
    number: str
    signed: str
    lasts: str
    state: str
    tone: str
    ended: bool
    carer: str
    carer_note: str
    bars: list[Pair]
    bar_present: str
    parties: list[PartyView]
    terms: list[Pair]
    missing: str
    looks: list[LookView]
    history: list[VersionView]
    visit_id: str
    version: int
