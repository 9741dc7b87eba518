"""How a petition came: by letter, in person, by telephone, online, from above

Of those from before nobody wrote it down, so theirs stays empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("petition", sa.Column("source", sa.String(16), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("petition", "source")
