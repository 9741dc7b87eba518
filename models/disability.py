"""Disability certificates and care services; allowances are rows of `enrolment`."""

from datetime import date, datetime

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.base import Moment, Sealed, SealedJson


class DisabilityCertificate(SQLModel, table=True):
    """A certificate (残疾人证), one row a person.

    The number is the ID number, one digit 类别, one digit 等级, and B with a digit on a reissue (GB/T 26341-2010).
    `category` and `grade` (1 to 7, 1 to 4) are what the list says; what the number says is worked out from it.
    `valid_to` is the last day; empty with `open_ended` for 长期.
    """

    __tablename__ = "disability"
    __table_args__ = (Index("disability_division", "division", "removed_at"), Index("disability_home", "household_id"))
    id: str = Field(primary_key=True, max_length=36)
    person_id: str = Field(foreign_key="person.id", max_length=36, unique=True)
    household_id: str = Field(foreign_key="household.id", max_length=36)
    division: str = Field(max_length=12)
    number: str | None = Field(None, sa_column=Column(Sealed("disability.number")))
    category: int | None = None
    grade: int | None = None
    category_written: str | None = Field(None, max_length=24)
    grade_written: str | None = Field(None, max_length=24)
    issued_on: date | None = None
    valid_to: date | None = None
    open_ended: bool = False
    care_needed: bool | None = None
    injury_care: bool | None = None
    details: dict = Field(default_factory=dict, sa_column=Column(SealedJson("disability.details"), nullable=False))
    import_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    removed_at: datetime | None = Field(None, sa_column=Column(Moment))
    version: int = 1


class CareService(SQLModel, table=True):
    """A care service of the pilot. `mode`: institution, day, neighbour, at_home; fee in fen a month."""

    __tablename__ = "care_service"
    id: str = Field(primary_key=True, max_length=36)
    person_id: str = Field(foreign_key="person.id", max_length=36, index=True)
    household_id: str = Field(max_length=36)
    division: str = Field(max_length=12)
    mode: str = Field(max_length=12)
    provider: str | None = Field(None, max_length=120)
    hours_month: int | None = None
    fee_fen: int | None = None
    from_on: date
    to_on: date | None = None
    source_visit_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1
