"""Who did what to what, when, from which device, before and after. Rows are only ever added, each tied to the last."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary
from sqlmodel import Field, SQLModel

from models.base import Json, Moment


class AuditEntry(SQLModel, table=True):
    """One act. `action` is namespaced (`visit.stored`, `person.unmasked`, `account.locked` …).

    `id` counts in the order of commits; `hash` is over the row and the hash of the one before, and empty in lines that
    are older than the chain.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (Index("audit_subject", "subject_type", "subject_id"), Index("audit_actor", "actor_id", "at"))
    id: int | None = Field(
        None,
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    )
    at: datetime = Field(sa_column=Column(Moment, nullable=False, index=True))
    actor_id: str | None = Field(None, max_length=36)
    device_id: str | None = Field(None, max_length=36)
    action: str = Field(max_length=64)
    subject_type: str = Field(max_length=32)
    subject_id: str = Field(max_length=64)
    reason: str | None = None
    before: dict | None = Field(None, sa_column=Column(Json))
    after: dict | None = Field(None, sa_column=Column(Json))
    hash: bytes | None = Field(None, sa_column=Column(LargeBinary))
