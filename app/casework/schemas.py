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
    """A petition in the list; `due` is the day by which it asks for its next step, or why there is none.

    `assignee` is empty while nobody has it, `source` where nobody wrote it down.
    """

    id: str
    brief: str
    category: str
    source: str
    place: str
    received: str
    assignee: str
    state: str
    due: str
    late: bool


@dataclass(frozen=True)
class PetitionPage:
    """A page of the list."""

    rows: list[PetitionRow] = field(default_factory=list)
    total: int = 0
    more: bool = False


@dataclass(frozen=True)
class Choosing:
    """What a new petition can be given: who works on it, who is complained about, the day."""

    officers: list[tuple[str, str]] = field(default_factory=list)
    accused: list[tuple[str, str]] = field(default_factory=list)
    on: str = ""


@dataclass(frozen=True)
class Event:
    """What was done with a petition, and when."""

    what: str
    on: str


@dataclass(frozen=True)
class PetitionView:
    """One petition in full, with what comes next and who could work on it; `next` is empty once it is done,
    and its day lies from `earliest` to `on`, which is today."""

    id: str
    version: int
    brief: str
    text: str
    category: str
    source: str
    place: str
    accused: str
    author: str
    assignee: str
    due: str
    late: bool
    stages: list[str]
    reached: int
    events: list[Event]
    extended: str
    next: str
    next_words: str
    earliest: str
    on: str
    officers: list[tuple[str, str]]


@dataclass(frozen=True)
class Registered:
    """A petition as a register has it: how it came and who took it in, who has it, by when it asks for its next step,
    how far it has come, on which days and in words."""

    id: str
    division: str
    received_on: date
    category: str
    source: str
    text: str
    assignee: str
    answer_by: date | None
    told_on: date | None
    accepted_on: date | None
    done_on: date | None
    state: str
    done: str
    author: str


@dataclass(frozen=True)
class NoticeRow:
    """A public notice in the list; `now` while its days run, `down` on which day and why it was taken down, if it was.

    `earliest` is the first day on which it can have been taken down.
    """

    id: str
    version: int
    programme: str
    place: str
    days: str
    text: str
    now: bool
    earliest: str
    down: str


@dataclass(frozen=True)
class NoticePage:
    """A page of them."""

    rows: list[NoticeRow] = field(default_factory=list)
    total: int = 0
    more: bool = False
