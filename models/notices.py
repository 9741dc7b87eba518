"""Notices to a WeCom or SMS gateway, waiting or sent; never a citizen's name or number in them."""

from datetime import datetime

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.base import Json, Moment


class Notice(SQLModel, table=True):
    """`state`: waiting, sent, failed. `tries` and `next_at` drive the retries."""

    __tablename__ = "notice"
    __table_args__ = (Index("notice_due", "state", "next_at"),)
    id: str = Field(primary_key=True, max_length=36)
    kind: str = Field(max_length=24)
    division: str = Field("", max_length=12)
    body: dict = Field(sa_column=Column(Json, nullable=False))
    state: str = Field("waiting", max_length=12)
    tries: int = 0
    next_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    problem: str | None = Field(None, max_length=300)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    sent_at: datetime | None = Field(None, sa_column=Column(Moment))
