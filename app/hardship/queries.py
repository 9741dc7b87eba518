"""Reading the register of the destitute; lists are held to the reader's scope where they are asked for."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlmodel import Session

from app.accounts.queries import below
from app.accounts.schemas import Actor
from app.agreements import standing_service
from app.agreements.rules import holds
from app.households.register_service import Standing, chunks, of_register, scope_of
from models.agreements import Agreement
from models.benefits import Enrolment, Payment
from models.hardship import Assessment, Hardship, InsuranceClaim
from models.households import Household, Person

STANDING = (Hardship.removed_at.is_(None), Person.removed_at.is_(None))  # type: ignore[union-attr]
"""Who is on the register."""


def to_pull(session: Session, ids: Sequence[str]) -> Sequence[Row[Any]]:
    """Rows of the register by id, with the person's ledger and the home's last visit."""
    return session.execute(_PULL, {"ids": list(ids)}).all()


_PULL = (
    select(Hardship, Person.ledger, Person.household_id, Person.division, Household.last_visit_id,
           Household.last_visit_on)
    .join(Person, Person.id == Hardship.person_id)  # type: ignore[arg-type]
    .join(Household, Household.id == Person.household_id)  # type: ignore[arg-type]
    .where(Hardship.id.in_(bindparam("ids", expanding=True)), *STANDING)  # type: ignore[attr-defined]
)  # type: ignore[call-overload]  # fmt: skip


def care_agreements(session: Session, person_ids: Sequence[str], on: date) -> dict[str, Agreement]:
    """The care agreement (委托照料服务协议) of each of these people: the one in force, else the latest."""
    found: dict[str, Agreement] = {}
    for part in chunks(person_ids):
        rows = session.scalars(
            select(Agreement)
            .where(Agreement.person_id.in_(part), Agreement.kind == "care", Agreement.removed_at.is_(None))  # type: ignore[attr-defined, union-attr]
            .order_by(Agreement.from_on, Agreement.id)  # type: ignore[arg-type]
        )
        for row in rows:
            known = found.get(row.person_id)
            if known is None or holds(row, on) >= holds(known, on):
                found[row.person_id] = row
    return found


def of_person(session: Session, person_id: str) -> Hardship | None:
    """The row of a person, also one that has ended."""
    return session.scalars(select(Hardship).where(Hardship.person_id == person_id)).first()


def assessments(session: Session, person_id: str, limit: int = 20) -> list[Assessment]:
    """The assessments of a person, the latest first."""
    query = select(Assessment).where(Assessment.person_id == person_id)
    return list(session.scalars(query.order_by(Assessment.on.desc(), Assessment.id.desc()).limit(limit)))  # type: ignore[attr-defined]


def claims(session: Session, person_id: str) -> list[InsuranceClaim]:
    """The claims of hospital-care insurance of a person, the latest first."""
    query = select(InsuranceClaim).where(InsuranceClaim.person_id == person_id)
    return list(session.scalars(query.order_by(InsuranceClaim.in_on.desc(), InsuranceClaim.id.desc())))  # type: ignore[attr-defined]


def one(session: Session, actor: Actor, hardship_id: str, on: date, *, looking: bool = False) -> Standing | None:
    """One row of the register in the actor's scope, with person and home."""
    query = of_register(Hardship).where(Hardship.id == hardship_id, scope_of(actor, on, looking=looking))
    found = session.execute(query).first()
    return Standing(*found) if found else None


def light(
    session: Session, actor: Actor, on: date, village: str = "", since: datetime | None = None
) -> Sequence[Row[Any]]:
    """Everybody on the register in the actor's scope, village by village, as lists and rates need them.

    Args:
        since: also who has left it since this moment.
    """
    query = of_register(Hardship, since).with_only_columns(
        Hardship.id, Hardship.person_id, Hardship.support, Hardship.wish, Hardship.grade_written, Hardship.eats,
        Hardship.dresses, Hardship.gets_up, Hardship.toilet, Hardship.walks, Hardship.bathes, Hardship.assessed_on,
        Hardship.reviewed_on, Hardship.listed_visit_on, Hardship.institution, Person.name, Person.born_on,
        Person.ledger, Household.id.label("household_id"), Household.code, Household.division, Household.group,
        Household.last_visit_id, Household.last_visit_on, Hardship.removed_at,
    ).where(scope_of(actor, on))  # type: ignore[arg-type, attr-defined]  # fmt: skip
    if village:
        query = query.where(below(Household.division, village))
    return session.execute(query.order_by(Household.division, Person.name, Hardship.id)).all()


def cares_for(session: Session, carers: Sequence[str], on: date) -> dict[str, int]:
    """How many people each carer (by the blind index of the number) cares for by agreements in force."""
    mine = (Agreement.carer_index.in_(list(carers)), Agreement.kind == "care", standing_service.holds(on))  # type: ignore[union-attr]
    query = select(Agreement.carer_index, func.count(func.distinct(Agreement.person_id))).where(*mine)  # type: ignore[call-overload]
    return dict(session.execute(query.group_by(Agreement.carer_index)).all())  # type: ignore[arg-type]


def assessed_by(session: Session, person_ids: Sequence[str], until: date) -> dict[str, Assessment]:
    """The newest assessment of each of these people made until a day."""
    found: dict[str, Assessment] = {}
    for part in chunks(person_ids):
        rows = session.scalars(
            select(Assessment)
            .where(Assessment.person_id.in_(part), Assessment.on <= until)  # type: ignore[attr-defined]
            .order_by(Assessment.on, Assessment.id)  # type: ignore[arg-type]
        )
        found.update({row.person_id: row for row in rows})
    return found


def terms(session: Session, person_ids: Sequence[str]) -> dict[str, list[Enrolment]]:
    """The times of these people in the programme."""
    found: dict[str, list[Enrolment]] = {}
    for part in chunks(person_ids):
        rows = session.scalars(
            select(Enrolment).where(
                Enrolment.person_id.in_(part), Enrolment.programme == "tekun", Enrolment.removed_at.is_(None)  # type: ignore[attr-defined, union-attr]
            )
        )  # fmt: skip
        for row in rows:
            found.setdefault(row.person_id, []).append(row)
    return found


def fees_paid(session: Session, person_ids: Sequence[str], quarter: str | None = None) -> dict[str, list[Payment]]:
    """The care allowance that was sent to these people, the latest quarter first."""
    found: dict[str, list[Payment]] = {}
    for part in chunks(person_ids):
        query = select(Payment).where(Payment.person_id.in_(part), Payment.programme == "care_fee")  # type: ignore[attr-defined]
        if quarter:
            query = query.where(Payment.period == quarter)
        for row in session.scalars(query.order_by(Payment.period.desc(), Payment.number)):  # type: ignore[attr-defined]
            found.setdefault(row.person_id, []).append(row)
    return found
