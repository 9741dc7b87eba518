"""What goes in and out of the children's room."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.households.register_schemas import FoundView
from app.households.schemas import Name
from app.sync.schemas import Id, Strict

Situation = Literal[
    "alone", "missing", "untended", "violence", "sexual", "selfharm", "bullied", "injured", "exploited", "other"
]
Kind = Literal["child_left_behind", "child_hardship", "child_orphan", "child_unsupported"]


def _text(longest: int) -> type[str]:
    return Annotated[str, StringConstraints(strip_whitespace=True, max_length=longest)]  # type: ignore[return-value]


Word, Line, Words = _text(24), _text(200), _text(2000)


class CaseReport(Strict):
    """The payload of `case.report`: written after the call, which it never stands for.

    `person_id` and `household_id` say which child and home, where the phone knows them; else `where` says it in words.
    """

    situations: Annotated[list[Situation], Field(min_length=1, max_length=10)]
    person_id: Id | None = None
    household_id: Id | None = None
    where: Line | None = None
    seen: Words | None = None
    called: Annotated[list[Annotated[str, StringConstraints(max_length=32)]], Field(max_length=8)] = []
    called_at: _text(40) | None = None  # type: ignore[valid-type]
    police_unit: _text(64) | None = None  # type: ignore[valid-type]
    police_number: _text(64) | None = None  # type: ignore[valid-type]


class ParentIn(Strict):
    """A mother or father, as the office writes it."""

    name: Name | None = None
    state: Word | None = None
    since: date | None = None
    back_on: date | None = None


class ChildIn(Strict):
    """What the office writes of a child of the register."""

    kinds: Annotated[list[Kind], Field(min_length=1)]
    support: Literal["full", "top_up"] | None = None
    risk: Literal["red", "yellow", "blue", "green"] | None = None
    father: ParentIn = ParentIn()
    mother: ParentIn = ParentIn()
    school_written: _text(64) | None = None  # type: ignore[valid-type]
    wish: _text(500) | None = None  # type: ignore[valid-type]
    school_told_on: date | None = None
    village_told_on: date | None = None
    parent_contact_on: date | None = None


class WomanIn(Strict):
    """The survey of a left-behind woman."""

    answers: dict[Word, _text(200)]  # type: ignore[valid-type]
    difficulties: list[Literal["labour", "spirit", "safety", "schooling", "care"]] = []


@dataclass(frozen=True)
class CaseRow:
    """A case in the list; of a restricted one nothing but that there is one, until it is opened."""

    id: str
    title: str
    place: str
    stage: str
    reported: str
    due: str
    late: bool
    restricted: bool
    closed: bool


@dataclass(frozen=True)
class CasePage:
    """A page of the list."""

    rows: list[CaseRow] = field(default_factory=list)
    total: int = 0
    more: bool = False


@dataclass(frozen=True)
class StepView:
    """What was done in a case."""

    at: str
    who: str
    stage: str
    text: str


@dataclass(frozen=True)
class Choice:
    """A stage to go to."""

    value: str
    label: str


@dataclass(frozen=True)
class CaseView:
    """The page of one case."""

    id: str
    version: int
    whom: str
    child_id: str
    household_id: str
    place: str
    situations: str
    restricted: bool
    seers: str
    stage: str
    stages: list[str]
    reached: int
    asks: str
    due: str
    late: bool
    closed: bool
    reported: str
    author: str
    seen: str
    called: str
    police: str
    steps: list[StepView]
    next: list[Choice]


@dataclass(frozen=True)
class ChildRow:
    """A child in the office's list."""

    id: str
    name: str
    place: str
    group: str
    age: str
    kinds: list[str]
    risk: str
    tone: str
    last_visit: str
    due: str
    overdue: bool


@dataclass(frozen=True)
class ChildPage:
    """A page of the list."""

    rows: list[ChildRow] = field(default_factory=list)
    total: int = 0
    more: bool = False


@dataclass(frozen=True)
class DoubtView:
    """What is wrong about a child's guardian."""

    words: str
    grave: bool


@dataclass(frozen=True)
class ParentView:
    """A mother or father."""

    who: str
    name: str
    state: str
    since: str
    back_on: str


@dataclass(frozen=True)
class PaperView:
    """An agreement about the child."""

    id: str
    kind: str
    state: str
    tone: str
    carer: str


@dataclass(frozen=True)
class ChildView:
    """The page of one child; `closed` until it is opened with a reason."""

    id: str
    person_id: str
    household_id: str
    name: str
    age: str
    place: str
    closed: bool = False
    kinds: list[str] = field(default_factory=list)
    kind_codes: list[str] = field(default_factory=list)
    risk: str = ""
    risk_code: str = ""
    tone: str = ""
    support: str = ""
    support_code: str = ""
    carer: str = ""
    carer_on: str = ""
    carer_visit: str = ""
    doubts: list[DoubtView] = field(default_factory=list)
    parents: list[ParentView] = field(default_factory=list)
    school: str = ""
    school_told: str = ""
    village_told: str = ""
    contact_on: str = ""
    wish: str = ""
    last_visit: str = ""
    visit_id: str = ""
    due: str = ""
    overdue: bool = False
    found: list[FoundView] = field(default_factory=list)
    papers: list[PaperView] = field(default_factory=list)
    cases: list[CaseRow] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    version: int = 0


@dataclass(frozen=True)
class WomanRow:
    """A survey in the list."""

    id: str
    name: str
    place: str
    age: str
    on: str
    husband: str
    cares: str
    difficulties: str
    needs: str


@dataclass(frozen=True)
class WomanPage:
    """A page of the list."""

    rows: list[WomanRow] = field(default_factory=list)
    total: int = 0
    more: bool = False
