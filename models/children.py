"""The register of children, the cases of the four stages, the survey of left-behind women."""

from datetime import date, datetime

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.base import Json, Moment, Sealed, SealedJson


class Child(SQLModel, table=True):
    """A child of the register, one row a person. What visits find lies in the person's ledger, not here.

    `kinds`: codes as in `app/households/tags.py` (`child_left_behind`, `child_orphan`, `child_unsupported`,
    `child_hardship`). `support`: full (全额) or top_up (补差). `*_state` of a parent as the county writes it
    (服刑在押, 失联, 重残 …), `*_back_on` when a lost parent was heard of again. `risk`: red, yellow, blue, green.
    Allowances are rows of `enrolment`, the carer stands in the `agreement` of kind guardianship.
    """

    __tablename__ = "child"
    __table_args__ = (
        Index("child_division", "division", "removed_at"),
        Index("child_home", "household_id"),
        Index("child_father", "father_index"),
        Index("child_mother", "mother_index"),
    )
    id: str = Field(primary_key=True, max_length=36)
    person_id: str = Field(foreign_key="person.id", max_length=36, unique=True)
    household_id: str = Field(foreign_key="household.id", max_length=36)
    division: str = Field(max_length=12)
    kinds: list = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    support: str | None = Field(None, max_length=8)
    father_name: str | None = Field(None, max_length=64)
    father_number: str | None = Field(None, sa_column=Column(Sealed("child.parent_number")))
    father_index: str | None = Field(None, max_length=64)
    father_state: str | None = Field(None, max_length=24)
    father_since: date | None = None
    father_back_on: date | None = None
    mother_name: str | None = Field(None, max_length=64)
    mother_number: str | None = Field(None, sa_column=Column(Sealed("child.parent_number")))
    mother_index: str | None = Field(None, max_length=64)
    mother_state: str | None = Field(None, max_length=24)
    mother_since: date | None = None
    mother_back_on: date | None = None
    living_written: str | None = Field(None, max_length=32)
    school_written: str | None = Field(None, max_length=64)
    exempt: str | None = Field(None, max_length=64)
    risk: str | None = Field(None, max_length=8)
    wish: str | None = Field(None, sa_column=Column(Sealed("child.wish")))
    school_told_on: date | None = None
    village_told_on: date | None = None
    parent_contact_on: date | None = None
    listed_visit_on: date | None = None
    details: dict = Field(default_factory=dict, sa_column=Column(SealedJson("child.details"), nullable=False))
    import_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    removed_at: datetime | None = Field(None, sa_column=Column(Moment))
    version: int = 1


class ChildCase(SQLModel, table=True):
    """A case of the four stages: report, response, assessment, intervention (强制报告 → … → 监护干预); then closed.

    `restricted` cases (abuse, sexual violence, self-harm) are seen by three people only: `seers` are their user ids.
    `report` holds what was seen, who was called and the police's number; sealed, never exported.
    """

    __tablename__ = "child_case"
    __table_args__ = (Index("child_case_open", "division", "closed_at"), Index("child_case_child", "person_id"))
    id: str = Field(primary_key=True, max_length=36)
    person_id: str | None = Field(None, max_length=36)
    household_id: str | None = Field(None, max_length=36)
    division: str = Field(max_length=12)
    stage: str = Field(max_length=16)
    situation: str = Field(max_length=32)
    urgent: bool = True
    restricted: bool = False
    seers: list = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    report: dict = Field(default_factory=dict, sa_column=Column(SealedJson("child_case.report"), nullable=False))
    author_id: str = Field(max_length=36)
    reported_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    due_at: datetime | None = Field(None, sa_column=Column(Moment))
    closed_at: datetime | None = Field(None, sa_column=Column(Moment))
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1


class ChildCaseStep(SQLModel, table=True):
    """What was done in a case: never overwritten. `stage` is the one reached with it."""

    __tablename__ = "child_case_step"
    id: str = Field(primary_key=True, max_length=36)
    case_id: str = Field(foreign_key="child_case.id", max_length=36, index=True)
    stage: str = Field(max_length=16)
    text: str = Field(sa_column=Column(Sealed("child_case.step"), nullable=False))
    author_id: str = Field(max_length=36)
    at: datetime = Field(sa_column=Column(Moment, nullable=False))


class WomanSurvey(SQLModel, table=True):
    """The survey of a left-behind woman (留守妇女摸底); a later one stands beside the earlier."""

    __tablename__ = "woman_survey"
    __table_args__ = (Index("woman_survey_person", "person_id", "on"),)
    id: str = Field(primary_key=True, max_length=36)
    person_id: str = Field(foreign_key="person.id", max_length=36)
    household_id: str = Field(foreign_key="household.id", max_length=36)
    division: str = Field(max_length=12)
    on: date
    answers: dict = Field(default_factory=dict, sa_column=Column(SealedJson("woman_survey.answers"), nullable=False))
    author_id: str | None = Field(None, max_length=36)
    visit_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1
