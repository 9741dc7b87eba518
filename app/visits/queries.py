"""Reading visits and what a visit touches, many at a time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Row, and_, bindparam, or_, select, tuple_
from sqlmodel import Session

from app.accounts.queries import paired_households
from app.accounts.schemas import Actor
from app.among import among
from app.households.tags import household_tags
from models.accounts import Pairing
from models.audit import AuditEntry
from models.households import Contact, Household, Person, PersonTag
from models.photos import PhotoRefusal, PhotoUpload
from models.reviews import Review
from models.sync import Command
from models.visits import FieldConflict, Issue, Task, Visit, VisitPhoto

CHUNK = 400
T = TypeVar("T")


def chunks(items: Iterable[T]) -> Iterator[list[T]]:
    """Slices small enough for one IN list on either database."""
    whole = list(items)
    return (whole[start : start + CHUNK] for start in range(0, len(whole), CHUNK))


def _listed(name: str) -> Any:
    return bindparam(name, expanding=True)


def _rows(session: Session, query: Any, **values: Any) -> Any:
    """The rows of a query made once over the tables themselves; what the session still holds is written first."""
    session.flush()
    return session.execute(query, values)


def known(session: Session, table: Any, ids: Sequence[str]) -> set[str]:
    """Which of these ids there are."""
    return {key for part in chunks(ids) for (key,) in _rows(session, _of_ids(table), ids=part)}


@cache
def _of_ids(table: Any) -> Any:
    of = table.__table__.c.id
    return select(of).where(of.in_(_listed("ids")))


def known_households(session: Session, ids: Sequence[str]) -> set[str]:
    """Homes that the register has, removed ones too."""
    return known(session, Household, ids)


def known_people(session: Session, ids: Sequence[str]) -> set[str]:
    """People that the register has, removed ones too."""
    return known(session, Person, ids)


def known_visits(session: Session, ids: Sequence[str]) -> set[str]:
    """Visits that have arrived."""
    return known(session, Visit, ids)


def known_reviews(session: Session, ids: Sequence[str]) -> set[str]:
    """Reviews that there are."""
    return known(session, Review, ids)


def homes(session: Session, ids: Iterable[str]) -> dict[str, Row[Any]]:
    """What a visit needs to know of these homes."""
    found: dict[str, Row[Any]] = {}
    for part in chunks(ids):
        found.update({row.id: row for row in _rows(session, _HOMES, ids=part)})
    return found


_HOME = Household.__table__.c  # type: ignore[attr-defined]
_HOMES = select(
    _HOME.id, _HOME.code, _HOME.division, _HOME.attribute, _HOME.group, _HOME.last_visit_id, _HOME.last_visit_on,
    _HOME.summary, _HOME.ledger,
).where(among(_HOME.id, "ids"))  # fmt: skip


def facts_of(home: Row[Any]) -> dict[str, Any]:
    """A home as a form's conditions know it, on the phone too: with the marks that follow from its 户属性."""
    return {**home._mapping, "tags": household_tags(home.attribute)}


def paired(session: Session, actor: Actor, on: date) -> set[str]:
    """The homes paired with an actor on a day."""
    return set(session.scalars(paired_households(actor.id, on)))


def paired_with(session: Session, user_ids: Sequence[str], on: date) -> dict[str, set[str]]:
    """The homes paired with each of these users on a day."""
    found: dict[str, set[str]] = {user_id: set() for user_id in user_ids}
    for part in chunks(user_ids):
        for user_id, home_id in _rows(session, _PAIRED, users=part, day=on):
            found[user_id].add(home_id)
    return found


_PAIRING = Pairing.__table__.c  # type: ignore[attr-defined]
_PAIRED = select(_PAIRING.user_id, _PAIRING.household_id).where(
    _PAIRING.user_id.in_(_listed("users")),
    _PAIRING.from_on <= bindparam("day"),
    or_(_PAIRING.to_on.is_(None), _PAIRING.to_on >= bindparam("day")),
)


def people(session: Session, household_ids: Iterable[str], on: date) -> dict[str, list[dict[str, Any]]]:
    """The people of these homes with their tags on a day, as forms and rhythms read them; nothing sealed is opened."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    by_id: dict[str, dict[str, Any]] = {}
    for part in chunks(household_ids):
        for row in _rows(session, _PEOPLE, homes=part).all():
            one = dict(zip(_OF_PERSON, row, strict=True))
            one["tags"] = []
            by_id[one["id"]] = one
            found[one["household_id"]].append(one)
    for part in chunks(by_id):
        for person_id, tag in _rows(session, _TAGS, people=part, day=on).all():
            by_id[person_id]["tags"].append(tag)
    return found


_OF_PERSON = (
    "id", "household_id", "name", "sex", "born_on", "relation", "is_head", "health", "living", "works_away",
    "division", "ledger", "died_on",
)  # fmt: skip
# Of the tables themselves, made once: what every visit asks for does without the mapping to objects.
_PERSON, _TAG = Person.__table__.c, PersonTag.__table__.c  # type: ignore[attr-defined]
_PEOPLE = (
    select(*(_PERSON[name] for name in _OF_PERSON))
    .where(among(_PERSON.household_id, "homes"), _PERSON.removed_at.is_(None))
    .order_by(_PERSON.household_id, _PERSON.id)
)
_TAGS = (
    select(_TAG.person_id, _TAG.tag)
    .where(
        among(_TAG.person_id, "people"),
        _TAG.from_on <= bindparam("day"),
        or_(_TAG.to_on.is_(None), _TAG.to_on >= bindparam("day")),
    )
    .distinct()
)


def uploads(session: Session, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], PhotoUpload]:
    """Which of (user, sha256) have wholly arrived."""
    key = tuple_(PhotoUpload.user_id, PhotoUpload.sha256)  # type: ignore[arg-type]
    found = {}
    for part in chunks(dict.fromkeys(pairs)):
        rows = session.scalars(select(PhotoUpload).where(key.in_(part)))
        found.update({(row.user_id, row.sha256): row for row in rows})
    return found


def refusals(session: Session, user_ids: Iterable[str], names: Iterable[str]) -> set[tuple[str, str]]:
    """Which of these pictures were refused when these users sent them."""
    users, found = list(set(user_ids)), set()
    for part in chunks(set(names)):
        rows = session.execute(
            select(PhotoRefusal.user_id, PhotoRefusal.sha256).where(  # type: ignore[call-overload]
                PhotoRefusal.user_id.in_(users),
                PhotoRefusal.sha256.in_(part),  # type: ignore[attr-defined]
            )
        )
        found |= {(user_id, sha256) for user_id, sha256 in rows}
    return found


def families(session: Session, ids: Iterable[str]) -> dict[str, Visit]:
    """These visits with all they correct and all that corrects them, however far."""
    found: dict[str, Visit] = {}
    asked: set[str] = set()
    waiting = set(ids)
    while waiting:
        asked |= waiting
        for part in chunks(waiting):
            query = select(Visit).where(or_(Visit.id.in_(part), Visit.corrects.in_(part)))  # type: ignore[attr-defined, union-attr]
            found.update({row.id: row for row in session.scalars(query)})
        linked = {row.corrects for row in found.values() if row.corrects} | set(found)
        waiting = linked - asked
    return found


def latest_of(session: Session, household_id: str) -> Row[Any] | None:
    """The latest visit of a home that counts."""
    return session.execute(
        select(Visit.id, Visit.on, Visit.next_on)  # type: ignore[call-overload]
        .where(Visit.household_id == household_id, Visit.state == "stored")
        .order_by(Visit.on.desc(), Visit.id.desc())  # type: ignore[attr-defined]
        .limit(1)
    ).first()


def visits_by_id(session: Session, ids: Sequence[str]) -> list[Visit]:
    """These visits."""
    return [row for part in chunks(ids) for row in session.scalars(select(Visit).where(Visit.id.in_(part)))]  # type: ignore[attr-defined]


def photos_of(session: Session, visit_ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """The pictures that these visits name, in their order."""
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for part in chunks(visit_ids):
        rows = session.execute(
            select(
                VisitPhoto.visit_id, VisitPhoto.sha256, VisitPhoto.question, VisitPhoto.taken_at, VisitPhoto.of_child,
                VisitPhoto.answers_review, VisitPhoto.original_sha256, VisitPhoto.lat, VisitPhoto.lon,
                VisitPhoto.accuracy_m, VisitPhoto.note,
            )
            .where(VisitPhoto.visit_id.in_(part))
            .order_by(VisitPhoto.visit_id, VisitPhoto.position)
        )  # type: ignore[call-overload]  # fmt: skip
        for row in rows:
            found[row.visit_id].append(row)
    return found


def issues_of(session: Session, visit_ids: Sequence[str]) -> dict[str, list[Issue]]:
    """The troubles that these visits opened."""
    found: dict[str, list[Issue]] = defaultdict(list)
    for part in chunks(visit_ids):
        query = select(Issue).where(Issue.visit_id.in_(part)).order_by(Issue.id)  # type: ignore[union-attr, arg-type]
        for row in session.scalars(query):
            found[row.visit_id or ""].append(row)
    return found


def tasks(session: Session, household_ids: Iterable[str], kinds: Sequence[str]) -> list[Row[Any]]:
    """The tasks of these kinds at these homes."""
    return [row for part in chunks(household_ids) for row in _rows(session, _TASKS, homes=part, kinds=list(kinds))]


_TASK = Task.__table__.c  # type: ignore[attr-defined]
_TASKS = select(
    _TASK.id, _TASK.household_id, _TASK.division, _TASK.due_on, _TASK.why, _TASK.every_days, _TASK.person_id,
    _TASK.kind, _TASK.subject_id, _TASK.urgent,
).where(among(_TASK.household_id, "homes"), _TASK.kind.in_(_listed("kinds")))  # fmt: skip


def homes_after(session: Session, after: str, limit: int) -> list[str]:
    """The ids of the next homes of the register, in their order."""
    query = select(_HOME.id).where(_HOME.id > after, _HOME.removed_at.is_(None)).order_by(_HOME.id).limit(limit)
    return list(session.scalars(query))


def tasks_by_id(session: Session, ids: Sequence[str]) -> list[Row[Any]]:
    """These tasks, each with the last visit of its home."""
    query = select(Task, Household.last_visit_id, Household.last_visit_on).join(  # type: ignore[call-overload]
        Household, Household.id == Task.household_id
    )
    return [row for part in chunks(ids) for row in session.execute(query.where(Task.id.in_(part)))]  # type: ignore[attr-defined]


def open_conflicts(session: Session, subject_ids: Iterable[str]) -> dict[tuple[str, str], FieldConflict]:
    """The undecided conflicts of answers about these subjects, by (subject, field)."""
    found = {}
    for part in chunks(subject_ids):
        query = select(FieldConflict).where(
            FieldConflict.subject_id.in_(part),
            FieldConflict.decided_at.is_(None),
            FieldConflict.command_id.is_(None),  # type: ignore[attr-defined, union-attr]
        )
        found.update({(row.subject_id, row.field): row for row in session.scalars(query)})
    return found


def register_changes(session: Session, subject_ids: Iterable[str], since: datetime) -> list[Row[Any]]:
    """Changes of the register itself (not by answers) to these subjects after a moment, the latest last."""
    found: list[Row[Any]] = []
    for part in chunks(subject_ids):
        found += session.execute(
            select(AuditEntry.subject_id, AuditEntry.at, AuditEntry.actor_id, AuditEntry.after)  # type: ignore[call-overload]
            .where(
                AuditEntry.subject_id.in_(part),
                AuditEntry.action == "person.changed",
                AuditEntry.at > since,  # type: ignore[attr-defined]
            )
            .order_by(AuditEntry.id)
        ).all()
    return found


def register_value(session: Session, person_id: str, name: str) -> Any:
    """What the register itself said last of a field of a person, whatever answers found; None where it says nothing."""
    rows = session.scalars(
        select(AuditEntry.after)  # type: ignore[call-overload]
        .where(AuditEntry.subject_type == "person", AuditEntry.subject_id == person_id)
        .where(AuditEntry.action.in_(("person.added", "person.changed")))  # type: ignore[attr-defined]
        .order_by(AuditEntry.id.desc())
    )
    return next((after[name] for after in rows if after and name in after), None)


def counted(session: Session, household_ids: Iterable[str]) -> Iterator[Visit]:
    """The visits of these homes that count, the latest to end first."""
    for part in chunks(household_ids):
        query = select(Visit).where(Visit.household_id.in_(part), Visit.state == "stored")  # type: ignore[attr-defined, arg-type]
        yield from session.scalars(query.order_by(Visit.finished_at.desc(), Visit.id.desc()))  # type: ignore[attr-defined]


def agreed_days(session: Session, household_ids: Iterable[str]) -> dict[str, date]:
    """The day agreed at the latest visit of each of these homes, where one was."""
    found: dict[str, date] = {}
    for part in chunks(household_ids):
        rows = session.execute(
            select(Household.id, Visit.next_on)  # type: ignore[call-overload]
            .join(Visit, Visit.id == Household.last_visit_id)
            .where(Household.id.in_(part), Visit.next_on.is_not(None))  # type: ignore[attr-defined, union-attr]
        )
        found.update({key: on for key, on in rows})
    return found


def corrected_by_others(session: Session, ids: Iterable[str]) -> set[str]:
    """Which of these visits were corrected before they came."""
    return {key for part in chunks(ids) for (key,) in _rows(session, _CORRECTED, ids=part) if key}


def owners_of(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """The authors of these visits, of those that have arrived."""
    return {key: author for part in chunks(ids) for key, author in _rows(session, _OWNERS, ids=part)}


_VISIT = Visit.__table__.c  # type: ignore[attr-defined]
_OWNERS = select(_VISIT.id, _VISIT.author_id).where(_VISIT.id.in_(_listed("ids")))
_CORRECTED = select(_VISIT.corrects).where(_VISIT.corrects.in_(_listed("ids")))


def orphans(session: Session, command_ids: Iterable[str]) -> dict[str, Visit]:
    """Visits of these commands that wait to be placed."""
    found = {}
    for part in chunks(command_ids):
        rows = session.scalars(
            select(Visit)
            .join(Command, and_(Command.row_id == Visit.id, Command.author_id == Visit.author_id))  # type: ignore[arg-type]
            .where(Command.id.in_(part), Visit.state == "orphaned")  # type: ignore[attr-defined]
        )
        found.update({row.id: row for row in rows})
    return found


def contacts(session: Session, person_ids: Iterable[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """Whom to call first for these people, by (person, kind)."""
    found = {}
    for part in chunks(person_ids):
        rows = [dict(zip(_OF_CONTACT, row, strict=True)) for row in _rows(session, _CONTACTS, people=part)]
        found.update({(row["person_id"], row["kind"]): row for row in rows})
    return found


_OF_CONTACT = ("id", "person_id", "kind", "name", "relation", "phone", "confirmed_on", "confirmed_by", "version")
_CONTACT = Contact.__table__.c  # type: ignore[attr-defined]
_CONTACTS = (
    select(*(_CONTACT[name] for name in _OF_CONTACT))
    .where(_CONTACT.person_id.in_(_listed("people")), _CONTACT.rank == 1)
    .order_by(_CONTACT.id)
)
