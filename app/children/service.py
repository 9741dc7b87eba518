"""The register of children: taking in, kinds and parents, leaving; the survey of left-behind women."""

from datetime import date
from typing import Any

from sqlmodel import Session

from app.accounts.schemas import Actor
from app.audit.service import record
from app.children import queries, rules
from app.children.schemas import ChildIn, ParentIn, WomanIn
from app.db import new_id, utcnow
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.feed.service import Change
from app.households import looking_service
from app.households import register_service as register
from app.households import service as households
from app.households.register_service import Standing
from app.households.rules import age_on
from app.visits import task_service
from models.children import Child, WomanSurvey
from models.households import Person

SOURCE = "children"
PLAIN = ("kinds", "support", "risk", "school_written", "wish", "school_told_on", "village_told_on", "parent_contact_on")
PARENT = ("name", "state", "since", "back_on")


def get(session: Session, actor: Actor, child_id: str, on: date, *, looking: bool = False) -> Standing:
    """One child of the actor's scope, with person and home.

    Raises:
        NotFound: there is none, or they live elsewhere.
    """
    found = queries.one(session, actor, child_id, on, looking=looking)
    if found is None:
        raise NotFound("名册里没有这个孩子，可能已迁走或移出。")
    return found


def opened(session: Session, actor: Actor, person_id: str) -> bool:
    """Whether the actor has opened a child's record in this sitting."""
    return person_id in looking_service.open_to(session, actor, [person_id], utcnow())


def add(session: Session, actor: Actor, person_id: str, data: ChildIn, reason: str) -> Child:
    """Take a child into the register; who left it comes back with what was known.

    Raises:
        Conflict: they are in it.
        BadInput: of age, or no reason.
    """
    register.may_write(actor)
    person = households.get_person(session, actor, person_id)
    why, on = register.why(reason), register.today()
    grown = register.policy(session, rules.GUARDIANSHIP, on, person.division)["age.child"]
    if person.born_on and age_on(person.born_on, on) >= grown:
        raise BadInput(f"已经满 {grown} 岁，不进儿童名册。", code="of_age")
    row = queries.of_person(session, person.id)
    if row is not None and row.removed_at is None:
        raise Conflict("已经在儿童名册里了。", code="exists")
    now = utcnow()
    if row is None:
        row = Child(id=new_id(), person_id=person.id, household_id=person.household_id, division=person.division,
                    created_at=now, updated_at=now)  # fmt: skip
        session.add(row)
    row.removed_at, row.household_id, row.division = None, person.household_id, person.division
    _write(row, data, {"kinds", *data.model_fields_set})
    session.flush()
    record(session, actor, "child.added", "child", row.id, after={"person": person.id, "kinds": data.kinds}, reason=why)
    _follow(session, row, person, data.kinds, on)
    return row


def change(session: Session, actor: Actor, child_id: str, data: ChildIn, base_version: int) -> Child:
    """Write anew what the office knows of a child, whose record the actor has opened.

    Raises:
        Conflict: somebody changed it in the meantime.
        NotAllowed: `not_opened`, the record was not opened with a reason.
        NotFound: as it says.
    """
    register.may_write(actor)
    on = register.today()
    one = get(session, actor, child_id, on)
    if not opened(session, actor, one.person.id):
        raise NotAllowed("先打开孩子的资料再改。", code="not_opened")
    register.same_version(one.row, base_version)
    before = {"kinds": list(one.row.kinds), "risk": one.row.risk}
    _write(one.row, data, data.model_fields_set)
    session.flush()
    record(session, actor, "child.changed", "child", one.row.id, before=before,
           after={"kinds": data.kinds, "risk": data.risk, "fields": sorted(data.model_fields_set)})  # fmt: skip
    _follow(session, one.row, one.person, data.kinds, on)
    return one.row


def _write(row: Child, data: ChildIn, given: set[str]) -> None:
    for name in PLAIN:
        if name in given:
            setattr(row, name, getattr(data, name))
    for who in ("father", "mother"):
        parent: ParentIn = getattr(data, who)
        for name in PARENT if who in given else ():
            setattr(row, f"{who}_{name}", getattr(parent, name))
    row.version, row.updated_at = row.version + 1, utcnow()


def _follow(session: Session, row: Child, person: Person, kinds: list[Any], on: date) -> None:
    changes = register.keep_tags(session, person, kinds, rules.KINDS, on, SOURCE)
    task_service.follow(session, [*changes, Change("child", row.id, person.household_id, person.division)], on)


def end(session: Session, actor: Actor, child_id: str, reason: str) -> None:
    """A child leaves the register, with the reason; its marks end with it.

    Raises:
        BadInput: no reason.
    """
    register.may_write(actor)
    on = register.today()
    one = get(session, actor, child_id, on)
    why = register.why(reason)
    one.row.removed_at, one.row.version = utcnow(), one.row.version + 1
    one.row.updated_at = one.row.removed_at
    session.flush()
    record(session, actor, "child.ended", "child", one.row.id, before={"person": one.person.id}, reason=why)
    _follow(session, one.row, one.person, [], on)


def add_survey(session: Session, actor: Actor, person_id: str, data: WomanIn, on: date) -> WomanSurvey:
    """A survey of a left-behind woman; a later one stands beside the earlier.

    Raises:
        BadInput: not a woman, or nothing said.
    """
    register.may_write(actor)
    person = households.get_person(session, actor, person_id)
    if person.sex == 1:
        raise BadInput("这份摸底问的是留守妇女。", code="not_a_woman")
    answers: dict[str, Any] = {key: said for key, said in data.answers.items() if said and key in rules.WOMAN_FIELDS}
    if not answers and not data.difficulties:
        raise BadInput("至少写一项。")
    row = WomanSurvey(
        id=new_id(), person_id=person.id, household_id=person.household_id, division=person.division, on=on,
        answers=answers | {"difficulties": data.difficulties}, author_id=actor.id, created_at=utcnow(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, "child.woman_surveyed", "woman_survey", row.id,
           after={"person": person.id, "on": on.isoformat()})  # fmt: skip
    return row
