"""Where the rows of each ledger come from: keys in the official order first, then the rows in slices.

Keys are small, so that the order and the number of rows are known while memory stays flat; every query is held to the
reader's scope.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlmodel import Session

from app.accounts.queries import below, in_scope
from app.accounts.schemas import Actor
from models.accounts import User
from models.agreements import Agreement, Inspection
from models.benefits import Enrolment, Payment, PettyEntry
from models.casework import PublicNotice
from models.children import Child, ChildCase
from models.disability import CareService, DisabilityCertificate
from models.elders import Elder
from models.findings import Finding
from models.hardship import Hardship, InsuranceClaim
from models.households import Contact, Household, Person
from models.pairing import Official, PairedHome
from models.visits import Issue, Visit

SLICE = 1000
_KEPT_BACK = frozenset({"details", "import_id", "created_at", "updated_at", "removed_at", "version", "answers"})
_PERSON = tuple(
    column.label(f"p_{column.name}")
    for column in (Person.id, Person.name, Person.sex, Person.born_on, Person.id_number, Person.phone, Person.ledger,
                   Person.living)  # type: ignore[attr-defined]
)  # fmt: skip
_HOME = tuple(
    column.label(f"h_{column.name}")
    for column in (Household.code, Household.name, Household.group, Household.division, Household.attribute,
                   Household.last_visit_id, Household.last_visit_on)  # type: ignore[attr-defined, union-attr]
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """What a ledger is read from.

    Args:
        rows: all columns, joined; without conditions.
        key: the column by which a row is found again.
        standing: which rows count.
        order: after the place, what comes first.
        division, household: the columns that tell where a row lies; a petty fund belongs to no home.
        person: the label of the person whose contacts, agreements … stand beside, or empty.
    """

    rows: Select[Any]
    key: Any
    standing: tuple[ColumnElement[bool], ...]
    order: tuple[Any, ...]
    division: Any
    household: Any = None
    person: str = "p_id"


def _own(table: Any, *without: str) -> list[Any]:
    """The columns of a table that are told, under their own names."""
    return [one for one in table.__table__.c if one.name not in _KEPT_BACK | set(without) and "index" not in one.name]


def _of_people(table: Any, *more: Any, order: Sequence[Any] = (), without: Sequence[str] = ()) -> Source:
    rows = (
        select(*_own(table, *without), *_PERSON, *_HOME)
        .select_from(table)
        .join(Person, Person.id == table.person_id)
        .join(Household, Household.id == Person.household_id)
    )
    gone = (table.removed_at.is_(None),) if hasattr(table, "removed_at") else ()
    standing = (*gone, Person.removed_at.is_(None), Household.removed_at.is_(None), *more)  # type: ignore[union-attr]
    order = (Household.code, *(order or (Person.born_on,)), table.id)
    return Source(rows, table.id, standing, order, Household.division, Household.id)


def _of_homes(table: Any, *more: Any, columns: Sequence[Any] = (), order: Sequence[Any] = ()) -> Source:
    rows = select(*_own(table), *columns, *_HOME).select_from(table).join(Household, Household.id == table.household_id)
    return Source(rows, table.id, tuple(more), (*order, table.id), Household.division, Household.id, person="")


def _pairing() -> Source:
    base = _of_homes(
        PairedHome, Household.removed_at.is_(None),  # type: ignore[union-attr]
        columns=[Official.name.label("cadre"), Official.unit.label("unit"), Official.phone.label("cadre_phone"),  # type: ignore[attr-defined, union-attr]
                 Household.ledger.label("h_ledger")],  # type: ignore[attr-defined]
        order=(Household.code, PairedHome.from_on),
    )  # fmt: skip
    joined = base.rows.join(Official, Official.id == PairedHome.official_id)  # type: ignore[arg-type]
    return Source(joined, base.key, base.standing, base.order, base.division, base.household, person="")


def _with_author(base: Source, author: Any, *more: Any) -> Source:
    rows = base.rows.add_columns(User.name.label("author"), *more).outerjoin(User, User.id == author)  # type: ignore[attr-defined]
    return Source(rows, base.key, base.standing, base.order, base.division, base.household, base.person)


def _finding() -> Source:
    rows = (
        select(*_own(Finding, "facts"), Person.name.label("p_name"), *_HOME)  # type: ignore[attr-defined]
        .select_from(Finding)
        .outerjoin(Person, Person.id == Finding.person_id)
        .outerjoin(Household, Household.id == Finding.household_id)
    )
    order = (Finding.rule, Finding.found_on, Finding.id)
    return Source(rows, Finding.id, (), order, Finding.division, Finding.household_id, person="")


def _petty() -> Source:
    rows = select(*_own(PettyEntry), PettyEntry.details, Person.name.label("p_name"))  # type: ignore[attr-defined]
    rows = rows.select_from(PettyEntry).outerjoin(Person, Person.id == PettyEntry.person_id)
    order = (PettyEntry.on, PettyEntry.position, PettyEntry.id)
    return Source(rows, PettyEntry.id, (), order, PettyEntry.division, person="")


def _reports() -> Source:
    told = ("id", "division", "household_id", "stage", "situation", "urgent", "report", "reported_at", "due_at",
            "closed_at")  # fmt: skip
    rows = (
        select(*[ChildCase.__table__.c[name] for name in told], User.name.label("author"), Household.code.label("code"))  # type: ignore[attr-defined]
        .select_from(ChildCase)
        .outerjoin(User, User.id == ChildCase.author_id)
        .outerjoin(Household, Household.id == ChildCase.household_id)
    )
    open_to_its_area = (ChildCase.restricted.is_(False),)  # type: ignore[attr-defined]
    order = (ChildCase.reported_at, ChildCase.id)
    return Source(rows, ChildCase.id, open_to_its_area, order, ChildCase.division, ChildCase.household_id, person="")


def _notices() -> Source:
    rows = select(*_own(PublicNotice), User.name.label("author")).select_from(PublicNotice)  # type: ignore[attr-defined]
    rows = rows.outerjoin(User, User.id == PublicNotice.author_id)  # type: ignore[arg-type]
    order = (PublicNotice.from_on, PublicNotice.id)
    return Source(rows, PublicNotice.id, (), order, PublicNotice.division, PublicNotice.household_id, person="")


SOURCES: dict[str, Source] = {
    "elders": _of_people(Elder),
    "children": _of_people(Child, without=("wish",)),
    "hardship": _of_people(Hardship),
    "disability": _of_people(DisabilityCertificate),
    "pairing": _pairing(),
    "contacts": _with_author(_of_people(Contact, order=(Contact.person_id, Contact.kind, Contact.rank)),
                             Contact.confirmed_by),
    "agreements": _of_people(Agreement, order=(Agreement.kind, Agreement.from_on)),
    "enrolments": _of_people(Enrolment, order=(Enrolment.programme, Enrolment.from_month)),
    "payments": _of_people(Payment, order=(Payment.programme, Payment.number)),
    "visits": _with_author(
        _of_homes(Visit, Visit.state.in_(("stored", "replaced")), order=(Visit.on,)),  # type: ignore[attr-defined]
        Visit.author_id,
        select(func.count()).select_from(Issue).where(Issue.visit_id == Visit.id).scalar_subquery().label("issues"),
    ),
    "issues": _with_author(
        _of_homes(Issue, Issue.state != "replaced", order=(Issue.created_at,)), Issue.author_id,
        Issue.created_at.label("at"),  # type: ignore[attr-defined]
        select(Person.name).where(Person.id == Issue.person_id).scalar_subquery().label("whom"),
        select(Person.born_on).where(Person.id == Issue.person_id).scalar_subquery().label("whom_born"),
    ),
    "findings": _finding(),
    "claims": _of_people(InsuranceClaim, order=(InsuranceClaim.in_on,)),
    "petty": _petty(),
    "reports": _reports(),
    "notices": _notices(),
}  # fmt: skip


def _held(source: Source, actor: Actor, on: date, area: str, more: Sequence[ColumnElement[bool]]) -> list[Any]:
    found = [*source.standing, *more, in_scope(actor, on, source.division, source.household)]
    return [*found, below(source.division, area)] if area else found


def _of_period(name: str, period: str, programme: str, on: date) -> list[ColumnElement[bool]]:
    if name == "payments":
        return [Payment.period == period, *([Payment.programme == programme] if programme else [])]  # type: ignore[list-item]
    if name == "enrolments" and programme:
        return [Enrolment.programme == programme]  # type: ignore[list-item]
    if name == "agreements" and programme:
        return [Agreement.kind == programme]  # type: ignore[list-item]
    if name in ("visits", "issues") and period:
        first = date(int(period[:4]), int(period[5:7]), 1)
        after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        if name == "visits":
            return [and_(Visit.on >= first, Visit.on < after)]  # type: ignore[arg-type]
        return [Issue.visit_id.in_(select(Visit.id).where(Visit.on >= first, Visit.on < after))]  # type: ignore[attr-defined, union-attr]
    return []


def keys(
    session: Session, name: str, actor: Actor, on: date, *, area: str = "", period: str = "", programme: str = "",
    most: int,
) -> list[str]:  # fmt: skip
    """The keys of a ledger's rows, place by place, in the official order; one more than `most` where there are more."""
    source = SOURCES[name]
    where = _held(source, actor, on, area, _of_period(name, period, programme, on))
    query = source.rows.with_only_columns(source.key, maintain_column_froms=True).where(*where)
    return list(session.scalars(query.order_by(source.division, *source.order).limit(most + 1)))


def slices(session: Session, name: str, found: Sequence[str]) -> Iterator[list[Row[Any]]]:
    """The rows of these keys in their order, a slice at a time."""
    source = SOURCES[name]
    for start in range(0, len(found), SLICE):
        part = found[start : start + SLICE]
        rows = {row.id: row for row in session.execute(source.rows.where(source.key.in_(part)))}
        yield [rows[key] for key in part if key in rows]


def counted(session: Session, name: str, actor: Actor, on: date, length: int) -> list[tuple[str, int]]:
    """How many rows a ledger has by township or village: all that some roles get to see."""
    source = SOURCES[name]
    place = func.substr(source.division, 1, length).label("place")
    query = source.rows.with_only_columns(place, func.count(), maintain_column_froms=True)
    query = query.where(*_held(source, actor, on, "", ())).group_by(place).order_by(place)
    return [(code, number) for code, number in session.execute(query)]


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + SLICE] for start in range(0, len(ids), SLICE))


def contacts_of(session: Session, ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """Whom to call, by person."""
    found: dict[str, list[Row[Any]]] = {}
    columns = _own(Contact)
    for part in _parts(ids):
        for row in session.execute(select(*columns).where(Contact.person_id.in_(part))):  # type: ignore[attr-defined]
            found.setdefault(row.person_id, []).append(row)
    return found


def agreements_of(session: Session, ids: Sequence[str], kind: str) -> dict[str, Row[Any]]:
    """The latest agreement of a kind, by person."""
    found: dict[str, Row[Any]] = {}
    for part in _parts(ids):
        query = select(*_own(Agreement, "parties", "terms")).where(
            Agreement.person_id.in_(part), Agreement.kind == kind, Agreement.removed_at.is_(None),  # type: ignore[attr-defined, union-attr, arg-type]
        )  # fmt: skip
        for row in session.execute(query.order_by(Agreement.from_on, Agreement.id)):  # type: ignore[arg-type]
            found[row.person_id] = row
    return found


def enrolments_of(session: Session, ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """What people draw or drew, by person."""
    found: dict[str, list[Row[Any]]] = {}
    columns = _own(Enrolment, "account")
    for part in _parts(ids):
        query = select(*columns).where(Enrolment.person_id.in_(part), Enrolment.removed_at.is_(None))  # type: ignore[attr-defined, union-attr]
        for row in session.execute(query):
            found.setdefault(row.person_id, []).append(row)
    return found


def services_of(session: Session, ids: Sequence[str], on: date) -> dict[str, str]:
    """The care service that runs, by person: its mode."""
    found: dict[str, str] = {}
    for part in _parts(ids):
        query = select(CareService.person_id, CareService.mode).where(  # type: ignore[call-overload]
            CareService.person_id.in_(part), CareService.from_on <= on,  # type: ignore[attr-defined]
            or_(CareService.to_on.is_(None), CareService.to_on >= on),  # type: ignore[union-attr, operator]
        )  # fmt: skip
        found |= {person: mode for person, mode in session.execute(query)}
    return found


def modes_of(session: Session, visit_ids: Sequence[str]) -> dict[str, str]:
    """The mode of visits, by id."""
    found: dict[str, str] = {}
    for part in _parts(visit_ids):
        query = select(Visit.id, Visit.mode).where(Visit.id.in_(part))  # type: ignore[call-overload, attr-defined]
        found |= {key: mode for key, mode in session.execute(query)}
    return found


def looks_of(session: Session, agreement_ids: Sequence[str]) -> dict[str, tuple[date, str]]:
    """The latest inspection, by agreement."""
    found: dict[str, tuple[date, str]] = {}
    for part in _parts(agreement_ids):
        query = select(Inspection.agreement_id, Inspection.on, Inspection.result).where(  # type: ignore[call-overload]
            Inspection.agreement_id.in_(part)  # type: ignore[attr-defined]
        )
        for key, day, result in session.execute(query.order_by(Inspection.on)):
            found[key] = (day, result)
    return found


