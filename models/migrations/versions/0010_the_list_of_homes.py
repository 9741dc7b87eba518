"""The list of homes and its count answer from one index"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("household_division_name", "household")
    op.drop_index("ix_household_division", "household")
    op.create_index("household_list", "household", ["division", "name", "id", "removed_at"])


def downgrade() -> None:
    op.drop_index("household_list", "household")
    op.create_index("ix_household_division", "household", ["division"])
    op.create_index("household_division_name", "household", ["division", "name"])
