"""Imports of county ledgers: what was read, what was done, what could not be read."""

from datetime import datetime

from sqlalchemy import Boolean, Column, Index, false
from sqlmodel import Field, SQLModel

from models.base import Json, Moment, Sealed


class ImportBatch(SQLModel, table=True):
    """One file taken in. `state`: reading, previewed, running, done, undone, failed; `report` as design §5 lists it."""

    __tablename__ = "import_batch"
    id: str = Field(primary_key=True, max_length=36)
    file_name: str = Field(max_length=200)
    file_sha256: str = Field(max_length=64, index=True)
    ledger: str | None = Field(None, max_length=32)
    division: str = Field("", max_length=12)
    state: str = Field(max_length=12)
    done_rows: int = 0
    total_rows: int = 0
    report: dict = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    problem: str | None = Field(None, max_length=300)
    created_by: str | None = Field(None, max_length=36)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    finished_at: datetime | None = Field(None, sa_column=Column(Moment))
    undone_at: datetime | None = Field(None, sa_column=Column(Moment))


class ImportChange(SQLModel, table=True):
    """One row an import made or changed: what undo needs. `before` is empty for a new row."""

    __tablename__ = "import_change"
    __table_args__ = (Index("import_change_row", "row_type", "row_id"),)
    import_id: str = Field(primary_key=True, foreign_key="import_batch.id", max_length=36)
    row_type: str = Field(primary_key=True, max_length=16)
    row_id: str = Field(primary_key=True, max_length=36)
    before: dict | None = Field(None, sa_column=Column(Json))
    version_after: int


class ImportLine(SQLModel, table=True):
    """One record row of a file as it was read, staged between preview and import; and what becomes of a home.

    `state`: read (not compared yet, or plainly new), new, changed, same, duplicate, contrary (a person told twice, not
    alike), outside (of the importer's area), unmatched (its person is not in the register), lacking (of another
    ledger, or it says nothing), unreadable; of a home, which stands before the rows at a negative
    position: home_new, home_changed, home_same, home_left (paired, and not in the list). `doubtful`: a person should
    look at it.
    `detail` is the JSON of what the row says, its repairs and its faults; sealed, for it holds ID numbers.
    """

    __tablename__ = "import_line"
    __table_args__ = (
        Index("import_line_state", "import_id", "state", "position"),
        Index("import_line_repaired", "import_id", "repaired", "position"),
        Index("import_line_doubtful", "import_id", "doubtful", "position"),
    )
    import_id: str = Field(primary_key=True, foreign_key="import_batch.id", max_length=36)
    position: int = Field(primary_key=True)
    sheet: str = Field(max_length=64)
    row: int
    name: str = Field("", max_length=64)
    state: str = Field(max_length=12)
    repaired: bool = False
    doubtful: bool = Field(False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    detail: str = Field(sa_column=Column(Sealed("import.line"), nullable=False))


class ColumnMapping(SQLModel, table=True):
    """How one office's header is to be read: told once by a person, applied whenever that header comes again.

    `header` is the fingerprint of its cells, `columns` says by header cell which field it is (empty: none).
    """

    __tablename__ = "column_mapping"
    __table_args__ = (Index("column_mapping_once", "division", "header", unique=True),)
    id: str = Field(primary_key=True, max_length=36)
    division: str = Field(max_length=12)
    header: str = Field(max_length=64)
    shape: str = Field(max_length=32)
    columns: dict = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    author_id: str | None = Field(None, max_length=36)
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int = 1


class ImportFile(SQLModel, table=True):
    """A file that was sent and waits to be read; it goes when its rows are staged."""

    __tablename__ = "import_file"
    import_id: str = Field(primary_key=True, foreign_key="import_batch.id", max_length=36)
    content: str = Field(sa_column=Column(Sealed("import.file"), nullable=False))
