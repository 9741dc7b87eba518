"""Templates and mappings of the county's own, exports under way, what was reported"""

import sqlalchemy as sa
from alembic import op

from models.base import Json, Moment, Sealed, SealedJson

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_template",
        sa.Column("form", sa.String(24), primary_key=True),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("updated_by", sa.String(36), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "ledger_mapping",
        sa.Column("code", sa.String(32), primary_key=True),
        sa.Column("ledger", sa.String(24), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("body", sa.String(40_000), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("updated_by", sa.String(36), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "ledger_export",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("user_id", sa.String(36), nullable=False),
        sa.Column("ledger", sa.String(24), nullable=False),
        sa.Column("mapping", sa.String(32), nullable=False),
        sa.Column("wish", Json, nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("done_rows", sa.Integer(), nullable=False),
        sa.Column("total_rows", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(120), nullable=False),
        sa.Column("problem", sa.String(300), nullable=True),
        sa.Column("report_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("touched_at", Moment(), nullable=False),
    )
    op.create_index("ledger_export_user", "ledger_export", ["user_id", "created_at"])
    op.create_table(
        "ledger_file",
        sa.Column("export_id", sa.String(36), primary_key=True),
        sa.Column("part", sa.Integer(), primary_key=True),
        sa.Column("content", Sealed("ledger.file"), nullable=False),
    )
    op.create_table(
        "ledger_report",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("ledger", sa.String(24), nullable=False),
        sa.Column("mapping", sa.String(32), nullable=False),
        sa.Column("area", sa.String(12), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("ended", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(36), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("withdrawn_at", Moment(), nullable=True),
    )
    op.create_index("ledger_report_of", "ledger_report", ["ledger", "mapping", "at"])
    op.create_table(
        "reported_row",
        sa.Column("report_id", sa.String(36), sa.ForeignKey("ledger_report.id"), primary_key=True),
        sa.Column("row_key", sa.String(80), primary_key=True),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("how", sa.String(8), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("cells", SealedJson("reported_row.cells"), nullable=False),
    )


def downgrade() -> None:
    for name in ("reported_row", "ledger_report", "ledger_file", "ledger_export", "ledger_mapping", "paper_template"):
        op.drop_table(name)
