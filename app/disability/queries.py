"""Reading certificates, care services and what their holders draw."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, or_, select
from sqlmodel import Session, col

from app.accounts.queries import below
from app.accounts.schemas import Actor
from app.benefits import standing_service
from app.households.register_service import Standing, chunks, of_register, scope_of
from models.benefits import Enrolment
from models.children import Child
from models.disability import CareService, DisabilityCertificate
from models.households import Household, Person

STANDING = (DisabilityCertificate.removed_at.is_(None), Person.removed_at.is_(None))  # type: ignore[union-attr]
"""Whose certificate is on the register."""


def to_pull(session: Session, ids: Sequence[str]) -> Sequence[Row[Any]]:
    """Certificates by id, with what is asked of the holder and the home."""
    return session.execute(_PULL, {"ids": list(ids)}).all()


_PULL = (
    select(DisabilityCertificate, Person.ledger, Person.household_id, Person.division, Person.id_number,
           Person.died_on, Household.attribute, Household.last_visit_id, Household.last_visit_on)
    .join(Person, Person.id == DisabilityCertificate.person_id)
    .join(Household, Household.id == Person.household_id)
    .where(DisabilityCertificate.id.in_(bindparam("ids", expanding=True)), *STANDING)  # type: ignore[attr-defined]
)  # type: ignore[call-overload]  # fmt: skip


def of_person(session: Session, person_id: str) -> DisabilityCertificate | None:
    """The certificate of a person, also one that was taken off."""
    query = select(DisabilityCertificate).where(DisabilityCertificate.person_id == person_id)
    return session.scalars(query).first()


def drawn(session: Session, person_ids: Sequence[str], month: str) -> dict[str, list[Enrolment]]:
    """What each of these people draws in a month (`YYYY-MM`), by person; members of a 低保 home that count, too."""
    found: dict[str, list[Enrolment]] = {}
    for part in chunks(person_ids):
        rows = session.scalars(
            select(Enrolment).where(
                col(Enrolment.person_id).in_(part), col(Enrolment.counted), *standing_service.in_force(month)
            )
        )
        for row in rows:
            found.setdefault(row.person_id, []).append(row)
    return found


def topped_up(session: Session, person_ids: Sequence[str]) -> set[str]:
    """Those of these who get a children's allowance only as a top-up (补差)."""
    query = select(Child.person_id).where(Child.support == "top_up", Child.removed_at.is_(None))  # type: ignore[call-overload, union-attr, arg-type]
    return {
        person
        for part in chunks(person_ids)
        for person in session.scalars(query.where(Child.person_id.in_(part)))  # type: ignore[attr-defined]
    }


def services(session: Session, person_ids: Sequence[str]) -> dict[str, list[CareService]]:
    """The care services of these people, the latest first."""
    found: dict[str, list[CareService]] = {}
    query = select(CareService).where(CareService.person_id.in_(list(person_ids)))  # type: ignore[attr-defined]
    for row in session.scalars(query.order_by(CareService.from_on.desc(), CareService.id)):  # type: ignore[attr-defined]
        found.setdefault(row.person_id, []).append(row)
    return found


def running(row: CareService, on: date) -> bool:
    """Whether a service goes on, on a day."""
    return row.from_on <= on and (row.to_on is None or row.to_on >= on)


def one(session: Session, actor: Actor, certificate_id: str, on: date, *, looking: bool = False) -> Standing | None:
    """One certificate of the actor's scope, with person and home."""
    query = of_register(DisabilityCertificate)
    query = query.where(DisabilityCertificate.id == certificate_id, scope_of(actor, on, looking=looking))
    found = session.execute(query).first()
    return Standing(*found) if found else None


def listed(
    actor: Actor, on: date, *, text: str = "", village: str = "", only: str = "", remind_to: date
) -> Select[Any]:
    """Certificates of the actor's scope as the list asks for them.

    Args:
        only: `expired`, `ending` (until `remind_to`), `service` (a care service goes on), `unknown` or empty.
    """
    table = DisabilityCertificate
    query = of_register(table).where(scope_of(actor, on))
    if village:
        query = query.where(below(Household.division, village))
    if text:
        query = query.where(or_(col(Person.name).contains(text, autoescape=True), Household.code == text))  # type: ignore[arg-type]
    limited = table.open_ended.is_(False)  # type: ignore[attr-defined]
    if only == "expired":
        query = query.where(limited, table.valid_to < on)  # type: ignore[operator, arg-type]
    elif only == "ending":
        query = query.where(limited, table.valid_to >= on, table.valid_to <= remind_to)  # type: ignore[operator, arg-type]
    elif only == "service":
        running = select(CareService.person_id).where(
            CareService.from_on <= on, or_(CareService.to_on.is_(None), CareService.to_on >= on)  # type: ignore[union-attr, operator, arg-type]
        )  # type: ignore[call-overload]  # fmt: skip
        query = query.where(Person.id.in_(running))  # type: ignore[attr-defined]
    elif only == "unknown":
        query = query.where(limited, table.valid_to.is_(None))  # type: ignore[union-attr]
    return query


def page(session: Session, query: Select[Any], limit: int | None, offset: int) -> list[Standing]:
    """A page of such certificates (None: all), village by village."""
    ordered = query.order_by(Household.division, Person.name, DisabilityCertificate.id).offset(offset)
    return [Standing(*found) for found in session.execute(ordered.limit(limit) if limit else ordered)]


def count(session: Session, query: Select[Any]) -> int:
    """How many such certificates there are."""
    inner = query.with_only_columns(DisabilityCertificate.id).order_by(None).subquery()  # type: ignore[call-overload]
    return session.scalar(select(func.count()).select_from(inner)) or 0
