"""Checks asked for at the office; looking at a home in an emergency; the log may lose what is over a year old"""

import sqlalchemy as sa
from alembic import op

from models.base import Json, Moment

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

REFUSAL = "the audit log is only ever added to"


def _let_old_lines_go() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_entry_no_delete")
        op.execute(
            "CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry "
            "WHEN OLD.at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-12 months') "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
        return
    op.execute("DROP TRIGGER audit_entry_append_only ON audit_entry")
    op.execute(
        "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_append_only()"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry FOR EACH ROW "
        "WHEN (OLD.at > now() - interval '12 months') EXECUTE FUNCTION audit_entry_append_only()"
    )


def _keep_all_lines() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_entry_no_delete")
        op.execute(
            "CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
        return
    op.execute("DROP TRIGGER audit_entry_kept ON audit_entry")
    op.execute("DROP TRIGGER audit_entry_append_only ON audit_entry")
    op.execute(
        "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_append_only()"
    )


def upgrade() -> None:
    op.create_table(
        "evidence_check",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("asked_by", sa.String(36), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("report", Json, nullable=True),
    )
    op.create_table(
        "break_glass",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("user_id", sa.String(36), sa.ForeignKey("user.id"), nullable=False),
        sa.Column("household_id", sa.String(36), sa.ForeignKey("household.id"), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("from_at", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("seen_by", sa.String(36), nullable=True),
        sa.Column("seen_at", Moment(), nullable=True),
    )
    op.create_index("break_glass_open", "break_glass", ["user_id", "until"])
    op.create_index("break_glass_home", "break_glass", ["household_id"])
    op.add_column("visit", sa.Column("reason", sa.String(500), nullable=True))
    _let_old_lines_go()


def downgrade() -> None:
    _keep_all_lines()
    op.drop_column("visit", "reason")
    op.drop_table("break_glass")
    op.drop_table("evidence_check")
