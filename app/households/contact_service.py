"""Whom to call for a person: one of each kind, with the day it was confirmed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import new_id, utcnow
from app.feed.service import Change
from app.households import rules
from app.households.schemas import ContactIn
from models.households import Contact, Person


def put_contact(
    session: Session, actor: Actor, person: Person, data: ContactIn, *, at: datetime, visit_id: str | None = None
) -> list[Change]:
    """Write down whom to call for a person: one of each kind; what is not said stays. The caller publishes."""
    row = session.scalars(
        select(Contact)
        .where(Contact.person_id == person.id, Contact.kind == data.kind)
        .order_by(Contact.rank, Contact.id)  # type: ignore[arg-type]
    ).first()
    said = {name: value for name, value in data.given().items() if name != "kind" and value not in (None, "")}
    if "phone" in said:
        said["phone"] = rules.normal_phone(said["phone"]) or said["phone"]
    if row is None and not said.get("name") and not said.get("phone"):
        return []
    fresh = row is None
    if row is None:
        row = Contact(id=new_id(), person_id=person.id, kind=data.kind, name=said.get("name", ""), updated_at=at)
        session.add(row)
    elif row.updated_at > at:
        return []
    before = {name: None if fresh else getattr(row, name) for name in said}
    if not fresh and before == said and not session.is_modified(row):
        return []
    for name, value in said.items():
        setattr(row, name, value)
    row.updated_at, row.source_visit_id, row.version = at, visit_id, row.version + 1
    if "confirmed_on" in said:
        row.confirmed_by = actor.id
    record(session, actor, "contact.set", "person", person.id,
           before=_masked(before) | {"kind": data.kind}, after=_masked(said) | {"kind": data.kind})  # fmt: skip
    person.version, person.updated_at = person.version + 1, utcnow()
    where = (person.household_id, person.division)
    return [Change("person", person.id, *where), Change("contact", row.id, *where)]


def _masked(values: Mapping[str, Any]) -> dict[str, Any]:
    masked = {name: rules.mask_phone(value) if name == "phone" else value for name, value in values.items()}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in masked.items()}
