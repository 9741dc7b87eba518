"""What the office pages of all registers need: found by visits in words, whom to take in, when a home is due."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.db import SHANGHAI
from app.divisions import service as divisions
from app.forms import service as forms
from app.forms.ledger_schemas import FIELDS, shown_in
from app.households import queries, register_service, search_service, tags
from app.households.register_schemas import FoundPerson, FoundView
from app.households.rules import age_on
from models.households import Person
from models.visits import Task

MOST = 20
_CODES: dict[str, Mapping[str, str]] = {"person.living": tags.LIVING, "person.health": tags.HEALTH}


def found_views(
    session: Session, register: str, ledger: Mapping[str, Any], listed: Mapping[str, str | None] | None = None
) -> list[FoundView]:
    """The ledger fields of a register in words, each with the visit that it comes from.

    Args:
        register: elder, child, hardship, disability or pairing.
        ledger: what visits found.
        listed: what an imported ledger says, by plain field name: shown beside where it differs.
    """
    words = forms.field_words(session)
    found = []
    for plain, field in shown_in(register).items():
        if field not in ledger:
            continue
        entry = ledger[field]
        known: Mapping[str, str] = {**_CODES.get(field, {}), **words.get(field, {})}
        value = said(entry["value"], known)
        other = (listed or {}).get(plain) or ""
        found.append(FoundView(FIELDS[field][1], value, _day(entry.get("at")), entry.get("visit") or "",
                               other if other and other != value else ""))  # fmt: skip
    return found


def said(value: Any, known: Mapping[str, str]) -> str:
    """A value of a ledger in words."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(known.get(str(one), str(one)) for one in value) or "没有"
    return known.get(str(value), str(value))


def _day(at: str | None) -> str:
    if not at:
        return ""
    return datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(SHANGHAI).date().isoformat()


def find_people(
    session: Session, actor: Actor, text: str, on: date, *, youngest: int = 0, oldest: int = 200
) -> list[FoundPerson]:
    """People of the area by name, sound or last four, of an age, to be taken into a register."""
    if not text.strip():
        return []
    hits = search_service.search(session, actor, text, on, most=MOST * 5)
    rows = {row.id: row for row in people_by_id(session, [hit.person_id for hit in hits if hit.person_id])}
    places = divisions.places(session, {row.division for row in rows.values()})
    found = []
    for hit in hits:
        row = rows.get(hit.person_id)
        age = age_on(row.born_on, on) if row and row.born_on else None
        if row is None or (age is not None and not youngest <= age < oldest):
            continue
        years = "" if age is None else f"{age} 岁，"
        found.append(FoundPerson(row.id, row.name, f"{years}{places[row.division]}"))
    return found[:MOST]


def people_by_id(session: Session, ids: Sequence[str]) -> list[Person]:
    """These people; a search has held the ids to a scope."""
    found: list[Person] = []
    for part in register_service.chunks(ids):
        found += session.scalars(select(Person).where(Person.id.in_(part), Person.removed_at.is_(None)))  # type: ignore[attr-defined, union-attr]
    return found


def visits_due(session: Session, household_ids: Iterable[str]) -> dict[str, Task]:
    """When these homes are to be visited next, where anything says so."""
    found: dict[str, Task] = {}
    for part in register_service.chunks(household_ids):
        rows = session.scalars(select(Task).where(Task.kind == "visit", Task.household_id.in_(part)))  # type: ignore[attr-defined]
        found |= {row.household_id: row for row in rows}
    return found


def person_line(person: Person, on: date) -> str:
    """`女 84 岁`."""
    age = f"{age_on(person.born_on, on)} 岁" if person.born_on else ""
    return " ".join(part for part in (tags.SEX.get(person.sex, ""), age) if part)


def tag_words(session: Session, person_ids: Sequence[str], on: date) -> dict[str, list[str]]:
    """The marks of people in words."""
    return {
        key: [tags.label(tags.TAGS, code) for code in codes]
        for key, codes in queries.open_tags(session, person_ids, on).items()
    }
