"""What phones are told of homes and people: never a full ID or bank number, phone numbers yes (design §6)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlmodel import Session

from app.db import SHANGHAI, utcnow
from app.divisions import service as divisions
from app.households import queries, rules, tags
from app.sync.schemas import Rendered
from models.households import Contact, Household, Person

Pulled = dict[str, Rendered]


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _said(ledger: dict[str, Any]) -> dict[str, Any]:
    """What was found last; contacts go down as rows of their own."""
    return {field: entry["value"] for field, entry in ledger.items() if not field.startswith("contact.")}


def pull_households(session: Session, ids: Sequence[str]) -> Pulled:
    """Homes by id: as they go down. A removed one is left out, and so is gone."""
    rows = session.execute(_HOMES, {"ids": list(ids)}).all()
    names = divisions.village_names(session, {row.division for row in rows})
    return {row.id: Rendered(row.version, _household(row, names[row.division]), row.division, row.id) for row in rows}


def _standing(table: Any, columns: str) -> Any:
    """Rows of a table by id that were not removed: only what goes down is read, and opened where it is sealed."""
    query = select(*(table.c[name] for name in columns.split()))
    return query.where(table.c.id.in_(bindparam("ids", expanding=True)), table.c.removed_at.is_(None))


_HOMES = _standing(
    Household.__table__,  # type: ignore[attr-defined]
    "id version code name division group door address attribute last_visit_id last_visit_on summary ledger lat lon",
)
_PEOPLE = _standing(
    Person.__table__,  # type: ignore[attr-defined]
    "id version division household_id name pinyin initials id_last4 id_number sex born_on relation is_head phone"
    " living health works_away ledger",
)


def _household(row: Row[Any], village: str) -> dict[str, Any]:
    pinyin, initials = rules.name_sounds(row.name)
    visited = {"id": row.last_visit_id, "on": _day(row.last_visit_on)} if row.last_visit_on else None
    return {
        "code": row.code, "name": row.name, "pinyin": pinyin, "initials": initials, "division": row.division,
        "village": village, "group": row.group, "group_no": row.group, "door_no": row.door, "address": row.address,
        "attribute": row.attribute, "tags": tags.household_tags(row.attribute), "last_visit": visited,
        "summary": row.summary, "ledger": _said(row.ledger),
        "location": {"lat": row.lat, "lon": row.lon} if row.lat is not None else None, "version": row.version,
    }  # fmt: skip


def pull_people(session: Session, ids: Sequence[str]) -> Pulled:
    """People by id: as they go down."""
    rows = session.execute(_PEOPLE, {"ids": list(ids)}).all()
    keys = [row.id for row in rows]
    marks = queries.open_tags(session, keys, utcnow().astimezone(SHANGHAI).date())
    contacts = queries.contacts_of(session, keys)
    return {
        row.id: Rendered(
            row.version, _person(row, marks.get(row.id, []), contacts.get(row.id, [])), row.division, row.household_id
        )
        for row in rows
    }


def _person(row: Row[Any], marks: list[str], contacts: list[Contact]) -> dict[str, Any]:
    return {
        "household_id": row.household_id, "name": row.name, "pinyin": row.pinyin, "initials": row.initials,
        "id_last4": row.id_last4, "id_masked": rules.mask_id(row.id_number), "sex": row.sex,
        "born_on": _day(row.born_on), "relation": row.relation, "is_head": row.is_head, "phone": row.phone,
        "tags": marks, "living": row.living,
        "health": row.health, "works_away": row.works_away, "ledger": _said(row.ledger),
        "contacts": [_contact(one) for one in contacts], "version": row.version,
    }  # fmt: skip


def _contact(row: Contact) -> dict[str, Any]:
    return {
        "id": row.id, "kind": row.kind, "name": row.name, "relation": row.relation, "phone": row.phone,
        "place": row.place, "confirmed_on": _day(row.confirmed_on),
    }  # fmt: skip


PULL_TYPES = {"household": pull_households, "person": pull_people}
