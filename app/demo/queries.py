"""What loading the demo county must look up."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session

from app.forms.ledger_schemas import SELF_CARE
from models.hardship import Hardship
from models.households import Household, Person


def homes_by_code(session: Session, codes: Sequence[str]) -> list[str]:
    """Ids of the homes with these codes."""
    return list(session.scalars(select(Household.id).where(Household.code.in_(codes)).order_by(Household.code)))  # type: ignore[attr-defined]


def unvisited(session: Session, village: str) -> list[str]:
    """Ids of a village's homes without any visit."""
    never = Household.last_visit_id.is_(None)  # type: ignore[union-attr]
    return list(
        session.scalars(select(Household.id).where(Household.division == village, never).order_by(Household.code))
    )


def cannot(session: Session) -> dict[str, list[str]]:
    """What the assessed destitute cannot do, as an answer of a visit that finds nothing new."""
    rows = session.scalars(select(Hardship).where(Hardship.eats.is_not(None)))  # type: ignore[union-attr]
    each = {row.person_id: [name for name in SELF_CARE if getattr(row, name) is False] for row in rows}
    return {person: found or ["none"] for person, found in each.items()}


def people_of(session: Session, homes: Sequence[str]) -> dict[str, list[str]]:
    """Ids of the people of these homes, the head first."""
    found: dict[str, list[str]] = defaultdict(list)
    rows = session.execute(
        select(Person.household_id, Person.id)
        .where(Person.household_id.in_(homes))  # type: ignore[attr-defined]
        .order_by(Person.is_head.desc(), Person.born_on, Person.id)  # type: ignore[attr-defined]
    )
    for home, person in rows:
        found[home].append(person)
    return found
