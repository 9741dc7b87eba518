"""When homes are due, kept as one task a home: worked out anew whenever a visit, a tag or a parameter changes it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlmodel import Session

from app.db import new_id
from app.feed.service import Change, publish
from app.forms.rules import age_on
from app.households.tags import household_tags
from app.settings import service as settings
from app.visits import queries, rules
from app.visits.rules import Due, Resident
from models.visits import Task

KEYS = (
    "visit_days.elder_high", "visit_days.elder", "visit_days.elder_left_behind", "visit_days.child_high",
    "visit_days.child", "visit_days.hardship", "visit_days.paired_watched", "visit_days.paired", "age.old",
)  # fmt: skip


def parameters(session: Session, on: date, area: str) -> Mapping[str, Any]:
    """The rhythm of visits in force; asked once a session for each area and day."""
    known: dict[tuple[date, str], Mapping[str, Any]] = session.info.setdefault("rhythms", {})
    if (on, area) not in known:
        known[on, area] = settings.values(session, KEYS, on, area)
    return known[on, area]


def due_of(
    session: Session,
    home: Any,
    people: Sequence[Mapping[str, Any]],
    last_on: date | None,
    next_on: date | None,
    today: date,
) -> Due | None:
    """When one home is due, out of who lives there and when somebody came last."""
    residents = [
        Resident(one["id"], one["name"], frozenset(one["tags"]), age_on(one["born_on"], today.isoformat()))
        for one in people
    ]
    in_force = parameters(session, today, home.division)
    return rules.due(rules.rhythms(residents, household_tags(home.attribute), in_force), last_on, next_on, today)


def write(session: Session, wanted: Mapping[str, tuple[str, Due | None]]) -> list[Change]:
    """Bring the visiting task of these homes to what is wanted: home → (division, due). The caller publishes."""
    standing = queries.tasks(session, wanted, rules.VISIT)
    new, changed, gone, changes = [], [], [], []
    for home_id, (division, due) in wanted.items():
        task = standing.get(home_id)
        if due is None:
            if task is not None:
                gone.append(task.id)
                changes.append(Change("task", task.id, home_id, division, gone=True))
            continue
        said = {"due_on": due.on, "why": due.why[:200], "every_days": due.every_days, "person_id": due.person_id}
        if task is None:
            row = {"id": new_id(), "kind": rules.VISIT, "household_id": home_id, "division": division, "version": 1}
            new.append(row | said)
            changes.append(Change("task", row["id"], home_id, division))
        elif any(getattr(task, name) != value for name, value in said.items()) or task.division != division:
            changed.append({"b_id": task.id, "b_division": division} | {f"b_{name}": one for name, one in said.items()})
            changes.append(Change("task", task.id, home_id, division))
    _save(session, new, changed, gone)
    return changes


def _save(session: Session, new: list[dict[str, Any]], changed: list[dict[str, Any]], gone: list[str]) -> None:
    table = Task.__table__  # type: ignore[attr-defined]
    connection = session.connection()
    if new:
        connection.execute(insert(table), new)
    if changed:
        names = ("division", "due_on", "why", "every_days", "person_id")
        values = {name: bindparam(f"b_{name}") for name in names} | {"version": table.c.version + 1}
        connection.execute(update(table).where(table.c.id == bindparam("b_id")).values(**values), changed)
    for part in queries.chunks(gone):
        connection.execute(delete(table).where(table.c.id.in_(part)))
    if changed or gone:
        session.expire_all()


def refresh(session: Session, household_ids: Iterable[str], today: date) -> int:
    """Work out anew when these homes are due, and tell their phones; returns how many tasks changed."""
    homes = queries.homes(session, household_ids)
    people = queries.people(session, homes, today)
    agreed = queries.agreed_days(session, homes)
    wanted = {
        home.id: (home.division, due_of(session, home, people[home.id], home.last_visit_on, agreed.get(home.id), today))
        for home in homes.values()
    }
    changes = write(session, wanted)
    publish(session, changes)
    return len(changes)
