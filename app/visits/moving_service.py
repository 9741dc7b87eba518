"""A home moves to another village: its visits, tasks, troubles and reviews lie there now, and are told there."""

from sqlalchemy import select, update
from sqlmodel import Session

from app.feed.service import Change
from models.feed import FeedRow
from models.reviews import Review
from models.sync import Command
from models.visits import FieldConflict, Issue, Task, Visit


def home_moved(session: Session, household_id: str, former: str, division: str) -> list[Change]:
    """Take what is known of a home to its new village; the caller publishes what is returned."""
    session.flush()
    for table in (Visit, Task, Issue, FieldConflict, Command):
        session.execute(update(table).where(table.household_id == household_id).values(division=division))  # type: ignore[arg-type]
    session.execute(
        update(Review).where(Review.household_id == household_id).values(division=division, town=division[:9])  # type: ignore[arg-type]
    )
    told = session.scalars(
        select(FeedRow).where(
            FeedRow.household_id == household_id, FeedRow.division == former, FeedRow.gone.is_(False),  # type: ignore[attr-defined, arg-type]
            FeedRow.type.not_in(("household", "person")),  # type: ignore[attr-defined]
        )
    ).all()  # fmt: skip
    left = [Change(row.type, row.row_id, household_id, former, gone=True) for row in told]
    return left + [Change(row.type, row.row_id, household_id, division) for row in told]
