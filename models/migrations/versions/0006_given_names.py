"""People are found by their given name alone: 桂英 finds 刘桂英"""

import sqlalchemy as sa
from alembic import op

from models.base import ordered

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("given", ordered(64), nullable=False, server_default=""))
    op.execute("UPDATE person SET given = substr(name, 2)")
    op.create_index("person_division_given", "person", ["division", "given"])


def downgrade() -> None:
    op.drop_index("person_division_given", "person")
    op.drop_column("person", "given")
