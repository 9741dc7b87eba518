"""The register's commands: homes, people, what ties them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import SHANGHAI, new_id, utcnow
from app.divisions import service as divisions
from app.errors import BadInput, Conflict, Detail, NotAllowed, NotFound
from app.feed.service import Change, publish
from app.households import queries, tags
from app.households import register_service as register
from app.households.bulk_service import (
    HOME_FIELDS,
    PERSON_FIELDS,
    move_homes,
    person_values,
    place_tags,
    told,
    upsert_households,
    upsert_people,
    upsert_prepared,
)
from app.households.contact_service import put_contact
from app.households.looking_service import open_child, unmask
from app.households.pull_service import PULL_TYPES, pull_households, pull_people
from app.households.schemas import (
    ContactIn,
    HouseholdChange,
    HouseholdNew,
    PersonChange,
    PersonIn,
)
from app.households.search_service import search
from app.households.undo_service import Done, built_upon, undo
from app.visits import task_service
from models.households import Household, Person, PersonTag, Relation

__all__ = [
    "PULL_TYPES", "Done", "add_household", "add_person", "add_relation", "built_upon",
    "change_household", "change_person", "end_tag", "get_household", "get_person", "move_household", "open_child",
    "pull_households", "pull_people", "put_contact", "remove_relation", "search", "set_contact",
    "start_tag", "undo", "unmask", "upsert_households", "upsert_people", "upsert_prepared",
]  # fmt: skip
on_number: list[Callable[[Session, str | None], None]] = []
"""Who wants to hear that somebody was written down or got another number: `(session, blind index)`."""


def today() -> date:
    """The day in China."""
    return utcnow().astimezone(SHANGHAI).date()


def get_household(session: Session, actor: Actor, household_id: str) -> Household:
    """A home of the actor's scope.

    Raises:
        NotFound: there is none, or it lies elsewhere.
    """
    found = queries.household(session, actor, household_id, today())
    if found is None:
        raise NotFound("没有找到这一户，可能已转到别的村。")
    return found


def get_person(session: Session, actor: Actor, person_id: str) -> Person:
    """A person of the actor's scope.

    Raises:
        NotFound: there is none, or they live elsewhere.
    """
    found = queries.person(session, actor, person_id, today())
    if found is None:
        raise NotFound("没有找到这个人，可能已迁走。")
    return found


def _may_write(actor: Actor, division: str) -> None:
    if not actor.may(Permission.REGISTER_WRITE):
        raise NotAllowed()
    if not division.startswith(actor.divisions):
        raise NotFound("这个村不在你负责的范围。", code="foreign_division")


def add_household(session: Session, actor: Actor, data: HouseholdNew) -> Household:
    """Write down a home that the register does not have.

    Raises:
        Conflict: its code or id is taken.
    """
    _may_write(actor, data.division)
    divisions.get(session, data.division)
    made = str(data.id) if data.id else new_id()
    code = data.code or f"{data.division}-{made[-6:]}"
    if session.scalars(select(Household.id).where((Household.code == code) | (Household.id == made))).first():
        raise Conflict("这个户编号已经有了，请先找一找。", code="household_exists")
    now = utcnow()
    values = {name: value for name, value in data.given().items() if name in HOME_FIELDS}
    row = Household(id=made, code=code, created_at=now, updated_at=now, extra=data.extra, ledger={}, **values)
    _insert(session, row)
    record(session, actor, "household.added", "household", made, after=told(values | {"code": code}))
    _follow(session, [Change("household", made, made, row.division)])
    return row


def _follow(session: Session, changes: Sequence[Change]) -> None:
    """Phones hear of it, and what is due at these homes is worked out anew."""
    task_service.follow(session, changes, today())


def _insert(session: Session, row: Any) -> None:
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise Conflict("这一条已经有了。", code="exists") from error


def change_household(
    session: Session, actor: Actor, household_id: str, data: HouseholdChange, base_version: int
) -> Household:
    """Change what is known of a home; an explicit empty value empties the field.

    Raises:
        Conflict: somebody changed it since `base_version`.
    """
    row = get_household(session, actor, household_id)
    _may_write(actor, row.division)
    register.same_version(row, base_version)
    if "name" in data.model_fields_set and not data.name:
        raise BadInput(details=[Detail("name", "missing", "户主姓名要写。")])
    if _write(session, actor, "household", row, data.given()):
        _follow(session, [Change("household", row.id, row.id, row.division)])
    return row


def _write(session: Session, actor: Actor, kind: str, row: Any, values: Mapping[str, Any]) -> bool:
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return False
    before = {name: getattr(row, name) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    row.version, row.updated_at = row.version + 1, utcnow()
    session.flush()
    record(session, actor, f"{kind}.changed", kind, row.id, before=told(before), after=told(changed))
    return True


def move_household(session: Session, actor: Actor, household_id: str, division: str, base_version: int) -> Household:
    """A home moves to another village with its people: it leaves the phones of the old one and comes to the new.

    Raises:
        Conflict: somebody changed it since `base_version`.
    """
    row = get_household(session, actor, household_id)
    _may_write(actor, row.division)
    register.same_version(row, base_version)
    divisions.get(session, division)
    if division == row.division:
        return row
    former = row.division
    changes = [Change("household", row.id, row.id, former, gone=True), Change("household", row.id, row.id, division)]
    row.division, row.version, row.updated_at = division, row.version + 1, utcnow()
    changes += move_homes(session, {row.id: (former, division)})
    record(session, actor, "household.moved", "household", row.id, before={"division": former},
           after={"division": division})  # fmt: skip
    _follow(session, changes)
    return row


def add_person(session: Session, actor: Actor, data: PersonIn) -> Person:
    """Write down a person of a known home.

    Raises:
        Conflict: the id is taken, or the number belongs to somebody of this home already.
    """
    if data.household_id is None:
        raise BadInput(details=[Detail("household_id", "missing", "要写是哪一户的人。")])
    if unknown := sorted(set(data.tags) - set(tags.TAGS)):
        raise BadInput(details=[Detail("tags", "unknown_tag", f"没有这个标签：{unknown[0]}。")])
    home = get_household(session, actor, str(data.household_id))
    _may_write(actor, home.division)
    now, made = utcnow(), str(data.id) if data.id else new_id()
    values = {
        name: value for name, value in person_values(data.given(), today()).items()
        if name in PERSON_FIELDS and value is not None
    } | {"household_id": home.id, "division": home.division}  # fmt: skip
    if values.get("id_index") and _in_home(session, home.id, values["id_index"]):
        raise Conflict("这个身份证号的人已经在这一户里。", code="person_exists")
    row = Person(id=made, created_at=now, updated_at=now, extra=data.extra, ledger={}, **values)
    _insert(session, row)
    for tag in data.tags:
        _open_tag(session, made, tag, today())
    record(session, actor, "person.added", "person", made, after=told(values) | {"tags": data.tags})
    _tell_number(session, row)
    _follow(session, [Change("person", made, home.id, home.division)])
    return row


def _tell_number(session: Session, person: Person) -> None:
    for hear in on_number:
        hear(session, person.id_index)


def _in_home(session: Session, household_id: str, id_index: str) -> bool:
    query = select(Person.id).where(Person.household_id == household_id, Person.id_index == id_index,
                                    Person.removed_at.is_(None))  # type: ignore[union-attr]  # fmt: skip
    return session.scalars(query).first() is not None


def change_person(session: Session, actor: Actor, person_id: str, data: PersonChange, base_version: int) -> Person:
    """Change what is known of a person; a new ID number brings its sex and birthday with it.

    Raises:
        Conflict: somebody changed them since `base_version`.
    """
    row = get_person(session, actor, person_id)
    _may_write(actor, row.division)
    register.same_version(row, base_version)
    given = data.given()
    if "name" in given and not given["name"]:
        raise BadInput(details=[Detail("name", "missing", "姓名要写。")])
    if row.id_number or given.get("id_number"):
        given = {name: value for name, value in given.items() if name not in {"sex", "born_on"}}
    if "id_number" in given and not given["id_number"]:
        given |= {"id_index": None, "id_last4": None, "id_warning": None}
    former = row.id_index
    changed = _write(session, actor, "person", row, person_values(given, today()))
    if row.id_index != former:
        _tell_number(session, row)
    if changed:
        _follow(session, [_news(row)])
    return row


def _news(person: Person) -> Change:
    return Change("person", person.id, person.household_id, person.division)


def set_contact(session: Session, actor: Actor, person_id: str, data: ContactIn) -> None:
    """Write down whom to call for a person."""
    row = get_person(session, actor, person_id)
    _may_write(actor, row.division)
    publish(session, put_contact(session, actor, row, data, at=utcnow()))


def start_tag(
    session: Session, actor: Actor, person_id: str, tag: str, from_on: date, source: str | None = None
) -> None:
    """A person is marked from a day on; nothing happens where the mark holds already.

    Raises:
        BadInput: there is no such tag.
    """
    row = get_person(session, actor, person_id)
    _may_write(actor, row.division)
    if tag not in tags.TAGS:
        raise BadInput("没有这个标签。", code="unknown_tag")
    if not _open_tag(session, person_id, tag, from_on, source):
        return
    row.version, row.updated_at = row.version + 1, utcnow()
    record(session, actor, "person.tagged", "person", person_id, after={"tag": tag, "from": from_on.isoformat()})
    _follow(session, [_news(row)])


def _open_tag(session: Session, person_id: str, tag: str, from_on: date, source: str | None = None) -> bool:
    held = session.scalars(
        select(PersonTag).where(PersonTag.person_id == person_id, PersonTag.tag == tag)
        .order_by(PersonTag.from_on.desc())  # type: ignore[attr-defined]
    ).first()  # fmt: skip
    if held is not None and (held.to_on is None or held.to_on >= from_on):
        reopened = held.to_on is not None and held.from_on <= from_on
        held.to_on = None
        return reopened
    session.add(PersonTag(id=new_id(), person_id=person_id, tag=tag, from_on=from_on, source=source))
    session.flush()
    place_tags(session, [person_id])
    return True


def end_tag(session: Session, actor: Actor, person_id: str, tag: str, to_on: date) -> None:
    """A mark ends with a day (its last one)."""
    row = get_person(session, actor, person_id)
    _may_write(actor, row.division)
    held = session.scalars(
        select(PersonTag).where(PersonTag.person_id == person_id, PersonTag.tag == tag, PersonTag.to_on.is_(None))  # type: ignore[union-attr]
    ).first()
    if held is None:
        return
    if to_on < held.from_on:
        raise BadInput("结束日期早于开始日期。", code="dates_reversed")
    held.to_on = to_on
    row.version, row.updated_at = row.version + 1, utcnow()
    record(session, actor, "person.untagged", "person", person_id, before={"tag": tag}, after={"to": to_on.isoformat()})
    _follow(session, [_news(row)])


def add_relation(session: Session, actor: Actor, person_id: str, other_id: str, kind: str) -> str:
    """What one person is to another; both must lie in the actor's scope.

    Raises:
        BadInput: an unknown kind, or a person tied to themselves.
    """
    row = get_person(session, actor, person_id)
    other = get_person(session, actor, other_id)
    _may_write(actor, row.division)
    if kind not in tags.RELATION_KINDS or person_id == other_id:
        raise BadInput("关系写得不对。", code="bad_relation")
    known = session.scalars(
        select(Relation.id).where(Relation.person_id == person_id, Relation.other_id == other_id, Relation.kind == kind)
    ).first()
    if known:
        return known
    made = Relation(id=new_id(), person_id=person_id, other_id=other_id, kind=kind)
    session.add(made)
    record(session, actor, "relation.added", "person", person_id, after={"other": other_id, "kind": kind})
    publish(session, [_news(row), _news(other)])
    return made.id


def remove_relation(session: Session, actor: Actor, relation_id: str) -> None:
    """A tie that is not so (any more)."""
    found = session.get(Relation, relation_id)
    if found is None:
        raise NotFound("没有这条关系。")
    row = get_person(session, actor, found.person_id)
    _may_write(actor, row.division)
    session.delete(found)
    record(session, actor, "relation.removed", "person", row.id, before={"other": found.other_id, "kind": found.kind})
    publish(session, [_news(row)])
