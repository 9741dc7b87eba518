"""需要人去看的: people whom nobody came to in time, and who could step in. Never counted by cadre."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session

from app.accounts.queries import below, has_pairings_today, in_scope
from app.accounts.rules import Permission, Role
from app.accounts.schemas import Actor
from app.divisions import service as divisions
from app.errors import NotAllowed
from app.households import looking_service
from app.households import register_service as register
from app.households.rules import child_name, is_child
from app.limits import PAGE
from app.visits.queries import chunks
from models.accounts import User, UserArea
from models.households import Contact, Household, Person
from models.pairing import Official, PairedHome
from models.visits import Task, Visit

NAMED = 3
"""So many who could step in are enough to choose from."""


@dataclass(frozen=True)
class NeedRow:
    """Somebody who needs a visit: who, where, why, since when, and who could step in."""

    id: str
    name: str
    why: str
    household_id: str
    place: str
    since: str
    last: str
    step_in: list[str]
    urgent: bool


@dataclass(frozen=True)
class NeedPage:
    """A page of people who need somebody; `more` where another follows."""

    rows: list[NeedRow] = field(default_factory=list)
    more: bool = False


def _since(due_on: date, on: date, urgent: bool) -> str:
    late = (on - due_on).days
    if urgent:
        return "出了事，今天要去"
    return f"过了 {late} 天"


def people_in_need(session: Session, actor: Actor, on: date, *, area: str = "", offset: int = 0) -> NeedPage:
    """Who should have been seen, who needs somebody most first.

    Args:
        area: a township or village within the actor's scope; empty for all of it.
        offset: how many come before this page.

    Raises:
        NotAllowed: the role sees no visits.
    """
    if not actor.may(Permission.VISITS_READ):
        raise NotAllowed()
    paired = Household.id if has_pairings_today(session, actor, on) else None
    query = (
        select(Task, Household)
        .join(Household, Household.id == Task.household_id)  # type: ignore[arg-type]
        .where(in_scope(actor, on, Household.division, paired), Household.removed_at.is_(None))  # type: ignore[union-attr]
        .where(Task.kind == "visit", or_(Task.due_on < on, Task.urgent))  # type: ignore[arg-type]
    )
    if area:
        query = query.where(below(Household.division, area))
    order = (Task.urgent.desc(), Task.every_days.is_(None), Task.every_days, Task.due_on, Task.id)  # type: ignore[attr-defined, union-attr]
    found = session.execute(query.order_by(*order).offset(max(0, offset)).limit(PAGE + 1)).all()
    rows = found[:PAGE]
    homes = {home.id: home for _, home in rows}
    people = _people(session, [task.person_id for task, _ in rows if task.person_id])
    marks = register.tags_of(session, list(people), on)
    places = divisions.places(session, sorted({home.division for home in homes.values()}))
    children = looking_service.children_as_shown(
        session, actor, sorted({home.id for task, home in rows if not task.person_id}), on
    )
    helpers = step_in(session, homes, on)
    return NeedPage(
        [
            NeedRow(
                task.id, *_said(task, home, people, marks, children.get(home.id, {}), actor.role, on), home.id,
                places.get(home.division, ""),
                _since(task.due_on, on, task.urgent),
                home.last_visit_on.isoformat() if home.last_visit_on else "还没有人去过", helpers[home.id], task.urgent,
            )
            for task, home in rows
        ],
        len(found) > PAGE,
    )  # fmt: skip


def _people(session: Session, ids: Sequence[str]) -> dict[str, Any]:
    query = select(Person.id, Person.name, Person.born_on)  # type: ignore[call-overload]
    return {one.id: one for part in chunks(ids) for one in session.execute(query.where(Person.id.in_(part)))}  # type: ignore[attr-defined]


def _said(
    task: Task, home: Household, people: dict[str, Any], marks: dict[str, list[str]], children: dict[str, str],
    role: Role, on: date,
) -> tuple[str, str]:  # fmt: skip
    """Who, and why; a child by name only to those near home, in the sentence too.

    Args:
        children: how those of a home whose task names nobody are shown.
    """
    who = people.get(task.person_id or "")
    if not task.person_id:
        why = task.why
        for name, shown in children.items():
            why = why.replace(name, shown)
        return children.get(home.name, home.name), why
    if who is None or not is_child(who.born_on, marks.get(who.id, ()), on):
        return who.name if who else home.name, task.why
    shown = child_name(who.name, role)
    return shown, task.why.replace(who.name, shown)


def step_in(session: Session, homes: dict[str, Household], on: date) -> dict[str, list[str]]:
    """Who could go in somebody's place: a neighbour who is known, the paired official, another cadre of the village.

    Whoever came last is named after the others: it is a list of help, not of debts.
    """
    found: dict[str, list[str]] = {home_id: [] for home_id in homes}
    for home_id, name in _neighbours(session, homes):
        found[home_id].append(f"邻居 {name}")
    for home_id, name, unit in _officials(session, homes, on):
        found[home_id].append(f"结对 {name}（{unit}）" if unit else f"结对 {name}")
    cadres = _cadres(session, {home.division for home in homes.values()})
    came = _last_authors(session, homes)
    for home_id, home in homes.items():
        others = sorted(cadres[home.division], key=lambda one: one[0] == came.get(home_id))
        found[home_id] += [f"村里 {name}" for _, name in others]
    return {home_id: list(dict.fromkeys(names))[:NAMED] for home_id, names in found.items()}


def _neighbours(session: Session, homes: Iterable[str]) -> list[Any]:
    query = (
        select(Person.household_id, Contact.name)  # type: ignore[call-overload]
        .join(Person, Person.id == Contact.person_id)
        .where(Contact.kind == "village", Contact.name != "", Person.removed_at.is_(None))  # type: ignore[union-attr]
        .order_by(Contact.rank, Contact.id)
    )
    return [row for part in chunks(homes) for row in session.execute(query.where(Person.household_id.in_(part)))]  # type: ignore[attr-defined]


def _officials(session: Session, homes: Iterable[str], on: date) -> list[Any]:
    query = (
        select(PairedHome.household_id, Official.name, Official.unit)  # type: ignore[call-overload]
        .join(Official, Official.id == PairedHome.official_id)
        .where(or_(PairedHome.from_on.is_(None), PairedHome.from_on <= on))  # type: ignore[union-attr, operator]
        .where(or_(PairedHome.to_on.is_(None), PairedHome.to_on >= on))  # type: ignore[union-attr, operator]
        .order_by(PairedHome.id)
    )
    return [row for part in chunks(homes) for row in session.execute(query.where(PairedHome.household_id.in_(part)))]  # type: ignore[attr-defined]


def _cadres(session: Session, villages: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    query = (
        select(UserArea.division, User.id, User.name)  # type: ignore[call-overload]
        .join(User, User.id == UserArea.user_id)
        .where(User.role == Role.VILLAGE.value, User.disabled_at.is_(None))  # type: ignore[union-attr]
        .order_by(User.name)
    )
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for part in chunks(sorted(villages)):
        for division, key, name in session.execute(query.where(UserArea.division.in_(part))):  # type: ignore[attr-defined]
            found[division].append((key, name))
    return found


def _last_authors(session: Session, homes: dict[str, Household]) -> dict[str, str]:
    last = {home.last_visit_id: home_id for home_id, home in homes.items() if home.last_visit_id}
    query = select(Visit.id, Visit.author_id)  # type: ignore[call-overload]
    return {
        last[key]: author for part in chunks(last) for key, author in session.execute(query.where(Visit.id.in_(part)))  # type: ignore[attr-defined]
    }
