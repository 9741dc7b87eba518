"""How many visits were written on a version of a form is answered from an index"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("visit_form", "visit", ["form_code", "form_version"])


def downgrade() -> None:
    op.drop_index("visit_form", "visit")
