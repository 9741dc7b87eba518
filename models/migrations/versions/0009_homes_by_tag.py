"""Homes are listed by tag from one index"""

import sqlalchemy as sa
from alembic import op

from models.base import ordered

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person_tag", sa.Column("household_id", sa.String(36), nullable=False, server_default=""))
    op.add_column("person_tag", sa.Column("division", ordered(12), nullable=False, server_default=""))
    for column in ("household_id", "division"):
        op.execute(f"UPDATE person_tag SET {column} = (SELECT {column} FROM person WHERE person.id = person_tag.person_id)")
    op.create_index("person_tag_home", "person_tag", ["tag", "division", "household_id", "from_on", "to_on"])


def downgrade() -> None:
    op.drop_index("person_tag_home", "person_tag")
    op.drop_column("person_tag", "division")
    op.drop_column("person_tag", "household_id")
