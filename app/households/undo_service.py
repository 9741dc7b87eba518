"""Undoing what an import did to the register, as long as nothing was built on it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, or_, select
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.audit.service import entry, record_many
from app.db import utcnow
from app.errors import Conflict
from app.feed.service import Change, publish
from app.households.bulk_service import chunks, move_homes, place_tags, unkept
from app.visits.moving_service import people_moved
from models.accounts import Pairing
from models.households import Contact, Household, Person, PersonTag, Relation
from models.visits import Issue, Task, Visit


class Done(NamedTuple):
    """One row that an import made (`before` empty) or changed."""

    row_type: str
    row_id: str
    before: dict[str, Any] | None
    version_after: int


_TABLES: dict[str, type[Household] | type[Person]] = {"household": Household, "person": Person}


def built_upon(session: Session, done: Sequence[Done]) -> list[str]:
    """What stands in the way of undoing, as sentences; empty when nothing was built on the import."""
    homes = [one.row_id for one in done if one.row_type == "household" and one.before is None]
    people = [one.row_id for one in done if one.row_type == "person" and one.before is None]
    reasons = []
    changed = sum(_changed_since(session, done, row_type) for row_type in _TABLES)
    if changed:
        reasons.append(f"{changed} 条后来又改过。")
    for table, column, words, ids in (
        (Visit, Visit.household_id, "次走访", homes),
        (Issue, Issue.household_id, "个问题", homes),
        (Pairing, Pairing.household_id, "条结对", homes),
        (Contact, Contact.person_id, "个联系人", people),
    ):
        used = sum(len(session.execute(select(table).where(column.in_(part))).all()) for part in chunks(ids))  # type: ignore[attr-defined]
        if used:
            reasons.append(f"已经有 {used} {words}用到它们。")
    others = _newcomers(session, homes, [one.row_id for one in done if one.row_type == "person"])
    if others:
        reasons.append(f"后来又有 {others} 人登记在这些户里。")
    return reasons


def _changed_since(session: Session, done: Sequence[Done], row_type: str) -> int:
    expected = {one.row_id: one.version_after for one in done if one.row_type == row_type}
    return sum(expected[key] != version for key, version in versions(session, row_type, sorted(expected)).items())


def versions(session: Session, row_type: str, row_ids: Sequence[str]) -> dict[str, int]:
    """The present version of each of these homes or people."""
    table, found = _TABLES[row_type], {}
    for part in chunks(row_ids):
        rows = session.execute(select(table.id, table.version).where(table.id.in_(part)))  # type: ignore[call-overload, attr-defined]
        found.update({key: version for key, version in rows})
    return found


def _newcomers(session: Session, homes: Sequence[str], people: Sequence[str]) -> int:
    ours, count = set(people), 0
    for part in chunks(homes):
        inside = session.scalars(select(Person.id).where(Person.household_id.in_(part)))  # type: ignore[attr-defined]
        count += sum(key not in ours for key in inside)
    return count


def undo(session: Session, actor: Actor | None, done: Sequence[Done], *, import_id: str | None = None) -> None:
    """Take back what an import did: made rows go, changed rows get their former values, tags it opened are closed.

    Raises:
        Conflict: something was built on it; nothing is changed.
    """
    reasons = built_upon(session, done)
    if reasons:
        raise Conflict("这次导入不能撤销：" + "".join(reasons), code="import_in_use")
    log: list[dict[str, Any]] = []
    changes: list[Change] = []
    moved: dict[str, tuple[str, str]] = {}
    for row_type, table in _TABLES.items():
        rows = {one.row_id: one for one in done if one.row_type == row_type}
        for part in chunks(sorted(rows)):
            for row in session.scalars(select(table).where(table.id.in_(part))):  # type: ignore[attr-defined]
                division = row.division
                changes += _take_back(actor, row_type, row, rows[row.id], log)
                if row_type == "household" and row.division != division:
                    moved[row.id] = division, row.division
    session.flush()
    changes += move_homes(session, moved)
    people = {one.row_id: one.before for one in done if one.row_type == "person" and one.before is not None}
    place_tags(session, list(people))
    people_moved(session, [key for key, before in people.items() if "division" in before])
    _remove(session, done)
    if import_id is not None:
        changes += _close_tags(session, import_id)
    record_many(session, log)
    publish(session, changes)


def _take_back(actor: Actor | None, row_type: str, row: Any, done: Done, log: list[dict[str, Any]]) -> list[Change]:
    home = row.id if row_type == "household" else row.household_id
    if done.before is None:
        log.append(entry(actor, f"{row_type}.removed", row_type, row.id, reason="撤销导入", before={"name": row.name}))
        return [Change(row_type, row.id, home, row.division, gone=True)]
    former = unkept(done.before)
    gone = (
        [Change(row_type, row.id, home, row.division, gone=True)]
        if former.get("division", row.division) != row.division
        else []
    )
    for name, value in former.items():
        setattr(row, name, value)
    row.version, row.updated_at = row.version + 1, utcnow()
    log.append(
        entry(actor, f"{row_type}.changed", row_type, row.id, reason="撤销导入", after={"fields": sorted(former)})
    )
    home = row.id if row_type == "household" else row.household_id
    return [*gone, Change(row_type, row.id, home, row.division)]


def _close_tags(session: Session, import_id: str) -> list[Change]:
    """Tags that the import opened for people who stay."""
    opened = select(PersonTag.person_id).where(PersonTag.source == import_id)  # type: ignore[call-overload]
    people = session.scalars(select(Person).where(Person.id.in_(opened))).all()  # type: ignore[attr-defined]
    session.execute(delete(PersonTag).where(PersonTag.source == import_id))  # type: ignore[arg-type]
    return [Change("person", one.id, one.household_id, one.division) for one in people]


def _remove(session: Session, done: Sequence[Done]) -> None:
    people = [one.row_id for one in done if one.row_type == "person" and one.before is None]
    homes = [one.row_id for one in done if one.row_type == "household" and one.before is None]
    for part in chunks(people):
        session.execute(delete(PersonTag).where(PersonTag.person_id.in_(part)))  # type: ignore[attr-defined]
        session.execute(delete(Relation).where(or_(Relation.person_id.in_(part), Relation.other_id.in_(part))))  # type: ignore[attr-defined]
        session.execute(delete(Person).where(Person.id.in_(part)))  # type: ignore[attr-defined]
    for part in chunks(homes):
        session.execute(delete(Task).where(Task.household_id.in_(part)))  # type: ignore[attr-defined]
        session.execute(delete(Household).where(Household.id.in_(part)))  # type: ignore[attr-defined]
