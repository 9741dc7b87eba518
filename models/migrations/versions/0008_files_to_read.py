"""A file that was sent waits in the database until it is read, so that any process can read it"""

import sqlalchemy as sa
from alembic import op

from models.base import Sealed

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_file",
        sa.Column("import_id", sa.String(36), sa.ForeignKey("import_batch.id"), primary_key=True),
        sa.Column("content", Sealed("import.file"), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("import_file")
