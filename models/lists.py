"""Lists of other offices: deaths, detention; and the rows of any list whose person is not in the register."""

from datetime import date, datetime

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.base import Json, Moment, Sealed, SealedJson


class Death(SQLModel, table=True):
    """A death as one office reports it. `person_id` is empty for somebody who is in no register of ours."""

    __tablename__ = "death"
    __table_args__ = (
        Index("death_number", "id_index", "source", "died_on", unique=True),
        Index("death_person", "person_id"),
    )
    id: str = Field(primary_key=True, max_length=36)
    id_number: str = Field(sa_column=Column(Sealed("death.id_number"), nullable=False))
    id_index: str = Field(max_length=64)
    name: str = Field(max_length=64)
    person_id: str | None = Field(None, max_length=36)
    died_on: date
    source: str = Field("", max_length=32)
    import_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1


class Custody(SQLModel, table=True):
    """Prison (服刑在押) or compulsory rehabilitation (强制隔离戒毒). `to_on` is the last day; empty: not known."""

    __tablename__ = "custody"
    __table_args__ = (
        Index("custody_number", "id_index", "kind", "from_on", unique=True),
        Index("custody_person", "person_id"),
    )
    id: str = Field(primary_key=True, max_length=36)
    id_number: str = Field(sa_column=Column(Sealed("custody.id_number"), nullable=False))
    id_index: str = Field(max_length=64)
    name: str = Field(max_length=64)
    person_id: str | None = Field(None, max_length=36)
    kind: str = Field("", max_length=24)
    by: str | None = Field(None, max_length=120)
    from_on: date | None = None
    to_on: date | None = None
    import_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1


class Listed(SQLModel, table=True):
    """A fact of another office's list for which no table of its own is needed: vehicle, business, school, insurance.

    `list`: vehicles, businesses, schools, insurance. `details` is the row as read.
    """

    __tablename__ = "listed"
    __table_args__ = (Index("listed_person", "person_id", "list"), Index("listed_number", "list", "id_index"))
    id: str = Field(primary_key=True, max_length=36)
    list: str = Field(max_length=16)
    id_index: str = Field(max_length=64)
    name: str = Field(max_length=64)
    person_id: str | None = Field(None, max_length=36)
    on: date | None = None
    details: dict = Field(default_factory=dict, sa_column=Column(SealedJson("listed.details"), nullable=False))
    import_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1


class UnmatchedRow(SQLModel, table=True):
    """A sound row of a ledger whose person the register does not know: kept until the person is there or it is let go.

    `proposed` are ids of people who could be meant (name, birth and village), for a person to confirm. `state`: open,
    matched, let_go. `detail` is the row as read. A row about a household or a township waits for it by name
    (`awaits`: `home:CODE`, `place:高士镇`). `made` are the rows that came of it, `[[type, id]]`.
    """

    __tablename__ = "unmatched_row"
    __table_args__ = (
        Index("unmatched_open", "state", "ledger"),
        Index("unmatched_number", "id_index"),
        Index("unmatched_import", "import_id"),
        Index("unmatched_awaits", "awaits"),
        Index("unmatched_person", "person_id"),
    )
    id: str = Field(primary_key=True, max_length=36)
    import_id: str = Field(max_length=36)
    ledger: str = Field(max_length=32)
    shape: str = Field(max_length=32)
    sheet: str = Field(max_length=64)
    row: int
    name: str = Field("", max_length=64)
    division: str = Field("", max_length=12)
    id_index: str | None = Field(None, max_length=64)
    awaits: str | None = Field(None, max_length=64)
    made: list = Field(default_factory=list, sa_column=Column(Json, nullable=False, server_default="[]"))
    proposed: list = Field(default_factory=list, sa_column=Column(SealedJson("unmatched.proposed"), nullable=False))
    detail: dict = Field(sa_column=Column(SealedJson("unmatched.detail"), nullable=False))
    state: str = Field("open", max_length=8)
    person_id: str | None = Field(None, max_length=36)
    decided_by: str | None = Field(None, max_length=36)
    decided_at: datetime | None = Field(None, sa_column=Column(Moment))
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
