"""概况: citizens at risk, township by township; never a table of cadres (design §1)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from app.accounts.queries import has_pairings_today, in_scope
from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.divisions import service as divisions
from app.errors import NotAllowed
from models.households import Household
from models.visits import Issue, Task


@dataclass(frozen=True)
class TownRow:
    """One township: homes, homes it is time to look after, open troubles, urgent ones."""

    code: str
    name: str
    homes: int
    due: int
    issues: int
    urgent: int


def _by_town(session: Session, column: Any, *conditions: Any) -> dict[str, int]:
    town = func.substr(column, 1, 9)
    rows = session.execute(select(town, func.count()).where(*conditions).group_by(town))
    return {code: number for code, number in rows}


def overview(session: Session, actor: Actor, on: date) -> list[TownRow]:
    """The townships of the actor's area with who needs somebody.

    Raises:
        NotAllowed: the role has no overview.
    """
    if not actor.may(Permission.OVERVIEW):
        raise NotAllowed()
    paired = has_pairings_today(session, actor, on)

    def scope(table: Any, household: Any) -> Any:
        return in_scope(actor, on, table.division, household if paired else None)

    homes = _by_town(session, Household.division, scope(Household, Household.id), Household.removed_at.is_(None))  # type: ignore[union-attr]
    due = _by_town(session, Task.division, scope(Task, Task.household_id), Task.due_on <= on)
    is_open = Issue.state == "open"
    issues = _by_town(session, Issue.division, scope(Issue, Issue.household_id), is_open)
    urgent = _by_town(session, Issue.division, scope(Issue, Issue.household_id), is_open, Issue.urgent)
    codes = sorted({*homes, *due, *issues})
    names = divisions.places(session, codes)
    return [
        TownRow(code, names[code], homes.get(code, 0), due.get(code, 0), issues.get(code, 0), urgent.get(code, 0))
        for code in codes
    ]
