"""What an enrolment was before its amount or band was changed by hand"""

import sqlalchemy as sa
from alembic import op

from models.base import Moment

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enrolment_change",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("enrolment_id", sa.String(36), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("band", sa.String(24), nullable=True),
        sa.Column("why", sa.String(120), nullable=False),
        sa.Column("author_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("enrolment_change_of", "enrolment_change", ["enrolment_id", "month"])
    op.create_index("enrolment_change_month", "enrolment_change", ["month"])


def downgrade() -> None:
    op.drop_table("enrolment_change")
