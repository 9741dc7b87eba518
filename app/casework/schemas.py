"""What goes in and out of the room of petitions and public notices."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Area = Annotated[str, StringConstraints(pattern=r"^\d{6}(\d{3}(\d{3})?)?$")]
Id = Annotated[str, StringConstraints(max_length=36)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=2000)]


class PetitionIn(BaseModel):
    """A petition as it is written down."""

    model_config = ConfigDict(extra="forbid")
    division: Area
    category: Literal["建议意见", "检举控告", "申诉求决"]
    source: Literal["来信", "来访", "来电", "网上", "上级转办"]
    text: Words
    received_on: date
    accused: list[Id] = []
    assignee: Id | None = None


class NoticeIn(BaseModel):
    """A public notice before it is hung up."""

    model_config = ConfigDict(extra="forbid")
    division: Area
    programme: Literal[
        "dibao", "tekun", "old_allowance", "disability_living", "disability_care", "relief", "orphan", "unsupported",
        "child_hardship",
    ]  # fmt: skip
    from_on: date
    to_on: date
    text: Words


@dataclass(frozen=True)
class PetitionRow:
    """A petition in the list."""

    id: str
    version: int
    category: str
    place: str
    text: str
    received: str
    assignee: str
    state: str
    next: str
    next_words: str


@dataclass(frozen=True)
class Registered:
    """A petition as a register has it: how it came and who took it in, who has it, by when it asks for its next step,
    what was done."""

    id: str
    division: str
    received_on: date
    category: str
    source: str
    text: str
    assignee: str
    answer_by: date | None
    done: str
    author: str


@dataclass(frozen=True)
class NoticeRow:
    """A public notice in the list."""

    id: str
    programme: str
    place: str
    days: str
    text: str


@dataclass(frozen=True)
class Casework:
    """The page: petitions of the area, notices that hang or hung, who can be chosen."""

    petitions: list[PetitionRow] = field(default_factory=list)
    notices: list[NoticeRow] = field(default_factory=list)
    officers: list[tuple[str, str]] = field(default_factory=list)
    accused: list[tuple[str, str]] = field(default_factory=list)
