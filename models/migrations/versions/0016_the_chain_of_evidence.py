"""The chain of evidence, its signatures, the log's hashes; the database itself refuses to change or remove a link."""

import sqlalchemy as sa
from alembic import op

from models.base import Moment, ordered

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = ("evidence_entry", "evidence_signature")
REFUSAL = "the chain of evidence is only ever added to"


def upgrade() -> None:
    op.create_table(
        "evidence_entry",
        sa.Column("n", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("type", ordered(20), nullable=False),
        sa.Column("subject", ordered(120), nullable=False),
        sa.Column("what", sa.LargeBinary(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
    )
    op.create_index("evidence_subject", "evidence_entry", ["type", "subject"])
    op.create_table(
        "evidence_signature",
        sa.Column("n", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(8), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
    )
    op.add_column("audit_entry", sa.Column("hash", sa.LargeBinary(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION evidence_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION evidence_append_only()"
        )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION evidence_append_only()")
    op.drop_column("audit_entry", "hash")
