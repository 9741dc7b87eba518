"""Petitions and public notices."""

import sqlalchemy as sa
from alembic import op

from models.base import Json, Moment, Sealed

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "petition",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("household_id", sa.String(36), nullable=True),
        sa.Column("category", sa.String(16), nullable=False),
        sa.Column("text", Sealed("petition.text"), nullable=False),
        sa.Column("accused", Json, nullable=False),
        sa.Column("kept_from", Json, nullable=False),
        sa.Column("assignee", sa.String(36), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("extended_by", sa.String(64), nullable=True),
        sa.Column("extended_why", sa.String(500), nullable=True),
        sa.Column("author_id", sa.String(36), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("petition_list", "petition", ["division", "done_on", "id"])
    op.create_table(
        "public_notice",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("programme", sa.String(24), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("household_id", sa.String(36), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("author_id", sa.String(36), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("public_notice_list", "public_notice", ["division", "from_on"])


def downgrade() -> None:
    op.drop_table("public_notice")
    op.drop_table("petition")
