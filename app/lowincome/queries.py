"""Reading homes by tier, homes that nobody has seen, and what is known of them; the tiers as conditions of a query."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlmodel import Session, col

from app.accounts.queries import below, in_scope
from app.accounts.schemas import Actor
from app.benefits import standing_service
from app.households.register_service import chunks
from app.lowincome import rules
from models.accounts import User
from models.benefits import Enrolment, Payment
from models.children import Child
from models.disability import DisabilityCertificate
from models.elders import Elder
from models.findings import Finding
from models.hardship import Hardship
from models.households import Household, Person, PersonTag
from models.pairing import Official, PairedHome
from models.visits import Issue, Task, Visit

HERE = (Person.removed_at.is_(None), Person.died_on.is_(None))  # type: ignore[union-attr]
"""Who lives at a home."""


def _in_force(month: str) -> ColumnElement[bool]:
    return and_(*standing_service.in_force(month))


def _open(on: date) -> ColumnElement[bool]:
    return and_(PersonTag.from_on <= on, or_(PersonTag.to_on.is_(None), PersonTag.to_on >= on))  # type: ignore[union-attr, operator, arg-type]


def _marked(on: date, tags: Sequence[str]) -> ColumnElement[bool]:
    marked = select(Person.household_id).join(PersonTag, PersonTag.person_id == Person.id)  # type: ignore[call-overload, arg-type]
    return col(Household.id).in_(marked.where(PersonTag.tag.in_(list(tags)), _open(on), *HERE))  # type: ignore[attr-defined]


def signals(on: date, policy: Mapping[str, Any]) -> dict[str, ColumnElement[bool]]:
    """What speaks for each tier, as a condition on `household`; the same as `rules.tier` says of one home."""
    drawing = (
        select(Person.household_id)  # type: ignore[call-overload]
        .join(Enrolment, Enrolment.person_id == Person.id)  # type: ignore[arg-type]
        .where(Enrolment.programme.in_(list(rules.PROGRAMMES)), Enrolment.counted,  # type: ignore[attr-defined]
               _in_force(on.isoformat()[:7]), *HERE)
    )  # fmt: skip
    found: dict[str, list[ColumnElement[bool]]] = defaultdict(list)
    found[rules.SUPPORT].append(col(Household.id).in_(drawing))
    for code, words in rules.TAGS.items():
        found[code].append(_marked(on, list(words)))
    for code, key in rules.ATTRIBUTES.items():
        # NULL would be neither in the list nor outside of it.
        found[code].append(func.coalesce(Household.attribute, "").in_(policy[key]))
    return {code: or_(*parts) for code, parts in found.items()}


def tier_of(on: date, policy: Mapping[str, Any]) -> Any:
    """The tier of a home as a column."""
    said = [(condition, code) for code, condition in _in_order(signals(on, policy))]
    return case(*said, else_=rules.GENERAL)


def _in_order(found: Mapping[str, ColumnElement[bool]]) -> list[tuple[str, ColumnElement[bool]]]:
    return [(code, found[code]) for code in rules.TIERS if code in found]


def homes(actor: Actor, on: date, village: str = "") -> Select[Any]:
    """Homes of the actor's scope."""
    query = select(Household).where(
        in_scope(actor, on, Household.division, Household.id), Household.removed_at.is_(None)  # type: ignore[union-attr]
    )
    return query.where(below(Household.division, village)) if village else query


def listed(
    actor: Actor, on: date, policy: Mapping[str, Any], *, text: str = "", village: str = "", only: str = "",
    hidden: Collection[str] = (),
) -> Select[Any]:  # fmt: skip
    """Homes of the low-income population (all but 一般), or of one tier, or near the line (`near`).

    Args:
        hidden: homes to which the reader is sent to look anew: that they are near the line is not told.
    """
    query, found = homes(actor, on, village), _in_order(signals(on, policy))
    if text:
        query = query.where(or_(col(Household.name).contains(text, autoescape=True), Household.code == text))  # type: ignore[arg-type]
    if only == "near":
        return query.where(col(Household.id).in_(_near(policy)), col(Household.id).not_in(sorted(hidden)))
    if only in rules.TIERS and only != rules.GENERAL:
        before = [condition for code, condition in found[: list(rules.TIERS).index(only)]]
        return query.where(dict(found)[only], *(~condition for condition in before))
    return query.where(or_(*(condition for _, condition in found)))


def _near(policy: Mapping[str, Any]) -> Select[Any]:
    return select(Finding.household_id).where(  # type: ignore[call-overload]
        Finding.state == "open", Finding.rule.in_(policy["lowincome.watch_rules"]), Finding.household_id.is_not(None)  # type: ignore[attr-defined, union-attr]
    )


def _register(table: Any, *conditions: Any) -> Select[Any]:
    return select(table.household_id).where(table.removed_at.is_(None), *conditions)


def _most() -> ColumnElement[bool]:
    """Homes with somebody who needs somebody most."""
    return or_(
        col(Household.id).in_(_register(Elder, Elder.tier == "high")),
        col(Household.id).in_(_register(Child, Child.risk == "red")),
        col(Household.id).in_(_register(Hardship, Hardship.support == "home")),
    )


def unseen(actor: Actor, on: date, policy: Mapping[str, Any], village: str = "") -> Select[Any]:
    """Homes with somebody in need where nobody has been for too long, those in most need first.

    Any contact counts: every valid visit, and what an imported ledger names.
    """
    since, found = rules.unseen_since(on, policy), signals(on, policy)
    query = homes(actor, on, village).where(
        or_(Household.last_visit_on.is_(None), Household.last_visit_on < since),  # type: ignore[union-attr, operator, arg-type]
        or_(*found.values(), *(col(Household.id).in_(_register(table)) for table in (Elder, Child, Hardship))),
        *(
            col(Household.id).not_in(select(table.household_id).where(table.listed_visit_on >= since))
            for table in (Elder, Child, Hardship, PairedHome)
        ),
    )
    needy = or_(*(found[code] for code in (rules.SUPPORT, rules.EDGE, rules.SPENDING)))
    order = case((_most(), rules.URGENT), (needy, rules.NEEDY), else_=rules.OTHER)
    last = func.coalesce(Household.last_visit_on, date(1900, 1, 1))
    return query.order_by(order, last, Household.division, Household.name, Household.id)


def page(session: Session, query: Select[Any], limit: int, offset: int) -> list[Household]:
    """A page of such homes, in the query's order."""
    return list(session.scalars(query.limit(limit).offset(offset)))


def by_village(query: Select[Any]) -> Select[Any]:
    """Village by village."""
    return query.order_by(Household.division, Household.name, Household.id)


def count(session: Session, query: Select[Any]) -> int:
    """How many such homes there are."""
    inner = query.with_only_columns(Household.id).order_by(None).subquery()  # type: ignore[call-overload]
    return session.scalar(select(func.count()).select_from(inner)) or 0


def counts(session: Session, actor: Actor, on: date, policy: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    """Homes by township and tier; 一般 is left out."""
    town, code = func.substr(Household.division, 1, 9).label("town"), tier_of(on, policy).label("tier")
    inner = listed(actor, on, policy).with_only_columns(town, code).subquery()  # type: ignore[call-overload]
    rows = session.execute(select(inner.c.town, inner.c.tier, func.count()).group_by(inner.c.town, inner.c.tier))
    return {(town, tier): number for town, tier, number in rows}


def near_counts(session: Session, actor: Actor, on: date, policy: Mapping[str, Any]) -> dict[str, int]:
    """Homes near the line, by township."""
    return _by_town(session, listed(actor, on, policy, only="near"))


def unseen_counts(session: Session, actor: Actor, on: date, policy: Mapping[str, Any]) -> dict[str, int]:
    """Homes that nobody has seen for too long, by township."""
    return _by_town(session, unseen(actor, on, policy))


def _by_town(session: Session, query: Select[Any]) -> dict[str, int]:
    inner = query.with_only_columns(func.substr(Household.division, 1, 9).label("town")).order_by(None).subquery()  # type: ignore[call-overload]
    rows = session.execute(select(inner.c.town, func.count()).group_by(inner.c.town))
    return {town: number for town, number in rows}


def people(session: Session, household_ids: Sequence[str]) -> dict[str, list[Person]]:
    """Who lives at these homes, the head first."""
    found: dict[str, list[Person]] = defaultdict(list)
    for part in chunks(household_ids):
        query = select(Person).where(Person.household_id.in_(part), *HERE)  # type: ignore[attr-defined]
        for row in session.scalars(query.order_by(Person.is_head.desc(), Person.born_on, Person.id)):  # type: ignore[attr-defined, arg-type]
            found[row.household_id].append(row)
    return found


def enrolments(session: Session, person_ids: Sequence[str], month: str) -> list[Enrolment]:
    """What these people hold in a month."""
    found: list[Enrolment] = []
    for part in chunks(person_ids):
        query = select(Enrolment).where(Enrolment.person_id.in_(part), Enrolment.counted, _in_force(month))  # type: ignore[attr-defined]
        found += session.scalars(query.order_by(Enrolment.programme, Enrolment.from_month))
    return found


def last_payments(session: Session, person_ids: Sequence[str]) -> dict[tuple[str, str], Payment]:
    """The latest payment of each programme to each of these people."""
    found: dict[tuple[str, str], Payment] = {}
    query = select(Payment).where(Payment.person_id.in_(list(person_ids)))  # type: ignore[attr-defined]
    for row in session.scalars(query.order_by(Payment.period, Payment.number)):
        found[row.person_id, row.programme] = row
    return found


def findings(session: Session, household_ids: Sequence[str]) -> dict[str, list[Finding]]:
    """Open findings about these homes."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for part in chunks(household_ids):
        query = select(Finding).where(Finding.household_id.in_(part), Finding.state == "open")  # type: ignore[union-attr]
        for row in session.scalars(query.order_by(Finding.due_on, Finding.rule, Finding.id)):  # type: ignore[arg-type]
            found[row.household_id or ""].append(row)
    return found


def issues(session: Session, household_id: str) -> list[Issue]:
    """Troubles at a home that are not solved, urgent ones first."""
    query = select(Issue).where(Issue.household_id == household_id, Issue.state == "open")
    return list(session.scalars(query.order_by(Issue.urgent.desc(), Issue.created_at)))  # type: ignore[attr-defined, arg-type]


def tasks(session: Session, household_id: str) -> list[Task]:
    """What is due at a home; work that came of a finding is told there."""
    query = select(Task).where(Task.household_id == household_id, Task.kind.not_in(["finding", "recheck"]))  # type: ignore[attr-defined]
    return list(session.scalars(query.order_by(Task.due_on, Task.id)))  # type: ignore[arg-type]


def visits(session: Session, household_id: str, limit: int) -> list[tuple[Visit, str]]:
    """The last visits that count, each with its author's name."""
    query = (
        select(Visit, User.name)
        .join(User, User.id == Visit.author_id)  # type: ignore[arg-type]
        .where(Visit.household_id == household_id, Visit.state == "stored")
        .order_by(Visit.started_at.desc())  # type: ignore[attr-defined]
        .limit(limit)
    )
    return [(visit, name) for visit, name in session.execute(query)]


def registers(session: Session, household_ids: Sequence[str]) -> dict[str, list[tuple[str, Any]]]:
    """(register, row) of everybody at these homes who is in one."""
    found: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    tables = {"elder": Elder, "child": Child, "hardship": Hardship, "disability": DisabilityCertificate}
    for part in chunks(household_ids):
        for name, table in tables.items():
            query: Any = select(table).where(table.household_id.in_(part), table.removed_at.is_(None))  # type: ignore[attr-defined]
            for row in session.scalars(query.order_by(table.id)):  # type: ignore[attr-defined]
                found[row.household_id].append((name, row))
    return found


def officials(session: Session, household_ids: Sequence[str], on: date) -> dict[str, list[Official]]:
    """Who is responsible for these homes on a day."""
    found: dict[str, list[Official]] = defaultdict(list)
    for part in chunks(household_ids):
        rows = session.execute(
            select(PairedHome.household_id, Official)  # type: ignore[call-overload]
            .join(Official, Official.id == PairedHome.official_id)
            .where(PairedHome.household_id.in_(part),  # type: ignore[attr-defined]
                   or_(PairedHome.from_on.is_(None), PairedHome.from_on <= on),  # type: ignore[union-attr, operator]
                   or_(PairedHome.to_on.is_(None), PairedHome.to_on >= on))  # type: ignore[union-attr, operator]
            .order_by(PairedHome.id)
        )  # fmt: skip
        for home_id, official in rows:
            found[home_id].append(official)
    return found


def listed_visits(session: Session, household_ids: Sequence[str]) -> dict[str, date]:
    """The latest contact that an imported ledger names, by home."""
    found: dict[str, date] = {}
    for table in (Elder, Child, Hardship, PairedHome):
        for part in chunks(household_ids):
            latest = select(table.household_id, func.max(table.listed_visit_on)).group_by(table.household_id)  # type: ignore[call-overload]
            for home_id, on in session.execute(latest.where(table.household_id.in_(part))):  # type: ignore[attr-defined]
                if on is not None:
                    found[home_id] = max(on, found.get(home_id, on))
    return found
