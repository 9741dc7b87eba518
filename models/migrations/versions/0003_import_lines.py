"""Rows of a file staged between preview and import; two people may carry one ID number"""

import sqlalchemy as sa
from alembic import op

from models.base import Sealed

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("person_id_number", table_name="person")
    op.create_index("person_id_number", "person", ["id_index"])
    op.create_table(
        "import_line",
        sa.Column("import_id", sa.String(36), sa.ForeignKey("import_batch.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sheet", sa.String(64), nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("repaired", sa.Boolean, nullable=False),
        sa.Column("detail", Sealed("import.line"), nullable=False),
    )
    op.create_index("import_line_state", "import_line", ["import_id", "state", "position"])
    op.create_index("import_line_repaired", "import_line", ["import_id", "repaired", "position"])


def downgrade() -> None:
    op.drop_table("import_line")
    op.drop_index("person_id_number", table_name="person")
    op.create_index("person_id_number", "person", ["id_index"], unique=True, sqlite_where=sa.text("removed_at IS NULL"),
                    postgresql_where=sa.text("removed_at IS NULL"))
