"""Reading the audit log, newest first, page by page."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlmodel import Session

from models.accounts import Device, User
from models.audit import AuditEntry
from models.households import Household, Person


def page(
    session: Session,
    *,
    limit: int,
    before_id: int | None = None,
    actor_id: str | None = None,
    action: str = "",
    subject_ids: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[tuple[AuditEntry, str | None]]:
    """Entries with the actor's name; `action` is the beginning of a verb."""
    query = select(AuditEntry, User.name).outerjoin(User, User.id == AuditEntry.actor_id)  # type: ignore[arg-type]
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)  # type: ignore[operator, arg-type]
    if actor_id is not None:
        query = query.where(AuditEntry.actor_id == actor_id)  # type: ignore[arg-type]
    if action:
        query = query.where(AuditEntry.action.startswith(action, autoescape=True))  # type: ignore[attr-defined]
    if subject_ids:
        query = query.where(AuditEntry.subject_id.in_(subject_ids))  # type: ignore[attr-defined]
    if since is not None:
        query = query.where(AuditEntry.at >= since)  # type: ignore[arg-type]
    if until is not None:
        query = query.where(AuditEntry.at < until)  # type: ignore[arg-type]
    rows = session.execute(query.order_by(AuditEntry.id.desc()).limit(limit))  # type: ignore[union-attr]
    return [(row, name) for row, name in rows]


def user_ids(session: Session, words: str) -> list[str]:
    """Accounts of this name or user name."""
    return list(session.scalars(select(User.id).where((User.name == words) | (User.username == words))))


def subject_ids(session: Session, words: str) -> list[str]:
    """What somebody may mean: an id as it is, the household of this code, the account of this user name."""
    homes = session.scalars(select(Household.id).where(Household.code == words))  # type: ignore[call-overload]
    accounts = session.scalars(select(User.id).where(User.username == words))  # type: ignore[call-overload]
    return list(dict.fromkeys([words, *homes, *accounts]))


def subject_names(session: Session, subjects: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Readable names by (type, id): an account's, and the code of a household, also for its people; no casework."""
    ids: dict[str, set[str]] = {}
    for kind, name in subjects:
        ids.setdefault(kind, set()).add(name)
    people = (
        select(Person.id, Household.code).join(Household, Household.id == Person.household_id)  # type: ignore[call-overload]
        .where(Person.id.in_(ids.get("person", ())))  # type: ignore[attr-defined]
    )  # fmt: skip
    homes = select(Household.id, Household.code).where(Household.id.in_(ids.get("household", ())))  # type: ignore[call-overload, attr-defined]
    accounts = select(User.id, User.name, User.username).where(User.id.in_(ids.get("account", ())))  # type: ignore[call-overload, attr-defined]
    found = {("person", row[0]): row[1] for row in session.execute(people)}
    found |= {("household", row[0]): row[1] for row in session.execute(homes)}
    return found | {("account", row[0]): f"{row[1]}（{row[2]}）" for row in session.execute(accounts)}


def device_names(session: Session, devices: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Names of devices by (account, id)."""
    query = select(Device.user_id, Device.id, Device.name).where(  # type: ignore[call-overload]
        tuple_(Device.user_id, Device.id).in_(list(devices))  # type: ignore[arg-type]
    )
    return {(row.user_id, row.id): row.name for row in session.execute(query)}
