"""Keys of phones, one-time codes to enrol them, and sealed copies that could not be opened."""

from datetime import datetime

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from models.base import Moment


class DeviceKey(SQLModel, table=True):
    """The public half of a key made on a phone (ECDSA P-256, raw point in base64url). Keys are never removed.

    `how` it was enrolled: `login` (any sign-in with a password) or `code` (a one-time code of the office).
    """

    __tablename__ = "device_key"
    user_id: str = Field(primary_key=True, foreign_key="user.id", max_length=36)
    device_id: str = Field(primary_key=True, max_length=36)
    public_key: str = Field(primary_key=True, max_length=90)
    how: str = Field(max_length=8)
    enrolled_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class DeviceCode(SQLModel, table=True):
    """A one-time code by which an account enrols one phone; only its fingerprint is kept."""

    __tablename__ = "device_code"
    code_hash: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="user.id", max_length=36, index=True)
    made_by: str = Field(max_length=36)
    made_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    expires_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    used_at: datetime | None = Field(None, sa_column=Column(Moment))
    device_id: str | None = Field(None, max_length=36)


class SealedKept(SQLModel, table=True):
    """A sealed copy that came signed by an enrolled phone but could not be taken in: kept as it came.

    `sum` is the sha256 of the whole container; `code` says what was wrong with it.
    """

    __tablename__ = "sealed_kept"
    __table_args__ = (Index("sealed_kept_device", "author_id", "device_id"),)
    sum: str = Field(primary_key=True, max_length=64)
    author_id: str = Field(max_length=36)
    device_id: str = Field(max_length=36)
    kind: str = Field(max_length=8)
    item_id: str = Field(max_length=64)
    code: str = Field(max_length=32)
    size: int
    raw: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    times: int = 1
    received_at: datetime = Field(sa_column=Column(Moment, nullable=False))
