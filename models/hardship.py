"""The register of the destitute (特困人员), their assessments, the claims of hospital-care insurance."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field, SQLModel

from models.base import Moment, SealedJson


class Hardship(SQLModel, table=True):
    """A destitute person of the register, one row a person; entitlement and its end are rows of `enrolment` (tekun).

    `support`: home (分散供养) or institution (集中供养). `wish`: willing, unwilling, not_asked. The six indicators
    (自主吃饭, 穿衣, 上下床, 如厕, 室内行走, 洗澡) are the newest assessment's; True says that the person can. The
    grade is derived from them (特困人员认定办法 第二十二条), never kept; `grade_written` is what an imported list
    said. The carer stands in the `agreement` of kind care.
    """

    __tablename__ = "hardship"
    __table_args__ = (Index("hardship_division", "division", "removed_at"), Index("hardship_home", "household_id"))
    id: str = Field(primary_key=True, max_length=36)
    person_id: str = Field(foreign_key="person.id", max_length=36, unique=True)
    household_id: str = Field(foreign_key="household.id", max_length=36)
    division: str = Field(max_length=12)
    support: str | None = Field(None, max_length=12)
    institution: str | None = Field(None, max_length=120)
    wish: str | None = Field(None, max_length=12)
    asked_on: date | None = None
    refused_why: str | None = Field(None, max_length=200)
    eats: bool | None = None
    dresses: bool | None = None
    gets_up: bool | None = None
    toilet: bool | None = None
    walks: bool | None = None
    bathes: bool | None = None
    assessed_on: date | None = None
    grade_written: str | None = Field(None, max_length=24)
    reviewed_on: date | None = None
    listed_visit_on: date | None = None
    details: dict = Field(default_factory=dict, sa_column=Column(SealedJson("hardship.details"), nullable=False))
    import_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    removed_at: datetime | None = Field(None, sa_column=Column(Moment))
    version: int = 1


class Assessment(SQLModel, table=True):
    """One assessment of the six indicators; a later one stands beside it."""

    __tablename__ = "self_care_assessment"
    __table_args__ = (Index("self_care_person", "person_id", "on"),)
    id: str = Field(primary_key=True, max_length=36)
    person_id: str = Field(foreign_key="person.id", max_length=36)
    on: date
    eats: bool
    dresses: bool
    gets_up: bool
    toilet: bool
    walks: bool
    bathes: bool
    visit_id: str | None = Field(None, max_length=36)
    author_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class InsuranceClaim(SQLModel, table=True):
    """A claim of the hospital-care insurance (住院护理保险理赔). `state`: open, sent, paid, refused; money in fen."""

    __tablename__ = "insurance_claim"
    id: str = Field(primary_key=True, max_length=36)
    person_id: str = Field(foreign_key="person.id", max_length=36, index=True)
    division: str = Field(max_length=12)
    insurer: str | None = Field(None, max_length=120)
    policy: str | None = Field(None, max_length=64)
    in_on: date
    out_on: date | None = None
    day_fen: int | None = None
    paid_fen: int | None = Field(None, sa_column=Column(BigInteger))
    state: str = Field("open", max_length=8)
    author_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1
