"""The register of left-behind elders (留守老人)."""

from datetime import date, datetime

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.base import Moment, SealedJson


class Elder(SQLModel, table=True):
    """An elder of the register, one row a person. What visits find lies in the person's ledger, not here.

    `tier` is the 探访类别 as a code (`high`, `need`, `left_behind`), `children` `[{name, relation, place, since, phone,
    returns, able}]`. `listed_visit_on` is the last visit that an imported ledger names, for the time before this
    system. Contacts are rows of `contact`, agreements of `agreement`.
    """

    __tablename__ = "elder"
    __table_args__ = (Index("elder_division", "division", "removed_at"), Index("elder_home", "household_id"))
    id: str = Field(primary_key=True, max_length=36)
    person_id: str = Field(foreign_key="person.id", max_length=36, unique=True)
    household_id: str = Field(foreign_key="household.id", max_length=36)
    division: str = Field(max_length=12)
    tier: str | None = Field(None, max_length=16)
    tier_written: str | None = Field(None, max_length=32)
    living_written: str | None = Field(None, max_length=32)
    self_care_written: str | None = Field(None, max_length=32)
    children_count: int | None = None
    children: list = Field(default_factory=list, sa_column=Column(SealedJson("elder.children"), nullable=False))
    listed_visit_on: date | None = None
    listed_visit_mode: str | None = Field(None, max_length=16)
    details: dict = Field(default_factory=dict, sa_column=Column(SealedJson("elder.details"), nullable=False))
    import_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    removed_at: datetime | None = Field(None, sa_column=Column(Moment))
    version: int = 1
