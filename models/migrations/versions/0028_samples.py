"""Samples for the county's re-checks; the database itself refuses to change or remove what was drawn and found."""

import sqlalchemy as sa
from alembic import op

from models.base import Json, Moment, SealedJson

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TABLES = ("sample", "sample_item", "sample_event")
REFUSAL = "samples are only ever added to"


def upgrade() -> None:
    op.create_table(
        "sample",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("once", sa.String(160), nullable=False),
        sa.Column("programme", sa.String(24), nullable=False),
        sa.Column("which", sa.String(12), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("from_month", sa.String(7), nullable=False),
        sa.Column("to_month", sa.String(7), nullable=False),
        sa.Column("seed", sa.String(64), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("frame_size", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("frame", Json, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("drawn_by", sa.String(36), nullable=False),
        sa.Column("drawn_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sample_once", "sample", ["once"], unique=True)
    op.create_index("sample_list", "sample", ["division", "drawn_at"])
    op.create_table(
        "sample_item",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("sample_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(36), nullable=False),
        sa.Column("rank", sa.String(64), nullable=False),
        sa.Column("household_id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=True),
        sa.Column("handled", Json, nullable=False),
        sa.Column("first", SealedJson("sample_item.first"), nullable=False),
        sa.ForeignKeyConstraint(["sample_id"], ["sample.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sample_item_place", "sample_item", ["sample_id", "position"], unique=True)
    op.create_index("sample_item_home", "sample_item", ["household_id"])
    op.create_table(
        "sample_event",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("item_id", sa.String(36), nullable=False),
        sa.Column("what", sa.String(8), nullable=False),
        sa.Column("user_id", sa.String(36), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=True),
        sa.Column("answers", SealedJson("sample_event.answers"), nullable=True),
        sa.Column("outcome", sa.String(8), nullable=True),
        sa.Column("note", sa.String(500), nullable=True),
        sa.Column("author_id", sa.String(36), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["sample_item.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sample_event_item", "sample_event", ["item_id", "id"])
    op.create_index("sample_event_user", "sample_event", ["user_id"])
    _refuse()


def _refuse() -> None:
    """What is only columns of ciphertext may be sealed anew with a new key; nothing else may change."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(
            "CREATE FUNCTION sample_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
    for table, columns in _FIXED.items():
        for act in (f"UPDATE OF {columns}", "DELETE"):
            name = f"{table}_no_{act.split()[0].lower()}"
            body = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END" if sqlite else ""
            rest = body or "FOR EACH ROW EXECUTE FUNCTION sample_append_only()"
            op.execute(f'CREATE TRIGGER {name} BEFORE {act} ON {table} {rest}')


_FIXED = {
    "sample": 'id, once, programme, which, division, from_month, to_month, seed, share, size, frame_size, fingerprint, '
              'frame, days, drawn_by, drawn_at',
    "sample_item": "id, sample_id, position, key, rank, household_id, person_id, handled",
    "sample_event": "id, item_id, what, user_id, visited_on, outcome, note, author_id, at",
}  # fmt: skip
"""All columns but the sealed ones."""


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION sample_append_only()")
