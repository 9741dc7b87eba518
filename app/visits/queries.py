"""Reading visits and what a visit touches, many at a time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Row, and_, or_, select, tuple_
from sqlmodel import Session

from app.accounts.queries import paired_households
from app.accounts.schemas import Actor
from models.accounts import Pairing, User
from models.audit import AuditEntry
from models.forms import Form
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


def known(session: Session, table: Any, ids: Sequence[str]) -> set[str]:
    """Which of these ids there are."""
    return {key for part in chunks(ids) for key in session.scalars(select(table.id).where(table.id.in_(part)))}


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


def known_forms(session: Session, names: Sequence[str]) -> set[str]:
    """Which of `code@version` were ever published."""
    wanted = [(code, int(version)) for code, _, version in (name.partition("@") for name in names)]
    each = (and_(Form.code == code, Form.version == version) for code, version in wanted)  # type: ignore[arg-type]
    rows = session.execute(select(Form.code, Form.version).where(or_(*each)))  # type: ignore[call-overload]
    return {f"{code}@{version}" for code, version in rows}


def homes(session: Session, ids: Iterable[str]) -> dict[str, Row[Any]]:
    """What a visit needs to know of these homes."""
    found: dict[str, Row[Any]] = {}
    for part in chunks(ids):
        rows = session.execute(
            select(
                Household.id, Household.code, Household.division, Household.attribute, Household.group,
                Household.last_visit_id, Household.last_visit_on, Household.summary, Household.ledger,
            ).where(Household.id.in_(part))
        )  # type: ignore[call-overload]  # fmt: skip
        found.update({row.id: row for row in rows})
    return found


def paired(session: Session, actor: Actor, on: date) -> set[str]:
    """The homes paired with an actor on a day."""
    return set(session.scalars(paired_households(actor.id, on)))


def paired_with(session: Session, user_ids: Sequence[str], on: date) -> dict[str, set[str]]:
    """The homes paired with each of these users on a day."""
    found: dict[str, set[str]] = {user_id: set() for user_id in user_ids}
    held = and_(Pairing.from_on <= on, or_(Pairing.to_on.is_(None), Pairing.to_on >= on))  # type: ignore[union-attr, operator]
    for part in chunks(user_ids):
        rows = session.execute(
            select(Pairing.user_id, Pairing.household_id).where(Pairing.user_id.in_(part), held)  # type: ignore[call-overload, attr-defined]
        )
        for user_id, home_id in rows:
            found[user_id].add(home_id)
    return found


def people(session: Session, household_ids: Iterable[str], on: date) -> dict[str, list[dict[str, Any]]]:
    """The people of these homes with their tags on a day, as forms and rhythms read them; nothing sealed is opened."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    by_id: dict[str, dict[str, Any]] = {}
    for part in chunks(household_ids):
        rows = session.execute(
            select(
                Person.id, Person.household_id, Person.name, Person.sex, Person.born_on, Person.relation,
                Person.is_head, Person.health, Person.living, Person.works_away, Person.division, Person.ledger,
            )
            .where(Person.household_id.in_(part), Person.removed_at.is_(None))
            .order_by(Person.household_id, Person.id)
        )  # type: ignore[call-overload]  # fmt: skip
        for row in rows:
            one = dict(row._mapping) | {"tags": []}
            by_id[row.id] = one
            found[row.household_id].append(one)
    for part in chunks(by_id):
        held = and_(PersonTag.from_on <= on, or_(PersonTag.to_on.is_(None), PersonTag.to_on >= on))  # type: ignore[union-attr, operator]
        rows = session.execute(
            select(PersonTag.person_id, PersonTag.tag).where(PersonTag.person_id.in_(part), held).distinct()  # type: ignore[call-overload, attr-defined]
        )
        for person_id, tag in rows:
            by_id[person_id]["tags"].append(tag)
    return found


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


def names_of(session: Session, user_ids: Iterable[str]) -> dict[str, str]:
    """Names of accounts."""
    query = select(User.id, User.name)  # type: ignore[call-overload]
    return {
        key: name for part in chunks(set(user_ids)) for key, name in session.execute(query.where(User.id.in_(part)))
    }  # type: ignore[attr-defined]


def tasks(session: Session, household_ids: Iterable[str], kind: str) -> dict[str, Task]:
    """The task of a kind of each of these homes."""
    found = {}
    for part in chunks(household_ids):
        query = select(Task).where(Task.household_id.in_(part), Task.kind == kind)  # type: ignore[attr-defined]
        found.update({row.household_id: row for row in session.scalars(query)})
    return found


def tasks_by_id(session: Session, ids: Sequence[str]) -> list[Task]:
    """These tasks."""
    return [row for part in chunks(ids) for row in session.scalars(select(Task).where(Task.id.in_(part)))]  # type: ignore[attr-defined]


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
    return {
        key
        for part in chunks(ids)
        for key in session.scalars(select(Visit.corrects).where(Visit.corrects.in_(part)))  # type: ignore[call-overload, union-attr]
        if key
    }


def owners_of(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """The authors of these visits, of those that have arrived."""
    query = select(Visit.id, Visit.author_id)  # type: ignore[call-overload]
    return {key: author for part in chunks(ids) for key, author in session.execute(query.where(Visit.id.in_(part)))}  # type: ignore[attr-defined]


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
    """Whom to call for these people, by (person, kind)."""
    found = {}
    for part in chunks(person_ids):
        rows = session.execute(
            select(
                Contact.id, Contact.person_id, Contact.kind, Contact.name, Contact.relation, Contact.phone,
                Contact.confirmed_on, Contact.confirmed_by, Contact.version,
            )
            .where(Contact.person_id.in_(part))
            .order_by(Contact.id)
        )  # type: ignore[call-overload]  # fmt: skip
        found.update({(row.person_id, row.kind): dict(row._mapping) for row in rows})
    return found
