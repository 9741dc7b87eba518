"""What rules found when lists were compared, and what became of it."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Column, Index, true
from sqlmodel import Field, SQLModel

from models.base import Moment, SealedJson


class Finding(SQLModel, table=True):
    """One finding: a rule, a subject, a period; never two of the same.

    `subject_kind`: person, household, division, official. `period` tells times of the same fact apart (a month, a
    quarter; empty where the fact has none). `kind`: finding or reminder. `severity`: red, orange, yellow, blue.
    `state`: open, closed. `closed_how`: corrected (已纠正), in_order (核实无误), false_alarm (误报), gone (the
    fact is no longer there). `stands`: whether the
    rule still finds it, `seen_on` the last day on which it did. `facts` as the rule says them, without names.
    """

    __tablename__ = "finding"
    __table_args__ = (
        Index("finding_once", "rule", "subject_id", "period", unique=True),
        Index("finding_list", "state", "severity", "id", "division", "rule"),
        Index("finding_home", "household_id", "state"),
    )
    id: str = Field(primary_key=True, max_length=36)
    rule: str = Field(max_length=8)
    subject_kind: str = Field(max_length=12)
    subject_id: str = Field(max_length=36)
    period: str = Field("", max_length=32)
    kind: str = Field("finding", max_length=8)
    severity: str = Field(max_length=8)
    person_id: str | None = Field(None, max_length=36)
    household_id: str | None = Field(None, max_length=36)
    division: str = Field("", max_length=12)
    facts: dict = Field(default_factory=dict, sa_column=Column(SealedJson("finding.facts"), nullable=False))
    due_on: date | None = None
    state: str = Field("open", max_length=8)
    closed_how: str | None = Field(None, max_length=12)
    closed_reason: str | None = Field(None, max_length=500)
    closed_by: str | None = Field(None, max_length=36)
    closed_at: datetime | None = Field(None, sa_column=Column(Moment))
    times: int = 1
    found_on: date
    seen_on: date
    stands: bool = Field(True, sa_column=Column(Boolean, nullable=False, server_default=true()))
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1


class FindingEvent(SQLModel, table=True):
    """What happened to a finding: raised, reopened, changed, closed, noted. Never overwritten."""

    __tablename__ = "finding_event"
    id: str = Field(primary_key=True, max_length=36)
    finding_id: str = Field(foreign_key="finding.id", max_length=36, index=True)
    what: str = Field(max_length=12)
    text: str | None = Field(None, max_length=500)
    author_id: str | None = Field(None, max_length=36)
    visit_id: str | None = Field(None, max_length=36)
    at: datetime = Field(sa_column=Column(Moment, nullable=False))


class FindingRun(SQLModel, table=True):
    """One comparison: of which day, of the whole county or of the homes that changed, up to which place of the feed."""

    __tablename__ = "finding_run"
    __table_args__ = (Index("finding_run_at", "at"),)
    id: str = Field(primary_key=True, max_length=36)
    day: date
    whole: bool = True
    position: int = Field(0, sa_column=Column(BigInteger, nullable=False))
    found: int = 0
    raised: int = 0
    reopened: int = 0
    closed: int = 0
    at: datetime = Field(sa_column=Column(Moment, nullable=False))


class Application(SQLModel, table=True):
    """An application begun for somebody who seems to lack what is due to them; one for each finding.

    `known` is what the registers say already, so that nobody asks it again. `state`: begun, withdrawn; what follows
    (acceptance, inquiry, decision) is casework.
    """

    __tablename__ = "application"
    __table_args__ = (
        Index("application_finding", "finding_id", unique=True),
        Index("application_list", "state", "division", "id"),
        Index("application_home", "household_id"),
    )
    id: str = Field(primary_key=True, max_length=36)
    programme: str = Field(max_length=24)
    household_id: str = Field(foreign_key="household.id", max_length=36)
    person_id: str | None = Field(None, max_length=36)
    division: str = Field(max_length=12)
    finding_id: str | None = Field(None, max_length=36)
    known: dict = Field(default_factory=dict, sa_column=Column(SealedJson("application.known"), nullable=False))
    state: str = Field("begun", max_length=12)
    author_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1
