"""What a command made and where it is placed; raw commands, answers and conflicts sealed; refused pictures"""

import sqlalchemy as sa
from alembic import op

from models.base import Moment, Sealed, SealedJson

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SEALED = {
    "command": {"raw": Sealed("command.raw")},
    "quarantine": {"raw": Sealed("quarantine.raw")},
    "visit": {"answers": SealedJson("visit.answers")},
    "field_conflict": {"ours": SealedJson("field_conflict.ours"), "theirs": SealedJson("field_conflict.theirs")},
}


def upgrade() -> None:
    for table, columns in SEALED.items():
        with op.batch_alter_table(table) as batch:
            for name, kind in columns.items():
                batch.drop_column(name)
                # These tables are empty before this version: no server has run without it.
                batch.add_column(sa.Column(name, kind, nullable=False, server_default=sa.text("''")))
    for table, columns in SEALED.items():
        with op.batch_alter_table(table) as batch:
            for name, kind in columns.items():
                batch.alter_column(name, server_default=None, existing_type=kind, existing_nullable=False)
    op.add_column("command", sa.Column("division", sa.String(12), nullable=False, server_default=""))
    op.add_column("command", sa.Column("row_id", sa.String(36), nullable=True))
    op.add_column("command", sa.Column("row_version", sa.Integer, nullable=True))
    op.add_column("command", sa.Column("corrects", sa.String(36), nullable=True))
    op.create_index("command_row", "command", ["row_id"])
    op.create_index("field_conflict_subject", "field_conflict", ["subject_id", "field"])
    op.create_table(
        "photo_refusal",
        sa.Column("user_id", sa.String(36), sa.ForeignKey("user.id"), primary_key=True),
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("refused_at", Moment, nullable=False),
    )
    op.drop_index("feed_user", table_name="feed")
    op.create_index("feed_user", "feed", ["user_id", "division", "position"])


def downgrade() -> None:
    op.drop_index("feed_user", table_name="feed")
    op.create_index("feed_user", "feed", ["user_id", "position"])
    op.drop_table("photo_refusal")
    op.drop_index("field_conflict_subject", table_name="field_conflict")
    op.drop_index("command_row", table_name="command")
    for name in ("corrects", "row_version", "row_id", "division"):
        op.drop_column("command", name)
