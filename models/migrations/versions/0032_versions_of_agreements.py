"""What an agreement said before it was corrected."""

import sqlalchemy as sa
from alembic import op

from models.base import Moment, SealedJson

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agreement_version",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("agreement_id", sa.String(36), nullable=False),
        sa.Column("said", SealedJson("agreement_version.said"), nullable=False),
        sa.Column("why", sa.String(200), nullable=False),
        sa.Column("author_id", sa.String(36), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_agreement_version_agreement_id", "agreement_version", ["agreement_id"])


def downgrade() -> None:
    op.drop_table("agreement_version")
