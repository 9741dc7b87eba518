"""Every command that ever reached the server, exactly as it came, and what became of it."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, Integer
from sqlmodel import Field, SQLModel

from models.base import Json, Moment, Sealed, SealedJson


class Command(SQLModel, table=True):
    """A command that claimed its id. `status`: stored, held, conflict, orphaned. Ids are unique per author.

    `raw` is the JSON as received, sealed; `waits_for` what a held one needs (`household:…`, `form:home@3`), or
    `repair` where the server failed on it. `row_id` and `row_version` say which version of a row it made.
    `division` is the area whose township is asked where a person has to place it. `signed` says what the phone's
    signature was worth when it came: yes, none, unknown_key, wrong; nothing is refused for it.
    """

    __tablename__ = "command"
    __table_args__ = (
        Index("command_held", "status", "received_at"),
        Index("command_waits", "waits_for"),
        Index("command_row", "row_id"),
    )
    author_id: str = Field(primary_key=True, max_length=36)
    id: str = Field(primary_key=True, max_length=36)
    device_id: str = Field(max_length=36)
    type: str = Field(max_length=32)
    status: str = Field(max_length=12)
    digest: str = Field(max_length=64)
    prev: str | None = Field(None, max_length=64)
    signed: str = Field("none", max_length=12)
    seq: int | None = Field(None, sa_column=Column(BigInteger))
    raw: str = Field(sa_column=Column(Sealed("command.raw"), nullable=False))
    waits_for: str | None = Field(None, max_length=80)
    household_id: str | None = Field(None, max_length=36)
    division: str = Field("", max_length=12)
    row_id: str | None = Field(None, max_length=36)
    row_version: int | None = None
    corrects: str | None = Field(None, max_length=36)
    errors: list = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    questions: list = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    captured_at: datetime | None = Field(None, sa_column=Column(Moment))
    sent_at: datetime | None = Field(None, sa_column=Column(Moment))
    received_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    settled_at: datetime | None = Field(None, sa_column=Column(Moment))


class Quarantine(SQLModel, table=True):
    """A command that was rejected: kept as it came, for the author's correction and the county's help."""

    __tablename__ = "quarantine"
    __table_args__ = (Index("quarantine_once", "author_id", "raw_sha256", unique=True),)
    id: int | None = Field(
        None, sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    )
    author_id: str = Field(max_length=36, index=True)
    device_id: str = Field(max_length=36)
    command_id: str | None = Field(None, max_length=80)
    raw_sha256: str = Field(max_length=64)
    raw: str = Field(sa_column=Column(Sealed("quarantine.raw"), nullable=False))
    errors: list = Field(default_factory=list, sa_column=Column(SealedJson("quarantine.errors"), nullable=False))
    times: int = 1
    received_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    corrected_by: str | None = Field(None, max_length=36)
