"""Payments and insurance claims lie where their person lives now

They have followed whoever moves for some time only; those from before say the village of the day they were written.
"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("payment", "insurance_claim"):
        op.execute(f"""
            UPDATE {table} SET division = person.division FROM person
            WHERE person.id = {table}.person_id AND person.division <> {table}.division
        """)


def downgrade() -> None:
    """Where they were written is not known any more."""
