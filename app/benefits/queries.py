"""Reading enrolments: the lines of a month's roll, their groups, who may have changed, what was paid.

A roll is read by place, not by person: an index of programme and division leads, people are looked up beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.accounts.queries import below, has_pairings_today, in_scope
from app.accounts.schemas import Actor
from app.benefits import rules, standing_service
from app.benefits.rules import Standards
from app.households.register_service import chunks
from models.accounts import User
from models.audit import AuditEntry
from models.benefits import Enrolment, EnrolmentChange, Payment
from models.children import Child
from models.disability import DisabilityCertificate
from models.hardship import Hardship
from models.households import Household, Person
from models.lists import Death

E, P = Enrolment, Person


@dataclass(frozen=True)
class Asked:
    """Which roll: programme, month, place and state, as the actor may see it."""

    actor: Actor
    on: date
    programme: str
    month: str
    place: str = ""
    state: str = ""


def _here(session: Session, asked: Asked) -> list[ColumnElement[bool]]:
    """Programme, scope and place; single homes only where some are given to the actor, for an OR costs the index."""
    single = E.household_id if has_pairings_today(session, asked.actor, asked.on) else None
    found = [
        col(E.programme) == asked.programme, in_scope(asked.actor, asked.on, E.division, single),
        col(E.removed_at).is_(None), col(P.removed_at).is_(None),
    ]  # fmt: skip
    return found + ([below(E.division, asked.place)] if asked.place else [])


def _alive(person: Any, first: date) -> ColumnElement[bool]:
    """Nobody has told of a death before a day."""
    told = exists().where(col(Death.person_id) == person.id, col(Death.died_on) < first)
    return and_(or_(person.died_on.is_(None), person.died_on >= first), ~told)


def _in_force(enrolment: Any, person: Any, month: str) -> list[ColumnElement[bool]]:
    """As `rules.on_roll`."""
    return [
        *standing_service.in_force(month, enrolment),
        or_(enrolment.counted, enrolment.programme != rules.DIBAO), _alive(person, rules.first_day(month)),
    ]  # fmt: skip


@lru_cache(maxsize=256)
def _on_roll(month: str) -> tuple[ColumnElement[bool], ...]:
    """The condition for the tables as they are; made once a month, for making it costs more than the database does."""
    return tuple(_in_force(E, P, month))


@lru_cache(maxsize=256)
def _leads(month: str) -> tuple[ColumnElement[bool], ...]:
    """Of 低保: this member stands for the certificate: its holder, else the first that is on the roll."""
    other, person = aliased(Enrolment), aliased(Person)
    before = (
        select(literal(1)).select_from(other).join(person, person.id == other.person_id)
        .where(
            other.programme == rules.DIBAO, other.removed_at.is_(None), person.removed_at.is_(None),
            *_in_force(other, person, month),
            or_(
                and_(other.is_holder, ~col(E.is_holder)),
                and_(other.is_holder == E.is_holder, other.id < E.id),
            ),
        )
    )  # fmt: skip
    same = before.where(col(E.certificate) != "", other.certificate == E.certificate)
    bare = before.where(col(E.certificate) == "", other.certificate == "", other.household_id == E.household_id)
    return ~same.correlate(Enrolment).exists(), ~bare.correlate(Enrolment).exists()


def _lines(session: Session, asked: Asked) -> list[ColumnElement[bool]]:
    leads = _leads(asked.month) if asked.programme == rules.DIBAO else ()
    return [*_here(session, asked), *_on_roll(asked.month), *leads, *_narrowed(asked)]


def _narrowed(asked: Asked) -> list[ColumnElement[bool]]:
    """As `rules.state_in` of what is on the roll: who leaves it in a month to come has not stopped."""
    if not asked.state:
        return []
    return [col(E.state) == "easing" if asked.state == "easing" else col(E.state) != "easing"]


@lru_cache(maxsize=256)
def _written(month: str) -> ColumnElement[Any]:
    """As `rules.Holding.written`."""
    past = (
        select(EnrolmentChange.amount_fen).where(
            col(EnrolmentChange.enrolment_id) == E.id, col(EnrolmentChange.month) > month
        ).order_by(col(EnrolmentChange.month)).limit(1).correlate(Enrolment).scalar_subquery()
    )  # type: ignore[call-overload]  # fmt: skip
    return func.coalesce(past, E.amount_fen)


def _tier(programme: str, month: str, standards: Standards) -> ColumnElement[Any]:
    """As `rules.tier_of`."""
    if programme == rules.OLD:
        bands = [(col(P.born_on) <= standards.born_by(month, age), literal(name)) for age, name in standards.bands]
        return case(*bands, else_="")
    if programme in (rules.LIVING, rules.CARE):
        return func.coalesce(DisabilityCertificate.grade, 0)
    if programme == rules.ORPHAN:
        return case((col(P.living) == "facility", rules.INSTITUTION), else_=rules.HOME)
    if programme == rules.UNSUPPORTED:
        return case((_tops_up(), rules.TOP_UP), else_=rules.FULL)
    return literal("")


def _tops_up() -> ColumnElement[bool]:
    return func.coalesce(E.band, Child.support) == rules.TOP_UP


def _joined(query: Select[Any], programme: str) -> Select[Any]:
    query = query.select_from(E).join(P, col(P.id) == E.person_id)
    if programme in (rules.LIVING, rules.CARE):
        table = DisabilityCertificate
        return query.outerjoin(table, and_(col(table.person_id) == E.person_id, col(table.removed_at).is_(None)))
    if programme == rules.UNSUPPORTED:
        return query.outerjoin(Child, and_(col(Child.person_id) == E.person_id, col(Child.removed_at).is_(None)))
    return query


def groups(session: Session, asked: Asked, standards: Standards) -> list[tuple[str, rules.Group]]:
    """The lines of a roll by township and tier; a tier only means something with that township's standards."""
    town, tier = func.substr(E.division, 1, 9).label("town"), _tier(asked.programme, asked.month, standards)
    written = _written(asked.month)
    query = select(town, tier.label("tier"), func.count(), func.count(written), func.sum(written))
    query = _joined(query, asked.programme).where(*_lines(session, asked)).group_by("town", "tier")
    return [
        (place, rules.Group(str(found) if found != 0 else "", lines, said, int(fen or 0)))
        for place, found, lines, said, fen in session.execute(query)
    ]


def townships(session: Session, asked: Asked) -> list[str]:
    """The townships in which the programme is held."""
    town = func.substr(E.division, 1, 9)
    query = select(town).select_from(E).join(P, col(P.id) == E.person_id).where(*_here(session, asked)).distinct()
    return sorted(session.scalars(query))


def people(session: Session, asked: Asked) -> int:
    """The people on a roll; of 低保 the members who are counted."""
    query = select(func.count()).select_from(E).join(P, col(P.id) == E.person_id)
    query = query.where(*_here(session, asked), *_on_roll(asked.month), *_narrowed(asked))
    return session.scalar(query) or 0


COLUMNS = (
    E.id, E.person_id, E.household_id, E.division, E.programme, E.certificate, E.is_holder, E.counted, E.state,
    E.from_month, E.to_month, E.band, E.amount_fen, E.stop_reason, E.version, P.name, P.born_on, P.died_on, P.living,
)  # fmt: skip
"""What a line is made of; nothing sealed."""


def page(session: Session, asked: Asked, after: Sequence[str], limit: int) -> Sequence[Row[Any]]:
    """Lines of a roll, village by village and by name, behind the line that `after` names (division, name, id)."""
    query = select(*COLUMNS).select_from(E).join(P, col(P.id) == E.person_id).where(*_lines(session, asked))
    if len(after) == 3:
        place, name, key = after
        rest = or_(col(P.name) > name, and_(col(P.name) == name, col(E.id) > key))
        query = query.where(col(E.division) >= place, or_(col(E.division) > place, rest))
    return session.execute(query.order_by(col(E.division), col(P.name), col(E.id)).limit(limit)).all()


def maybe_changed(session: Session, asked: Asked, standards: Standards) -> Sequence[Row[Any]]:
    """Enrolments that can differ from the month before by more than a standard: the rules say whether and why."""
    month, last = asked.month, rules.shifted(asked.month, -1)
    first, end = rules.first_day(last), rules.last_day(last)
    reasons = [
        col(E.from_month) == month, col(E.to_month) == month, and_(col(P.died_on) >= first, col(P.died_on) <= end),
        exists().where(col(Death.person_id) == P.id, col(Death.died_on) >= first, col(Death.died_on) <= end),
        exists().where(col(EnrolmentChange.enrolment_id) == E.id, col(EnrolmentChange.month) == month),
    ]  # fmt: skip
    if asked.programme == rules.OLD:
        reasons += [
            and_(col(P.born_on) > standards.born_by(last, age), col(P.born_on) <= standards.born_by(month, age))
            for age, _ in standards.bands
        ]
    query = select(*COLUMNS).select_from(E).join(P, col(P.id) == E.person_id)
    query = query.where(*_here(session, asked), or_(*reasons)).order_by(col(E.division), col(P.name), col(E.id))
    return session.execute(query).all()


def members(session: Session, certificates: Iterable[str], homes: Iterable[str] = ()) -> list[Row[Any]]:
    """Everybody of these 低保 certificates; of these homes where there is no number."""
    base = select(*COLUMNS).select_from(E).join(P, col(P.id) == E.person_id).where(
        col(E.programme) == rules.DIBAO, col(E.removed_at).is_(None), col(P.removed_at).is_(None)
    )  # fmt: skip
    base = base.order_by(col(E.is_holder).desc(), col(E.id))
    named, alone = sorted({one for one in certificates if one}), sorted(set(homes))
    numbered = [base.where(col(E.certificate).in_(part)) for part in chunks(named)]
    bare = [base.where(col(E.certificate) == "", col(E.household_id).in_(part)) for part in chunks(alone)]
    return [row for query in (*numbered, *bare) for row in session.execute(query)]


@dataclass(frozen=True)
class Beside:
    """What stands beside enrolments: their changes, deaths, grades, support, 特困 and what was paid."""

    past: dict[str, list[EnrolmentChange]]
    deaths: dict[str, date]
    grades: dict[str, int | None]
    top_ups: set[str]
    tekun: dict[str, list[tuple[str, str | None]]]


def beside(session: Session, rows: Sequence[Row[Any]]) -> Beside:
    """All that a line needs and another table holds."""
    keys, persons = [row.id for row in rows], sorted({row.person_id for row in rows})
    past: dict[str, list[EnrolmentChange]] = {}
    for part in chunks(keys):
        query = select(EnrolmentChange).where(col(EnrolmentChange.enrolment_id).in_(part))
        for one in session.scalars(query.order_by(col(EnrolmentChange.month), col(EnrolmentChange.id))):
            past.setdefault(one.enrolment_id, []).append(one)
    found = Beside(past, {}, {}, set(), {})
    table = DisabilityCertificate
    for part in chunks(persons):
        told = select(Death.person_id, func.min(Death.died_on)).where(col(Death.person_id).in_(part))
        found.deaths.update(session.execute(told.group_by(Death.person_id)).all())  # type: ignore[arg-type]
        held = select(table.person_id, table.grade).where(col(table.person_id).in_(part))
        found.grades.update(session.execute(held.where(col(table.removed_at).is_(None))).all())  # type: ignore[arg-type]
        child = select(Child.person_id).where(
            col(Child.person_id).in_(part), col(Child.support) == rules.TOP_UP, col(Child.removed_at).is_(None)
        )
        found.top_ups.update(session.scalars(child))
        destitute = select(E.person_id, E.from_month, E.to_month).where(  # type: ignore[call-overload]
            col(E.person_id).in_(part), col(E.programme) == rules.TEKUN, col(E.removed_at).is_(None),
            or_(col(E.state) != "stopped", col(E.to_month).is_not(None)),
        )  # fmt: skip
        for person, begun, end in session.execute(destitute):
            found.tekun.setdefault(person, []).append((begun, end))
    return found


def self_care(session: Session, person_ids: Sequence[str]) -> dict[str, Hardship]:
    """The destitute among these people, by person: the six indicators stand in the register."""
    query = select(Hardship).where(col(Hardship.person_id).in_(list(person_ids)), col(Hardship.removed_at).is_(None))
    return {row.person_id: row for row in session.scalars(query)}


def paid(session: Session, person_ids: Sequence[str], programme: str, period: str) -> dict[str, int]:
    """What arrived at these people for a month."""
    found: dict[str, int] = {}
    for part in chunks(person_ids):
        query = select(Payment.person_id, func.sum(Payment.amount_fen)).where(
            col(Payment.person_id).in_(part), col(Payment.programme) == programme, col(Payment.period) == period,
            col(Payment.ok),
        ).group_by(Payment.person_id)  # fmt: skip
        found |= {person: int(fen) for person, fen in session.execute(query)}
    return found


def groups_of_homes(session: Session, household_ids: Iterable[str]) -> dict[str, str]:
    """The 组 of these homes."""
    found: dict[str, str] = {}
    for part in chunks(sorted(set(household_ids))):
        query = select(Household.id, Household.group).where(col(Household.id).in_(part))
        found |= {key: group or "" for key, group in session.execute(query)}
    return found


def one(session: Session, actor: Actor, enrolment_id: str, on: date, *, looking: bool = False) -> Enrolment | None:
    """An enrolment of the actor's scope, by where the person's home lies now."""
    query = (
        select(E).join(P, col(P.id) == E.person_id).join(Household, col(Household.id) == P.household_id)
        .where(col(E.id) == enrolment_id, col(E.removed_at).is_(None), col(P.removed_at).is_(None),
               in_scope(actor, on, Household.division, Household.id, looking=looking))
    )  # fmt: skip
    return session.scalars(query).first()


def of_people(session: Session, person_ids: Sequence[str]) -> list[Enrolment]:
    """All times of these people in any programme, what runs first."""
    found: list[Enrolment] = []
    for part in chunks(person_ids):
        query = select(E).where(col(E.person_id).in_(part), col(E.removed_at).is_(None))
        found += session.scalars(query.order_by(col(E.state), col(E.programme), col(E.from_month), col(E.id)))
    return found


def rows_of(session: Session, person_ids: Sequence[str]) -> list[Row[Any]]:
    """The same as lines."""
    query = select(*COLUMNS).select_from(E).join(P, col(P.id) == E.person_id)
    query = query.where(col(E.person_id).in_(list(person_ids)), col(E.removed_at).is_(None))
    return list(session.execute(query.order_by(col(E.state), col(E.programme), col(E.from_month), col(E.id))))


def of_certificate(session: Session, row: Enrolment) -> list[Enrolment]:
    """All rows of a 低保 certificate (of a home where it has no number); of anything else the row itself."""
    if row.programme != rules.DIBAO:
        return [row]
    same = E.certificate == row.certificate if row.certificate else and_(
        col(E.certificate) == "", col(E.household_id) == row.household_id
    )  # fmt: skip
    query = select(E).where(col(E.programme) == rules.DIBAO, same, col(E.removed_at).is_(None)).order_by(col(E.id))
    return list(session.scalars(query))


def died_on(session: Session, person: Person) -> date | None:
    """The earliest death told of somebody, by the register or by any list."""
    told = session.scalar(select(func.min(Death.died_on)).where(col(Death.person_id) == person.id))
    return min((day for day in (person.died_on, told) if day), default=None)


def past_of(session: Session, enrolment_id: str) -> list[EnrolmentChange]:
    """What an enrolment was before, the earliest change first."""
    query = select(EnrolmentChange).where(col(EnrolmentChange.enrolment_id) == enrolment_id)
    return list(session.scalars(query.order_by(col(EnrolmentChange.month), col(EnrolmentChange.id))))


def payments(session: Session, person_id: str, of_home: Sequence[str], limit: int, offset: int) -> list[Payment]:
    """Payments to a person, and of 低保 those to the others of the certificate (`of_home`), the latest first."""
    shared = and_(col(Payment.person_id).in_(list(of_home)), col(Payment.programme) == rules.DIBAO)
    query = select(Payment).where(or_(col(Payment.person_id) == person_id, shared) if of_home else
                                  col(Payment.person_id) == person_id)  # fmt: skip
    query = query.order_by(col(Payment.period).desc(), col(Payment.programme), col(Payment.number), col(Payment.id))
    return list(session.scalars(query.offset(offset).limit(limit)))


def people_of(session: Session, household_id: str) -> list[Person]:
    """Who lives in a home or lived there."""
    query = select(P).where(col(P.household_id) == household_id, col(P.removed_at).is_(None))
    return list(session.scalars(query.order_by(col(P.is_head).desc(), col(P.born_on), col(P.id))))


def history(session: Session, enrolment_ids: Sequence[str], limit: int = 50) -> Sequence[Row[Any]]:
    """What was done to these enrolments and by whom, the latest first."""
    query = (
        select(AuditEntry, User.name).outerjoin(User, col(User.id) == AuditEntry.actor_id)
        .where(col(AuditEntry.subject_type) == "enrolment", col(AuditEntry.subject_id).in_(list(enrolment_ids)))
        .order_by(col(AuditEntry.id).desc()).limit(limit)
    )  # fmt: skip
    return session.execute(query).all()
