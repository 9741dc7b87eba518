"""What a bulk upsert would do, without doing it: the preview of an import. Same matching, same comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session, col

from app import crypto
from app.households.bulk_service import (
    HOME_FIELDS,
    _homes_by_code,
    _match_all,
    _People,
    chunks,
    differences,
    person_values,
    told,
)
from app.households.rules import normal_id
from app.households.schemas import HouseholdIn, PersonIn
from models.households import Household, Person, PersonTag

_COMPARED = frozenset(HOME_FIELDS) - {"division"}


@dataclass(frozen=True)
class Foreseen:
    """What would become of one row.

    `state`: new, changed, same. For a known one: its id, where it lies now, and the fields that would change with
    their values before and after, sealed ones masked.
    """

    state: str
    row_id: str | None = None
    division: str | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


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
    """The blind index of an ID number as a ledger writes it, to be compared with those of `heads_of`."""
    return crypto.index(normal_id(number), "person.id_number")


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
        rows = session.execute(select(col(Household.id), col(Household.code)).where(col(Household.id).in_(part)))
        found.update({key: code for key, code in rows})
    return found


def heads_of(session: Session, household_ids: Sequence[str]) -> dict[str, list[tuple[str, str, str | None]]]:
    """The heads that homes have now, each with id, name and blind index of the number; some have none, some several."""
    found: dict[str, list[tuple[str, str, str | None]]] = {}
    columns = (col(Person.household_id), col(Person.id), col(Person.name), col(Person.id_index))
    for part in chunks(sorted(household_ids)):
        alive = col(Person.removed_at).is_(None)
        query = select(*columns).where(col(Person.household_id).in_(part), col(Person.is_head), alive)
        for home, key, name, index in session.execute(query.order_by(col(Person.id))):
            found.setdefault(home, []).append((key, name, index))
    return found


def match_people(
    session: Session, rows: Sequence[PersonIn], homes: Mapping[str, tuple[str, str]], on: date
) -> list[Known | None]:
    """The known person whom each row means, None for a new one; just as `upsert_people` would take them."""
    prepared = _prepared(rows, homes, on)
    matched = _matched(session, prepared)
    found = (matched.get(id(values)) for values in prepared)
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
            foreseen.append(Foreseen("new"))
            continue
        values = {name: value for name, value in row.given().items() if name in _COMPARED}
        foreseen.append(_compared(home, home.division, values))
    return foreseen


def foresee_people(
    session: Session, rows: Sequence[PersonIn], homes: Mapping[str, tuple[str, str]], on: date
) -> list[Foreseen]:
    """What `upsert_people` would do with these rows, in their order.

    Args:
        homes: id and division of each home by its code, also of homes that the same import would make.
        on: the Shanghai day.
    """
    prepared = _prepared(rows, homes, on)
    matched = _matched(session, prepared)
    tags = _open_tags(session, [person.id for person in matched.values()], on)
    foreseen = []
    for row, values in zip(rows, prepared, strict=True):
        person = matched.get(id(values))
        if person is None:
            foreseen.append(Foreseen("new"))
            continue
        fresh = sorted(set(row.tags) - tags.get(person.id, set()))
        foreseen.append(_compared(person, person.division, values, {"tags": fresh} if fresh else {}))
    return foreseen


def _prepared(rows: Sequence[PersonIn], homes: Mapping[str, tuple[str, str]], on: date) -> list[dict[str, Any]]:
    prepared = []
    for row in rows:
        home_id, division = homes[row.household_code or ""]
        facts = {"household_id": home_id, "division": division, "extra": row.extra}
        prepared.append(person_values(row.given(), on) | facts)
    return prepared


def _matched(session: Session, prepared: Sequence[dict[str, Any]]) -> dict[int, Person]:
    indexes = sorted({one["id_index"] for one in prepared if one.get("id_index")})
    return _match_all(_People(session, indexes, sorted({one["household_id"] for one in prepared})), prepared)


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
        query = select(col(PersonTag.person_id), col(PersonTag.tag)).where(col(PersonTag.person_id).in_(part), still)
        for person, tag in session.execute(query):
            found.setdefault(person, set()).add(tag)
    return found
