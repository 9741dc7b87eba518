"""Dated parameters: every amount, age, frequency and deadline, and the county's own settings."""

from datetime import date, datetime

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.base import Json, Moment


class Parameter(SQLModel, table=True):
    """A value for an area and a time, with its source. `value` is any JSON; `area` a division prefix or empty."""

    __tablename__ = "parameter"
    __table_args__ = (Index("parameter_key", "key", "area", "from_on", unique=True),)
    id: str = Field(primary_key=True, max_length=36)
    key: str = Field(max_length=64)
    area: str = Field("", max_length=12)
    value: dict = Field(sa_column=Column(Json, nullable=False))
    from_on: date
    to_on: date | None = None
    source: str = Field("", max_length=200)
    updated_by: str | None = Field(None, max_length=36)
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1
