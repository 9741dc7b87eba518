"""A home moves to another village: its visits, tasks, troubles and reviews lie there now, and are told there."""

from sqlalchemy import select, update
from sqlmodel import Session

from app.feed.service import Change
from models.agreements import Agreement
from models.benefits import Enrolment
from models.children import Child, ChildCase, WomanSurvey
from models.disability import CareService, DisabilityCertificate
from models.elders import Elder
from models.feed import FeedRow
from models.findings import Application, Finding
from models.hardship import Hardship
from models.pairing import Measure, PairedHome, Plan
from models.reviews import Review
from models.sync import Command
from models.visits import FieldConflict, Issue, Task, Visit

HERE = (Visit, Task, Issue, FieldConflict, Command)
REGISTERS = (
    Agreement, Application, CareService, Child, ChildCase, DisabilityCertificate, Elder, Enrolment, Finding, Hardship,
    Measure, PairedHome, Plan, WomanSurvey,
)  # fmt: skip
"""Tables of the registers that say in which division a home lies."""


def home_moved(session: Session, household_id: str, former: str, division: str) -> list[Change]:
    """Take what is known of a home to its new village; the caller publishes what is returned."""
    session.flush()
    for table in (*HERE, *REGISTERS):
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
