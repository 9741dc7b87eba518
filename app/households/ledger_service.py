"""What a visit fills in: ledger fields of homes and people, and whom to call.

A ledger entry is `{value, at, visit, by}`. A field that somebody else changed after the answer's base is a conflict:
the register keeps what it has, both values wait for a person to decide (design §6).
Nothing here publishes: the caller gathers the changes and publishes them last in its unit of work.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.audit.service import entry, record, record_many
from app.db import SHANGHAI, new_id, utcnow
from app.feed.service import Change
from app.households import rules
from app.households.bulk_service import chunks
from app.households.schemas import ContactIn
from models.households import Contact, Household, Person
from models.visits import FieldConflict

COLUMNS = frozenset({"person.living", "person.health"})
"""Fields that have a column of their own beside the ledger."""


@dataclass(frozen=True)
class LedgerFill:
    """One field that an answer updates.

    Args:
        subject: `household` or `person`; `subject_id` its id. Contacts are filled on their person.
        field: `household.water`, `person.medicine`, `contact.emergency.phone` …
        at: when it was found (the end of the visit).
        base_at: up to when the author knew the register; None where the author could know everything up to `at`.
    """

    subject: str
    subject_id: str
    field: str
    value: Any
    at: datetime
    visit_id: str | None = None
    base_at: datetime | None = None
    command_id: str | None = None


@dataclass
class Filled:
    """What came of the fills: news for the feed, and the fields that are in conflict."""

    changes: list[Change] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)


def apply_fills(session: Session, actor: Actor, fills: Sequence[LedgerFill]) -> Filled:
    """Take what visits found into the ledgers, in the order of `at`; the caller publishes `changes`."""
    result = Filled()
    ordered = sorted(fills, key=lambda one: one.at)
    homes = _load(session, Household, {one.subject_id for one in ordered if one.subject == "household"})
    people = _load(session, Person, {one.subject_id for one in ordered if one.subject == "person"})
    touched: dict[str, Household | Person] = {}
    former: dict[str, dict[str, Any]] = defaultdict(dict)
    contacts: dict[tuple[str, str, str | None], list[LedgerFill]] = defaultdict(list)
    for one in ordered:
        if one.field.startswith("contact."):
            contacts[(one.subject_id, one.field.split(".")[1], one.visit_id)].append(one)
            continue
        row = homes.get(one.subject_id) or people.get(one.subject_id)
        if row is None:
            continue
        outcome = _fill(actor, row, one, former[row.id])
        if outcome is not None:
            session.add(outcome)
            result.conflicts.append(f"{row.id}:{one.field}")
        else:
            touched[row.id] = row
    log = _log(actor, touched, former)
    for row in touched.values():
        row.version, row.updated_at = row.version + 1, utcnow()
        result.changes.append(_change(row))
    for (person_id, kind, _), parts in contacts.items():
        if person_id in people:
            result.changes += put_contact(session, actor, people[person_id], _contact(kind, parts),
                                          at=parts[-1].at, visit_id=parts[-1].visit_id)  # fmt: skip
    session.flush()
    record_many(session, log)
    return result


def _load(session: Session, table: Any, ids: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in chunks(sorted(ids)):
        found.update({row.id: row for row in session.scalars(select(table).where(table.id.in_(part)))})
    return found


def _change(row: Household | Person) -> Change:
    if isinstance(row, Household):
        return Change("household", row.id, row.id, row.division)
    return Change("person", row.id, row.household_id, row.division)


def _fill(actor: Actor, row: Any, one: LedgerFill, former: dict[str, Any]) -> FieldConflict | None:
    """Write one field, or say that it is in conflict."""
    known = row.ledger.get(one.field)
    if known and known["value"] != one.value and known.get("by") != actor.id:
        changed_at = datetime.fromisoformat(known["at"])
        if changed_at > (one.base_at or one.at):
            return _conflict(actor, row, one, known)
    if known and datetime.fromisoformat(known["at"]) > one.at:
        return None
    former.setdefault(one.field, known["value"] if known else None)
    made = {"value": one.value, "at": one.at.isoformat(), "visit": one.visit_id, "by": actor.id}
    row.ledger = {**row.ledger, one.field: made}
    if one.field in COLUMNS and isinstance(row, Person):
        setattr(row, one.field.partition(".")[2], str(one.value)[:32])
    return None


def _conflict(actor: Actor, row: Any, one: LedgerFill, known: Mapping[str, Any]) -> FieldConflict:
    household_id = row.id if one.subject == "household" else row.household_id
    theirs = {"value": one.value, "at": one.at.isoformat(), "visit": one.visit_id, "by": actor.id}
    return FieldConflict(
        id=new_id(), division=row.division, household_id=household_id, subject_type=one.subject,
        subject_id=one.subject_id, field=one.field, ours=dict(known), theirs=theirs, author_id=actor.id,
        command_id=one.command_id, created_at=utcnow(),
    )  # fmt: skip


def _log(actor: Actor, touched: Mapping[str, Any], former: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    entries = []
    for key, row in touched.items():
        before = {name: value for name, value in former[key].items() if value != row.ledger[name]["value"]}
        if before:
            kind = "household" if isinstance(row, Household) else "person"
            after = {name: row.ledger[name]["value"] for name in before}
            entries.append(entry(actor, f"{kind}.ledger", kind, key, before=before, after=after))
    return entries


def _contact(kind: str, parts: Sequence[LedgerFill]) -> ContactIn:
    said: dict[str, Any] = {}
    for one in parts:
        name = one.field.split(".")[2]
        if name == "confirmed":
            if one.value is True:
                said["confirmed_on"] = one.at.astimezone(SHANGHAI).date()
            continue
        said[name] = str(one.value)[: {"name": 64, "relation": 24, "phone": 32, "place": 64}.get(name, 64)]
    return ContactIn(kind=kind, **said)


def put_contact(
    session: Session, actor: Actor, person: Person, data: ContactIn, *, at: datetime, visit_id: str | None = None
) -> list[Change]:
    """Write down whom to call for a person: one of each kind; what is not said stays. The caller publishes."""
    row = session.scalars(
        select(Contact)
        .where(Contact.person_id == person.id, Contact.kind == data.kind)
        .order_by(Contact.updated_at.desc())  # type: ignore[attr-defined]
    ).first()
    said = {name: value for name, value in data.given().items() if name != "kind" and value not in (None, "")}
    if "phone" in said:
        said["phone"] = rules.normal_phone(said["phone"]) or said["phone"]
    if row is None and not said.get("name") and not said.get("phone"):
        return []
    if row is None:
        row = Contact(id=new_id(), person_id=person.id, kind=data.kind, name=said.get("name", ""), updated_at=at)
        session.add(row)
    elif row.updated_at > at:
        return []
    before = {name: getattr(row, name) for name in said}
    if (
        all(before[name] == value for name, value in said.items())
        and not session.is_modified(row)
        and row not in session.new
    ):
        return []
    for name, value in said.items():
        setattr(row, name, value)
    row.updated_at, row.source_visit_id, row.version = at, visit_id, row.version + 1
    if "confirmed_on" in said:
        row.confirmed_by = actor.id
    record(session, actor, "contact.set", "person", person.id,
           before=_masked(before) | {"kind": data.kind}, after=_masked(said) | {"kind": data.kind})  # fmt: skip
    person.version, person.updated_at = person.version + 1, utcnow()
    return [_change(person)]


def _masked(values: Mapping[str, Any]) -> dict[str, Any]:
    masked = {name: rules.mask_phone(value) if name == "phone" else value for name, value in values.items()}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in masked.items()}


def decide_conflict(session: Session, actor: Actor, conflict: FieldConflict, take_theirs: bool) -> list[Change]:
    """Settle a field in conflict: keep what the register has, or take the other value. The caller publishes."""
    now = utcnow()
    conflict.decided_at, conflict.decided_by = now, actor.id
    conflict.decision = "theirs" if take_theirs else "ours"
    taken = conflict.theirs if take_theirs else conflict.ours
    record(session, actor, "conflict.decided", conflict.subject_type, conflict.subject_id,
           before={conflict.field: conflict.ours["value"]}, after={conflict.field: taken["value"]})  # fmt: skip
    row = session.get(Household if conflict.subject_type == "household" else Person, conflict.subject_id)
    if row is None or not take_theirs:
        return []
    row.ledger = {**row.ledger, conflict.field: conflict.theirs | {"at": now.isoformat()}}
    if conflict.field in COLUMNS and isinstance(row, Person):
        setattr(row, conflict.field.partition(".")[2], str(conflict.theirs["value"])[:32])
    row.version, row.updated_at = row.version + 1, now
    return [_change(row)]


def note_visit(session: Session, household_id: str, visit_id: str, on: Any, summary: str | None = None) -> list[Change]:
    """Remember a home's latest visit; an earlier one that arrives late changes nothing. The caller publishes."""
    home = session.get(Household, household_id)
    if home is None or (home.last_visit_on is not None and home.last_visit_on > on):
        return []
    home.last_visit_id, home.last_visit_on = visit_id, on
    home.summary = (summary or home.summary or "")[:300] or None
    home.version, home.updated_at = home.version + 1, utcnow()
    return [_change(home)]
