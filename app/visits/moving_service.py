"""Homes move to another village: their visits, tasks, troubles and reviews lie there now, and are told there."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session

from app.among import among
from app.feed.service import Change
from app.visits.queries import chunks
from models.agreements import Agreement
from models.benefits import Enrolment, Payment
from models.children import Child, ChildCase, WomanSurvey
from models.disability import CareService, DisabilityCertificate
from models.elders import Elder
from models.feed import FeedRow
from models.findings import Application, Finding
from models.hardship import Hardship, InsuranceClaim
from models.households import Person
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


OF_PEOPLE: tuple[Any, ...] = (InsuranceClaim, Payment)
"""Tables that say where a person lives and are looked up by the person only."""


def homes_moved(session: Session, homes: Mapping[str, tuple[str, str]]) -> list[Change]:
    """Take what is known of homes to their new villages, set by set; the caller publishes what is returned.

    Args:
        homes: home id → its former and its new division.
    """
    session.flush()
    into: dict[str, list[str]] = defaultdict(list)
    for key, (_, division) in homes.items():
        into[division].append(key)
    for division, keys in sorted(into.items()):
        for part in chunks(sorted(keys)):
            _lie_in(session, part, division)
    left: list[Change] = []
    come: list[Change] = []
    for row in _told(session, homes):
        former, division = homes[row.household_id]
        left.append(Change(row.type, row.row_id, row.household_id, former, gone=True))
        come.append(Change(row.type, row.row_id, row.household_id, division))
    return left + come


def _lie_in(session: Session, homes: list[str], division: str) -> None:
    for table in (*HERE, *REGISTERS):
        session.execute(update(table).where(among(table.household_id, homes)).values(division=division))
    lies = {"division": division, "town": division[:9]}
    session.execute(update(Review).where(among(Review.household_id, homes)).values(lies))


def _told(session: Session, homes: Mapping[str, tuple[str, str]]) -> list[FeedRow]:
    """What phones know of these homes where they lay; homes and people themselves are told of by whoever moves them."""
    found: list[FeedRow] = []
    for part in chunks(sorted(homes)):
        query = select(FeedRow).where(
            among(FeedRow.household_id, part), FeedRow.gone.is_(False),  # type: ignore[attr-defined]
            FeedRow.type.not_in(("household", "person")),  # type: ignore[attr-defined]
        )  # fmt: skip
        found += [row for row in session.scalars(query) if row.division == homes[row.household_id][0]]
    return found


def people_moved(session: Session, people: Iterable[str]) -> None:
    """Let what is kept by person say where these people live now; their own rows say so already."""
    session.flush()
    for part in chunks(people):
        for table in OF_PEOPLE:
            now = select(Person.division).where(Person.id == table.person_id).scalar_subquery()
            session.execute(
                update(table).where(among(table.person_id, part)).values(division=now),
                execution_options={"synchronize_session": False},
            )
