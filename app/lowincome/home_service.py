"""One home's whole picture: who lives there, what they hold and need, what was found, who was there, who helps."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session

from app.accounts.schemas import Actor
from app.benefits import rules as benefits
from app.db import SHANGHAI
from app.divisions import service as divisions
from app.findings.rules import PROGRAMMES, SEVERITIES
from app.findings.service import BY_CODE
from app.households import looking_service
from app.households import office_service as households
from app.households import register_service as register
from app.households.words_service import day, yuan
from app.lowincome import queries, rules, service
from app.lowincome.schemas import BenefitLine, Line, WholeHome
from app.visits.need_service import step_in
from app.visits.office_service import MODES
from models.benefits import Enrolment, Payment
from models.findings import Finding
from models.households import Household, Person
from models.visits import Issue

VISITS = 10
"""So many of the last visits are told; the others stand in 走访记录."""
HOLDING = {"active": "在领", "easing": "渐退期"}
REGISTERS = {
    "elder": ("留守老人", "/office/elders/one?id="), "child": ("儿童", "/office/children/one?id="),
    "hardship": ("特困人员", "/office/hardship/one?id="), "disability": ("残疾人", "/office/disability/one?id="),
}  # fmt: skip


def whole_home(session: Session, actor: Actor, household_id: str) -> WholeHome:
    """Everything known of a home. What concerns a child shows once the child's record has been opened.

    Raises:
        NotAllowed: the role may not read registers, or is sent there to look anew.
        NotFound: there is no such home in the actor's scope.
    """
    service.allowed(actor)
    on = register.today()
    view = households.household_page(session, actor, household_id, on)
    home = session.get_one(Household, household_id)
    looking_service.require_sight(session, actor, home.id)
    people = queries.people(session, [home.id])
    living = people[home.id]
    closed = {one.id for one in view.people if one.closed}
    names = {one.id: one.name for one in living}
    tier = service.tiers_of(session, [home], people, on)[home.id]
    found = [one for one in queries.findings(session, [home.id])[home.id] if one.rule in BY_CODE]
    mine = [one for one in found if one.person_id not in closed]
    near = service.watched(mine, service.policy(session, on, home.division))
    seen = service.last_contact(home, queries.listed_visits(session, [home.id]).get(home.id))
    late = tier.code != rules.GENERAL and rules.unseen(seen, on, service.policy(session, on, home.division))
    return WholeHome(
        home.id, home.name, f"{divisions.place(session, home.division)} {home.group or ''}".strip(), home.code,
        tier.words, tier.reasons, [_finding(one, names) for one in near], view.people,
        _benefits(session, living, closed, on),
        [_trouble(one, names) for one in queries.issues(session, home.id) if one.person_id not in closed],
        [_finding(one, names) for one in mine if one not in near],
        [
            Line(one.why, "", f"{day(one.due_on)}前", alarm=one.urgent)
            for one in queries.tasks(session, home.id) if one.person_id not in closed
        ],
        [
            Line(day(visit.on), f"{MODES.get(visit.mode, visit.mode)}，{name}", "", f"/office/visits/one?id={visit.id}")
            for visit, name in queries.visits(session, home.id, VISITS)
        ],
        _registers(queries.registers(session, [home.id])[home.id], names, closed),
        [Line(one.name, one.unit or "") for one in queries.officials(session, [home.id], on)[home.id]],
        day(seen) or "还没有人去过", step_in(session, {home.id: home}, on)[home.id],
        f"{rules.unseen_words(seen, on)}，要有人去看看。" if late else "", bool(closed),
    )  # fmt: skip


def _trouble(one: Issue, names: Mapping[str, str]) -> Line:
    since = day(one.created_at.astimezone(SHANGHAI).date())
    return Line(one.text, names.get(one.person_id or "", ""), since, alarm=one.urgent)


def _finding(one: Finding, names: Mapping[str, str]) -> Line:
    rule = BY_CODE[one.rule]
    return Line(
        service.found_words(one, names), rule.todo, SEVERITIES.get(one.severity, ""),
        f"/office/findings/one?id={one.id}",
        alarm=one.severity == "red",
    )


def _benefits(session: Session, living: Sequence[Person], closed: set[str], on: date) -> list[BenefitLine]:
    shown = [one for one in living if one.id not in closed]
    names = {one.id: one.name for one in shown}
    paid, month = queries.last_payments(session, list(names)), benefits.month_of(on)
    return [
        _benefit(one, names[one.person_id], paid.get((one.person_id, one.programme)), month)
        for one in queries.enrolments(session, list(names), month)
    ]


def _benefit(one: Enrolment, name: str, paid: Payment | None, month: str) -> BenefitLine:
    last = ""
    if paid is not None:
        last = f"{paid.period} 发了 {yuan(paid.amount_fen)}" if paid.ok else f"{paid.period} 没发成"
    return BenefitLine(
        name, PROGRAMMES.get(one.programme, one.programme), f"{one.from_month} 起" if one.from_month else "",
        f"{yuan(one.amount_fen)}一个月" if one.amount_fen else "", HOLDING[benefits.state_in(one, month)], last,
    )  # fmt: skip


def _registers(rows: Sequence[tuple[str, Any]], names: Mapping[str, str], closed: set[str]) -> list[Line]:
    return [
        Line(names[row.person_id], REGISTERS[name][0], "", f"{REGISTERS[name][1]}{row.id}")
        for name, row in rows
        if row.person_id in names and (row.person_id not in closed or name == "child")
    ]
