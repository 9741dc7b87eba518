"""What a bulk upsert would do, without doing it: the preview of an import. Same matching, same comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session, col

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
    prepared = []
    for row in rows:
        home_id, division = homes[row.household_code or ""]
        facts = {"household_id": home_id, "division": division, "extra": row.extra}
        prepared.append(person_values(row.given(), on) | facts)
    indexes = sorted({one["id_index"] for one in prepared if one.get("id_index")})
    matched = _match_all(_People(session, indexes, sorted({one["household_id"] for one in prepared})), prepared)
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
