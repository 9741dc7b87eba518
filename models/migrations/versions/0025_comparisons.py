"""Comparisons that were made, and applications begun for somebody who lacks what is due"""

import sqlalchemy as sa
from alembic import op

from models.base import Moment, SealedJson

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "finding_run",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("raised", sa.Integer(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("finding_run_at", "finding_run", ["at"])
    op.create_table(
        "application",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("programme", sa.String(24), nullable=False),
        sa.Column("household_id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=True),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("finding_id", sa.String(36), nullable=True),
        sa.Column("known", SealedJson("application.known"), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("author_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("application_finding", "application", ["finding_id"], unique=True)
    op.create_index("application_list", "application", ["state", "division", "id"])
    op.create_index("application_home", "application", ["household_id"])


def downgrade() -> None:
    op.drop_table("application")
    op.drop_table("finding_run")
