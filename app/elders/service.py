"""The register of left-behind elders: taking in, what is known of their children, the tier, leaving it."""

from datetime import date
from typing import Any

from sqlmodel import Session

from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import new_id, utcnow
from app.elders import queries, rules
from app.elders.schemas import ElderIn
from app.errors import BadInput, Conflict, NotFound
from app.feed.service import Change
from app.households import register_service as register
from app.households import service as households
from app.households.register_service import Standing
from app.households.rules import age_on, normal_phone
from app.visits import task_service
from models.elders import Elder
from models.households import Person

SOURCE = "elders"
_SHOWN = ("relation", "place", "since", "returns", "able")


def get(session: Session, actor: Actor, elder_id: str, on: date, *, looking: bool = False) -> Standing:
    """One elder of the actor's scope, with person and home.

    Raises:
        NotFound: there is none, or they live elsewhere.
    """
    found = queries.one(session, actor, elder_id, on, looking=looking)
    if found is None:
        raise NotFound("名册里没有这位老人，可能已迁走或移出。")
    return found


def add(session: Session, actor: Actor, person_id: str, data: ElderIn, reason: str) -> Elder:
    """Take somebody into the register; who left it comes back with what was known.

    Raises:
        Conflict: they are in it.
        BadInput: too young, or no reason.
    """
    register.may_write(actor)
    person = households.get_person(session, actor, person_id)
    why, on = register.why(reason), register.today()
    oldest = register.policy(session, rules.POLICY, on, person.division)["age.elder"]
    if person.born_on and age_on(person.born_on, on) < oldest:
        raise BadInput(f"还不到 {oldest} 岁，不进老人名册。", code="too_young")
    row = queries.of_person(session, person.id)
    if row is not None and row.removed_at is None:
        raise Conflict("已经在老人名册里了。", code="exists")
    now = utcnow()
    if row is None:
        row = Elder(id=new_id(), person_id=person.id, household_id=person.household_id, division=person.division,
                    created_at=now, updated_at=now)  # fmt: skip
        session.add(row)
    row.removed_at, row.household_id, row.division = None, person.household_id, person.division
    _write(row, data)
    session.flush()
    record(session, actor, "elder.added", "elder", row.id, after={"person": person.id, "marks": data.marks}, reason=why)
    _follow(session, row, person, data.marks, on)
    return row


def change(session: Session, actor: Actor, elder_id: str, data: ElderIn, base_version: int) -> Elder:
    """Write anew what is known of an elder's marks and children.

    Raises:
        Conflict: somebody changed it in the meantime.
        NotAllowed, NotFound: as they say.
    """
    register.may_write(actor)
    on = register.today()
    one = get(session, actor, elder_id, on)
    register.same_version(one.row, base_version)
    before = {"children": len(one.row.children), "children_count": one.row.children_count}
    _write(one.row, data)
    session.flush()
    after = {"children": len(one.row.children), "children_count": one.row.children_count, "marks": data.marks}
    record(session, actor, "elder.changed", "elder", one.row.id, before=before, after=after)
    _follow(session, one.row, one.person, data.marks, on)
    return one.row


def _write(row: Elder, data: ElderIn) -> None:
    """What is not shown on the page (a number, an id) stays with the child of the same name."""
    former = {child.get("name"): child for child in row.children}
    children: list[dict[str, Any]] = []
    for child in data.children:
        said = child.model_dump(exclude_none=True)
        if said.get("phone"):
            said["phone"] = normal_phone(said["phone"]) or said["phone"]
        kept = {key: one for key, one in former.get(child.name, {}).items() if key not in _SHOWN}
        children.append(kept | said)
    row.children, row.children_count = children, data.children_count
    row.version, row.updated_at = row.version + 1, utcnow()


def _follow(session: Session, row: Elder, person: Person, marks: list[Any], on: date) -> None:
    changes = register.keep_tags(session, person, marks, rules.ELDER_TAGS, on, SOURCE)
    task_service.follow(session, [*changes, Change("elder", row.id, person.household_id, person.division)], on)


def set_tier(session: Session, actor: Actor, elder_id: str, tier: str, reason: str) -> None:
    """A person decides on a tier, with a reason; an empty one lets it follow from the facts again.

    Raises:
        BadInput: no such tier, or no reason.
    """
    register.may_write(actor)
    on = register.today()
    one = get(session, actor, elder_id, on)
    if tier and tier not in rules.TIERS:
        raise BadInput("没有这一类。", code="unknown_tier")
    why = register.why(reason)
    before = one.row.details.get("tier_set")
    # A ledger may have brought another since; else what it said before anybody decided comes back.
    written = before.get("written") if before and before["tier"] == one.row.tier else one.row.tier
    details = {name: value for name, value in one.row.details.items() if name != "tier_set"}
    if tier:
        details["tier_set"] = {"tier": tier, "reason": why, "by": actor.id, "on": on.isoformat(), "written": written}
    one.row.details, one.row.tier = details, tier or written
    one.row.version, one.row.updated_at = one.row.version + 1, utcnow()
    session.flush()
    record(session, actor, "elder.tier_set", "elder", one.row.id, reason=why,
           before={"tier": before["tier"]} if before else None, after={"tier": tier or None})  # fmt: skip
    task_service.follow(session, [Change("elder", one.row.id, one.home.id, one.home.division)], on)


def end(session: Session, actor: Actor, elder_id: str, reason: str) -> None:
    """Somebody leaves the register, with the reason; their marks end with it.

    Raises:
        BadInput: no reason.
    """
    register.may_write(actor)
    on = register.today()
    one = get(session, actor, elder_id, on)
    why = register.why(reason)
    one.row.removed_at, one.row.version = utcnow(), one.row.version + 1
    one.row.updated_at = one.row.removed_at
    session.flush()
    record(session, actor, "elder.ended", "elder", one.row.id, before={"person": one.person.id}, reason=why)
    _follow(session, one.row, one.person, [], on)
