"""Visits as they reached us, their pictures, the troubles they found, the work that is due."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Column, Index, false
from sqlmodel import Field, SQLModel

from models.base import Json, Moment, SealedJson


class Visit(SQLModel, table=True):
    """One visit or contact. Never overwritten: a correction is a visit of its own that `corrects` another.

    `state`: stored, orphaned (the household lies outside the author's scope), replaced (corrected by a later one).
    `division` is the household's, for scope and lists. `on` is the Shanghai day of `started_at`. `reason` says
    why a correction was made.
    """

    __tablename__ = "visit"
    __table_args__ = (
        Index("visit_household_on", "household_id", "started_at"),
        Index("visit_division_on", "division", "started_at"),
        Index("visit_author_on", "author_id", "started_at"),
        Index("visit_form", "form_code", "form_version"),
        Index("visit_recent", "started_at", "id"),
    )
    id: str = Field(primary_key=True, max_length=36)
    household_id: str = Field(foreign_key="household.id", max_length=36)
    division: str = Field(max_length=12)
    author_id: str = Field(foreign_key="user.id", max_length=36)
    device_id: str | None = Field(None, max_length=36)
    form_code: str = Field(max_length=32)
    form_version: int
    mode: str = Field(max_length=12)
    met: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    started_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    finished_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    on: date
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    answers: dict = Field(default_factory=dict, sa_column=Column(SealedJson("visit.answers"), nullable=False))
    unchanged: list = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    questions: list = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    next_on: date | None = None
    state: str = Field("stored", max_length=12, index=True)
    corrects: str | None = Field(None, max_length=36, index=True)
    corrected_by: str | None = Field(None, max_length=36)
    reason: str | None = Field(None, max_length=500)
    seq: int | None = Field(None, sa_column=Column(BigInteger))
    received_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1


class VisitPhoto(SQLModel, table=True):
    """A picture a visit names; its bytes may arrive later (`photo_upload`)."""

    __tablename__ = "visit_photo"
    __table_args__ = (Index("visit_photo_sha256", "sha256"),)
    visit_id: str = Field(primary_key=True, foreign_key="visit.id", max_length=36)
    sha256: str = Field(primary_key=True, max_length=64)
    position: int = 0
    original_sha256: str | None = Field(None, max_length=64)
    question: str | None = Field(None, max_length=64)
    person_id: str | None = Field(None, max_length=36)
    of_child: bool = False
    taken_at: datetime | None = Field(None, sa_column=Column(Moment))
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    note: str | None = Field(None, max_length=500)
    answers_review: str | None = Field(None, max_length=36)


class Issue(SQLModel, table=True):
    """A trouble found at a home (困难/问题): what was said, who acts, until it is done."""

    __tablename__ = "issue"
    __table_args__ = (Index("issue_household", "household_id", "state"), Index("issue_division", "division", "state"))
    id: str = Field(primary_key=True, max_length=36)
    household_id: str = Field(foreign_key="household.id", max_length=36)
    person_id: str | None = Field(None, max_length=36)
    division: str = Field(max_length=12)
    visit_id: str | None = Field(None, max_length=36, index=True)
    author_id: str = Field(max_length=36)
    text: str = Field(max_length=2000)
    programme: str | None = Field(None, max_length=32)
    question: str | None = Field(None, max_length=64)
    urgent: bool = False
    state: str = Field("open", max_length=12)
    resolution: str | None = Field(None, max_length=2000)
    closed_at: datetime | None = Field(None, sa_column=Column(Moment))
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1


class Task(SQLModel, table=True):
    """Work that is due at a home. `kind` visit is settled by any visit; made by rules from tiers and dates.

    One of a kind for each subject: `subject_id` is empty for the home's visit, else the person, agreement or
    certificate that the work is about. `urgent` after a life event.
    """

    __tablename__ = "task"
    __table_args__ = (
        Index("task_household_kind", "household_id", "kind", "subject_id", unique=True),
        Index("task_subject", "kind", "subject_id"),
    )
    id: str = Field(primary_key=True, max_length=36)
    kind: str = Field(max_length=24)
    household_id: str = Field(foreign_key="household.id", max_length=36)
    person_id: str | None = Field(None, max_length=36)
    subject_id: str = Field("", max_length=36, sa_column_kwargs={"server_default": ""})
    division: str = Field(max_length=12)
    due_on: date
    every_days: int | None = None
    urgent: bool = Field(False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    why: str = Field(max_length=200)
    version: int = 1


class FieldConflict(SQLModel, table=True):
    """A field that changed after the answer's base: both values kept until a person decides.

    `ours` is what stands now, `theirs` what somebody else said: `{value, at, by, visit}`. From an answer (`command_id`
    empty where several meet) or from a change with an old `base_version` (`command_id` of the command that waits).
    """

    __tablename__ = "field_conflict"
    __table_args__ = (
        Index("field_conflict_open", "division", "decided_at"),
        Index("field_conflict_subject", "subject_id", "field"),
    )
    id: str = Field(primary_key=True, max_length=36)
    division: str = Field(max_length=12)
    household_id: str = Field(max_length=36)
    subject_type: str = Field(max_length=16)
    subject_id: str = Field(max_length=36)
    field: str = Field(max_length=64)
    ours: dict = Field(sa_column=Column(SealedJson("field_conflict.ours"), nullable=False))
    theirs: list = Field(sa_column=Column(SealedJson("field_conflict.theirs"), nullable=False))
    author_id: str = Field(max_length=36)
    command_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    decided_at: datetime | None = Field(None, sa_column=Column(Moment))
    decided_by: str | None = Field(None, max_length=36)
    decision: str | None = Field(None, max_length=12)
