"""Indexes by which findings are listed, their tasks found, and children of a parent"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("finding_list", table_name="finding")
    op.create_index("finding_list", "finding", ["state", "severity", "division", "rule", "id"])
    op.create_index("task_subject", "task", ["kind", "subject_id"])
    op.create_index("child_father", "child", ["father_index"])
    op.create_index("child_mother", "child", ["mother_index"])


def downgrade() -> None:
    op.drop_index("child_mother", table_name="child")
    op.drop_index("child_father", table_name="child")
    op.drop_index("task_subject", table_name="task")
    op.drop_index("finding_list", table_name="finding")
    op.create_index("finding_list", "finding", ["state", "severity", "division", "id"])
