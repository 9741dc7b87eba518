"""The review queue by township and by form, what waits for its questions, what reached the author"""

import sqlalchemy as sa
from alembic import op

from models.base import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

UNASKED = sa.text("asked_at IS NULL")


def upgrade() -> None:
    op.create_index("photo_processed_at", "photo", ["processed_at"])
    op.add_column("review", sa.Column("town", sa.String(9), nullable=False, server_default=""))
    op.add_column("review", sa.Column("asked_at", Moment, nullable=True))
    op.execute("UPDATE review SET town = substr(division, 1, 9)")
    op.create_index("review_town", "review", ["state", "town", "id"])
    op.create_index("review_form", "review", ["state", "form_code", "id"])
    op.create_index("review_unasked", "review", ["id"], sqlite_where=UNASKED, postgresql_where=UNASKED)
    op.add_column("evidence_question", sa.Column("shown_at", Moment, nullable=True))


def downgrade() -> None:
    op.drop_column("evidence_question", "shown_at")
    for name in ("review_unasked", "review_form", "review_town"):
        op.drop_index(name, table_name="review")
    op.drop_column("review", "asked_at")
    op.drop_column("review", "town")
    op.drop_index("photo_processed_at", table_name="photo")
