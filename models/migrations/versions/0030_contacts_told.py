"""Contacts that were known before phones heard of each as a row of its own are told now

They went down with their person only, so the feed does not know them, and what is not in it is never told anew.
"""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("INSERT INTO counter (name, value) SELECT 'feed', 0 WHERE EXISTS (SELECT 1 FROM contact)"
               " AND NOT EXISTS (SELECT 1 FROM counter WHERE name = 'feed')")  # fmt: skip
    op.execute("""
        INSERT INTO feed (position, type, row_id, household_id, division, user_id, gone)
        SELECT (SELECT value FROM counter WHERE name = 'feed') + row_number() OVER (ORDER BY contact.id),
               'contact', contact.id, person.household_id, person.division, '', false
        FROM contact JOIN person ON person.id = contact.person_id
        WHERE NOT EXISTS (SELECT 1 FROM feed WHERE feed.type = 'contact' AND feed.row_id = contact.id)
    """)
    op.execute("UPDATE counter SET value = (SELECT max(position) FROM feed) "
               "WHERE name = 'feed' AND value < (SELECT max(position) FROM feed)")  # fmt: skip


def downgrade() -> None:
    """What was told stays told."""
