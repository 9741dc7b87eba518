"""What a corrected visit said and its correction does not say any more is taken back from the ledgers.

Nothing is rewritten: the visit stays as it came, and the log tells what a field said before. In its place stands what
the latest visit that counts found, or what the register says by itself, or nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.accounts.schemas import Actor
from app.accounts.service import make_actor
from app.feed.service import Change
from app.forms import service as forms
from app.sync.schemas import Batch
from app.visits import ledger_service, queries, rules
from app.visits.ledger_service import COLUMNS, Said, Subject, is_contact, stamp
from models.accounts import User
from models.households import Contact
from models.visits import Visit

Key = tuple[str, str]
"""A subject's id and the name of a field."""


def take_back(batch: Batch, replaced: Iterable[str]) -> None:
    """Take back what only visits that were replaced have said."""
    gone = {row.id: row for row in queries.visits_by_id(batch.session, sorted(replaced))}
    if not gone:
        return
    homes = queries.homes(batch.session, {row.household_id for row in gone.values()})
    people = queries.people(batch.session, homes, batch.today)
    subjects = _subjects(homes, people)
    stale = {
        (subject.id, name): known
        for subject in subjects.values() for name, known in subject.ledger.items() if _rests_on(known, gone)
    }  # fmt: skip
    if not stale:
        return
    found = _latest(batch, homes, people, set(stale))
    contested: dict[Key, tuple[Any, list[dict[str, Any]]]] = {}
    for key, known in stale.items():
        open_now = ledger_service.opened(known)
        made, against = rules.without(open_now, gone.keys(), _claim(batch, found.get(key)))
        if is_contact(key[1]):
            _contact(batch, subjects, key, gone, found.get(key))
        if made is None:
            _nothing(batch, subjects[key[0]], key[1], known)
        else:
            ledger_service.note(subjects[key[0]], key[1], open_now, made, known)
        subjects[key[0]].said_by[key[1]] = gone[known["visit"]].author_id, gone[known["visit"]].corrected_by
        contested[key] = (found.get(key), against)
    ledger_service.write(batch, [one for one in subjects.values() if one.touched])
    ledger_service.sync_conflicts(batch, subjects, contested)


def _subjects(homes: Mapping[str, Any], people: Mapping[str, Sequence[dict[str, Any]]]) -> dict[str, Subject]:
    subjects = {}
    for home in homes.values():
        subjects[home.id] = Subject("household", home.id, home.id, home.division, dict(home.ledger))
        for person in people[home.id]:
            subjects[person["id"]] = ledger_service.subject_of(home, person)
    return subjects


def _rests_on(known: Mapping[str, Any], gone: Mapping[str, Visit]) -> bool:
    """Whether an entry is what a replaced visit said; what a person decided stands, whatever it was chosen from."""
    visit = gone.get(known.get("visit") or "")
    return visit is not None and known["by"] == visit.author_id


def _latest(
    batch: Batch, homes: Mapping[str, Any], people: Mapping[str, Sequence[dict[str, Any]]], wanted: set[Key]
) -> dict[Key, Said]:
    """What the latest visits that count say about these fields."""
    found: dict[Key, Said] = {}
    for visit in queries.counted(batch.session, homes):
        if len(found) == len(wanted) and not _may_be_later(visit, found.values()):
            break
        for one in _sayings(batch, visit, homes[visit.household_id], people[visit.household_id]):
            key = one.subject_id, one.field
            if key in wanted and (key not in found or _order(one) > _order(found[key])):
                found[key] = one
    return found


def _may_be_later(visit: Visit, found: Iterable[Said]) -> bool:
    """Whether a visit may say something later than what was found: one of two that ended at the same moment."""
    return any(visit.finished_at >= one.at for one in found)


def _order(one: Said) -> tuple[str, str]:
    return stamp(one.at), one.visit_id


def _sayings(batch: Batch, visit: Visit, home: Any, people: Sequence[dict[str, Any]]) -> list[Said]:
    program = forms.program(batch.session, visit.form_code, visit.form_version)
    if program is None:
        return []
    body = {"finished_at": visit.finished_at, "answers": visit.answers, "unchanged": visit.unchanged}
    reading = forms.read_visit(program, body, people, queries.facts_of(home), now=visit.received_at)
    author = _author(batch, visit.author_id)
    at = min(visit.finished_at, visit.received_at)
    return ledger_service.gather(
        Said(author, visit.id, fill.subject, fill.subject_id, fill.field, fill.value, at, visit.started_at)
        for fill in reading.fills
    )


def _author(batch: Batch, user_id: str) -> Actor:
    user = batch.session.get(User, user_id)
    assert user is not None, "visits are of accounts"
    return make_actor(batch.session, user)


def _claim(batch: Batch, one: Said | None) -> dict[str, Any] | None:
    return one and {
        "value": one.value, "at": stamp(one.at), "by": one.actor.id, "visit": one.visit_id, "known": stamp(batch.now),
    }  # fmt: skip


def _nothing(batch: Batch, subject: Subject, name: str, known: Mapping[str, Any]) -> None:
    """Nobody says anything any more: the entry goes, and a column says what the register knew by itself."""
    del subject.ledger[name]
    subject.before[name], subject.after[name] = ledger_service.opened(known)["value"], None
    if name in COLUMNS:
        subject.columns[name] = queries.register_value(batch.session, subject.id, name.partition(".")[2])
    subject.touched = True


def _contact(
    batch: Batch, subjects: dict[str, Subject], key: Key, gone: Mapping[str, Visit], said: Said | None
) -> None:
    """Whom to call is said by an earlier visit again, or by nobody."""
    if said is not None:
        ledger_service.write_contacts(batch, subjects, [said])
        return
    where = (Contact.person_id == key[0], Contact.kind == key[1].partition(".")[2], Contact.rank == 1)
    row = batch.session.scalars(select(Contact).where(*where)).first()  # type: ignore[arg-type]
    if row is not None and row.source_visit_id in gone:
        home = subjects[key[0]]
        batch.changes.append(Change("contact", row.id, home.household_id, home.division, gone=True))
        batch.session.delete(row)
        batch.session.flush()
