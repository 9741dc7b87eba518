"""Form documents as published; a version once published never changes."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from models.base import Json, Moment


class Form(SQLModel, table=True):
    """One published version of a form; `body` is the document of design §7, `current` the one handed out."""

    __tablename__ = "form"
    code: str = Field(primary_key=True, max_length=32)
    version: int = Field(primary_key=True)
    title: str = Field(max_length=120)
    body: dict = Field(sa_column=Column(Json, nullable=False))
    digest: str = Field(max_length=64)
    current: bool = True
    published_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    published_by: str | None = Field(None, max_length=36)
