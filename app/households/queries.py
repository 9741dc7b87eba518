"""Reading the register, always within somebody's scope."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, Text, and_, any_, bindparam, func, or_, select
from sqlmodel import Session, col

from app.accounts.queries import below, has_pairings_today, in_scope, paired_households
from app.accounts.schemas import Actor
from app.among import among
from app.db import is_sqlite
from models.accounts import Pairing, User
from models.audit import AuditEntry
from models.households import Contact, Household, Person, PersonTag, Relation
from models.visits import Visit, VisitPhoto


def household_scope(actor: Actor, on: date, *, looking: bool = False) -> ColumnElement[bool]:
    """The homes that this actor may work with today, removed ones left out; with `looking` those to be read."""
    scope = in_scope(actor, on, Household.division, Household.id, looking=looking)
    return and_(scope, Household.removed_at.is_(None))  # type: ignore[union-attr]


def household(
    session: Session, actor: Actor, household_id: str, on: date, *, looking: bool = False
) -> Household | None:
    """One home of the actor's scope."""
    scope = household_scope(actor, on, looking=looking)
    return session.scalars(select(Household).where(Household.id == household_id, scope)).first()


def person(session: Session, actor: Actor, person_id: str, on: date, *, looking: bool = False) -> Person | None:
    """One person of the actor's scope."""
    scope = in_scope(actor, on, Person.division, Person.household_id, looking=looking)
    return session.scalars(select(Person).where(Person.id == person_id, scope, Person.removed_at.is_(None))).first()  # type: ignore[union-attr]


def tag_open(on: date) -> ColumnElement[bool]:
    """That a tag holds on a day."""
    return and_(PersonTag.from_on <= on, or_(PersonTag.to_on.is_(None), PersonTag.to_on >= on))  # type: ignore[union-attr, operator]


def in_groups(villages: Sequence[str], groups: Sequence[str]) -> ColumnElement[bool]:
    """Homes of these villages and, where any are named, of groups that are written so."""
    where = Household.division.in_(list(villages))  # type: ignore[attr-defined]
    return and_(where, Household.group.in_(list(groups))) if groups else where  # type: ignore[union-attr]


def few_in_groups(session: Session, villages: Sequence[str], groups: Sequence[str], few: int) -> list[str] | None:
    """The homes of these groups, or None when there are more than a few."""
    query = select(Household.id).where(in_groups(villages, groups)).limit(few + 1)
    found = list(session.scalars(query))
    return found if len(found) <= few else None


def paired_divisions(session: Session, actor: Actor, on: date) -> list[str]:
    """The villages in which the homes paired with an actor lie."""
    homes = paired_households(actor.id, on)
    return list(session.scalars(select(Household.division).where(Household.id.in_(homes)).distinct()))  # type: ignore[attr-defined]


def listed(
    session: Session, actor: Actor, on: date, *, village: str = "", attributes: Sequence[str] = (), known: bool = False
) -> ColumnElement[bool]:
    """The condition of the office's list: scope, and what was chosen.

    Pairings are asked for only where there are any: an OR would keep the database from reading in the list's order.

    Args:
        known: the homes are named otherwise (by their ids, villages or groups), and this only holds them to the scope:
            the division is no column of an index then, lest the database reads the county in its order.
    """
    homes = Household.id if has_pairings_today(session, actor, on) else None
    division = col(Household.division).concat("") if known else Household.division
    parts = [in_scope(actor, on, division, homes), Household.removed_at.is_(None)]  # type: ignore[union-attr]
    if village:
        parts.append(below(division, village))
    if attributes:
        parts.append(Household.attribute.in_(attributes))  # type: ignore[union-attr]
    return and_(*parts)


def tagged(
    session: Session, actor: Actor, on: date, tag: str, village: str, homes_where: ColumnElement[bool] | None = None
) -> Select[Any]:
    """The homes of people with a tag, village by village, from the index of tags alone; held to some homes if asked."""
    homes = PersonTag.household_id if has_pairings_today(session, actor, on) else None
    scope = in_scope(actor, on, PersonTag.division, homes)
    query = select(PersonTag.household_id).where(PersonTag.tag == tag, tag_open(on), scope)
    if village:
        query = query.where(below(PersonTag.division, village))
    if homes_where is not None:
        query = query.where(PersonTag.household_id.in_(select(Household.id).where(homes_where)))  # type: ignore[attr-defined]
    return query.group_by(PersonTag.division, PersonTag.household_id).order_by(
        PersonTag.division, PersonTag.household_id
    )  # type: ignore[arg-type]


def tagged_ids(session: Session, query: Select[Any], limit: int, offset: int) -> list[str]:
    """A page of such homes."""
    return list(session.scalars(query.limit(limit).offset(offset)))


def tagged_count(session: Session, query: Select[Any]) -> int:
    """How many such homes there are."""
    return session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def page(session: Session, condition: Any, limit: int, offset: int) -> list[Household]:
    """A page of homes, village by village, each by name."""
    query = select(Household).where(condition).order_by(Household.division, Household.name, Household.id)
    return list(session.scalars(query.limit(limit).offset(offset)))


def names(session: Session, condition: Any, limit: int) -> list[tuple[str, str]]:
    """The first homes of such a list, as id and name only."""
    query = select(Household.id, Household.name).where(condition)  # type: ignore[call-overload]
    rows = session.execute(query.order_by(Household.division, Household.name, Household.id).limit(limit))
    return [(key, name) for key, name in rows]


def count(session: Session, condition: Any) -> int:
    """How many homes there are."""
    return session.scalar(select(func.count()).select_from(Household).where(condition)) or 0


def by_ids(session: Session, ids: Sequence[str]) -> list[Household]:
    """These homes; the caller has held the ids to a scope."""
    return list(session.scalars(select(Household).where(Household.id.in_(list(ids)))))  # type: ignore[attr-defined]


def held_to(session: Session, condition: Any, ids: Sequence[str]) -> set[str]:
    """Those of these homes for which the condition holds."""
    if not ids:
        return set()
    return set(session.scalars(select(Household.id).where(Household.id.in_(list(ids)), condition)))  # type: ignore[attr-defined]


def people_of(session: Session, household_ids: Sequence[str]) -> list[Person]:
    """The people of these homes, the head first, then by age."""
    query = (
        select(Person)
        .where(Person.household_id.in_(list(household_ids)), Person.removed_at.is_(None))  # type: ignore[attr-defined, union-attr]
        .order_by(Person.household_id, Person.is_head.desc(), Person.born_on, Person.id)  # type: ignore[attr-defined]
    )
    return list(session.scalars(query))


def young_of(session: Session, household_ids: Sequence[str], born_after: date) -> list[Any]:
    """Id, home, name and birthday of those of these homes who were born later, or of whom no birthday is known."""
    query = select(Person.id, Person.household_id, Person.name, Person.born_on).where(  # type: ignore[call-overload]
        among(Person.household_id, household_ids), Person.removed_at.is_(None),  # type: ignore[union-attr]
        or_(Person.born_on.is_(None), Person.born_on > born_after),  # type: ignore[union-attr, operator]
    )  # fmt: skip
    return list(session.execute(query))


def everybody_of(session: Session, household_id: str) -> list[Person]:
    """The people of a home, those removed from the register too; the caller has held the home to a scope."""
    return list(session.scalars(select(Person).where(Person.household_id == household_id).order_by(Person.id)))  # type: ignore[arg-type]


def people_counts(session: Session, household_ids: Sequence[str]) -> dict[str, int]:
    """How many people live in each of these homes."""
    rows = session.execute(
        select(Person.household_id, func.count())
        .where(Person.household_id.in_(list(household_ids)), Person.removed_at.is_(None))  # type: ignore[attr-defined, union-attr]
        .group_by(Person.household_id)
    )
    return {key: number for key, number in rows}


def open_tags(session: Session, person_ids: Sequence[str], on: date) -> dict[str, list[str]]:
    """The tags that hold today, by person."""
    found: dict[str, list[str]] = {}
    for start in range(0, len(person_ids), 400):
        rows = session.execute(
            select(PersonTag.person_id, PersonTag.tag)  # type: ignore[call-overload]
            .where(PersonTag.person_id.in_(list(person_ids[start : start + 400])), tag_open(on))  # type: ignore[attr-defined]
            .order_by(PersonTag.person_id, PersonTag.tag)
        )
        for key, tag in rows:
            found.setdefault(key, []).append(tag)
    return found


def home_tags(session: Session, household_ids: Sequence[str], on: date) -> dict[str, list[str]]:
    """The tags of a home's people, by home."""
    rows = session.execute(
        select(Person.household_id, PersonTag.tag)  # type: ignore[call-overload]
        .join(PersonTag, PersonTag.person_id == Person.id)
        .where(Person.household_id.in_(list(household_ids)), tag_open(on), Person.removed_at.is_(None))  # type: ignore[attr-defined, union-attr]
        .distinct()
        .order_by(Person.household_id, PersonTag.tag)
    )
    found: dict[str, list[str]] = {}
    for key, tag in rows:
        found.setdefault(key, []).append(tag)
    return found


def contacts_of(session: Session, person_ids: Sequence[str]) -> dict[str, list[Contact]]:
    """Whom to call, by person."""
    found: dict[str, list[Contact]] = {}
    for start in range(0, len(person_ids), 400):
        rows = session.scalars(
            select(Contact)
            .where(Contact.person_id.in_(list(person_ids[start : start + 400])))  # type: ignore[attr-defined]
            .order_by(Contact.person_id, Contact.kind, Contact.rank, Contact.id)
        )
        for row in rows:
            found.setdefault(row.person_id, []).append(row)
    return found


def relations_of(session: Session, person_id: str) -> list[Relation]:
    """What ties a person to others, in both directions."""
    either = or_(Relation.person_id == person_id, Relation.other_id == person_id)
    return list(session.scalars(select(Relation).where(either).order_by(Relation.id)))


def looks(
    session: Session, household_id: str, person_ids: Sequence[str], limit: int
) -> list[tuple[AuditEntry, str | None, str | None]]:
    """Who looked at what is kept back of this home and its people, with name and role, the latest first."""
    visits = select(Visit.id).where(Visit.household_id == household_id)  # type: ignore[call-overload]
    pictures = select(VisitPhoto.sha256).where(VisitPhoto.visit_id.in_(visits), VisitPhoto.of_child)  # type: ignore[call-overload, attr-defined]
    subject, action = AuditEntry.subject_id, AuditEntry.action
    kinds = (
        ("person", "person.unmasked", list(person_ids)), ("photo", "photo.child_seen", pictures),
        ("visit", "visit.proof", visits), ("household", "household.opened", [household_id]),
        ("person", "person.opened", list(person_ids)),
    )  # fmt: skip
    here = [and_(AuditEntry.subject_type == type_, action == verb, subject.in_(ids)) for type_, verb, ids in kinds]  # type: ignore[attr-defined, arg-type]
    query = (
        select(AuditEntry, User.name, User.role)
        .outerjoin(User, User.id == AuditEntry.actor_id)  # type: ignore[arg-type]
        .where(or_(*here))
        .order_by(AuditEntry.id.desc())  # type: ignore[union-attr]
        .limit(limit)
    )  # fmt: skip
    return [(row, name, role) for row, name, role in session.execute(query)]


def opened_by(
    session: Session, actor_id: str, device_id: str | None, person_ids: Sequence[str], since: datetime
) -> set[str]:
    """Those of these people whose record an account has opened on this device since a moment."""
    if not person_ids:
        return set()
    rows = session.scalars(
        select(AuditEntry.subject_id).where(  # type: ignore[call-overload]
            AuditEntry.actor_id == actor_id,
            AuditEntry.at > since,
            AuditEntry.device_id == device_id,
            AuditEntry.action == "person.opened",
            AuditEntry.subject_id.in_(list(person_ids)),  # type: ignore[attr-defined]
        )
    )
    return set(rows)


def people_where(
    session: Session,
    actor: Actor,
    on: date,
    villages: Sequence[str] | None,
    *conditions: Any,
    homes: Sequence[str] | None = None,
) -> Select[Any]:
    """People by what was searched: within these villages, or (None) within the homes paired with the actor.

    Where only a few homes of the villages are meant, they are named instead.

    The villages stand as a list, not as a range, so that an index on (division, what is searched) answers on both
    databases with one short look per village. PostgreSQL takes the list as one array.
    """
    where: Any
    if villages is None:
        where = Person.household_id.in_(paired_households(actor.id, on))  # type: ignore[attr-defined]
    elif homes is not None:
        where = Person.household_id.in_(list(homes))  # type: ignore[attr-defined]
    elif is_sqlite(session):
        where = Person.division.in_(list(villages))  # type: ignore[attr-defined]
    else:
        where = Person.division == any_(bindparam(None, list(villages), type_=ARRAY(Text)))
    return select(Person.id, Person.household_id, Person.name, Person.division).where(where, *conditions)  # type: ignore[call-overload]


def pairings_of(session: Session, household_id: str) -> list[tuple[Pairing, str]]:
    """Who helps a home, the latest first."""
    query = (
        select(Pairing, User.name)
        .join(User, User.id == Pairing.user_id)  # type: ignore[arg-type]
        .where(Pairing.household_id == household_id)
        .order_by(Pairing.from_on.desc())  # type: ignore[attr-defined]
    )
    return [(row, name) for row, name in session.execute(query)]
