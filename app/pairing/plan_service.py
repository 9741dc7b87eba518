"""一户一方案 and 一人一措施: written in the office, moved on from the phone."""

from collections.abc import Iterable
from typing import Any

from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import new_id, utcnow
from app.errors import AppError, BadInput, Conflict, Detail, NotAllowed, NotFound
from app.feed.service import Change, publish
from app.households import register_service as register
from app.households import service as households
from app.pairing import queries, service
from app.pairing.schemas import MeasureIn, MeasureProgress, PlanIn, ProgressIn
from app.sync.schemas import ORPHANED, STORED, Batch, CommandKind, Outcome, Work, one_by_one
from app.visits import task_service
from models.pairing import Measure, Plan


def _may(actor: Actor) -> None:
    if not actor.may(Permission.PLANS):
        raise NotAllowed()


def save_plan(
    session: Session, actor: Actor, household_id: str, year: int, data: PlanIn, base_version: int = 0
) -> Plan:
    """Write the plan of a year.

    Args:
        base_version: of the plan that is changed; 0 where there was none.

    Raises:
        Conflict: somebody wrote it in the meantime.
        BadInput: a year that is none of work.
    """
    _may(actor)
    home = service.home(session, actor, household_id)
    this_year = register.today().year
    if not this_year - 1 <= year <= this_year + 1:
        raise BadInput("方案只能写去年、今年、明年的。", code="bad_year")
    row, now = queries.plans(session, [home.id], year).get(home.id), utcnow()
    if (row.version if row else 0) != base_version:
        raise Conflict(details=[Detail("base_version", "old_version", "别人刚写过这户的方案，请看一下再改。")])
    before = {"causes": row.causes, "aim_fen": row.aim_fen, "text": row.text} if row else None
    if row is None:
        row = Plan(id=new_id(), household_id=home.id, division=home.division, year=year, author_id=actor.id,
                   created_at=now, updated_at=now, version=0)  # fmt: skip
        session.add(row)
    row.causes, row.aim_fen, row.text = list(data.causes), data.aim_fen, data.text or None
    row.version, row.updated_at = row.version + 1, now
    session.flush()
    record(session, actor, "plan.saved", "plan", row.id, before=before, after=data.model_dump() | {"year": year})
    publish(session, [Change("plan", row.id, home.id, home.division)])
    return row


def add_measure(session: Session, actor: Actor, household_id: str, data: MeasureIn) -> Measure:
    """A measure for somebody of a home, or for all of it.

    Raises:
        BadInput: the person lives elsewhere.
    """
    _may(actor)
    home = service.home(session, actor, household_id)
    if data.person_id and households.get_person(session, actor, data.person_id).household_id != home.id:
        raise BadInput("这个人不在这一户。", code="other_home")
    now = utcnow()
    plan = queries.plans(session, [home.id], register.today().year).get(home.id)
    row = Measure(id=new_id(), plan_id=plan.id if plan else None, household_id=home.id, division=home.division,
                  **data.model_dump(), author_id=actor.id, created_at=now, updated_at=now)  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, "measure.added", "measure", row.id, after=data.model_dump(mode="json", exclude_none=True))
    _follow(session, row)
    return row


def _follow(session: Session, row: Measure) -> None:
    """Phones hear of it, and what is due at the home is worked out anew."""
    task_service.follow(session, [Change("measure", row.id, row.household_id, row.division)], register.today())


def _measure(session: Session, actor: Actor, measure_id: str) -> Measure:
    row = session.get(Measure, measure_id)
    if row is None:
        raise NotFound("没有这条措施。")
    service.home(session, actor, row.household_id)
    return row


def move_on(
    session: Session, actor: Actor, measure_id: str, data: ProgressIn, base_version: int, visit_id: str | None = None
) -> Measure:
    """How far a measure has come, and what came of it.

    Raises:
        Conflict: somebody said otherwise in the meantime.
    """
    _may(actor)
    row = _measure(session, actor, measure_id)
    if row.version != base_version:
        raise Conflict(details=[Detail("base_version", "old_version", f"现在是第 {row.version} 版。")])
    _write(session, actor, row, data, visit_id)
    return row


def _write(session: Session, actor: Actor, row: Measure, data: ProgressIn, visit_id: str | None) -> None:
    before = {"progress": row.progress, "effect": row.effect}
    row.progress = data.progress
    row.effect = data.effect or row.effect
    row.source_visit_id = visit_id or row.source_visit_id
    row.version, row.updated_at = row.version + 1, utcnow()
    session.flush()
    after = {"progress": row.progress, "effect": row.effect} | ({"visit": visit_id} if visit_id else {})
    record(session, actor, "measure.moved_on", "measure", row.id, before=before, after=after)
    _follow(session, row)


def _needs(work: Work) -> Iterable[str]:
    yield f"measure:{work.payload.measure_id}"
    if work.payload.visit_id:
        yield f"visit:{work.payload.visit_id}"


def _progress(batch: Batch, work: Work) -> None:
    """`measure.progress`: what was seen later stands; what was seen earlier and came late joins the history alone."""
    data: MeasureProgress = work.payload
    row = batch.session.get(Measure, data.measure_id)
    assert row is not None, "progress waits for its measure"
    about: dict[str, Any] = {"household_id": row.household_id, "division": row.division, "row_id": row.id}
    try:
        service.home(batch.session, work.actor, row.household_id)
        _may(work.actor)
    except NotFound:
        if not work.placed:
            work.outcome = Outcome(ORPHANED, **about)
            return
    except AppError as problem:
        batch.refuse(work, problem.code, problem.message)
        return
    if row.updated_at > work.captured_at:
        record(batch.session, work.actor, "measure.told_late", "measure", row.id,
               after=data.model_dump(exclude_none=True) | {"at": work.captured_at.isoformat()})  # fmt: skip
    else:
        _write(batch.session, work.actor, row, data, data.visit_id)
        row.updated_at = min(row.updated_at, work.captured_at)
    work.outcome = Outcome(STORED, row_version=row.version, **about)


COMMANDS = {"measure.progress": CommandKind(MeasureProgress, one_by_one(_progress), _needs)}
REFERENCES = {"measure": queries.known_measures}
