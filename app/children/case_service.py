"""Cases of a child in danger: four stages with clocks, history never overwritten; the gravest seen by three only."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, false, func, select
from sqlmodel import Session

from app.accounts.queries import below, in_scope, paired_households
from app.accounts.rules import Permission, Role
from app.accounts.schemas import Actor
from app.among import among
from app.audit.service import record
from app.children import rules
from app.children.schemas import CaseReport
from app.db import SHANGHAI, new_id, utcnow
from app.errors import BadInput, Detail, NotAllowed, NotFound
from app.households import register_service as register
from app.notices import service as notices
from app.sync.schemas import STORED, Batch, CommandKind, Outcome, Work, one_by_one
from app.workdays import is_workday
from models.accounts import User, UserArea
from models.children import ChildCase, ChildCaseStep
from models.households import Household, Person

SEAT_ROLES = {"section": (Role.SECTION,), "town": (Role.TOWN_APPROVER, Role.TOWN_CLERK)}
SEAT_FLAGS = {"section": "child_section", "town": "child_supervisor"}
"""Which accounts sit where; where none carries the flag, the longest standing of the role does."""


def _candidates(session: Session, seat: str) -> list[tuple[str, list[str], str]]:
    """Who could sit there now, the longest standing first: id, flags, area."""
    roles = [str(role) for role in SEAT_ROLES[seat]]
    rows = session.execute(
        select(User.id, User.flags, UserArea.division)  # type: ignore[call-overload]
        .join(UserArea, UserArea.user_id == User.id)
        .where(User.role.in_(roles), User.disabled_at.is_(None))  # type: ignore[attr-defined, union-attr]
        .order_by(User.created_at, User.id)
    )
    return [tuple(row) for row in rows]  # type: ignore[misc]


def _sits(candidates: Sequence[tuple[str, list[str], str]], flag: str, division: str) -> str | None:
    """Who of them sits there for a division."""
    there = [(key, flags) for key, flags, area in candidates if division.startswith(area)]
    flagged = [key for key, flags in there if flag in flags]
    return flagged[0] if flagged else (there[0][0] if there else None)


def seats_of(session: Session, cases: Sequence[ChildCase]) -> dict[str, list[str]]:
    """The three who may see each of these restricted cases, by its id, as accounts stand now: one who left gives the
    seat to the next."""
    seers = {one for case in cases for one in case.seers}
    roles: dict[str, str] = {}
    if seers:
        active = select(User.id, User.role).where(among(User.id, seers), User.disabled_at.is_(None))  # type: ignore[call-overload, union-attr]
        roles = {key: role for key, role in session.execute(active)}
    could = cache(lambda seat: _candidates(session, seat))
    seated = {}
    for case in cases:
        kept, found = [one for one in case.seers if one in roles and one != case.author_id], []
        for seat, allowed in SEAT_ROLES.items():
            held = next((one for one in kept if roles[one] in allowed), None)
            found.append(held or _sits(could(seat), SEAT_FLAGS[seat], case.division))
        seated[case.id] = [one for one in dict.fromkeys([*found, case.author_id]) if one]
    return seated


def seats(session: Session, case: ChildCase) -> list[str]:
    """The three who may see a restricted case."""
    return seats_of(session, [case])[case.id]


def may_see(session: Session, actor: Actor, case: ChildCase) -> bool:
    """Whether somebody may know the content of a case: of a restricted one three people, of others its area."""
    if case.restricted:
        return actor.id in seats(session, case)
    if case.author_id == actor.id:
        return True
    if not actor.may(Permission.CHILD_CASES):
        return False
    scope = in_scope(actor, register.today(), ChildCase.division, ChildCase.household_id)
    return session.scalar(select(ChildCase.id).where(ChildCase.id == case.id, scope)) is not None  # type: ignore[call-overload]


def get(session: Session, actor: Actor, case_id: str, *, lock: bool = False) -> ChildCase:
    """A case that the actor may see.

    Args:
        lock: to change it; whoever comes at the same moment waits, and then sees the version that came of it.

    Raises:
        NotFound: there is none, or it is not for them; no difference is told.
    """
    case = session.get(ChildCase, case_id, with_for_update=True if lock else None)
    if case is None or not may_see(session, actor, case):
        raise NotFound("没有这一件，或者不由你办。")
    return case


def look(session: Session, actor: Actor, case_id: str) -> ChildCase:
    """Open a case; each look is written down.

    Raises:
        as `get`.
    """
    case = get(session, actor, case_id)
    if case.restricted:
        case.seers = seats(session, case)
    record(session, actor, "case.seen", "child_case", case.id)
    return case


def _due(session: Session, stage: str, since: datetime, division: str) -> datetime | None:
    values = register.policy(session, rules.CASE_POLICY, register.today(), division)
    return rules.due(stage, since.astimezone(SHANGHAI), values, is_workday)


def report(
    session: Session, actor: Actor, data: CaseReport, at: datetime, *, division: str, case_id: str | None = None
) -> ChildCase:
    """Write down what was seen, after the call: the first stage begins. Anybody may report of any child.

    Args:
        at: when it was written.
        division: where, if no known home says so.
    """
    person = session.get(Person, data.person_id) if data.person_id else None
    home = session.get(Household, person.household_id if person else data.household_id or "")
    place = home.division if home else division
    secret = rules.restricted(data.situations)
    worst = next((one for one in data.situations if one in rules.RESTRICTED), data.situations[0])
    said = data.model_dump(exclude={"person_id", "household_id"}, exclude_none=True)
    case = ChildCase(
        id=case_id or new_id(), person_id=person.id if person else data.person_id,
        household_id=home.id if home else data.household_id, division=place, stage="report", situation=worst,
        restricted=secret, report=said, author_id=actor.id, reported_at=at,
        due_at=_due(session, "report", at, place), created_at=utcnow(),
    )  # fmt: skip
    if secret:
        case.seers = seats(session, case)
    session.add(case)
    session.flush()
    _step(session, actor, case, "report", _first_words(data), at)
    record(session, actor, "case.reported", "child_case", case.id, after={"restricted": secret})
    notices.enqueue(session, "child_case", place[:6] if secret else place)
    return case


def _first_words(data: CaseReport) -> str:
    called = "、".join(data.called) or "没写给谁打过电话"
    police = "，".join(one for one in (data.police_unit, data.police_number) if one)
    return "。".join(one for one in (f"已打 {called}" if data.called else called, police, data.seen) if one)


def _step(session: Session, actor: Actor, case: ChildCase, stage: str, text: str, at: datetime) -> None:
    session.add(ChildCaseStep(id=new_id(), case_id=case.id, stage=stage, text=text, author_id=actor.id, at=at))


def add_step(
    session: Session, actor: Actor, case_id: str, stage: str, text: str, base_version: int, now: datetime
) -> ChildCase:
    """What was done, and the stage reached with it; nothing written before changes.

    Raises:
        NotAllowed, NotFound: as they say.
        Conflict: it is no longer what the actor has seen.
        BadInput: nothing said, or a stage that cannot come now.
    """
    if not actor.may(Permission.CHILD_CASES):
        raise NotAllowed()
    case = get(session, actor, case_id, lock=True)
    register.same_version(case, base_version)
    if len(text.strip()) < 2:
        raise BadInput(details=[Detail("text", "missing", "写一句做了什么。")])
    if not rules.may_follow(case.stage, stage):
        raise BadInput("现在不能到这一步。", code="wrong_stage")
    _step(session, actor, case, stage, text.strip()[:2000], now)
    if stage != case.stage:
        case.stage, case.due_at = stage, _due(session, stage, now, case.division)
        case.closed_at = now if stage == "closed" else None
    case.version += 1
    session.flush()
    record(session, actor, "case.step", "child_case", case.id, after={"stage": stage})
    return case


def steps(session: Session, case: ChildCase) -> list[tuple[ChildCaseStep, str]]:
    """What was done, the first before the last, with who did it."""
    query = (
        select(ChildCaseStep, User.name)
        .outerjoin(User, User.id == ChildCaseStep.author_id)  # type: ignore[arg-type]
        .where(ChildCaseStep.case_id == case.id)
        .order_by(ChildCaseStep.at, ChildCaseStep.id)  # type: ignore[arg-type]
    )
    return [(step, name or "") for step, name in session.execute(query)]


def _asked(which: str, child_id: str = "", village: str = "") -> Select[Any]:
    """Cases that are open or closed, the most urgent first."""
    query = select(ChildCase).where(
        ChildCase.closed_at.is_not(None) if which == "closed" else ChildCase.closed_at.is_(None)  # type: ignore[union-attr]
    )
    if child_id:
        query = query.where(ChildCase.person_id == child_id)
    if village:
        query = query.where(below(ChildCase.division, village))
    return query.order_by(ChildCase.due_at, ChildCase.reported_at, ChildCase.id)  # type: ignore[arg-type]


def _secret(session: Session, actor: Actor, asked: Select[Any]) -> list[ChildCase]:
    """The restricted ones among them that are the actor's."""
    rows = session.scalars(asked.where(ChildCase.restricted.is_(True))).all()  # type: ignore[attr-defined]
    seated = seats_of(session, rows)
    return [one for one in rows if actor.id in seated[one.id]]


def _plain(actor: Actor, asked: Select[Any]) -> Select[Any]:
    """The others among them, of the actor's area."""
    scope = in_scope(actor, register.today(), ChildCase.division, ChildCase.household_id)
    mine = scope if actor.may(Permission.CHILD_CASES) else false()
    return asked.where(ChildCase.restricted.is_(False), mine)  # type: ignore[attr-defined]


def about_child(session: Session, actor: Actor, child_id: str, which: str) -> list[ChildCase]:
    """The cases about one child that somebody may see, open or closed."""
    asked = _asked(which, child_id)
    return [*_secret(session, actor, asked), *session.scalars(_plain(actor, asked))]


def visible(
    session: Session, actor: Actor, *, which: str, village: str = "", offset: int, limit: int
) -> tuple[list[ChildCase], int]:
    """Some of the cases that somebody may see, and how many these are in all: first the restricted ones of theirs, then
    those of the area.

    Args:
        which: open or closed.
    """
    asked = _asked(which, village=village)
    secret, plain = _secret(session, actor, asked), _plain(actor, asked)
    count = plain.with_only_columns(func.count()).order_by(None)
    page = secret[offset : offset + limit]
    page += session.scalars(plain.offset(max(0, offset - len(secret))).limit(limit - len(page)))
    return page, len(secret) + (session.scalar(count) or 0)


def _report(batch: Batch, work: Work) -> None:
    data: CaseReport = work.payload
    session = batch.session
    at = min(work.captured_at, work.received_at)
    taken = session.get(ChildCase, work.id) is not None
    case = report(session, work.actor, data, at, division=_place_of(session, work.actor),
                  case_id=None if taken else work.id)  # fmt: skip
    # Neither home nor village stands beside the command of a restricted case: nobody finds it by them.
    where: dict[str, Any] = {} if case.restricted else {"household_id": case.household_id, "division": case.division}
    work.outcome = Outcome(STORED, row_id=case.id, **where)


def _place_of(session: Session, actor: Actor) -> str:
    """Where somebody works: for a child that is in no list."""
    if actor.divisions:
        return actor.divisions[0]
    homes = paired_households(actor.id, register.today())
    found = session.scalar(select(Household.division).where(Household.id.in_(homes)).limit(1))  # type: ignore[call-overload, attr-defined]
    return found or ""


COMMANDS = {"case.report": CommandKind(CaseReport, one_by_one(_report))}
