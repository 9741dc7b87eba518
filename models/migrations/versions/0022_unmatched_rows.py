"""What unmatched rows wait for, whose petty entries are, and mappings of columns remembered for an office"""

import sqlalchemy as sa
from alembic import op

from models.base import Json, Moment

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("unmatched_row", sa.Column("awaits", sa.String(64), nullable=True))
    op.add_column("unmatched_row", sa.Column("made", Json, nullable=False, server_default="[]"))
    op.create_index("unmatched_awaits", "unmatched_row", ["awaits"])
    op.create_index("unmatched_person", "unmatched_row", ["person_id"])
    op.add_column("petty_entry", sa.Column("id_index", sa.String(64), nullable=True))
    op.create_index("ix_petty_entry_id_index", "petty_entry", ["id_index"])
    op.create_table(
        "column_mapping",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("header", sa.String(64), nullable=False),
        sa.Column("shape", sa.String(32), nullable=False),
        sa.Column("columns", Json, nullable=False),
        sa.Column("author_id", sa.String(36), nullable=True),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("column_mapping_once", "column_mapping", ["division", "header"], unique=True)


def downgrade() -> None:
    op.drop_table("column_mapping")
    op.drop_index("ix_petty_entry_id_index", table_name="petty_entry")
    op.drop_column("petty_entry", "id_index")
    op.drop_index("unmatched_person", table_name="unmatched_row")
    op.drop_index("unmatched_awaits", table_name="unmatched_row")
    op.drop_column("unmatched_row", "made")
    op.drop_column("unmatched_row", "awaits")
