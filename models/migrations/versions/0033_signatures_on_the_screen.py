"""Signatures drawn on the screen, each with the version of the agreement that it stands on."""

import sqlalchemy as sa
from alembic import op

from models.base import Moment, Sealed, SealedJson

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agreement_signature",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("agreement_id", sa.String(36), nullable=False),
        sa.Column("said", SealedJson("agreement_signature.said"), nullable=False),
        sa.Column("picture", Sealed("agreement_signature.picture"), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("of", sa.String(64), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("author_id", sa.String(36), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_agreement_signature_agreement_id", "agreement_signature", ["agreement_id"])


def downgrade() -> None:
    op.drop_table("agreement_signature")
