"""Random samples for the county's re-checks: drawn once and kept, what became of each home only ever added."""

from datetime import date, datetime

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.base import Json, Moment, SealedJson


class Sample(SQLModel, table=True):
    """One draw. `which` list: new, all, relatives, reported. Months are `YYYY-MM`.

    `frame` are the ids of all that could be drawn, so that anybody can draw again; `fingerprint` their hash. `once`
    keeps the same list from being drawn until it pleases.
    """

    __tablename__ = "sample"
    __table_args__ = (Index("sample_once", "once", unique=True), Index("sample_list", "division", "drawn_at"))
    id: str = Field(primary_key=True, max_length=36)
    once: str = Field(max_length=160)
    programme: str = Field(max_length=24)
    which: str = Field(max_length=12)
    division: str = Field(max_length=12)
    from_month: str = Field(max_length=7)
    to_month: str = Field(max_length=7)
    seed: str = Field(max_length=64)
    share: float
    size: int
    frame_size: int
    fingerprint: str = Field(max_length=64)
    frame: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    days: int
    drawn_by: str = Field(max_length=36)
    drawn_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class SampleItem(SQLModel, table=True):
    """One home (or person) that was drawn. `key` is its id in the frame, `rank` the hash that ordered it.

    `handled` are the accounts that had to do with it before, none of whom is sent there. `first` is what the registers
    said on the day of the draw, by question; it is not shown before the second visit is in.
    """

    __tablename__ = "sample_item"
    __table_args__ = (
        Index("sample_item_place", "sample_id", "position", unique=True),
        Index("sample_item_home", "household_id"),
    )
    id: str = Field(primary_key=True, max_length=36)
    sample_id: str = Field(foreign_key="sample.id", max_length=36)
    position: int
    key: str = Field(max_length=36)
    rank: str = Field(max_length=64)
    household_id: str = Field(max_length=36)
    person_id: str | None = Field(None, max_length=36)
    handled: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    first: dict = Field(default_factory=dict, sa_column=Column(SealedJson("sample_item.first"), nullable=False))


class SampleEvent(SQLModel, table=True):
    """What happened to a drawn home. `what`: given (to `user_id`), second (`answers` of the second visit), judged
    (`outcome`: agree, differs, error). The last one of a kind counts; a second visit is written once."""

    __tablename__ = "sample_event"
    __table_args__ = (Index("sample_event_item", "item_id", "id"), Index("sample_event_user", "user_id"))
    id: str = Field(primary_key=True, max_length=36)
    item_id: str = Field(foreign_key="sample_item.id", max_length=36)
    what: str = Field(max_length=8)
    user_id: str | None = Field(None, max_length=36)
    visited_on: date | None = None
    answers: dict | None = Field(None, sa_column=Column(SealedJson("sample_event.answers")))
    outcome: str | None = Field(None, max_length=8)
    note: str | None = Field(None, max_length=500)
    author_id: str = Field(max_length=36)
    at: datetime = Field(sa_column=Column(Moment, nullable=False))
