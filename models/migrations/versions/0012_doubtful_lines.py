"""The rows of an import that a person should look at are found by an index"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_line", sa.Column("doubtful", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("import_line_doubtful", "import_line", ["import_id", "doubtful", "position"])


def downgrade() -> None:
    op.drop_index("import_line_doubtful", "import_line")
    op.drop_column("import_line", "doubtful")
