"""Templates of the county's own, mappings for the national systems, exports under way, what was reported."""

from datetime import date, datetime

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from models.base import Json, Moment, Sealed, SealedJson


class PaperTemplate(SQLModel, table=True):
    """The county's own Word template of a form, in place of the shipped one."""

    __tablename__ = "paper_template"
    form: str = Field(primary_key=True, max_length=24)
    file_name: str = Field(max_length=200)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_by: str | None = Field(None, max_length=36)
    version: int = 1


class LedgerMapping(SQLModel, table=True):
    """The county's own order of columns of a ledger: the TOML as written; one of a shipped code stands before it."""

    __tablename__ = "ledger_mapping"
    code: str = Field(primary_key=True, max_length=32)
    ledger: str = Field(max_length=24)
    title: str = Field(max_length=80)
    body: str = Field(max_length=40_000)
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_by: str | None = Field(None, max_length=36)
    version: int = 1


class LedgerExport(SQLModel, table=True):
    """One export that somebody asked for. `state`: waiting, running, done, failed, gone (its file was cleared).

    `wish` is what was asked for; `report_id` the report that it became, where it was one.
    """

    __tablename__ = "ledger_export"
    __table_args__ = (Index("ledger_export_user", "user_id", "created_at"),)
    id: str = Field(primary_key=True, max_length=36)
    user_id: str = Field(max_length=36)
    ledger: str = Field(max_length=24)
    mapping: str = Field("", max_length=32)
    wish: dict = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    reason: str = Field(max_length=200)
    state: str = Field("waiting", max_length=8)
    done_rows: int = 0
    total_rows: int = 0
    file_name: str = Field("", max_length=120)
    problem: str | None = Field(None, max_length=300)
    report_id: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    touched_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class LedgerFile(SQLModel, table=True):
    """A part of an export's file, sealed; cleared some hours after it was made."""

    __tablename__ = "ledger_file"
    export_id: str = Field(primary_key=True, max_length=36)
    part: int = Field(primary_key=True)
    content: str = Field(sa_column=Column(Sealed("ledger.file"), nullable=False))


class LedgerReport(SQLModel, table=True):
    """One reporting to a national system: a ledger by a mapping, for an area, on a day.

    `withdrawn_at`: it was not taken in there after all; what it said counts no more.
    """

    __tablename__ = "ledger_report"
    __table_args__ = (Index("ledger_report_of", "ledger", "mapping", "at"),)
    id: str = Field(primary_key=True, max_length=36)
    ledger: str = Field(max_length=24)
    mapping: str = Field(max_length=32)
    area: str = Field("", max_length=12)
    on: date
    rows: int = 0
    added: int = 0
    changed: int = 0
    ended: int = 0
    user_id: str | None = Field(None, max_length=36)
    at: datetime = Field(sa_column=Column(Moment, nullable=False))
    withdrawn_at: datetime | None = Field(None, sa_column=Column(Moment))


class ReportedRow(SQLModel, table=True):
    """What a report said newly of one row: added, changed or ended. The latest report that stands counts.

    `cells` are what was reported, for telling what an ended row was; `digest` a short fingerprint of them.
    """

    __tablename__ = "reported_row"
    report_id: str = Field(primary_key=True, foreign_key="ledger_report.id", max_length=36)
    row_key: str = Field(primary_key=True, max_length=80)
    division: str = Field("", max_length=12)
    how: str = Field(max_length=8)
    digest: str = Field(max_length=64)
    cells: list = Field(default_factory=list, sa_column=Column(SealedJson("reported_row.cells"), nullable=False))
