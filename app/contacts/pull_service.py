"""What phones are told of whom to call: each contact as a row of its own, with the one who is called next."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session

from app.accounts.queries import names_of
from app.contacts import rules
from app.households import register_service as register
from app.households.register_service import iso
from app.sync.schemas import Rendered
from models.households import Contact, Household, Person


def standing() -> Select[Any]:
    """Contacts of people who live somewhere, with the person and the home."""
    return (
        select(Contact, Person, Household)
        .join(Person, Person.id == Contact.person_id)  # type: ignore[arg-type]
        .join(Household, Household.id == Person.household_id)  # type: ignore[arg-type]
        .where(Person.removed_at.is_(None), Household.removed_at.is_(None))  # type: ignore[union-attr]
    )


def chains(session: Session, person_ids: Iterable[str]) -> dict[str, list[Contact]]:
    """All contacts of these people in the order in which they are called."""
    found: dict[str, list[Contact]] = {}
    for part in register.chunks(person_ids):
        for row in session.scalars(select(Contact).where(Contact.person_id.in_(part))):  # type: ignore[attr-defined]
            found.setdefault(row.person_id, []).append(row)
    return {key: sorted(rows, key=rules.place) for key, rows in found.items()}


def pull_contacts(session: Session, ids: Sequence[str]) -> dict[str, Rendered]:
    """Contacts by id."""
    rows = [one for part in register.chunks(ids) for one in session.execute(standing().where(Contact.id.in_(part)))]  # type: ignore[attr-defined]
    whole = chains(session, {person.id for _, person, _ in rows})
    by = names_of(session, (row.confirmed_by for row, _, _ in rows))
    on = register.today()
    found = {}
    for row, person, home in rows:
        values = register.policy(session, rules.POLICY, on, home.division)
        data = _contact(row, person, home, whole[person.id], by, on, values["contact.valid_days"])
        found[row.id] = Rendered(row.version, data, home.division, home.id)
    return found


def _contact(
    row: Contact, person: Person, home: Household, chain: Sequence[Contact], by: dict[str, str], on: date, valid: int
) -> dict[str, Any]:
    after = rules.next_of(row, chain)
    expires = rules.expires(row.confirmed_on, row.expires_on, valid)
    return {
        "person_id": person.id, "household_id": home.id, "last_visit": register.last_visit(home), "kind": row.kind,
        "rank": row.rank, "name": row.name, "relation": row.relation, "phone": row.phone, "place": row.place,
        "supports": rules.owes_support(row.supports, row.relation), "result": row.result,
        "confirmed_on": iso(row.confirmed_on), "confirmed_by": by.get(row.confirmed_by or ""),
        "expires_on": iso(expires), "expired": rules.expired(row.result, expires, on),
        "next_id": after.id if after else None, "source_visit_id": row.source_visit_id, "version": row.version,
    }  # fmt: skip


PULL_TYPES = {"contact": pull_contacts}
