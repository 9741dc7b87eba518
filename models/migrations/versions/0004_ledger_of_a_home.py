"""What visits found last in a home; searched columns compare by code point on PostgreSQL too"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SEARCHED = {
    "household": {"code": 32, "name": 64, "division": 12},
    "person": {"division": 12, "name": 64, "pinyin": 160, "initials": 64, "id_last4": 4},
}


def _collate(collation: str | None) -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for table, columns in SEARCHED.items():
        for column, length in columns.items():
            op.alter_column(table, column, type_=sa.String(length, collation=collation))


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("household", sa.Column("summary", sa.String(300), nullable=True))
    op.add_column("household", sa.Column("ledger", json, nullable=False, server_default="{}"))
    _collate("C")


def downgrade() -> None:
    _collate("default")
    op.drop_column("household", "ledger")
    op.drop_column("household", "summary")
