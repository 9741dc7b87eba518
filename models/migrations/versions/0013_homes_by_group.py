"""Homes are found by their group from an index"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("household_group", "household", ["division", "group", "removed_at"])


def downgrade() -> None:
    op.drop_index("household_group", "household")
