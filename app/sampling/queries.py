"""Reading what can be drawn, what was drawn, and what became of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import Session

from app.accounts.queries import below, in_scope
from app.accounts.schemas import Actor
from app.benefits import standing_service
from app.households.register_service import chunks
from app.sampling import rules
from app.sampling.schemas import DrawIn, Unit
from models.accounts import Pairing, User, UserArea
from models.benefits import Enrolment
from models.findings import Application, Finding
from models.households import Household, Person
from models.reviews import Review
from models.sampling import Sample, SampleEvent, SampleItem
from models.visits import Task, Visit

VISITORS = ("section", "supervisor")
"""Roles that are sent: they carry no phone that has shown them what was found before."""


def units(session: Session, wish: DrawIn) -> list[Unit]:
    """All that can be drawn: homes for 低保 (one certificate is one unit), people for every other programme."""
    table = Enrolment
    query = (
        select(table.household_id, table.person_id, table.amount_fen)  # type: ignore[call-overload]
        .join(Person, Person.id == table.person_id)
        .join(Household, Household.id == table.household_id)
        .where(table.programme == wish.programme,
               Person.removed_at.is_(None), Household.removed_at.is_(None), below(Household.division, wish.area))  # type: ignore[union-attr]
        .order_by(table.is_holder.desc(), table.person_id)  # type: ignore[attr-defined]
    )  # fmt: skip
    query = query.where(*standing_service.in_force(wish.to_month))
    if wish.which == rules.NEW:
        query = query.where(table.from_month >= wish.from_month)
    if wish.which in rules.WHOLE:
        query = query.where(or_(Household.code.in_(wish.codes), *_known(wish)))  # type: ignore[attr-defined]
    found: dict[str, Unit] = {}
    for home_id, person_id, amount in session.execute(query):
        if wish.programme == "dibao":
            found.setdefault(home_id, Unit(home_id, home_id, None, amount))
        else:
            found.setdefault(person_id, Unit(person_id, home_id, person_id, amount))
    return list(found.values())


def _known(wish: DrawIn) -> list[Any]:
    """Homes of which a rule says that a relative of an official is not on record (R21)."""
    if wish.which != rules.RELATIVES:
        return []
    return [Household.id.in_(select(Finding.household_id).where(Finding.rule == "R21"))]  # type: ignore[call-overload, attr-defined]


def unknown_codes(session: Session, wish: DrawIn) -> list[str]:
    """户编号 that no home of the area has."""
    known: set[str] = set()
    for part in chunks(wish.codes):
        query = select(Household.code).where(Household.code.in_(part), below(Household.division, wish.area))  # type: ignore[attr-defined, call-overload]
        known.update(session.scalars(query))
    return [one for one in wish.codes if one not in known]


def handled(session: Session, household_ids: Sequence[str]) -> dict[str, set[str]]:
    """Accounts that had to do with a home: visited it, reviewed a visit, are paired with it, settled a finding."""
    found: dict[str, set[str]] = defaultdict(set)
    sources: tuple[tuple[Any, Any], ...] = (
        (Visit.household_id, Visit.author_id), (Review.household_id, Review.reviewer_id),
        (Pairing.household_id, Pairing.user_id), (Application.household_id, Application.author_id),
        (Finding.household_id, Finding.closed_by),
    )  # fmt: skip
    for home, who in sources:
        for part in chunks(household_ids):
            for home_id, user_id in session.execute(select(home, who).where(home.in_(part), who.is_not(None))):
                found[home_id].add(user_id)
    return found


def visitors(session: Session, area: str) -> list[tuple[str, str]]:
    """(id, name) of the accounts that may be sent into an area."""
    above = [area[:length] for length in (6, 9, 12) if length <= len(area)]
    query = (
        select(User.id, User.name)  # type: ignore[call-overload]
        .join(UserArea, UserArea.user_id == User.id)
        .where(User.role.in_(VISITORS), User.disabled_at.is_(None), UserArea.division.in_(above))  # type: ignore[attr-defined, union-attr]
        .distinct()
        .order_by(User.name, User.id)
    )
    return [(key, name) for key, name in session.execute(query)]


def names(session: Session, user_ids: Iterable[str | None]) -> dict[str, str]:
    """Names of accounts."""
    query = select(User.id, User.name)  # type: ignore[call-overload]
    wanted = sorted({one for one in user_ids if one})
    return {key: name for part in chunks(wanted) for key, name in session.execute(query.where(User.id.in_(part)))}  # type: ignore[attr-defined]


def people(session: Session, household_ids: Sequence[str]) -> dict[str, list[Person]]:
    """Who lives at these homes."""
    found: dict[str, list[Person]] = defaultdict(list)
    for part in chunks(household_ids):
        query = select(Person).where(
            Person.household_id.in_(part), Person.removed_at.is_(None), Person.died_on.is_(None)  # type: ignore[attr-defined, union-attr]
        )
        for row in session.scalars(query.order_by(Person.id)):
            found[row.household_id].append(row)
    return found


def homes(session: Session, household_ids: Iterable[str]) -> dict[str, Household]:
    """These homes; the sample has held them to a scope."""
    found: dict[str, Household] = {}
    for part in chunks(sorted(set(household_ids))):
        rows = session.scalars(select(Household).where(Household.id.in_(part)))  # type: ignore[attr-defined]
        found |= {row.id: row for row in rows}
    return found


def drawn_before(session: Session, once: str) -> Sample | None:
    """The sample of the same list, if it was drawn."""
    return session.scalars(select(Sample).where(Sample.once == once)).first()


def scope(actor: Actor, on: Any) -> Any:
    """Samples of the actor's area."""
    return in_scope(actor, on, Sample.division)


def samples(session: Session, actor: Actor, on: Any, limit: int, offset: int) -> list[Sample]:
    """The draws of an area, the latest first; without their frames."""
    query = select(Sample).where(scope(actor, on)).order_by(Sample.drawn_at.desc(), Sample.id)  # type: ignore[attr-defined]
    return list(session.scalars(query.limit(limit).offset(offset)))


def sample(session: Session, actor: Actor, sample_id: str, on: Any) -> Sample | None:
    """One draw of the actor's area."""
    return session.scalars(select(Sample).where(Sample.id == sample_id, scope(actor, on))).first()


def item(session: Session, actor: Actor, item_id: str, on: Any) -> tuple[SampleItem, Sample] | None:
    """One drawn home of the actor's area."""
    query = select(SampleItem, Sample).join(Sample, Sample.id == SampleItem.sample_id)  # type: ignore[arg-type]
    found = session.execute(query.where(SampleItem.id == item_id, scope(actor, on))).first()
    return (found[0], found[1]) if found else None


def items(session: Session, sample_id: str, limit: int | None = None, offset: int = 0) -> list[SampleItem]:
    """The homes of a draw in their order."""
    query = select(SampleItem).where(SampleItem.sample_id == sample_id).order_by(SampleItem.position).offset(offset)  # type: ignore[arg-type]
    return list(session.scalars(query.limit(limit) if limit else query))


def outcomes(session: Session, sample_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """How often each outcome stands, by sample; of several judgements of a home the last counts."""
    last = (
        select(SampleEvent.item_id, func.max(SampleEvent.id).label("id"))  # type: ignore[call-overload]
        .where(SampleEvent.what == "judged")
        .group_by(SampleEvent.item_id)
        .subquery()
    )
    query = (
        select(SampleItem.sample_id, SampleEvent.outcome, func.count())  # type: ignore[call-overload]
        .join(last, last.c.item_id == SampleItem.id)
        .join(SampleEvent, SampleEvent.id == last.c.id)
        .where(SampleItem.sample_id.in_(list(sample_ids)))  # type: ignore[attr-defined]
        .group_by(SampleItem.sample_id, SampleEvent.outcome)
    )
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for sample_id, outcome, number in session.execute(query):
        found[sample_id][outcome] = number
    return found


def events(session: Session, item_ids: Sequence[str]) -> dict[str, list[SampleEvent]]:
    """What happened to drawn homes, in its order."""
    found: dict[str, list[SampleEvent]] = defaultdict(list)
    for part in chunks(item_ids):
        query = select(SampleEvent).where(SampleEvent.item_id.in_(part))  # type: ignore[attr-defined]
        for row in session.scalars(query.order_by(SampleEvent.id)):
            found[row.item_id].append(row)
    return found


def given_to(session: Session, user_id: str) -> list[tuple[SampleItem, Sample]]:
    """Homes to which somebody was sent at some time, as long as they are work."""
    given = select(SampleEvent.item_id).where(SampleEvent.what == "given", SampleEvent.user_id == user_id)  # type: ignore[call-overload]
    query = (
        select(SampleItem, Sample)
        .join(Sample, Sample.id == SampleItem.sample_id)  # type: ignore[arg-type]
        .join(Task, Task.subject_id == SampleItem.id)  # type: ignore[arg-type]
        .where(SampleItem.id.in_(given), Task.kind == rules.RECHECK)  # type: ignore[attr-defined]
        .order_by(Task.due_on, SampleItem.id)  # type: ignore[arg-type]
    )
    return [(one, of) for one, of in session.execute(query)]


def task(session: Session, item_id: str) -> Task | None:
    """The work that a drawn home is."""
    return session.scalars(select(Task).where(Task.kind == rules.RECHECK, Task.subject_id == item_id)).first()


def tasks(session: Session, item_ids: Sequence[str]) -> dict[str, Task]:
    """The same of several."""
    found: dict[str, Task] = {}
    for part in chunks(item_ids):
        query = select(Task).where(Task.kind == rules.RECHECK, Task.subject_id.in_(part))  # type: ignore[attr-defined]
        found |= {row.subject_id: row for row in session.scalars(query)}
    return found
