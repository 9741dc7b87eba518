"""What all registers of people in need share: whose a row is, the last visit, what visits found, marks in step."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlmodel import Session

from app.accounts.queries import in_scope
from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.db import SHANGHAI, new_id, utcnow
from app.errors import BadInput, Conflict, Detail, NotAllowed, NotFound
from app.feed.service import Change
from app.households import queries
from app.households.bulk_service import place_tags
from app.settings import service as settings
from models.households import Household, Person, PersonTag

CHUNK = 400


def may_write(actor: Actor) -> None:
    """Stop whose role only reads registers.

    Raises:
        NotAllowed: it changes none.
    """
    if not actor.may(Permission.REGISTERS_WRITE):
        raise NotAllowed()


def same_version(row: Any, base_version: int) -> None:
    """Stop whoever would write over what they have not seen.

    Raises:
        Conflict: somebody changed the row since `base_version`.
    """
    if row.version != base_version:
        raise Conflict(details=[Detail("base_version", "old_version", f"现在是第 {row.version} 版。")])


def why(said: str, path: str = "reason", ask: str = "写一句为什么。") -> str:
    """A reason as it is kept.

    Raises:
        BadInput: `missing`, nothing that anybody could read later.
    """
    kept = said.strip()[:200]
    if len(kept) < 2:
        raise BadInput(details=[Detail(path, "missing", ask)])
    return kept


def iso(value: date | None) -> str | None:
    """A day as phones are told it."""
    return value.isoformat() if value else None


def today() -> date:
    """The day in China."""
    return utcnow().astimezone(SHANGHAI).date()


def chunks(items: Iterable[str]) -> Iterator[list[str]]:
    """Slices small enough for one IN list on either database."""
    whole = list(items)
    return (whole[start : start + CHUNK] for start in range(0, len(whole), CHUNK))


@dataclass(frozen=True)
class Standing:
    """A row of a register with the person it is about and their home."""

    row: Any
    person: Person
    home: Household


def of_register(table: Any, since: datetime | None = None) -> Select[Any]:
    """Rows of a register (person_id, household_id, removed_at) that stand, with person and home.

    Args:
        since: also those that have left it since this moment.
    """
    stands = table.removed_at.is_(None) if since is None else or_(table.removed_at.is_(None), table.removed_at >= since)
    return (
        select(table, Person, Household)
        .join(Person, Person.id == table.person_id)
        .join(Household, Household.id == Person.household_id)
        .where(stands, Person.removed_at.is_(None), Household.removed_at.is_(None))  # type: ignore[union-attr]
    )


def rows_by_id(session: Session, table: Any, ids: Sequence[str]) -> list[Standing]:
    """These rows of a register, for who has held the ids to a scope."""
    query = of_register(table)
    return [Standing(*one) for part in chunks(ids) for one in session.execute(query.where(table.id.in_(part)))]


def scope_of(actor: Actor, on: date, *, looking: bool = False) -> ColumnElement[bool]:
    """The condition on `of_register` that a row lies in the actor's scope, by where the home lies now."""
    return in_scope(actor, on, Household.division, Household.id, looking=looking)


def person_to_see(session: Session, actor: Actor, person_id: str) -> Person:
    """A person whom the actor may read about.

    Raises:
        NotFound: there is none, or they live elsewhere.
    """
    found = queries.person(session, actor, person_id, today(), looking=True)
    if found is None:
        raise NotFound("没有找到这个人，可能已迁走。")
    return found


def last_visit(home: Any, listed_on: date | None = None) -> dict[str, Any] | None:
    """`{id, on}` of the last visit to a home; where an imported ledger names a later one, without an id."""
    if listed_on and (home.last_visit_on is None or listed_on > home.last_visit_on):
        return {"id": None, "on": listed_on.isoformat()}
    if home.last_visit_on is None:
        return None
    return {"id": home.last_visit_id, "on": home.last_visit_on.isoformat()}


def policy(session: Session, keys: Sequence[str], on: date, area: str) -> Mapping[str, Any]:
    """Policy values in force; asked once a session for each area, day and set of keys."""
    known: dict[Any, Mapping[str, Any]] = session.info.setdefault("policy", {})
    asked = (tuple(keys), on, area)
    if asked not in known:
        known[asked] = settings.values(session, keys, on, area)
    return known[asked]


def tags_of(session: Session, person_ids: Sequence[str], on: date) -> dict[str, list[str]]:
    """The marks that people carry on a day."""
    return queries.open_tags(session, person_ids, on)


def keep_tags(
    session: Session, person: Person, wanted: Iterable[str], family: Iterable[str], on: date, source: str
) -> list[Change]:
    """Bring those marks of a person that a register answers for (`family`) to what it says; the caller publishes.

    A mark that is not wanted any more ends the day before, one made on the same day goes.
    """
    mine, now = set(wanted), set(queries.open_tags(session, [person.id], on).get(person.id, []))
    family = set(family)
    ending, starting = (now & family) - mine, (mine & family) - now
    for row in session.scalars(
        select(PersonTag).where(PersonTag.person_id == person.id, PersonTag.tag.in_(sorted(ending | starting)))  # type: ignore[attr-defined]
    ):
        if row.tag in ending and row.to_on is None:
            if row.from_on >= on:
                session.delete(row)
            else:
                row.to_on = date.fromordinal(on.toordinal() - 1)
        elif row.tag in starting and row.from_on == on:
            row.to_on = None
            starting.discard(row.tag)
    session.add_all(
        PersonTag(id=new_id(), person_id=person.id, tag=tag, from_on=on, source=source) for tag in sorted(starting)
    )
    session.flush()
    if not ending and not (mine & family) - now:
        return []
    place_tags(session, [person.id])
    person.version, person.updated_at = person.version + 1, utcnow()
    return [Change("person", person.id, person.household_id, person.division)]
