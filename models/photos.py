"""Pictures: the bytes as received, who sent them, what was found in them later."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field, SQLModel

from models.base import Moment


class Photo(SQLModel, table=True):
    """Bytes held under their SHA-256. `state`: held, processed, undecodable.

    `exif_at`, `exif_lat`, `exif_lon` are what the picture says of itself; `phash` is empty for a picture so plain that
    it would resemble every other plain one. The index on `processed_at` feeds the search for duplicates.
    """

    __tablename__ = "photo"
    __table_args__ = (Index("photo_processed_at", "processed_at"),)
    sha256: str = Field(primary_key=True, max_length=64)
    size: int
    mime: str = Field(max_length=32)
    state: str = Field("held", max_length=16, index=True)
    width: int | None = None
    height: int | None = None
    exif_at: datetime | None = Field(None, sa_column=Column(Moment))
    exif_lat: float | None = None
    exif_lon: float | None = None
    phash: int | None = Field(None, sa_column=Column(BigInteger))
    problem: str | None = Field(None, max_length=120)
    received_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    processed_at: datetime | None = Field(None, sa_column=Column(Moment))


class PhotoUpload(SQLModel, table=True):
    """That this user sent these bytes whole. A visit gives sight only of pictures that its author uploaded."""

    __tablename__ = "photo_upload"
    user_id: str = Field(primary_key=True, foreign_key="user.id", max_length=36)
    sha256: str = Field(primary_key=True, max_length=64, index=True)
    completed_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class PhotoRefusal(SQLModel, table=True):
    """That the last bytes this user sent under this name were no whole picture; taken away when a picture arrives."""

    __tablename__ = "photo_refusal"
    user_id: str = Field(primary_key=True, foreign_key="user.id", max_length=36)
    sha256: str = Field(primary_key=True, max_length=64)
    code: str = Field(max_length=24)
    refused_at: datetime = Field(sa_column=Column(Moment, nullable=False))
