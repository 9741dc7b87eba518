"""The county's list of visits is by the day of the visit; nothing reads them by the number of their arrival"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("visit_recent", "visit", ["started_at", "id"])
    op.drop_index("ix_visit_seq", "visit")


def downgrade() -> None:
    op.create_index("ix_visit_seq", "visit", ["seq"])
    op.drop_index("visit_recent", "visit")
