"""What visits found, written into the ledgers of homes and people, many at a time; contradictions kept for a person.

An entry is `{value, at, by, visit, known, others}` (`rules.settle`). Whom to call for a person is one field made of
name, relation and phone; it lives in `contact`, and in the ledger only sealed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session

from app import crypto
from app.accounts.schemas import Actor
from app.audit.service import entry
from app.bulk import Bulk
from app.db import SHANGHAI, new_id
from app.feed.service import Change
from app.sync.schemas import Batch
from app.visits import queries, rules
from models.households import Contact, Household, Person
from models.visits import FieldConflict

COLUMNS = ("person.living", "person.health")
"""Fields that have a column of their own beside the ledger."""
_SEAL = "ledger.contact"
_LONGEST = {"name": 64, "relation": 24, "phone": 32}


class Said(NamedTuple):
    """One field as a visit found it."""

    actor: Actor
    visit_id: str
    subject: str
    subject_id: str
    field: str
    value: Any
    at: datetime
    base: datetime
    confirmed: bool | None = None


@dataclass(slots=True)
class Subject:
    """A home or person whose ledger is being written: as it was read, what changes, and by whose visit."""

    kind: str
    id: str
    household_id: str
    division: str
    ledger: dict[str, Any]
    columns: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    said_by: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    touched: bool = False


@lru_cache(maxsize=1024)
def stamp(moment: datetime) -> str:
    """A moment as ledgers write it: UTC, always of one length, so that text compares as time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


@lru_cache(maxsize=256)
def is_contact(name: str) -> bool:
    """Whether a field says whom to call."""
    return name.startswith("contact.")


def gather(said: Iterable[Said]) -> list[Said]:
    """Name, relation and phone of one contact made one saying; one without name and phone says nothing."""
    plain: list[Said] = []
    parts: dict[tuple[str, str, str], list[Said]] = {}
    for one in said:
        if is_contact(one.field):
            parts.setdefault((one.visit_id, one.subject_id, one.field.rpartition(".")[0]), []).append(one)
        else:
            plain.append(one)
    for (_, _, name), each in parts.items():
        found = {one.field.rpartition(".")[2]: one.value for one in each}
        value = {key: str(found[key])[:longest] for key, longest in _LONGEST.items() if found.get(key)}
        if value.get("name") or value.get("phone"):
            first = each[0]
            plain.append(
                Said(first.actor, first.visit_id, first.subject, first.subject_id, name, value, first.at, first.base,
                     found.get("confirmed"))
            )  # fmt: skip
    return sorted(plain, key=attrgetter("at", "visit_id", "subject_id", "field"))


def fill(batch: Batch, subjects: dict[str, Subject], said: Sequence[Said]) -> None:
    """Take what visits found into the ledgers of these subjects."""
    register = _register_changes(batch, subjects, said)
    contested: dict[tuple[str, str], tuple[Said, list[dict[str, Any]]]] = {}
    contacts: list[Said] = []
    now = stamp(batch.now)
    for one in said:
        subject, at, base = subjects[one.subject_id], stamp(one.at), stamp(one.base)
        known = kept = subject.ledger.get(one.field)
        if kept and is_contact(one.field):
            known = opened(kept)
        if register and (changed := register.get((one.subject_id, one.field))) and changed["at"] > base:
            known = kept = changed
        claim = {"value": one.value, "at": at, "by": one.actor.id, "visit": one.visit_id, "known": now}
        made, against = rules.settle(known, claim, base)
        if against or (known and "others" in known):
            contested[one.subject_id, one.field] = (one, against)
        note(subject, one.field, known, made, kept)
        if made["visit"] == one.visit_id and is_contact(one.field):
            contacts.append(one)
    write_contacts(batch, subjects, contacts)
    write(batch, [one for one in subjects.values() if one.touched])
    sync_conflicts(batch, subjects, contested)


def _register_changes(
    batch: Batch, subjects: dict[str, Subject], said: Sequence[Said]
) -> dict[tuple[str, str], dict[str, Any]]:
    """What somebody wrote into the register itself about fields that answers contradict."""
    differ = [
        one for one in said
        if one.field in COLUMNS and subjects[one.subject_id].columns.get(one.field) not in {None, one.value}
    ]  # fmt: skip
    if not differ:
        return {}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    rows = queries.register_changes(batch.session, {one.subject_id for one in differ}, min(one.base for one in differ))
    for row in rows:
        for name, value in (row.after or {}).items():
            if f"person.{name}" in COLUMNS and value is not None:
                moment = stamp(row.at)
                found[row.subject_id, f"person.{name}"] = {
                    "value": value, "at": moment, "by": row.actor_id or "", "visit": None, "known": moment,
                }  # fmt: skip
    return found


def subject_of(home: Any, person: Mapping[str, Any]) -> Subject:
    """A person whose ledger is to be written, as read with `queries.people`."""
    columns = {"person.living": person["living"], "person.health": person["health"]}
    return Subject("person", person["id"], home.id, home.division, dict(person["ledger"]), columns)


def note(
    subject: Subject, name: str, known: Mapping[str, Any] | None, made: dict[str, Any], kept: Mapping[str, Any] | None
) -> None:
    """Let a field say something else from now on; `kept` is the entry as it stands in the ledger, sealed or not."""
    before = known["value"] if known else None
    if before != made["value"]:
        subject.before.setdefault(name, before)
        subject.after[name] = made["value"]
        subject.said_by[name] = made["by"], made["visit"]
    if name in COLUMNS:
        subject.columns[name] = str(made["value"])[:32]
    subject.touched = True
    if not is_contact(name):
        subject.ledger[name] = made
    elif known and kept and before == made["value"] and "others" not in made:
        # The same as before: what is sealed already stays so.
        subject.ledger[name] = made | {"value": kept["value"]}
    else:
        subject.ledger[name] = _close(name, made)


def _close(name: str, made: dict[str, Any]) -> dict[str, Any]:
    """An entry as it is kept: what says whom to call is sealed."""
    if not is_contact(name):
        return made
    cipher = crypto.ready()

    def seal(one: dict[str, Any]) -> dict[str, Any]:
        text = json.dumps(one["value"], ensure_ascii=False, sort_keys=True)
        return one | {"value": {"sealed": cipher.seal(text, _SEAL).hex()}}

    others = [seal(one) for one in made.get("others", ())]
    return seal(made) | ({"others": others} if others else {})


def opened(known: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as it is worked with."""
    value = known["value"]
    if isinstance(value, dict) and "sealed" in value:
        value = json.loads(crypto.ready().open(bytes.fromhex(value["sealed"]), _SEAL))
    others = [opened(one) for one in known.get("others", ())]
    return dict(known) | {"value": value} | ({"others": others} if others else {})


def write(batch: Batch, subjects: Sequence[Subject]) -> None:
    """Write the ledgers of these subjects, and into the log what changed."""
    homes = [{"b_id": one.id, "b_ledger": one.ledger} for one in subjects if one.kind == "household"]
    people = [
        {"b_id": one.id, "b_ledger": one.ledger, "b_living": one.columns["person.living"],
         "b_health": one.columns["person.health"]}
        for one in subjects if one.kind == "person"
    ]  # fmt: skip
    _HOMES.write(batch.session, homes)
    _PEOPLE.write(batch.session, people)
    for one in subjects:
        if one.after:
            batch.changes.append(Change(one.kind, one.id, one.household_id, one.division))
            batch.entries += _told(one)


def _told(subject: Subject) -> list[dict[str, Any]]:
    """What the log tells of a ledger: an entry for each visit that changed something, with its author."""
    by_visit: dict[tuple[str | None, str | None], list[str]] = {}
    for name in subject.after:
        by_visit.setdefault(subject.said_by.get(name, (None, None)), []).append(name)
    before, after = masked(subject.before), masked(subject.after)
    return [
        entry(
            None, f"{subject.kind}.ledger", subject.kind, subject.id,
            before={name: before[name] for name in names if name in before},
            after={name: after[name] for name in names} | ({"visit": visit} if visit else {}),
        ) | {"actor_id": author}
        for (author, visit), names in by_visit.items()
    ]  # fmt: skip


def masked(values: dict[str, Any]) -> dict[str, Any]:
    """Values as the audit log may hold them: no name or number of whom to call."""
    return {name: ("***" if is_contact(name) and value is not None else value) for name, value in values.items()}


def write_contacts(batch: Batch, subjects: dict[str, Subject], said: Sequence[Said]) -> None:
    """Write whom to call; rows are read and written plainly, for most answers say what is known already."""
    if not said:
        return
    known = queries.contacts(batch.session, {one.subject_id for one in said})
    changed: dict[tuple[str, str], dict[str, Any]] = {}
    for one in said:
        kind = one.field.partition(".")[2]
        before = changed.get((one.subject_id, kind)) or known.get((one.subject_id, kind))
        row = before or {"id": new_id(), "person_id": one.subject_id, "kind": kind, "place": None, "rank": 1,
                         "confirmed_on": None, "confirmed_by": None, "version": 0}  # fmt: skip
        wanted = contact_values(one.value)
        if one.confirmed:
            wanted |= {"confirmed_on": one.at.astimezone(SHANGHAI).date(), "confirmed_by": one.actor.id}
        if any(name not in row or row[name] != value for name, value in wanted.items()):
            news = {"updated_at": batch.now, "source_visit_id": one.visit_id, "version": row["version"] + 1}
            changed[one.subject_id, kind] = row | wanted | news
            subject = subjects[one.subject_id]
            subject.after.setdefault(one.field, "***")
            contact_id = changed[one.subject_id, kind]["id"]
            batch.changes.append(Change("contact", contact_id, subject.household_id, subject.division))
            subjects[one.subject_id].said_by.setdefault(one.field, (one.actor.id, one.visit_id))
    _NEW_CONTACTS.write(batch.session, [row for key, row in changed.items() if key not in known])
    old = [{f"b_{name}": value for name, value in row.items()} for key, row in changed.items() if key in known]
    _OLD_CONTACTS.write(batch.session, old)


def _by_id(table: Any, *columns: str) -> Bulk:
    """An update of these columns, by id, each from a parameter named `b_` and the column's name."""
    values = {name: bindparam(f"b_{name}") for name in columns}
    return Bulk(update(table).where(table.c.id == bindparam("b_id")).values(**values))


_HOMES = _by_id(Household.__table__, "ledger")  # type: ignore[attr-defined]
_PEOPLE = _by_id(Person.__table__, "ledger", "living", "health")  # type: ignore[attr-defined]
_NEW_CONTACTS = Bulk(insert(Contact.__table__))  # type: ignore[attr-defined]
_OLD_CONTACTS = _by_id(
    Contact.__table__,  # type: ignore[attr-defined]
    "name", "relation", "phone", "confirmed_on", "confirmed_by", "updated_at", "source_visit_id", "version",
)  # fmt: skip


def contact_values(value: dict[str, str]) -> dict[str, Any]:
    """The columns of a contact that a saying fills."""
    return {"name": value.get("name", ""), "relation": value.get("relation"), "phone": value.get("phone")}


def put(row: Contact, value: dict[str, str], visit_id: str | None, now: datetime) -> None:
    """Write whom to call."""
    for name, one in contact_values(value).items():
        setattr(row, name, one)
    row.updated_at, row.source_visit_id, row.version = now, visit_id, row.version + 1


def sync_conflicts(
    batch: Batch, subjects: dict[str, Subject], contested: dict[tuple[str, str], tuple[Said, list[dict[str, Any]]]]
) -> None:
    """One open conflict for each contested field; it goes when the sayings agree again."""
    if not contested:
        return
    standing = queries.open_conflicts(batch.session, {subject_id for subject_id, _ in contested})
    for (subject_id, name), (one, against) in contested.items():
        subject, row = subjects[subject_id], standing.get((subject_id, name))
        if not against:
            if row is not None:
                row.decided_at, row.decision = batch.now, "agreed"
            continue
        ours = {key: value for key, value in opened(subject.ledger[name]).items() if key != "others"}
        if row is None:
            row = FieldConflict(
                id=new_id(), division=subject.division, household_id=subject.household_id, subject_type=subject.kind,
                subject_id=subject_id, field=name, ours={}, theirs=[], author_id=one.actor.id, created_at=batch.now,
            )  # fmt: skip
            batch.session.add(row)
            batch.entries.append(entry(one.actor, "conflict.arose", subject.kind, subject_id, after={"field": name}))
        row.ours, row.theirs = ours, against
    batch.session.flush()


def decide(session: Session, actor: Actor, row: FieldConflict, chosen: dict[str, Any], now: datetime) -> list[Change]:
    """A person has decided what a field says; the caller writes the audit entry and publishes."""
    table = Household if row.subject_type == "household" else Person
    found = session.get(table, row.subject_id)
    if found is None:
        return []
    moment = stamp(now)
    made = {"value": chosen["value"], "at": moment, "by": actor.id, "visit": chosen.get("visit"), "known": moment}
    found.ledger = {**found.ledger, row.field: _close(row.field, made)}
    if row.field in COLUMNS and isinstance(found, Person):
        setattr(found, row.field.partition(".")[2], str(chosen["value"])[:32])
    changes: list[Change] = []
    if is_contact(row.field):
        kind = row.field.partition(".")[2]
        contact = session.scalars(
            select(Contact).where(Contact.person_id == found.id, Contact.kind == kind, Contact.rank == 1)
        ).first() or Contact(id=new_id(), person_id=found.id, kind=kind, name="", updated_at=now)
        session.add(contact)
        put(contact, chosen["value"], chosen.get("visit"), now)
        changes = [Change("contact", contact.id, row.household_id, row.division)]
    session.flush()
    return [*changes, Change(row.subject_type, row.subject_id, row.household_id, row.division)]
