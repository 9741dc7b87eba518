"""Complaints and suggestions (投诉建议), which every government app must offer (国办函〔2026〕12号)."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from models.base import Moment


class Feedback(SQLModel, table=True):
    """One complaint or suggestion and its reply. `about`: app, work, person, other."""

    __tablename__ = "feedback"
    id: str = Field(primary_key=True, max_length=36)
    author_id: str | None = Field(None, max_length=36, index=True)
    anonymous: bool = False
    about: str = Field("app", max_length=16)
    text: str = Field(max_length=2000)
    page: str | None = Field(None, max_length=120)
    reply: str | None = Field(None, max_length=2000)
    replied_by: str | None = Field(None, max_length=36)
    replied_at: datetime | None = Field(None, sa_column=Column(Moment))
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1
