"""What goes in and out of the sampling room."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Area = Annotated[str, StringConstraints(pattern=r"^\d{6}(\d{3}(\d{3})?)?$")]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class DrawIn(_In):
    """A draw as the office asks for it. `codes`: 户编号 of the homes of relatives or of those reported."""

    programme: Literal[
        "dibao", "tekun", "old_allowance", "disability_living", "disability_care", "orphan", "unsupported"
    ]
    which: Literal["new", "all", "relatives", "reported"]
    area: Area
    from_month: Month
    to_month: Month
    seed: Annotated[str, StringConstraints(max_length=64)] = ""
    codes: Annotated[list[Annotated[str, StringConstraints(max_length=32)]], Field(max_length=5000)] = []
    visitors: Annotated[list[Annotated[str, StringConstraints(max_length=36)]], Field(max_length=50)] = []


class SecondIn(_In):
    """The second visit: answers by question, the day, a note."""

    visited_on: date
    answers: dict[str, Annotated[str, StringConstraints(max_length=120)]]
    note: Annotated[str, StringConstraints(max_length=500)] = ""


class JudgeIn(_In):
    """What came of it."""

    outcome: Literal["agree", "differs", "error"]
    note: Annotated[str, StringConstraints(max_length=500)] = ""


@dataclass(frozen=True)
class SampleRow:
    """A draw in the list."""

    id: str
    title: str
    place: str
    period: str
    drawn: str
    size: int
    done: int
    rate: str


@dataclass(frozen=True)
class MineRow:
    """A home to which I am sent."""

    id: str
    name: str
    place: str
    title: str
    due: str
    late: bool
    step: str


@dataclass(frozen=True)
class Visitor:
    """An account that may be sent."""

    id: str
    name: str


@dataclass(frozen=True)
class SamplesPage:
    """The draws of an area, what is mine to do, and who may be sent."""

    rows: list[SampleRow] = field(default_factory=list)
    mine: list[MineRow] = field(default_factory=list)
    visitors: list[Visitor] = field(default_factory=list)
    more: bool = False


@dataclass(frozen=True)
class ItemRow:
    """A drawn home in its sample."""

    id: str
    position: int
    name: str
    place: str
    who: str
    state: str
    outcome: str
    note: str


@dataclass(frozen=True)
class SampleView:
    """The page of a draw: how it was drawn, how far it is, what it says so far."""

    id: str
    title: str
    place: str
    period: str
    seed: str
    share: str
    frame_size: int
    size: int
    fingerprint: str
    drawn: str
    done: int
    waiting: int
    counts: list[tuple[str, int]]
    rate: str
    bounds: str
    says: str
    rows: list[ItemRow]
    more: bool
    whole: bool = False


@dataclass(frozen=True)
class Option:
    """An answer that can be chosen."""

    code: str
    label: str


@dataclass(frozen=True)
class Question:
    """A question of the second visit: options, or (without) a number."""

    field: str
    label: str
    options: list[Option] = field(default_factory=list)


@dataclass(frozen=True)
class ComparedLine:
    """One question, both answers in words; `state`: same, differs, unasked."""

    label: str
    first: str
    second: str
    state: str


@dataclass(frozen=True)
class ItemView:
    """The page of one drawn home. Without `compared` until the second visit is in."""

    id: str
    sample_id: str
    title: str
    name: str
    person: str
    place: str
    who: str
    state: str
    due: str
    mine: bool
    questions: list[Question]
    compared: list[ComparedLine]
    second_on: str = ""
    second_note: str = ""
    outcome: str = ""
    note: str = ""
    visitors: list[Visitor] = field(default_factory=list)


@dataclass(frozen=True)
class Unit:
    """Something that can be drawn."""

    key: str
    household_id: str
    person_id: str | None = None
    amount_fen: int | None = None


Values = dict[str, Any]
