"""What goes in and out of the elders' room."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.households.register_schemas import FoundView
from app.households.schemas import Name, Text32
from app.sync.schemas import Strict

Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=24)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Tag = Literal[
    "elder_left_behind", "elder_alone", "elder_empty_nest", "elder_childless", "elder_disabled", "elder_old"
]  # fmt: skip


class Descendant(Strict):
    """A son or daughter: where they work, how often they come, whether they can support."""

    name: Name
    relation: Word | None = None
    place: Line | None = None
    since: Annotated[str, StringConstraints(strip_whitespace=True, max_length=24)] | None = None
    phone: Text32 | None = None
    returns: Word | None = None
    able: Word | None = None


class ElderIn(Strict):
    """What the office writes of an elder of the register."""

    marks: list[Tag] = ["elder_left_behind"]
    children_count: Annotated[int, Field(ge=0, le=20)] | None = None
    children: Annotated[list[Descendant], Field(max_length=12)] = []


@dataclass(frozen=True)
class ElderRow:
    """An elder in the office's list."""

    id: str
    name: str
    place: str
    group: str
    age: str
    tier: str
    tone: str
    living: str
    last_visit: str
    due: str
    overdue: bool
    lacks: str


@dataclass(frozen=True)
class ElderPage:
    """A page of the list."""

    rows: list[ElderRow] = field(default_factory=list)
    total: int = 0
    more: bool = False


@dataclass(frozen=True)
class ChildOf:
    """A son or daughter, masked."""

    name: str
    relation: str
    place: str
    since: str
    phone: str
    returns: str
    able: str


@dataclass(frozen=True)
class AgreementLine:
    """An agreement on the page of who it is for."""

    id: str
    kind: str
    state: str
    tone: str
    inspection: str


@dataclass(frozen=True)
class ElderView:
    """The page of one elder."""

    id: str
    person_id: str
    household_id: str
    name: str
    age: str
    sex: str
    id_masked: str
    phone: str
    place: str
    band: str
    marks: list[str]
    tags: list[str]
    tier: str
    tier_name: str
    tone: str
    tier_why: str
    every: str
    last_visit: str
    visit_id: str
    due: str
    overdue: bool
    found: list[FoundView]
    children: list[ChildOf]
    children_count: int
    agreements: list[AgreementLine]
    version: int
