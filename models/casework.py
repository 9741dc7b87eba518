"""Petitions and public notices: what the county answers for with a deadline, and what it hangs up for all to read."""

from datetime import date, datetime

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.base import Json, Moment, Sealed, SealedJson


class Petition(SQLModel, table=True):
    """One petition (信访件). `category`: 建议意见, 检举控告, 申诉求决.

    `source`: 来信, 来访, 来电, 网上, 上级转办; empty where nobody wrote down how it came.
    `accused`: accounts of those complained about; `kept_from` these and all of their units, as they were when the
    petition was handed on. `extended_by` approved more time, `extended_why` says what for.
    `taken_back`: steps noted by mistake, each {what, noted, on, by, why}: `noted` was its day, `on` the day it went.
    """

    __tablename__ = "petition"
    __table_args__ = (Index("petition_list", "division", "done_on", "id"),)
    id: str = Field(primary_key=True, max_length=36)
    division: str = Field(max_length=12)
    household_id: str | None = Field(None, max_length=36)
    category: str = Field(max_length=16)
    source: str = Field("", max_length=16, sa_column_kwargs={"server_default": ""})
    text: str = Field(sa_column=Column(Sealed("petition.text"), nullable=False))
    accused: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    kept_from: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    assignee: str | None = Field(None, max_length=36)
    received_on: date
    told_on: date | None = None
    accepted_on: date | None = None
    done_on: date | None = None
    taken_back: list[dict[str, str]] | None = Field(None, sa_column=Column(SealedJson("petition.taken_back")))
    extended: bool = False
    extended_by: str | None = Field(None, max_length=64)
    extended_why: str | None = Field(None, max_length=500)
    author_id: str = Field(max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1


class PublicNotice(SQLModel, table=True):
    """What hangs in a village for all to read (公示), of which programme, from which day to which.

    `down_on`: the day on which it was taken down before its time or because it was wrong, `down_why` says what for.
    """

    __tablename__ = "public_notice"
    __table_args__ = (Index("public_notice_list", "division", "from_on"),)
    id: str = Field(primary_key=True, max_length=36)
    programme: str = Field(max_length=24)
    division: str = Field(max_length=12)
    household_id: str | None = Field(None, max_length=36)
    from_on: date
    to_on: date
    text: str = Field(max_length=2000)
    down_on: date | None = None
    down_why: str | None = Field(None, max_length=500)
    author_id: str = Field(max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1
