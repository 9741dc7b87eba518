"""A forgotten password: sealed copies of the phones' keys, and who let one be used"""

import sqlalchemy as sa
from alembic import op

from models.base import Moment

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recovery_wrap",
        sa.Column("user_id", sa.String(36), sa.ForeignKey("user.id"), primary_key=True),
        sa.Column("device_id", sa.String(36), primary_key=True),
        sa.Column("kid", sa.String(8), nullable=False),
        sa.Column("epk", sa.String(96), nullable=False),
        sa.Column("iv", sa.String(16), nullable=False),
        sa.Column("ciphertext", sa.String(96), nullable=False),
        sa.Column("at", Moment(), nullable=False),
    )
    op.create_table(
        "recovery_request",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("user_id", sa.String(36), sa.ForeignKey("user.id"), nullable=False),
        sa.Column("device_id", sa.String(36), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("approved_by", sa.String(36), nullable=True),
        sa.Column("confirmed_by", sa.String(36), nullable=True),
        sa.Column("refused_by", sa.String(36), nullable=True),
        sa.Column("taken_at", Moment(), nullable=True),
    )
    op.create_index("recovery_asked", "recovery_request", ["asked_at"])
    op.create_index("ix_recovery_request_user_id", "recovery_request", ["user_id"])


def downgrade() -> None:
    op.drop_table("recovery_request")
    op.drop_table("recovery_wrap")
