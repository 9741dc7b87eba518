"""What goes in and out of the reviews room."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.sync.schemas import Id, Moment, Sha256

Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Part = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Mark(BaseModel):
    """What the reviewer drew: points as parts (0 to 1) of the upright picture's width and height.

    `circle` is a line drawn by hand, `arrow` has a tail and a tip, `text` one point, where its words begin.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["circle", "arrow", "text"]
    points: Annotated[list[tuple[Part, Part]], Field(min_length=1, max_length=200)]
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""

    @model_validator(mode="after")
    def _whole(self) -> "Mark":
        wanted = {"circle": len(self.points) >= 2, "arrow": len(self.points) == 2, "text": len(self.points) == 1}
        if not wanted[self.kind] or (self.kind == "text") != bool(self.text):
            raise ValueError("这一笔没有画完整。")
        return self


class Decision(BaseModel):
    """What a reviewer decides about one picture, of the version that they saw."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    review_id: Id
    version: Annotated[int, Field(ge=1)]
    act: Literal["accept", "return"]
    reason: Literal["unclear", "missing", "face", "other"] | None = None
    note: Words = ""
    marks: Annotated[list[Mark], Field(max_length=40)] = []


class Location(BaseModel):
    """Where a picture was taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    accuracy_m: Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)] = 0


class AnswerPhoto(BaseModel):
    """The new picture of an answer, in the shape of a visit's pictures."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    sha256: Sha256
    original_sha256: Sha256 | None = None
    question: str | None = Field(None, max_length=64)
    taken_at: Moment | None = None
    location: Location | None = None
    note: Words | None = None


class QuestionAnswer(BaseModel):
    """What the author says to one question."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: Id
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class PhotoAnswer(BaseModel):
    """Payload of the command `photo.answer`: words, a new picture, answers to questions, or several of these."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    review_id: Id
    text: Words = ""
    photo: AnswerPhoto | None = None
    answers: Annotated[list[QuestionAnswer], Field(max_length=20)] = []

    @model_validator(mode="after")
    def _says_something(self) -> "PhotoAnswer":
        if not (self.text or self.photo or self.answers):
            raise ValueError("说一句，或再拍一张。")
        return self


class ExportWish(BaseModel):
    """What is taken out, and why: the reason is written down."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]
    area: Annotated[str, StringConstraints(pattern=r"^(\d{6}|\d{9}|\d{12})?$")] = ""
    days: Annotated[int, Field(ge=0, le=3660)] = 0
    photos: bool = False
    returned: bool = False


@dataclass(frozen=True)
class QueueFilter:
    """What part of the queue is looked at: `state` open, returned or accepted; `days` 0 means all."""

    state: str = "open"
    area: str = ""
    days: int = 0
    form: str = ""


@dataclass(frozen=True)
class QueueItem:
    """One picture in the queue. `photo`: ready, waiting (not processed yet), missing, refused, undecodable."""

    id: str
    title: str
    where: str
    hint: str
    photo: str
    locked: bool
    thumb: str


@dataclass(frozen=True)
class Fact:
    """One line of what is known about the visit."""

    name: str
    value: str


@dataclass(frozen=True)
class Doubt:
    """A question of the system as a reviewer sees it; `said` is what its author answered."""

    title: str
    said: str


@dataclass(frozen=True)
class Other:
    """Another picture to look at beside this one: an earlier one of the same item, or the one it resembles.

    `marks` are those with which it was returned, as in `ReviewView`.
    """

    label: str
    thumb: str
    screen: str
    marks: str = ""


@dataclass(frozen=True)
class ReviewView:
    """One picture with everything a reviewer needs to decide; `marks` as JSON, empty where there are none."""

    id: str
    version: int
    state: str
    state_name: str
    title: str
    where: str
    household: str
    group: str
    door: str
    place: str
    photo: str
    thumb: str
    screen: str
    original: str
    locked: bool
    may_open: bool
    may_decide: bool
    reason_name: str
    note: str
    marks: str
    facts: list[Fact] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    others: list[Other] = field(default_factory=list)


@dataclass(frozen=True)
class QueuePage:
    """At most fifty pictures, whether there are more, and how many there are in all."""

    rows: list[QueueItem]
    next_after: str
    total: int
