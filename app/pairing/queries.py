"""Reading who helps whom, plans and measures."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, or_, select
from sqlmodel import Session, col

from app.accounts.queries import below, in_scope
from app.accounts.schemas import Actor
from app.households.register_service import chunks
from models.accounts import Pairing, User
from models.households import Household, Person
from models.pairing import Measure, Official, PairedHome, Plan
from models.visits import Visit

_HERE = (Household.division, Household.last_visit_id, Household.last_visit_on, Household.ledger)
NEVER = date(1949, 10, 1)
"""For comparing where a beginning is not known."""


def _of(table: Any, *more: Any) -> Any:
    """Rows of a table by id with where their home lies and when somebody was there."""
    query = select(table, *_HERE, *more).join(Household, Household.id == table.household_id)
    ids = table.id.in_(bindparam("ids", expanding=True))
    return query.where(ids, Household.removed_at.is_(None))  # type: ignore[union-attr]


_PAIRED = _of(PairedHome, Official).join(Official, Official.id == PairedHome.official_id)  # type: ignore[arg-type]
_PLANS, _MEASURES = _of(Plan), _of(Measure)


def paired_to_pull(session: Session, ids: Sequence[str]) -> Sequence[Row[Any]]:
    """Pairings by id, with the official."""
    return session.execute(_PAIRED, {"ids": list(ids)}).all()


def plans_to_pull(session: Session, ids: Sequence[str]) -> Sequence[Row[Any]]:
    """Plans by id."""
    return session.execute(_PLANS, {"ids": list(ids)}).all()


def measures_to_pull(session: Session, ids: Sequence[str]) -> Sequence[Row[Any]]:
    """Measures by id."""
    return session.execute(_MEASURES, {"ids": list(ids)}).all()


def ids_at(session: Session, household_ids: Iterable[str], table: Any) -> list[tuple[str, str, str]]:
    """(id, home, division) of the rows of a table about these homes."""
    return [
        (key, home, division)
        for part in chunks(household_ids)
        for key, home, division in session.execute(
            select(table.id, table.household_id, Household.division)
            .join(Household, Household.id == table.household_id)
            .where(table.household_id.in_(part))
        )
    ]


def known_measures(session: Session, ids: Sequence[str]) -> set[str]:
    """Which of these measures there are."""
    return set(session.scalars(select(Measure.id).where(Measure.id.in_(list(ids)))))  # type: ignore[call-overload, attr-defined]


def holds(on: date) -> ColumnElement[bool]:
    """That a pairing holds on a day."""
    began = or_(PairedHome.from_on.is_(None), PairedHome.from_on <= on)  # type: ignore[union-attr, operator]
    return and_(began, or_(PairedHome.to_on.is_(None), PairedHome.to_on >= on))  # type: ignore[union-attr, operator]


def home(session: Session, actor: Actor, household_id: str, on: date, *, looking: bool = False) -> Household | None:
    """One home of the actor's scope."""
    scope = in_scope(actor, on, Household.division, Household.id, looking=looking)
    query = select(Household).where(Household.id == household_id, Household.removed_at.is_(None), scope)  # type: ignore[union-attr, arg-type]
    return session.scalars(query).first()


def listed(
    actor: Actor, on: date, attributes: Sequence[str], *, text: str, village: str, only: str,
    rhythms: Sequence[tuple[str, int]], plan_year: int,
) -> Select[Any]:  # fmt: skip
    """Homes that somebody is or should be responsible for.

    Args:
        attributes: 户属性 that must have an official.
        only: `gap`, `due`, `no_plan`, `failing` or empty.
        rhythms: 户属性 and the days after which somebody must have come.
    """
    anybody = select(PairedHome.id).where(PairedHome.household_id == Household.id)  # type: ignore[call-overload]
    needs = Household.attribute.in_(list(attributes))  # type: ignore[union-attr]
    query = select(Household).where(
        in_scope(actor, on, Household.division, Household.id), Household.removed_at.is_(None),  # type: ignore[union-attr]
        or_(needs, anybody.exists()),
    )  # fmt: skip
    if village:
        query = query.where(below(Household.division, village))
    if text:
        query = query.where(or_(col(Household.name).contains(text, autoescape=True), Household.code == text))  # type: ignore[arg-type]
    if only == "gap":
        query = query.where(needs, ~anybody.where(holds(on)).exists())
    elif only == "due":
        query = query.where(or_(*(_late(attribute, days, on) for attribute, days in rhythms)))
    elif only == "no_plan":
        year = select(Plan.id).where(Plan.household_id == Household.id, Plan.year == plan_year)  # type: ignore[call-overload]
        query = query.where(needs, ~year.exists())
    elif only == "failing":
        items = ("food", "clothes", "schooling", "doctor", "housing", "water")
        said = [col(Household.ledger)[(f"household.{item}", "value")].as_string() == "bad" for item in items]
        query = query.where(or_(*said))
    return query


def _late(attribute: str, days: int, on: date) -> ColumnElement[bool]:
    last = Household.last_visit_on
    return and_(Household.attribute == attribute, or_(last.is_(None), last < on - timedelta(days=days)))  # type: ignore[union-attr, operator, arg-type]


def page(session: Session, query: Select[Any], limit: int, offset: int) -> list[Household]:
    """A page of such homes, village by village."""
    ordered = query.order_by(Household.division, Household.name, Household.id)
    return list(session.scalars(ordered.limit(limit).offset(offset)))


def count(session: Session, query: Select[Any]) -> int:
    """How many such homes there are."""
    inner = query.with_only_columns(Household.id).order_by(None).subquery()  # type: ignore[call-overload]
    return session.scalar(select(func.count()).select_from(inner)) or 0


def terms(session: Session, household_ids: Sequence[str]) -> dict[str, list[tuple[PairedHome, Official]]]:
    """Everybody's times with these homes, the latest first."""
    found: dict[str, list[tuple[PairedHome, Official]]] = {}
    for part in chunks(household_ids):
        rows = session.execute(
            select(PairedHome, Official)
            .join(Official, Official.id == PairedHome.official_id)  # type: ignore[arg-type]
            .where(PairedHome.household_id.in_(part))  # type: ignore[attr-defined]
        ).all()
        for row, official in sorted(rows, key=lambda one: (one[0].from_on or NEVER, one[0].id), reverse=True):
            found.setdefault(row.household_id, []).append((row, official))
    return found


def homes_of(session: Session, official_id: str, on: date | None = None) -> list[PairedHome]:
    """The pairings of an official: all, or those that hold on a day or later."""
    query = select(PairedHome).where(PairedHome.official_id == official_id)
    if on is not None:
        query = query.where(or_(PairedHome.to_on.is_(None), PairedHome.to_on >= on))  # type: ignore[union-attr, operator, arg-type]
    return list(session.scalars(query.order_by(PairedHome.id)))  # type: ignore[arg-type]


def loads(session: Session, official_ids: Sequence[str], on: date) -> Counter[str]:
    """How many homes each of these officials is responsible for."""
    found: Counter[str] = Counter()
    for part in chunks(official_ids):
        rows = session.execute(
            select(PairedHome.official_id, func.count())
            .where(PairedHome.official_id.in_(part), holds(on))  # type: ignore[attr-defined]
            .group_by(PairedHome.official_id)
        )
        found.update({key: number for key, number in rows})
    return found


def near(session: Session, township: str, on: date) -> list[tuple[Official, str, int]]:
    """Officials who help in a township: each with a village of theirs there and how many homes of it they help."""
    rows = session.execute(
        select(Official, Household.division, func.count())
        .join(PairedHome, PairedHome.official_id == Official.id)
        .join(Household, Household.id == PairedHome.household_id)  # type: ignore[arg-type]
        .where(holds(on), below(Household.division, township))
        .group_by(Official.id, Household.division)
        .order_by(Official.name, Official.id)
    )  # type: ignore[call-overload]
    return [(official, division, number) for official, division, number in rows]


def official(session: Session, official_id: str) -> Official | None:
    """An official by id."""
    return session.get(Official, official_id)


def officials(session: Session, actor: Actor, on: date, text: str) -> Select[Any]:
    """Officials who help or helped in the actor's area, and those who help nobody yet."""
    here = (
        select(PairedHome.official_id)
        .join(Household, Household.id == PairedHome.household_id)
        .where(in_scope(actor, on, Household.division, Household.id))
    )  # type: ignore[call-overload]
    anywhere = select(PairedHome.official_id)  # type: ignore[call-overload]
    query = select(Official).where(or_(Official.id.in_(here), ~Official.id.in_(anywhere)))  # type: ignore[attr-defined]
    if text:
        named = col(Official.name).contains(text, autoescape=True)
        query = query.where(or_(named, col(Official.unit).contains(text, autoescape=True)))
    return query


def official_page(session: Session, query: Select[Any], limit: int, offset: int) -> list[Official]:
    """A page of officials, by unit and name."""
    return list(session.scalars(query.order_by(Official.unit, Official.name, Official.id).limit(limit).offset(offset)))


def official_count(session: Session, query: Select[Any]) -> int:
    """How many officials there are."""
    return session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def scope_rows(session: Session, user_id: str) -> list[Pairing]:
    """The homes an account has been given, by `pairing`."""
    return list(session.scalars(select(Pairing).where(Pairing.user_id == user_id)))


def accounts(session: Session, user_ids: Iterable[str | None]) -> dict[str, User]:
    """Accounts by id."""
    wanted = {one for one in user_ids if one}
    return {row.id: row for row in session.scalars(select(User).where(User.id.in_(wanted)))}  # type: ignore[attr-defined]


def plans(session: Session, household_ids: Sequence[str], year: int) -> dict[str, Plan]:
    """The plan of a year, by home."""
    found: dict[str, Plan] = {}
    for part in chunks(household_ids):
        rows = session.scalars(select(Plan).where(Plan.household_id.in_(part), Plan.year == year))  # type: ignore[attr-defined, arg-type]
        found.update({row.household_id: row for row in rows})
    return found


def measures(session: Session, household_ids: Sequence[str]) -> dict[str, list[Measure]]:
    """The measures of these homes, by home."""
    found: dict[str, list[Measure]] = {}
    for part in chunks(household_ids):
        rows = session.scalars(select(Measure).where(Measure.household_id.in_(part)).order_by(Measure.id))  # type: ignore[attr-defined]
        for row in rows:
            found.setdefault(row.household_id, []).append(row)
    return found


def people(session: Session, household_ids: Sequence[str]) -> dict[str, list[Person]]:
    """Who lives in these homes, the head first."""
    found: dict[str, list[Person]] = {}
    for part in chunks(household_ids):
        rows = session.scalars(
            select(Person)
            .where(Person.household_id.in_(part), Person.removed_at.is_(None), Person.died_on.is_(None))  # type: ignore[attr-defined, union-attr]
            .order_by(Person.is_head.desc(), Person.born_on, Person.id)  # type: ignore[attr-defined]
        )
        for row in rows:
            found.setdefault(row.household_id, []).append(row)
    return found


def contacts(session: Session, household_id: str, limit: int = 30) -> list[tuple[Visit, str]]:
    """Visits and contacts of a home that stand, with who came, the latest first."""
    rows = session.execute(
        select(Visit, User.name)
        .join(User, User.id == Visit.author_id)  # type: ignore[arg-type]
        .where(Visit.household_id == household_id, Visit.state == "stored")
        .order_by(Visit.started_at.desc())  # type: ignore[attr-defined]
        .limit(limit)
    )
    return [(row, name) for row, name in rows]


def official_of(session: Session, user_id: str, but: str) -> Official | None:
    """Another official to whom an account belongs."""
    return session.scalars(select(Official).where(Official.user_id == user_id, Official.id != but)).first()


def linked(session: Session) -> list[Official]:
    """The officials who have an account."""
    return list(session.scalars(select(Official).where(Official.user_id.is_not(None))))  # type: ignore[union-attr]
