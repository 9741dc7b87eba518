"""What a ledger says in columns that we do not know, and why a command was refused: sealed, for they hold people's values

Each value is read, sealed with the home's newest key and written beside the old one, a batch after the other; then the
old column goes. An empty database asks for no key.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.base import Sealed, SealedJson

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BATCH = 1000
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
COLUMNS = (("household", "extra"), ("person", "extra"), ("quarantine", "errors"))


def _table(name: str, key: Any, *columns: sa.Column) -> sa.TableClause:
    return sa.table(name, sa.column("id", key), *columns)


def _change(name: str, column: str, old: Any, new: Any, empty: sa.TextClause) -> None:
    """Write a column anew under another type."""
    key = sa.BigInteger() if name == "quarantine" else sa.String(36)
    op.add_column(name, sa.Column("anew", new, nullable=False, server_default=empty))
    table = _table(name, key, sa.column(column, old), sa.column("anew", new))
    connection, after = op.get_bind(), None
    write = sa.update(table).where(table.c.id == sa.bindparam("b_id")).values(anew=sa.bindparam("b_value", type_=new))
    while True:
        query = sa.select(table.c.id, table.c[column]).order_by(table.c.id).limit(BATCH)
        rows = connection.execute(query if after is None else query.where(table.c.id > after)).all()
        if not rows:
            break
        connection.execute(write, [{"b_id": row[0], "b_value": row[1]} for row in rows])
        after = rows[-1][0]
    op.drop_column(name, column)
    op.alter_column(name, "anew", new_column_name=column) if _on_postgres() else _rename(name, column)
    if _on_postgres():
        op.alter_column(name, column, server_default=None)


def _on_postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _rename(name: str, column: str) -> None:
    # Not by a copy of the table, which would lose its triggers and take long; the empty default stays, and is never met.
    op.execute(f'ALTER TABLE "{name}" RENAME COLUMN anew TO "{column}"')


def upgrade() -> None:
    if not _on_postgres():
        op.execute("PRAGMA secure_delete = ON")  # what lay open is not left in pages that nobody uses any more
    for name, column in COLUMNS:
        kind: Sealed = SealedJson(f"{name}.{column}")
        _change(name, column, JSON, kind, sa.text("''"))


def downgrade() -> None:
    for name, column in COLUMNS:
        kind: Sealed = SealedJson(f"{name}.{column}")
        _change(name, column, kind, JSON, sa.text("'[]'" if column == "errors" else "'{}'"))
