"""What changed, numbered in the order of commits: the source of every pull."""

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field, SQLModel


class FeedRow(SQLModel, table=True):
    """The latest change of one row for one audience.

    Audience: `household_id` and `division` (rows about a household), `user_id` (a person's own rows), or all three
    empty (everyone: forms, settings). `gone` marks what left that division.
    """

    __tablename__ = "feed"
    __table_args__ = (
        Index("feed_row", "type", "row_id", "division", "user_id", unique=True),
        Index("feed_division", "division", "position"),
        Index("feed_household", "household_id", "position"),
        Index("feed_user", "user_id", "division", "position"),
    )
    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    type: str = Field(max_length=16)
    row_id: str = Field(max_length=80)
    household_id: str = Field("", max_length=36)
    division: str = Field("", max_length=12)
    user_id: str = Field("", max_length=36)
    gone: bool = False


class Counter(SQLModel, table=True):
    """A number handed out in commit order: its row stays locked from the hand-out to the commit."""

    __tablename__ = "counter"
    name: str = Field(primary_key=True, max_length=24)
    value: int = Field(sa_column=Column(BigInteger, nullable=False))


class Epoch(SQLModel, table=True):
    """The life of this database; a restored backup begins a new one, so that phones start from nothing."""

    __tablename__ = "epoch"
    id: str = Field(primary_key=True, max_length=36)
    number: int


class ScopeSnapshot(SQLModel, table=True):
    """The areas behind a scope hash of a cursor, so that a changed scope can be told apart."""

    __tablename__ = "scope_snapshot"
    hash: str = Field(primary_key=True, max_length=32)
    areas: str
