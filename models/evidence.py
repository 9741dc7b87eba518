"""The chain of evidence: what the server took in and what became of it, each entry tied to the one before."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from models.base import Json, Moment, ordered


class EvidenceEntry(SQLModel, table=True):
    """One link: `what` is the digest of a row's whole content at that moment, empty when the row was taken away.

    `type` is the row's table (or `chain`, `audit`), `subject` its key, its parts joined by a blank; `kind` says what
    happened: a command's status, new, changed, removed, taken_over (it was there before the chain began). `hash` ties
    all of it to the hash of the entry before (`app.evidence.rules`). Rows are only ever added: the database refuses
    the rest.
    """

    __tablename__ = "evidence_entry"
    __table_args__ = (Index("evidence_subject", "type", "subject"),)
    n: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    kind: str = Field(max_length=16)
    type: str = Field(sa_column=Column(ordered(20), nullable=False))
    subject: str = Field(sa_column=Column(ordered(120), nullable=False))
    what: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    at: datetime = Field(sa_column=Column(Moment, nullable=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class EvidenceSignature(SQLModel, table=True):
    """The county's Ed25519 signature over the head of the chain, one for each commit."""

    __tablename__ = "evidence_signature"
    n: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    key: str = Field(max_length=8)
    signature: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class EvidenceCheck(SQLModel, table=True):
    """A check of everything that somebody asked for at the office: how far it is, and what it found."""

    __tablename__ = "evidence_check"
    id: str = Field(primary_key=True, max_length=36)
    asked_by: str = Field(max_length=36)
    asked_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    step: str = Field("", max_length=32)
    done: int = 0
    total: int = 0
    finished_at: datetime | None = Field(None, sa_column=Column(Moment))
    report: dict | None = Field(None, sa_column=Column(Json))


class BreakGlass(SQLModel, table=True):
    """Access to one home outside somebody's area, for some hours, with a reason; a section's head is told."""

    __tablename__ = "break_glass"
    __table_args__ = (Index("break_glass_open", "user_id", "until"), Index("break_glass_home", "household_id"))
    id: str = Field(primary_key=True, max_length=36)
    user_id: str = Field(foreign_key="user.id", max_length=36)
    household_id: str = Field(foreign_key="household.id", max_length=36)
    division: str = Field(max_length=12)
    reason: str = Field(max_length=200)
    from_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    until: datetime = Field(sa_column=Column(Moment, nullable=False))
    seen_by: str | None = Field(None, max_length=36)
    seen_at: datetime | None = Field(None, sa_column=Column(Moment))
