"""Findings are indexed in the order of their list, so that a page is read and not sorted"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("finding_list", table_name="finding")
    op.create_index("finding_list", "finding", ["state", "severity", "id", "division", "rule"])


def downgrade() -> None:
    op.drop_index("finding_list", table_name="finding")
    op.create_index("finding_list", "finding", ["state", "severity", "division", "rule", "id"])
