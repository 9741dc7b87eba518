"""How a phone whose password was forgotten is opened again: the sealed copy of its key, and who let it be used."""

from datetime import datetime

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.base import Moment


class RecoveryWrap(SQLModel, table=True):
    """A phone's data key, sealed by the phone to a key of the county (`app.keys`): useless without that key's file."""

    __tablename__ = "recovery_wrap"
    user_id: str = Field(primary_key=True, foreign_key="user.id", max_length=36)
    device_id: str = Field(primary_key=True, max_length=36)
    kid: str = Field(max_length=8)
    epk: str = Field(max_length=96)
    iv: str = Field(max_length=16)
    ciphertext: str = Field(max_length=96)
    at: datetime = Field(sa_column=Column(Moment, nullable=False))


class RecoveryRequest(SQLModel, table=True):
    """Somebody asks for the key of their phone; two others must agree. Bound to the phone that asked."""

    __tablename__ = "recovery_request"
    __table_args__ = (Index("recovery_asked", "asked_at"),)
    id: str = Field(primary_key=True, max_length=36)
    user_id: str = Field(foreign_key="user.id", max_length=36, index=True)
    device_id: str = Field(max_length=36)
    asked_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    approved_by: str | None = Field(None, max_length=36)
    confirmed_by: str | None = Field(None, max_length=36)
    refused_by: str | None = Field(None, max_length=36)
    taken_at: datetime | None = Field(None, sa_column=Column(Moment))
