"""A second factor, passwords that were used before, and tries under names that are nobody's"""

import sqlalchemy as sa
from alembic import op

from models.base import Json, Moment, SealedJson

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.String(36), sa.ForeignKey("user.id"), primary_key=True),
        sa.Column("sealed", SealedJson("second_factor.sealed"), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", Moment()),
        sa.Column("created_at", Moment(), nullable=False),
    )
    op.create_table(
        "stranger_try",
        sa.Column("name_hash", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("lock_level", sa.Integer(), nullable=False),
        sa.Column("locked_until", Moment()),
        sa.Column("seen_at", Moment(), nullable=False),
    )
    op.create_index("ix_stranger_try_seen_at", "stranger_try", ["seen_at"])
    op.add_column("user", sa.Column("old_passwords", Json))
    op.add_column("login_session", sa.Column("awaits_factor", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("login_session", "awaits_factor")
    op.drop_column("user", "old_passwords")
    op.drop_table("stranger_try")
    op.drop_table("second_factor")
