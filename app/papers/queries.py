"""Reading the record for paper: one home and its people, held to the reader's scope."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session

from app.accounts.queries import in_scope
from app.accounts.schemas import Actor
from models.accounts import User
from models.agreements import Agreement, AgreementSignature, Inspection
from models.benefits import Enrolment
from models.children import Child
from models.disability import DisabilityCertificate
from models.divisions import Division
from models.elders import Elder
from models.hardship import Hardship
from models.households import Contact, Household, Person
from models.pairing import Official, PairedHome
from models.visits import Issue, Visit

REGISTERS: dict[str, Any] = {
    "elder": Elder, "child": Child, "hardship": Hardship, "disability": DisabilityCertificate,
}  # fmt: skip


def home(session: Session, actor: Actor, name: str, on: date) -> Household | None:
    """A home of the actor's scope by its code or id."""
    query = select(Household).where(
        or_(Household.code == name, Household.id == name), Household.removed_at.is_(None),  # type: ignore[union-attr, arg-type]
        in_scope(actor, on, Household.division, Household.id, looking=True),
    )  # fmt: skip
    return session.scalars(query).first()


def people(session: Session, household_id: str) -> list[Person]:
    """Who lives there, the head first, then by age."""
    query = select(Person).where(Person.household_id == household_id, Person.removed_at.is_(None))  # type: ignore[union-attr]
    return sorted(session.scalars(query), key=lambda one: (not one.is_head, one.born_on or date.max, one.id))


def registered(session: Session, register: str, person_ids: Sequence[str]) -> dict[str, Any]:
    """Rows of a register that stand, by person."""
    table = REGISTERS[register]
    query = select(table).where(table.person_id.in_(list(person_ids)), table.removed_at.is_(None))
    return {row.person_id: row for row in session.scalars(query)}


def agreement(session: Session, person_id: str, kind: str, on: date) -> Agreement | None:
    """A person's agreement of a kind: the one that holds, else the latest."""
    query = select(Agreement).where(
        Agreement.person_id == person_id, Agreement.kind == kind, Agreement.removed_at.is_(None),  # type: ignore[union-attr, arg-type]
    )  # fmt: skip

    def rank(row: Agreement) -> tuple[bool, date, str]:
        over = (row.ended_on is not None and row.ended_on <= on) or (row.to_on is not None and row.to_on < on)
        return not over, row.from_on or row.signed_on or date.min, row.id

    return max(session.scalars(query), key=rank, default=None)


def inspections(session: Session, agreement_id: str) -> list[Inspection]:
    """The looks at whether it is kept, the latest first."""
    query = select(Inspection).where(Inspection.agreement_id == agreement_id)
    return list(session.scalars(query.order_by(Inspection.on.desc(), Inspection.id.desc())))  # type: ignore[attr-defined]


def signatures(session: Session, ids: Sequence[str]) -> dict[str, AgreementSignature]:
    """What was drawn on the screen, by id."""
    query = select(AgreementSignature).where(AgreementSignature.id.in_(ids))  # type: ignore[attr-defined]
    return {row.id: row for row in session.scalars(query)} if ids else {}


def contacts(session: Session, person_id: str) -> list[Contact]:
    """Whom to call."""
    return list(session.scalars(select(Contact).where(Contact.person_id == person_id)))


def enrolments(session: Session, person_ids: Sequence[str]) -> dict[str, list[Enrolment]]:
    """What people draw or drew, what runs first."""
    found: dict[str, list[Enrolment]] = {}
    query = select(Enrolment).where(Enrolment.person_id.in_(list(person_ids)), Enrolment.removed_at.is_(None))  # type: ignore[attr-defined, union-attr]
    for row in session.scalars(query.order_by(Enrolment.state, Enrolment.programme, Enrolment.from_month)):  # type: ignore[arg-type]
        found.setdefault(row.person_id, []).append(row)
    return found


def visit(session: Session, household_id: str, visit_id: str | None) -> Visit | None:
    """One visit of a home; its last one where none is named."""
    query = select(Visit).where(Visit.household_id == household_id, Visit.state == "stored")
    if visit_id:
        return session.scalars(query.where(Visit.id == visit_id)).first()
    return session.scalars(query.order_by(Visit.started_at.desc(), Visit.id.desc()).limit(1)).first()  # type: ignore[attr-defined]


def user_name(session: Session, user_id: str | None) -> str:
    """The name of an account."""
    row = session.get(User, user_id) if user_id else None
    return row.name if row else ""


def open_issues(session: Session, household_id: str) -> list[Issue]:
    """The troubles of a home, the open ones first."""
    query = select(Issue).where(Issue.household_id == household_id, Issue.state != "replaced")
    rows = session.scalars(query.order_by(Issue.created_at.desc()).limit(30))  # type: ignore[attr-defined]
    return sorted(rows, key=lambda one: one.state != "open")


def official(session: Session, household_id: str, on: date) -> Official | None:
    """Who is responsible for a home on a day."""
    query = (
        select(Official)
        .join(PairedHome, PairedHome.official_id == Official.id)  # type: ignore[arg-type]
        .where(
            PairedHome.household_id == household_id,
            or_(PairedHome.from_on.is_(None), PairedHome.from_on <= on),  # type: ignore[union-attr, operator]
            or_(PairedHome.to_on.is_(None), PairedHome.to_on >= on),  # type: ignore[union-attr, operator]
        )
        .order_by(PairedHome.from_on.desc())  # type: ignore[union-attr]
    )
    return session.scalars(query).first()


def counties(session: Session) -> list[str]:
    """The codes of the counties here: one, unless several were loaded for a trial. A roster brings no row for it."""
    return sorted({code[:6] for code in session.scalars(select(Division.code))})


def names_of(session: Session, code: str) -> tuple[str, str, str]:
    """(county, township, village) by their own names."""
    found = []
    for length in (6, 9, 12):
        row = session.get(Division, code[:length]) if len(code) >= length else None
        found.append(row.name if row else "")
    return found[0], found[1], found[2]
