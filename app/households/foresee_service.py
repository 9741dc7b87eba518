"""What a bulk upsert would do, without doing it: the preview of an import. Same matching, same comparison."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlmodel import Session, col

from app import crypto
from app.among import among
from app.audit import service as audit
from app.feed import service as feed
from app.households.bulk_service import (
    HOME_FIELDS,
    Prepared,
    _homes_by_code,
    _match_all,
    _People,
    against_visits,
    chunks,
    differences,
    prepare_people,
    stated,
    told,
)
from app.households.rules import whole_id
from app.households.schemas import HouseholdIn, PersonIn
from models.households import Household, Person, PersonTag

LONGEST = timedelta(hours=1)
_COMPARED = frozenset(HOME_FIELDS) - {"division"}


@dataclass(frozen=True)
class Foreseen:
    """What would become of one row.

    `state`: new, changed, same. For a known one: its id, where it lies now, and the fields that would change with
    their values before and after, sealed ones masked; `visited`: what visits found and the row contradicts.
    """

    state: str
    row_id: str | None = None
    division: str | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    visited: dict[str, str] = field(default_factory=dict)


_NEW = Foreseen("new")


@dataclass(frozen=True)
class Known:
    """A home or a person as the register has them now; `head` only for people, whose home is `household_id`."""

    row_id: str
    name: str
    household_id: str
    division: str
    head: bool = False
    removed: bool = False


def fingerprint(number: str) -> str:
    """The blind index of an ID number as a ledger writes it, to be compared with those of the register."""
    return crypto.index(whole_id(number), "person.id_number")


def locate(session: Session, codes: Sequence[str]) -> dict[str, Known]:
    """The known homes by their code."""
    return {
        code: Known(row.id, row.name, row.id, row.division, removed=row.removed_at is not None)
        for code, row in _homes_by_code(session, codes).items()
    }


def codes_of(session: Session, household_ids: Sequence[str]) -> dict[str, str]:
    """The codes of homes by their id."""
    found: dict[str, str] = {}
    for part in chunks(sorted(set(household_ids))):
        rows = session.execute(select(col(Household.id), col(Household.code)).where(among(Household.id, part)))
        found.update({key: code for key, code in rows})
    return found


def heads_of(session: Session, household_ids: Sequence[str]) -> dict[str, list[tuple[str, str, str | None]]]:
    """The heads that homes have now, each with id, name and blind index of the number; some have none, some several."""
    found: dict[str, list[tuple[str, str, str | None]]] = {}
    columns = (col(Person.household_id), col(Person.id), col(Person.name), col(Person.id_index))
    for part in chunks(sorted(household_ids)):
        alive = col(Person.removed_at).is_(None)
        query = select(*columns).where(among(Person.household_id, part), col(Person.is_head), alive)
        for home, key, name, index in session.execute(query.order_by(col(Person.id))):
            found.setdefault(home, []).append((key, name, index))
    return found


class Bearer(NamedTuple):
    """Somebody of the register who carries a number."""

    row_id: str
    name: str
    code: str
    division: str


def bearers(session: Session, numbers: Iterable[str]) -> dict[str, list[Bearer]]:
    """Who in the register carries these ID numbers, by number, each with the code of the home and where it lies."""
    return bearers_of(session, {fingerprint(number): number for number in numbers})


def bearers_of(session: Session, by_index: Mapping[str, str]) -> dict[str, list[Bearer]]:
    """The same where the blind indexes of the numbers are known already."""
    columns = (col(Person.id_index), col(Person.id), col(Person.name), col(Household.code), col(Person.division))
    found: dict[str, list[Bearer]] = {}
    for part in chunks(sorted(by_index)):
        query = select(*columns).join(Household, col(Household.id) == col(Person.household_id))
        query = query.where(among(Person.id_index, part), col(Person.removed_at).is_(None))
        for index, *one in session.execute(query.order_by(col(Person.id))):
            found.setdefault(by_index[index], []).append(Bearer(*one))
    return found


def carried(session: Session, indexes: Sequence[str]) -> set[str]:
    """Which of these blind indexes of ID numbers somebody carries or carried, whoever left the register included."""
    found: set[str] = set()
    for part in chunks(indexes):
        found.update(session.scalars(select(col(Person.id_index)).where(among(Person.id_index, part))))
    return found


def sketch_people(rows: Sequence[PersonIn], homes: Sequence[tuple[str, str]]) -> list[Prepared]:
    """As `prepare_people`, but only by what people are matched: most of a first roster is matched with nobody."""
    return [
        _sketch(row.id_number, row.name, home_id, row.tags) for row, (home_id, _) in zip(rows, homes, strict=True)
    ]


def _sketch(number: str | None, name: str, home_id: str, tags: list[str]) -> Prepared:
    index = fingerprint(number) if number else None
    return Prepared({"id_index": index, "household_id": home_id, "name": name}, tags, whole=False)


def match_people(session: Session, people: Iterable[tuple[str, str, str]]) -> list[Known | None]:
    """The known person whom each row means, None for a new one; just as `upsert_people` would take them.

    Args:
        people: of each the ID number, the name and the id of the home.
    """
    prepared = [_sketch(number, name, home_id, []) for number, name, home_id in people]
    matched = _match_all(_People.of(session, prepared), prepared)
    found = (matched.get(id(one)) for one in prepared)
    return [
        person
        and Known(
            person.id, person.name, person.household_id, person.division, person.is_head, person.removed_at is not None
        )
        for person in found
    ]


def foresee_households(session: Session, rows: Sequence[HouseholdIn]) -> list[Foreseen]:
    """What `upsert_households` would do with these rows, in their order.

    Where a known home lies is not compared: its code keeps the village it was given in, whoever moved it since.
    """
    known = _homes_by_code(session, list({row.code for row in rows}))
    foreseen = []
    for row in rows:
        home = known.get(row.code)
        if home is None:
            foreseen.append(_NEW)
            continue
        values = {name: value for name, value in row.given().items() if name in _COMPARED}
        foreseen.append(_compared(home, home.division, values))
    return foreseen


def foresee_people(
    session: Session, rows: Sequence[PersonIn], homes: Sequence[tuple[str, str]], prepared: Sequence[Prepared], on: date
) -> list[Foreseen]:
    """What `upsert_prepared` would do with these people, in their order; their homes may be yet to be made.

    Args:
        prepared: the rows, whole or sketched; of a sketched one the rest is worked out only where somebody is known.
        on: the Shanghai day.
    """
    matched = _match_all(_People.of(session, prepared), prepared)
    tags = _open_tags(session, [person.id for person in matched.values()], on)
    foreseen = []
    for row, home, one in zip(rows, homes, prepared, strict=True):
        person = matched.get(id(one))
        if person is None:
            foreseen.append(_NEW)
            continue
        if not one.whole:
            one = prepare_people([row], [home], on)[0]
        fresh = sorted(set(one.tags) - tags.get(person.id, set()))
        seen = _compared(person, person.division, stated(person, one.values), {"tags": fresh} if fresh else {})
        foreseen.append(replace(seen, visited=against_visits(person, one.values)))
    return foreseen


def changed_since(session: Session, position: int, now: datetime) -> bool:
    """Whether somebody wrote into the register itself after a position of the feed; what visits find is no such thing.

    Asked of the log as far back as the longest unit of work may have begun before its commit.
    """
    told = sorted(feed.told_since(session, position, ("household", "person")))
    return audit.changed(session, told, ("household", "person"), now - LONGEST)


def _compared(
    row: Household | Person, division: str, values: Mapping[str, Any], more: Mapping[str, Any] | None = None
) -> Foreseen:
    changed = differences(row, values)
    if row.removed_at is not None:
        changed["removed_at"] = None
    if not changed and not more:
        return Foreseen("same", row.id, division)
    before = {name: getattr(row, name) for name in changed if name != "removed_at"}
    after = {name: value for name, value in changed.items() if name != "removed_at"}
    return Foreseen("changed", row.id, division, told(before), told(after) | dict(more or {}))


def _open_tags(session: Session, people: Sequence[str], on: date) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for part in chunks(sorted(people)):
        still = or_(col(PersonTag.to_on).is_(None), col(PersonTag.to_on) >= on)
        query = select(col(PersonTag.person_id), col(PersonTag.tag)).where(among(PersonTag.person_id, part), still)
        for person, tag in session.execute(query):
            found.setdefault(person, set()).add(tag)
    return found
