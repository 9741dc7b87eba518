"""What goes in and out of pairings, plans and measures."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from app.pairing.rules import CAUSES
from app.sync.schemas import Id

Text64 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)]
Text120 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OfficialIn(_In):
    """A 帮扶责任人 as the office writes them."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
    unit: Text120 | None = None
    post: Text64 | None = None
    phone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=24)] | None = None


class PlanIn(_In):
    """一户一方案 of a year."""

    causes: list[str] = []
    aim_fen: Annotated[int, Field(ge=0, le=100_000_000_000)] | None = None
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] | None = None

    @field_validator("causes")
    @classmethod
    def _known(cls, given: list[str]) -> list[str]:
        if unknown := set(given) - set(CAUSES):
            raise ValueError(f"没有这个原因：{sorted(unknown)[0]}。")
        return [cause for cause in CAUSES if cause in given]


Kind = Literal["industry", "work", "health", "schooling", "housing", "safety_net", "company", "care", "other"]
Progress = Literal["planned", "going", "done", "stopped"]


class MeasureIn(_In):
    """一人一措施; without a person it is for the whole home."""

    person_id: Id | None = None
    kind: Kind
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)]
    owner: Text64 | None = None
    due_on: date | None = None


class ProgressIn(_In):
    """How far a measure has come, and what came of it."""

    progress: Progress
    effect: Words | None = None


class MeasureProgress(ProgressIn):
    """The payload of `measure.progress`; `visit_id` names the visit at which it was seen."""

    measure_id: Id
    visit_id: Id | None = None


@dataclass(frozen=True)
class PairingRow:
    """A line of the list: a home, who is responsible, what is to be done."""

    id: str
    name: str
    place: str
    attribute: str
    official: str
    last_visit: str
    flags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PairingPage:
    """A page of the list."""

    rows: list[PairingRow] = field(default_factory=list)
    total: int = 0
    more: bool = False


@dataclass(frozen=True)
class TermView:
    """One official's time with a home."""

    id: str
    official_id: str
    name: str
    unit: str
    phone: str
    days: str
    now: bool


@dataclass(frozen=True)
class HelperView:
    """Somebody who could step in, and why."""

    id: str
    name: str
    unit: str
    why: str


@dataclass(frozen=True)
class MeasureView:
    """One measure."""

    id: str
    who: str
    kind: str
    text: str
    owner: str
    due: str
    late: bool
    progress: str
    code: str
    effect: str
    version: int


@dataclass(frozen=True)
class ContactView:
    """One visit or contact of the log."""

    id: str
    on: str
    mode: str
    remote: bool
    who: str


@dataclass(frozen=True)
class ItemView:
    """One of the six items, or of the four statements: what stands, since when, who said so."""

    code: str
    words: str
    state: str
    tone: str
    on: str
    who: str


@dataclass(frozen=True)
class PersonChoice:
    """Somebody of the home a measure may be for."""

    id: str
    name: str


@dataclass(frozen=True)
class HomeView:
    """The page of one paired home."""

    id: str
    code: str
    name: str
    place: str
    attribute: str
    terms: list[TermView] = field(default_factory=list)
    gap: str = ""
    helpers: list[HelperView] = field(default_factory=list)
    year: int = 0
    plan: bool = False
    causes: list[str] = field(default_factory=list)
    aim: str = ""
    text: str = ""
    plan_version: int = 0
    problems: list[str] = field(default_factory=list)
    measures: list[MeasureView] = field(default_factory=list)
    people: list[PersonChoice] = field(default_factory=list)
    log: list[ContactView] = field(default_factory=list)
    last_visit: str = ""
    due: str = ""
    late: bool = False
    six: list[ItemView] = field(default_factory=list)
    nots: list[ItemView] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    told_visit_id: str = ""
    told_on: str = ""


@dataclass(frozen=True)
class OfficialRow:
    """A line of the officials' list; how many homes only tells whether there is room for one more."""

    id: str
    name: str
    unit: str
    post: str
    phone: str
    account: str
    homes: int
    too_many: bool


@dataclass(frozen=True)
class OfficialPage:
    """A page of officials."""

    rows: list[OfficialRow] = field(default_factory=list)
    total: int = 0
    more: bool = False
    most: int = 0
