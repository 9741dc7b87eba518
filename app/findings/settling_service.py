"""Findings that people close: 已纠正, 核实无误 (why, and what shows it), 误报; and applications begun out of gaps."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app.accounts.queries import in_scope
from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import SHANGHAI, new_id, utcnow
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.feed.service import Change, publish
from app.findings import task_service
from app.findings.list_queries import codes_of
from app.findings.rules_list import BY_CODE
from app.findings.rules_words import needs_reason
from app.findings.settling_schemas import FindingSettle
from app.sync.schemas import ORPHANED, STORED, Batch, CommandKind, Outcome, Work, one_by_one
from app.visits.service import in_area, paired
from models.benefits import Enrolment
from models.disability import DisabilityCertificate
from models.findings import Application, Finding, FindingEvent
from models.households import Household, Person

APPLY_FOR = {
    "R09": "old_allowance", "R11": "disability_care", "R12": "disability_living", "R15": "dibao", "R16": "dibao",
    "R25": "unsupported",
}  # fmt: skip
"""Rules that say somebody lacks something, and what that is."""


def in_reach(session: Session, actor: Actor, finding_id: str) -> Finding:
    """A finding in the actor's scope and programmes.

    Raises:
        NotFound: there is none.
    """
    on = utcnow().astimezone(SHANGHAI).date()
    scope = in_scope(actor, on, Finding.division, Finding.household_id)
    row = session.scalars(select(Finding).where(Finding.id == finding_id, scope)).first()
    if row is None or row.rule not in codes_of(actor):
        raise NotFound("没有这条发现，可能已经办完了，或是别的股室的。")
    return row


def close(
    session: Session, actor: Actor, finding_ids: Sequence[str], how: str, reason: str, evidence: str = ""
) -> int:
    """Close findings that are open; returns how many. One that is closed already is left as it is.

    Raises:
        NotAllowed: the actor may not write registers.
        BadInput: no such way, no reason, or nothing that shows that all is in order.
        NotFound: one of them is not in the actor's scope.
    """
    if not actor.may(Permission.REGISTERS_WRITE):
        raise NotAllowed()
    problem = needs_reason(how, reason, evidence or "")
    if problem:
        raise BadInput(problem, code="finding_reason")
    now = utcnow()
    changes: list[Change] = []
    closed = [
        _close(session, actor, in_reach(session, actor, one), how, reason, evidence, now, changes)
        for one in finding_ids
    ]
    publish(session, changes)
    return sum(closed)


def _close(
    session: Session, actor: Actor, row: Finding, how: str, reason: str, evidence: str, now: datetime,
    changes: list[Change],
) -> bool:  # fmt: skip
    said = reason.strip() + (f"（依据：{evidence.strip()}）" if evidence and evidence.strip() else "")
    open_now = row.state == "open"
    session.add(FindingEvent(id=new_id(), finding_id=row.id, what="closed" if open_now else "noted", text=said[:500],
                             author_id=actor.id, at=now))  # fmt: skip
    if open_now:
        row.state, row.closed_how, row.closed_reason = "closed", how, said[:500]
        row.closed_by, row.closed_at, row.updated_at, row.version = actor.id, now, now, row.version + 1
        session.flush()
        _told(session, row, changes)
    record(session, actor, "finding.closed" if open_now else "finding.noted", "finding", row.id, reason=said[:200],
           after={"how": how, "rule": row.rule})  # fmt: skip
    return open_now


def _told(session: Session, row: Finding, changes: list[Change]) -> None:
    if row.household_id:
        changes.append(Change("finding", row.id, row.household_id, row.division))
    task_service.keep(session, [row.model_dump()], {}, changes)


def begin_application(session: Session, actor: Actor, finding_id: str) -> Application:
    """Begin an application with what is known, so that nobody has to say it again.

    Raises:
        BadInput: this finding is not about something that somebody lacks.
        Conflict: it has been begun already.
    """
    if not actor.may(Permission.REGISTERS_WRITE):
        raise NotAllowed()
    row = in_reach(session, actor, finding_id)
    programme = APPLY_FOR.get(row.rule)
    home = session.get(Household, row.household_id) if row.household_id else None
    if programme is None or home is None:
        raise BadInput("这一条不是漏了待遇，不用申请。", code="not_a_gap")
    if session.scalar(select(Application.id).where(Application.finding_id == row.id)):  # type: ignore[call-overload]
        raise Conflict("已经开始申请了。", code="application_begun")
    now = utcnow()
    made = Application(
        id=new_id(), programme=programme, household_id=home.id, person_id=row.person_id, division=row.division,
        finding_id=row.id, known=known_of(session, home, row), author_id=actor.id, created_at=now, updated_at=now,
    )  # fmt: skip
    session.add(made)
    text = f"开始申请{BY_CODE[row.rule].name.removesuffix('应补未补')}"
    session.add(FindingEvent(id=new_id(), finding_id=row.id, what="noted", text=text, author_id=actor.id, at=now))
    session.flush()
    record(session, actor, "application.begun", "application", made.id, after={"programme": programme})
    return made


def known_of(session: Session, home: Household, row: Finding) -> dict[str, Any]:
    """What the registers say of a home that an application asks: who lives there, what they hold, which certificate."""
    people = session.scalars(
        select(Person).where(Person.household_id == home.id, Person.removed_at.is_(None)).order_by(Person.id)  # type: ignore[union-attr]
    ).all()
    held = session.scalars(
        select(Enrolment).where(Enrolment.household_id == home.id, Enrolment.removed_at.is_(None))  # type: ignore[union-attr]
    ).all()
    cards = session.scalars(
        select(DisabilityCertificate).where(DisabilityCertificate.household_id == home.id)
    ).all()
    return {
        "home": {"code": home.code, "address": home.address, "group": home.group, "attribute": home.attribute},
        "people": [
            {"person_id": one.id, "name": one.name, "relation": one.relation, "health": one.health,
             "born_on": one.born_on.isoformat() if one.born_on else None}
            for one in people if one.died_on is None
        ],
        "benefits": [{"person_id": one.person_id, "programme": one.programme, "state": one.state} for one in held],
        "certificates": [
            {"person_id": one.person_id, "category": one.category, "grade": one.grade,
             "valid_to": one.valid_to.isoformat() if one.valid_to else None}
            for one in cards
        ],
        "why": row.facts,
    }  # fmt: skip


def _settle(batch: Batch, work: Work) -> None:
    """`finding.settle` from a phone."""
    data: FindingSettle = work.payload
    row = batch.session.get(Finding, data.finding_id)
    if row is None or row.household_id is None:
        batch.refuse(work, "unknown_finding", "这条发现已经没有了，更新一下再看。", "payload.finding_id")
        return
    reach = paired(batch.session, work.actor, batch.today)
    if not work.placed and not in_area(work.actor, row.division, row.household_id, reach):
        work.outcome = Outcome(ORPHANED, household_id=row.household_id, division=row.division)
        return
    problem = needs_reason(data.how, data.reason, data.evidence or "")
    if problem:
        batch.refuse(work, "finding_reason", problem, "payload.evidence")
        return
    _close(batch.session, work.actor, row, data.how, data.reason, data.evidence or "", batch.now, batch.changes)
    work.outcome = Outcome(STORED, household_id=row.household_id, division=row.division, row_id=row.id)


COMMANDS = {"finding.settle": CommandKind(FindingSettle, one_by_one(_settle))}
