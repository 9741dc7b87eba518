"""Lists and counts of findings, held to a scope in the statement itself."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session

from app.accounts.queries import has_pairings_today, in_scope
from app.accounts.rules import Role
from app.accounts.schemas import Actor
from app.benefits.standing_service import in_force
from app.findings.rules_list import RULES
from models.accounts import User
from models.benefits import Enrolment
from models.findings import Application, Finding, FindingEvent, FindingRun
from models.households import Household, Person
from models.pairing import Official

SEVERITIES = ("red", "orange", "yellow", "blue")


def codes_of(actor: Actor, programme: str = "") -> list[str]:
    """The rules whose findings an account sees: a county section its own programmes, everybody else all."""
    mine = set(actor.programmes) if actor.role == Role.SECTION and actor.programmes else None
    return [
        one.code for one in RULES
        if (mine is None or one.programme in mine or one.programme == "all") and programme in ("", one.programme)
    ]  # fmt: skip


def conditions(
    session: Session, actor: Actor, on: date, *, codes: Sequence[str], village: str = "", state: str = "open",
    but: Collection[str] = (),
) -> list[ColumnElement[bool]]:
    """What a list of findings is narrowed to, the actor's scope among it; `but` are homes that are left out."""
    paired = has_pairings_today(session, actor, on)
    found: list[Any] = [in_scope(actor, on, Finding.division, Finding.household_id if paired else None)]
    if len(codes) < len(RULES):
        found.append(Finding.rule.in_(list(codes)))  # type: ignore[attr-defined]
    if state:
        found.append(Finding.state == state)
    if but:
        found.append(or_(Finding.household_id.is_(None), Finding.household_id.not_in(list(but))))  # type: ignore[union-attr]
    if village:
        found.append(func.substr(Finding.division, 1, len(village)) == village)
    return found


def counts(session: Session, where: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    """How many of each severity."""
    rows = session.execute(select(Finding.severity, func.count()).where(*where).group_by(Finding.severity))  # type: ignore[call-overload]
    return {severity: number for severity, number in rows}


def page(
    session: Session, where: Sequence[ColumnElement[bool]], known: dict[str, int], offset: int, limit: int
) -> list[Finding]:
    """One page, the gravest first, of each severity the oldest first: one small statement for each severity on it."""
    ids: list[str] = []
    for severity in SEVERITIES:
        number = known.get(severity, 0)
        if offset >= number:
            offset -= number
            continue
        query = select(Finding.id).where(*where, Finding.severity == severity).order_by(Finding.id)  # type: ignore[call-overload]
        ids += session.scalars(query.offset(offset).limit(limit - len(ids)))
        offset = 0
        if len(ids) >= limit:
            break
    rows = {row.id: row for row in session.scalars(select(Finding).where(Finding.id.in_(ids)))}  # type: ignore[attr-defined]
    return [rows[key] for key in ids]


def names(session: Session, table: Any, ids: set[str]) -> dict[str, Any]:
    """Names of people, homes or officials by id; of people also their birthday."""
    if not ids:
        return {}
    columns = [table.id, table.name] + ([Person.born_on] if table is Person else [])
    return {row[0]: row[1:] for row in session.execute(select(*columns).where(table.id.in_(sorted(ids))))}


def people(session: Session, rows: Sequence[Finding]) -> dict[str, Any]:
    """Whom findings are about."""
    return names(session, Person, {row.person_id for row in rows if row.person_id})


def homes(session: Session, rows: Sequence[Finding]) -> dict[str, Any]:
    """At which homes."""
    return names(session, Household, {row.household_id for row in rows if row.household_id})


def officials(session: Session, rows: Sequence[Finding]) -> dict[str, Any]:
    """Which officials."""
    return names(session, Official, {row.subject_id for row in rows if row.subject_kind == "official"})


def events(session: Session, finding_id: str) -> list[tuple[FindingEvent, str | None]]:
    """What happened to a finding, with who did it."""
    query = (
        select(FindingEvent, User.name).join(User, User.id == FindingEvent.author_id, isouter=True)  # type: ignore[arg-type]
        .where(FindingEvent.finding_id == finding_id).order_by(FindingEvent.id.desc())  # type: ignore[attr-defined]
    )  # fmt: skip
    return [(row[0], row[1]) for row in session.execute(query)]


def application_of(session: Session, finding_id: str) -> Application | None:
    """The application begun out of a finding."""
    return session.scalars(select(Application).where(Application.finding_id == finding_id)).first()


def outcomes(session: Session) -> list[tuple[str, str, str | None, int]]:
    """(rule, state, how it was closed, how many) of all findings: what rules are tuned by."""
    query = select(Finding.rule, Finding.state, Finding.closed_how, func.count()).group_by(  # type: ignore[call-overload]
        Finding.rule, Finding.state, Finding.closed_how
    )
    return [tuple(row) for row in session.execute(query)]  # type: ignore[misc]


def by_place(session: Session, where: Sequence[ColumnElement[bool]], digits: int) -> list[tuple[str, str, int]]:
    """(township or village, severity, how many)."""
    town = func.substr(Finding.division, 1, digits)
    query = select(town, Finding.severity, func.count()).where(*where).group_by(town, Finding.severity)  # type: ignore[call-overload]
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def by_rule(session: Session, where: Sequence[ColumnElement[bool]]) -> list[tuple[str, str, int]]:
    """(rule, severity, how many)."""
    query = select(Finding.rule, Finding.severity, func.count()).where(*where)  # type: ignore[call-overload]
    return [(row[0], row[1], row[2]) for row in session.execute(query.group_by(Finding.rule, Finding.severity))]


def held(session: Session, actor: Actor, on: date) -> dict[str, int]:
    """How many people hold each programme now."""
    month = f"{on:%Y-%m}"
    query = (
        select(Enrolment.programme, func.count(func.distinct(Enrolment.person_id)))  # type: ignore[call-overload]
        .where(in_scope(actor, on, Enrolment.division, None), Enrolment.counted, *in_force(month))
        .group_by(Enrolment.programme)
    )  # fmt: skip
    return {programme: number for programme, number in session.execute(query)}


def found_by_day(session: Session, where: Sequence[ColumnElement[bool]]) -> list[tuple[date, int]]:
    """How many were found on each day."""
    query = select(Finding.found_on, func.count()).where(*where).group_by(Finding.found_on)  # type: ignore[call-overload]
    return [(row[0], row[1]) for row in session.execute(query)]


def closed_moments(session: Session, where: Sequence[ColumnElement[bool]]) -> list[Any]:
    """When findings were closed."""
    return list(session.scalars(select(Finding.closed_at).where(*where, Finding.closed_at.is_not(None))))  # type: ignore[call-overload, union-attr]


def last_run(session: Session) -> FindingRun | None:
    """The newest comparison of the whole county."""
    return session.scalars(select(FindingRun).where(FindingRun.whole).order_by(FindingRun.at.desc()).limit(1)).first()  # type: ignore[attr-defined]


def applications(session: Session, actor: Actor, on: date, limit: int) -> list[tuple[Application, str | None]]:
    """The newest applications begun in the actor's scope, with who began them."""
    query = (
        select(Application, User.name).join(User, User.id == Application.author_id, isouter=True)  # type: ignore[arg-type]
        .where(in_scope(actor, on, Application.division, Application.household_id), Application.state == "begun")
        .order_by(Application.id.desc()).limit(limit)  # type: ignore[attr-defined]
    )  # fmt: skip
    return [(row[0], row[1]) for row in session.execute(query)]
