"""What a supervisor decided about a picture of a visit, and the questions the system asks its author."""

from datetime import datetime

from sqlalchemy import Column, Index, text
from sqlmodel import Field, SQLModel

from models.base import Json, Moment


class Review(SQLModel, table=True):
    """The review of one picture of one visit: two visits may share a picture.

    `state`: waiting, accepted, returned (a task on the author's phone), answered (waits again, with both versions).
    `division`, `town` (its first nine digits) and `form_code` repeat the visit's: each kind of area has an index in
    the order of the queue. Ids are UUIDv7, so their order is that of arrival. `asked_at` is when the questions of the
    system were looked for; while it is empty, the sweep of `app/jobs.py` finds the row.
    """

    __tablename__ = "review"
    __table_args__ = (
        Index("review_pair", "visit_id", "sha256", unique=True),
        Index("review_queue", "state", "division", "id"),
        Index("review_town", "state", "town", "id"),
        Index("review_recent", "state", "id"),
        Index("review_form", "state", "form_code", "id"),
        Index("review_unasked", "id", sqlite_where=text("asked_at IS NULL"), postgresql_where=text("asked_at IS NULL")),
        Index("review_household", "household_id", "question", "id"),
        Index("review_author", "author_id", "state"),
    )
    id: str = Field(primary_key=True, max_length=36)
    visit_id: str = Field(foreign_key="visit.id", max_length=36)
    sha256: str = Field(max_length=64, index=True)
    household_id: str = Field(max_length=36)
    division: str = Field(max_length=12)
    town: str = Field("", max_length=9)
    author_id: str = Field(max_length=36)
    form_code: str = Field(max_length=32)
    question: str | None = Field(None, max_length=64)
    of_child: bool = False
    taken_at: datetime | None = Field(None, sa_column=Column(Moment))
    state: str = Field("waiting", max_length=12)
    has_questions: bool = False
    reason: str | None = Field(None, max_length=24)
    note: str | None = Field(None, max_length=500)
    marks: list = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    reviewer_id: str | None = Field(None, max_length=36)
    decided_at: datetime | None = Field(None, sa_column=Column(Moment))
    answer_sha256: str | None = Field(None, max_length=64)
    answer_text: str | None = Field(None, max_length=500)
    answered_at: datetime | None = Field(None, sa_column=Column(Moment))
    asked_at: datetime | None = Field(None, sa_column=Column(Moment))
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1


class ReviewEvent(SQLModel, table=True):
    """Each step of a review, kept beside the others."""

    __tablename__ = "review_event"
    id: str = Field(primary_key=True, max_length=36)
    review_id: str = Field(foreign_key="review.id", max_length=36, index=True)
    at: datetime = Field(sa_column=Column(Moment, nullable=False))
    actor_id: str = Field(max_length=36)
    kind: str = Field(max_length=12)
    sha256: str | None = Field(None, max_length=64)
    reason: str | None = Field(None, max_length=24)
    note: str | None = Field(None, max_length=500)
    marks: list = Field(default_factory=list, sa_column=Column(Json, nullable=False))


class EvidenceQuestion(SQLModel, table=True):
    """A question about a record, never an accusation, shown to its author first (`shown_at`: it reached the phone).

    `kind`: same_photo, similar_photo, exif_time, far_from_home, overlapping_visits, phone_clock, undecodable.
    `sha256` is empty where the question is about the visit itself.
    """

    __tablename__ = "evidence_question"
    __table_args__ = (Index("evidence_question_once", "visit_id", "sha256", "kind", "other", unique=True),)
    id: str = Field(primary_key=True, max_length=36)
    visit_id: str = Field(foreign_key="visit.id", max_length=36, index=True)
    sha256: str = Field("", max_length=64, index=True)
    kind: str = Field(max_length=24)
    other: str = Field("", max_length=80)
    text: str = Field(max_length=300)
    facts: dict = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    author_id: str = Field(max_length=36, index=True)
    shown_at: datetime | None = Field(None, sa_column=Column(Moment))
    answer: str | None = Field(None, max_length=500)
    answered_at: datetime | None = Field(None, sa_column=Column(Moment))
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
