"""The register of the destitute: taking in, assessing, the yearly review, claims, leaving it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session

from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import new_id, utcnow
from app.errors import BadInput, Conflict, NotFound
from app.feed.service import Change
from app.hardship import queries, rules
from app.hardship.schemas import AssessmentIn, ClaimIn, HardshipIn
from app.households import register_service as register
from app.households import service as households
from app.households.register_service import Standing
from app.visits import task_service
from models.hardship import Assessment, Hardship, InsuranceClaim
from models.households import Person

SOURCE = "hardship"
TAGS = ("tekun", "tekun_home")
OLDEST_DAYS = 366 * 3
"""An assessment older than this was no assessment of the person's state; a date so far back is a slip."""


def get(session: Session, actor: Actor, hardship_id: str, *, looking: bool = False) -> Standing:
    """One row of the register in the actor's scope.

    Raises:
        NotFound: there is none, or they live elsewhere.
    """
    found = queries.one(session, actor, hardship_id, register.today(), looking=looking)
    if found is None:
        raise NotFound("特困名册里没有这个人，可能已迁走或移出。")
    return found


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one.isoformat() if isinstance(one, date) else one for name, one in values.items()}


def _not_in_future(day: date | None, what: str) -> None:
    if day is not None and day > register.today():
        raise BadInput(f"{what}还没到，请改一下日期。", code="in_future")


def _checked(data: HardshipIn) -> dict[str, Any]:
    _not_in_future(data.asked_on, "询问日期")
    if data.support == "institution" and not data.institution:
        raise BadInput("集中供养要写哪家供养机构。", code="institution_missing")
    values = data.model_dump()
    if data.support == "home":
        values["institution"] = None
    if data.wish != "unwilling":
        values["refused_why"] = None
    return values


def enter(session: Session, actor: Actor, person_id: str, data: HardshipIn) -> Hardship:
    """Take somebody into the register; who was on it comes back with what was known.

    Raises:
        Conflict: they are on it already.
    """
    register.may_write(actor)
    person = households.get_person(session, actor, person_id)
    values, now = _checked(data), utcnow()
    row = queries.of_person(session, person.id)
    if row is not None and row.removed_at is None:
        raise Conflict("已经在特困名册里了。", code="exists")
    if row is None:
        row = Hardship(id=new_id(), person_id=person.id, household_id=person.household_id, division=person.division,
                       created_at=now, updated_at=now, version=0)  # fmt: skip
        session.add(row)
    row.removed_at, row.household_id, row.division = None, person.household_id, person.division
    _write(row, values)
    session.flush()
    record(session, actor, "hardship.added", "hardship", row.id, after=_told(values) | {"person": person.id})
    _follow(session, row, person)
    return row


def change(session: Session, actor: Actor, hardship_id: str, data: HardshipIn, base_version: int) -> Hardship:
    """Form of support and wish change.

    Raises:
        Conflict: somebody changed the row in the meantime.
    """
    register.may_write(actor)
    one = get(session, actor, hardship_id)
    register.same_version(one.row, base_version)
    values = _checked(data)
    changed = {name: value for name, value in values.items() if getattr(one.row, name) != value}
    if not changed:
        return one.row
    before = {name: getattr(one.row, name) for name in changed}
    _write(one.row, values)
    session.flush()
    record(session, actor, "hardship.changed", "hardship", one.row.id, before=_told(before), after=_told(changed))
    _follow(session, one.row, one.person)
    return one.row


def _write(row: Hardship, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version, row.updated_at = row.version + 1, utcnow()


def assess(
    session: Session, actor: Actor, hardship_id: str, data: AssessmentIn, visit_id: str | None = None
) -> Assessment:
    """Write down an assessment; the newest decides the grade, an earlier one only joins the history.

    Raises:
        BadInput: the day lies in the future, or years back.
    """
    register.may_write(actor)
    one = get(session, actor, hardship_id)
    _not_in_future(data.on, "评估日期")
    if (register.today() - data.on).days > OLDEST_DAYS:
        raise BadInput("评估日期太早了，请看一下年份。", code="too_old")
    able = {name: getattr(data, name) for name in rules.INDICATORS}
    made = Assessment(id=new_id(), person_id=one.person.id, on=data.on, **able, visit_id=visit_id, author_id=actor.id,
                      created_at=utcnow())  # fmt: skip
    session.add(made)
    before = {"grade": rules.grade(rules.able_of(one.row)), "on": one.row.assessed_on}
    if one.row.assessed_on is None or data.on >= one.row.assessed_on:
        _write(one.row, able | {"assessed_on": data.on})
    session.flush()
    after = {"grade": rules.grade(able), "on": data.on.isoformat(), "cannot": list(rules.cannot(able))}
    record(session, actor, "hardship.assessed", "hardship", one.row.id, before=_told(before), after=after)
    _follow(session, one.row, one.person)
    return made


def review(session: Session, actor: Actor, hardship_id: str, on: date) -> None:
    """The yearly review (年审) was made on a day.

    Raises:
        BadInput: the day lies in the future, or nobody has ever assessed the person.
    """
    register.may_write(actor)
    one = get(session, actor, hardship_id)
    _not_in_future(on, "年审日期")
    if rules.grade(rules.able_of(one.row)) is None:
        raise BadInput("先评估六项自理能力，再年审。", code="not_assessed")
    before = one.row.reviewed_on
    _write(one.row, {"reviewed_on": on})
    session.flush()
    record(session, actor, "hardship.reviewed", "hardship", one.row.id,
           before={"on": before.isoformat() if before else None}, after={"on": on.isoformat()})  # fmt: skip
    _follow(session, one.row, one.person)


def leave(session: Session, actor: Actor, hardship_id: str, why: str) -> None:
    """Somebody leaves the register; the row stays with its history, the marks end.

    Raises:
        BadInput: no reason.
    """
    register.may_write(actor)
    one = get(session, actor, hardship_id)
    said = register.why(why, "why", "写一句为什么移出。")
    now = utcnow()
    one.row.removed_at, one.row.updated_at, one.row.version = now, now, one.row.version + 1
    session.flush()
    record(session, actor, "hardship.left", "hardship", one.row.id, before={"person": one.person.id}, reason=said)
    _follow(session, one.row, one.person)


def _follow(session: Session, row: Hardship, person: Person) -> None:
    """Marks, tasks and phones follow a changed row."""
    on = register.today()
    wanted = rules.tags_for(row.support) if row.removed_at is None else set()
    changes = register.keep_tags(session, person, wanted, TAGS, on, SOURCE)
    gone = row.removed_at is not None
    changes.append(Change("hardship", row.id, person.household_id, person.division, gone=gone))
    task_service.follow(session, changes, on)


def _checked_claim(data: ClaimIn) -> None:
    _not_in_future(data.in_on, "入院日期")
    _not_in_future(data.out_on, "出院日期")
    if data.out_on is not None and data.out_on < data.in_on:
        raise BadInput("出院早于入院，请改一下。", code="dates_reversed")
    if data.state == "paid" and data.paid_fen is None:
        raise BadInput("已赔的要写赔了多少。", code="amount_missing")


def add_claim(session: Session, actor: Actor, hardship_id: str, data: ClaimIn) -> InsuranceClaim:
    """A stay in hospital for which the insurance pays care."""
    register.may_write(actor)
    one = get(session, actor, hardship_id)
    _checked_claim(data)
    now = utcnow()
    row = InsuranceClaim(id=new_id(), person_id=one.person.id, division=one.person.division, **data.model_dump(),
                         author_id=actor.id, created_at=now, updated_at=now)  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, "claim.added", "insurance_claim", row.id,
           after=_told(data.model_dump(exclude_none=True)) | {"person": one.person.id})  # fmt: skip
    return row


def change_claim(session: Session, actor: Actor, claim_id: str, data: ClaimIn, base_version: int) -> InsuranceClaim:
    """A claim goes on: sent, paid, refused.

    Raises:
        NotFound: no such claim in the actor's scope.
        Conflict: somebody changed it in the meantime.
    """
    register.may_write(actor)
    row = session.get(InsuranceClaim, claim_id)
    if row is None:
        raise NotFound("没有这笔理赔。")
    households.get_person(session, actor, row.person_id)
    register.same_version(row, base_version)
    _checked_claim(data)
    values = data.model_dump()
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if changed:
        before = {name: getattr(row, name) for name in changed}
        for name, value in changed.items():
            setattr(row, name, value)
        row.version, row.updated_at = row.version + 1, utcnow()
        session.flush()
        record(session, actor, "claim.changed", "insurance_claim", row.id, before=_told(before), after=_told(changed))
    return row
