"""Steps of petitions that were taken back, with why; public notices that were taken down, on which day and why"""

import sqlalchemy as sa
from alembic import op

from models.base import SealedJson

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("petition", sa.Column("taken_back", SealedJson("petition.taken_back"), nullable=True))
    op.add_column("public_notice", sa.Column("down_on", sa.Date(), nullable=True))
    op.add_column("public_notice", sa.Column("down_why", sa.String(500), nullable=True))


def downgrade() -> None:
    op.drop_column("public_notice", "down_why")
    op.drop_column("public_notice", "down_on")
    op.drop_column("petition", "taken_back")
