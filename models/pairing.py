"""Officials paired with households, plans for a household, measures for a person."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field, SQLModel

from models.base import Json, Moment, Sealed


class Official(SQLModel, table=True):
    """A 帮扶责任人, who may have an account here or not."""

    __tablename__ = "official"
    __table_args__ = (Index("official_phone", "phone_index"), Index("official_user", "user_id"))
    id: str = Field(primary_key=True, max_length=36)
    name: str = Field(max_length=64)
    unit: str | None = Field(None, max_length=120)
    post: str | None = Field(None, max_length=64)
    phone: str | None = Field(None, sa_column=Column(Sealed("official.phone")))
    phone_index: str | None = Field(None, max_length=64)
    user_id: str | None = Field(None, max_length=36)
    import_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1


class PairedHome(SQLModel, table=True):
    """Which official is responsible for which household, from when to when; `to_on` is the last day.

    Where the official has an account, the row of the same time in `pairing` (scope) follows it.
    """

    __tablename__ = "paired_home"
    __table_args__ = (
        Index("paired_home_home", "household_id", "from_on"),
        Index("paired_home_official", "official_id"),
        Index("paired_home_division", "division"),
    )
    id: str = Field(primary_key=True, max_length=36)
    official_id: str = Field(foreign_key="official.id", max_length=36)
    household_id: str = Field(foreign_key="household.id", max_length=36)
    division: str = Field(max_length=12)
    from_on: date | None = None
    to_on: date | None = None
    listed_visit_on: date | None = None
    listed_visit_mode: str | None = Field(None, max_length=16)
    import_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1


class Plan(SQLModel, table=True):
    """一户一方案 of a year: causes, aims and the text of the plan; the measures are rows of `measure`."""

    __tablename__ = "plan"
    __table_args__ = (Index("plan_home_year", "household_id", "year", unique=True),)
    id: str = Field(primary_key=True, max_length=36)
    household_id: str = Field(foreign_key="household.id", max_length=36)
    division: str = Field(max_length=12)
    year: int
    causes: list = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    aim_fen: int | None = Field(None, sa_column=Column(BigInteger))
    text: str | None = Field(None, max_length=2000)
    author_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1


class Measure(SQLModel, table=True):
    """一人一措施. `kind`: industry, work, health, schooling, housing, safety_net, company, care, other.

    `progress`: planned, going, done, stopped. `effect` in the cadre's words.
    """

    __tablename__ = "measure"
    __table_args__ = (Index("measure_home", "household_id"), Index("measure_person", "person_id"))
    id: str = Field(primary_key=True, max_length=36)
    plan_id: str | None = Field(None, max_length=36)
    household_id: str = Field(foreign_key="household.id", max_length=36)
    person_id: str | None = Field(None, max_length=36)
    division: str = Field(max_length=12)
    kind: str = Field(max_length=16)
    text: str = Field(max_length=500)
    owner: str | None = Field(None, max_length=64)
    due_on: date | None = None
    progress: str = Field("planned", max_length=8)
    effect: str | None = Field(None, max_length=500)
    source_visit_id: str | None = Field(None, max_length=36)
    author_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1
