"""Keys of phones, codes to enrol them, what they tell of themselves, and whether a command was signed"""

import sqlalchemy as sa
from alembic import op

from models.base import Moment

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TOLD = {
    "enrolled_at": Moment,
    "enrolled_how": sa.String(8),
    "revoked_at": Moment,
    "revoked_by": sa.String(36),
    "revoked_reason": sa.String(200),
    "reported_at": Moment,
    "waiting": sa.Integer,
    "version": sa.String(40),
    "persistent": sa.Boolean,
}


def upgrade() -> None:
    for name, kind in TOLD.items():
        op.add_column("device", sa.Column(name, kind, nullable=True))
    op.add_column("command", sa.Column("signed", sa.String(12), nullable=False, server_default="none"))
    op.create_table(
        "device_key",
        sa.Column("user_id", sa.String(36), sa.ForeignKey("user.id"), primary_key=True),
        sa.Column("device_id", sa.String(36), primary_key=True),
        sa.Column("public_key", sa.String(90), primary_key=True),
        sa.Column("how", sa.String(8), nullable=False),
        sa.Column("enrolled_at", Moment, nullable=False),
    )
    op.create_table(
        "device_code",
        sa.Column("code_hash", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.String(36), sa.ForeignKey("user.id"), nullable=False),
        sa.Column("made_by", sa.String(36), nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("used_at", Moment, nullable=True),
        sa.Column("device_id", sa.String(36), nullable=True),
    )
    op.create_index("ix_device_code_user_id", "device_code", ["user_id"])
    op.create_table(
        "sealed_kept",
        sa.Column("sum", sa.String(64), primary_key=True),
        sa.Column("author_id", sa.String(36), nullable=False),
        sa.Column("device_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("item_id", sa.String(64), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("received_at", Moment, nullable=False),
    )
    op.create_index("sealed_kept_device", "sealed_kept", ["author_id", "device_id"])


def downgrade() -> None:
    op.drop_table("sealed_kept")
    op.drop_table("device_code")
    op.drop_table("device_key")
    op.drop_column("command", "signed")
    for name in reversed(TOLD):
        op.drop_column("device", name)
